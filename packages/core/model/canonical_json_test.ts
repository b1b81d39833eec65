import { assertEquals } from "@std/assert";
import { canonicalJson } from "./canonical_json.ts";

Deno.test("canonicalJson() is one text for one content, and says all of it", () => {
  const one = { b: [{ d: 1, c: null }], a: "x", Z: { y: undefined, x: 0.1 } };
  const other = { Z: { x: 0.1 }, a: "x", b: [{ c: null, d: 1 }] };
  const text = `{"Z":{"x":0.1},"a":"x","b":[{"c":null,"d":1}]}`;
  assertEquals([canonicalJson(one), canonicalJson(other)], [text, text]);
  assertEquals(canonicalJson([2, 1]), "[2,1]");
});
