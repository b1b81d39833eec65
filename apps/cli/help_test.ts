import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Arguments, type Flags, parse } from "./shared/arguments.ts";
import { commands, type Example, firstExamples } from "./commands.ts";
import { readPlace, readRest } from "./completions/command_line.ts";
import { commandHelp, overview } from "./help.ts";
import { readSettings } from "./train/settings.ts";

// An example as its command would get it.
async function read(
  { line }: Example,
): Promise<{ name: string; args: Arguments; flags: Flags }> {
  assert(!/["'\\$*~<>|&;]/.test(line), `${line} means something to a shell`);
  const [ff, name = "", ...args] = line.split(" ");
  assertEquals(ff, "ff", line);
  const command = commands[name];
  assert(command, `${line}: there is no such command`);
  const { flags } = await command.load();
  return { name, args: parse(name, args, flags), flags };
}

async function check(example: Example): Promise<void> {
  const { name, args, flags } = await read(example);
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

Deno.test("overview() shows examples that parse", async () => {
  for (const example of firstExamples) {
    await check(example);
    assertStringIncludes(overview(), example.line);
  }
});

for (const [name, command] of Object.entries(commands)) {
  Deno.test(`commandHelp() shows two or three examples of ${name} that parse`, async () => {
    const { examples } = command;
    const { flags } = await command.load();
    assert([2, 3].includes(examples.length));
    for (const example of examples) {
      assertEquals((await read(example)).name, name);
      await check(example);
      assertStringIncludes(commandHelp(command, flags), example.line);
    }
  });
}
