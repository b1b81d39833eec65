// The notebook runs from top to bottom, and gives what is saved in it.

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  execute,
  lessThan,
  NOTEBOOK,
  type Notebook,
  type Output,
  textOf,
  unlike,
} from "../../scripts/notebook.ts";
import { withFolder } from "../../tests/cli/_ff.ts";
import { assertSameOutputs } from "./_same_outputs.ts";

const text = await Deno.readTextFile(NOTEBOOK);
const { cells, ...rest }: Notebook = JSON.parse(text);
const code = cells.filter(({ cell_type }) => cell_type === "code");

// Why there is no Jupyter, if there is none.
async function missingJupyter(): Promise<string | null> {
  try {
    const args = ["nbconvert", "--version"];
    if ((await new Deno.Command("jupyter", { args }).output()).success) return null;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return "there is no jupyter nbconvert: apt-get install jupyter-nbconvert";
}

const missing = await missingJupyter();

function testInJupyter(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `${name}${missing ? ` (${missing})` : ""}`,
    // Where FF_REQUIRE names it, that it is missing is no excuse.
    ignore: missing !== null && !Deno.env.get("FF_REQUIRE")?.includes("jupyter"),
    fn,
  });
}

Deno.test("the notebook is saved as deno task notebook saves it, with what every cell gave", () => {
  assertEquals(textOf({ cells, ...rest }), text);
  assertEquals(code.map(({ execution_count }) => execution_count), code.map((_, i) => i + 1));
  for (const { id, outputs } of code) assert(outputs!.length > 0, id);
});

Deno.test("the notebook's code passes the type checker, which the kernel leaves out", () =>
  withFolder(async (folder) => {
    const program = code.map(({ source }) => source.join("")).join("\n")
      .replaceAll('from "./', `from "${new URL("./", NOTEBOOK)}`);
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", "deno.json", `${folder}/program.ts`],
      cwd: new URL("../../", import.meta.url),
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  }));

testInJupyter(
  "the notebook runs from top to bottom and gives what is saved",
  () =>
    withFolder(async (folder) => {
      assertSameOutputs(
        (await execute(NOTEBOOK, folder, (run) => lessThan(cells, run))).cells,
        cells,
      );
    }),
);

testInJupyter("a cell that throws is an error that says so", () =>
  withFolder(async (folder) => {
    const [first] = code;
    const failing = { ...first!, id: "failing", source: ['throw new Error("not today");'] };
    const path = new URL(`file://${folder}/failing.ipynb`);
    await Deno.writeTextFile(path, textOf({ cells: [failing], ...rest }));
    await assertRejects(() => execute(path, `${folder}/out`, () => []), Error, "not today");
  }));

Deno.test("deno task notebook says what to install where there is no jupyter", async () => {
  const root = new URL("../../", import.meta.url);
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const [, ...args] = tasks.notebook.command.split(" ");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { PATH: "/nowhere" },
  }).output();
  assertEquals(code, 2);
  assertMatch(new TextDecoder().decode(stderr), /there is no jupyter here; .*apt-get install/);
});

Deno.test("what cells give is compared: words, figures and pictures", () => {
  const changed = (id: string, change: (json: string) => string): typeof cells =>
    cells.map((cell) => cell.id === id ? JSON.parse(change(JSON.stringify(cell))) : cell);
  const [, accuracy] = /accuracy (\d+\.\d) %/.exec(text)!;
  const other = (by: number) => (json: string) =>
    json.replace(accuracy!, (Number(accuracy) + by).toFixed(1));
  assertSameOutputs(changed("accuracy", other(0.1)), cells);
  for (
    const wrong of [
      changed("accuracy", other(-5)),
      changed("accuracy", (json) => json.replace("alone:", "with others:")),
      changed("curve", (json) => json.replace(/(translate\(\d+),/g, "$19,")),
      cells.map((cell) =>
        cell.id === "fields"
          ? { ...cell, outputs: cells.find(({ id }) => id === "samples")!.outputs!.slice(0, 1) }
          : cell
      ),
      cells.slice(1),
    ]
  ) assertThrows(() => assertSameOutputs(wrong, cells));
});

Deno.test("a run in which an output was lost is known by it", () => {
  const whole: Notebook = { cells, ...rest };
  const lost = (id: string, change: (outputs: Output[]) => Output[]): Notebook => ({
    ...whole,
    cells: cells.map((cell) => cell.id === id ? { ...cell, outputs: change(cell.outputs!) } : cell),
  });
  const picture = lost("samples", (outputs) => outputs.slice(1));
  const line = lost("samples", ([picture, text]) => [
    picture!,
    { ...text!, text: (text as { text: string[] }).text.slice(1) } as Output,
  ]);
  for (const run of [picture, line]) {
    assertEquals(lessThan(cells, run), ["samples"]);
    assertEquals(unlike(run, [whole]), ["samples"]);
    assertEquals(unlike(whole, [run]), ["samples"]);
    assertEquals(unlike(whole, [run, whole]), []);
  }
  assertEquals(lessThan(cells, whole), []);
  assertEquals(unlike(whole, []), code.map(({ id }) => id));
  assertEquals(unlike(lost("rule", () => []), [lost("rule", () => [])]), ["rule"]);
});
