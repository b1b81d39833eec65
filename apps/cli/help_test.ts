import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Arguments, parse } from "./shared/arguments.ts";
import { commands, type Example, firstExamples } from "./commands.ts";
import { readPlace, readRest } from "./completions/command_line.ts";
import { commandHelp, overview } from "./help.ts";
import { readSettings } from "./train/settings.ts";

// An example as its command would get it.
function read({ line }: Example): { name: string; args: Arguments } {
  assert(!/["'\\$*~<>|&;]/.test(line), `${line} means something to a shell`);
  const [ff, name = "", ...args] = line.split(" ");
  assertEquals(ff, "ff", line);
  const command = commands[name];
  assert(command, `${line}: there is no such command`);
  return { name, args: parse(name, args, command.flags) };
}

function check(example: Example): void {
  const { name, args } = read(example);
  const { flags } = commands[name]!;
  for (const [flag, { value, choices }] of Object.entries(flags)) {
    const text = args.text(flag);
    if (text === undefined || !choices || readPlace(value).paths) continue;
    assert(choices.includes(text), `${example.line}: there is no ${text}`);
  }
  const { words, paths } = readRest(commands[name]!);
  assertEquals(args.rest.length > 0, words.length > 0 || paths !== null, example.line);
  if (paths === null) { for (const word of args.rest) assert(words.includes(word), example.line); }
  if (name === "train") readSettings(args);
}

Deno.test("overview() shows examples that parse", () => {
  for (const example of firstExamples) {
    check(example);
    assertStringIncludes(overview(), example.line);
  }
});

for (const [name, command] of Object.entries(commands)) {
  Deno.test(`commandHelp() shows two or three examples of ${name} that parse`, () => {
    const { examples } = command;
    assert([2, 3].includes(examples.length));
    for (const example of examples) {
      assertEquals(read(example).name, name);
      check(example);
      assertStringIncludes(commandHelp(command), example.line);
    }
  });
}
