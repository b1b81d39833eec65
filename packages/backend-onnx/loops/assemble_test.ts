// What runs is what the text of the loops says.

import { assertEquals } from "@std/assert";
import { assembledSource } from "./assemble.ts";

Deno.test("assembled.ts holds the loops as they are: deno task loops makes it anew", async () => {
  const file = await Deno.readTextFile(new URL("./assembled.ts", import.meta.url));
  assertEquals(file, await assembledSource());
});
