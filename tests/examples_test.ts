// The examples do what they say.

import { assert, assertEquals, assertMatch } from "@std/assert";

// The percentage that each ends with, and how much of it may be.
const most: Record<string, number> = {
  moving_digits: 25,
  own_arrays: 1,
  own_data: 6,
  own_layer: 12,
  own_recipe: 12,
  own_rule: 12,
  own_schedule: 15,
};

async function run(name: string): Promise<string> {
  const file = new URL(`../examples/${name}.ts`, import.meta.url).pathname;
  const [, permissions] = /deno run (.*) examples\//.exec(await Deno.readTextFile(file))!;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions!.split(" "), file],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd();
}

for (const [name, limit] of Object.entries(most)) {
  Deno.test(`examples/${name}.ts ends with at most ${limit} % wrong`, async () => {
    const [last] = (await run(name)).split("\n").slice(-1);
    const [, percent] = /([\d.]+) % of .* wrong$/.exec(last!) ?? [];
    assert(Number(percent) <= limit, last);
  });
}

Deno.test("examples/own_backend.ts counts operations", async () => {
  assertMatch(await run("own_backend"), /^(\w+ +\d+\n)+\w+ +\d+$/);
});

Deno.test("no example is left untested", () => {
  const names = Array.from(Deno.readDirSync(new URL("../examples", import.meta.url)))
    .flatMap(({ name }) => name.endsWith(".ts") ? [name.slice(0, -3)] : []);
  assertEquals(names.toSorted(), [...Object.keys(most), "own_backend"].toSorted());
});
