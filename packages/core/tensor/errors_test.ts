import { assertEquals } from "@std/assert";
import { UnavailableError } from "./errors.ts";

Deno.test("UnavailableError shows the remedy to whoever sees the message only", () => {
  const error = new UnavailableError("there is no adapter", "install one");
  assertEquals(error.message, "there is no adapter: install one");
  assertEquals([error.reason, error.remedy], ["there is no adapter", "install one"]);
  assertEquals(String(error), "UnavailableError: there is no adapter: install one");
});
