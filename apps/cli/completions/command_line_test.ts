import { assert, assertEquals } from "@std/assert";
import { commands, generalFlags } from "../commands.ts";
import { bashScript } from "./bash.ts";
import { readPlace, readTables } from "./command_line.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

Deno.test("readPlace() tells words from what stands for something", () => {
  const cases: [string, string[], "files" | "folders" | null][] = [
    ["NAME|DIR", [], "folders"],
    ["RUN|model.safetensors FILE|FOLDER...", [], "files"],
    ["N|full", ["full"], null],
    ["bash|zsh|fish", ["bash", "zsh", "fish"], null],
    ["784,500,500", [], null],
    ["", [], null],
  ];
  for (const [usage, words, paths] of cases) assertEquals(readPlace(usage), { words, paths });
  assertEquals(readPlace("list|fetch [NAME]", ["mnist"]).words, ["mnist", "list", "fetch"]);
});

Deno.test("readTables() finds the names behind every NAME", async () => {
  for (const { name: command, flags } of (await readTables(commands, generalFlags)).commands) {
    for (const { name, value, place } of flags) {
      if (!/\bNAME\b/.test(value)) continue;
      assert(place.words.length > 0, `give --${name} of ${command} its choices`);
    }
  }
});

for (const script of [bashScript, zshScript, fishScript]) {
  Deno.test(`${script.name}() holds every command, flag and value`, async () => {
    const line = await readTables(commands, generalFlags);
    const text = script(line);
    const words = new Set(text.match(/[\w-]+/g));
    for (const { name, flags, rest } of [...line.commands, { ...line, name: "ff", rest: null }]) {
      assert(words.has(name), name);
      for (const word of rest?.words ?? []) assert(words.has(word), word);
      for (const { name, place } of flags) {
        assert(words.has(`--${name}`) || text.includes(` -l ${name} `), name);
        for (const word of place.words) assert(words.has(word), word);
      }
    }
  });
}
