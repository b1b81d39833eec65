import { assertEquals, assertRejects } from "@std/assert";
import { withFolder } from "../_testing.ts";
import { writeWhole } from "./write_whole.ts";

function names(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
}

Deno.test("writeWhole() replaces a file and leaves nothing else", () =>
  withFolder(async (folder) => {
    const path = `${folder}/file`;
    for (const text of ["first, and longer", "second"]) {
      await writeWhole(path, new TextEncoder().encode(text));
      assertEquals(await Deno.readTextFile(path), text);
    }
    assertEquals(names(folder), ["file"]);
  }));

Deno.test("writeWhole() leaves the old file, and nothing half-written, when it fails", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken/in`, { recursive: true });
    await assertRejects(() => writeWhole(`${folder}/taken`, Uint8Array.of(1)));
    assertEquals(names(folder), ["taken"]);
    assertEquals(names(`${folder}/taken`), ["in"]);
  }));
