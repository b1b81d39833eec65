// What a shell makes of the script that `ff completions` prints for it.

import { assertEquals } from "@std/assert";
import { assertRefused, ff, withFolder } from "./_ff.ts";

/** What is completed, and every word that is offered for it. */
const expected: [typed: string, offered: string[]][] = [
  ["ff tr", ["train"]],
  ["ff train --rec", ["--recipe"]],
  ["ff train --recipe qu", ["quick"]],
  ["ff train --backend tfjs-w", ["tfjs-wasm"]],
  ["ff eval --dataset fash", ["fashion-mnist"]],
  ["ff train --batch-size ", ["full"]],
  ["ff completions ", ["bash", "fish", "zsh"]],
  ["ff help ba", ["backends"]],
];

async function run(shell: string, args: string[], env: Record<string, string>): Promise<string> {
  const output = await new Deno.Command(shell, { args, env, stdin: "null" }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  assertEquals([output.code, stderr], [0, ""]);
  return stdout!;
}

/** Registers a test that gives its body the script in a file; without the shell it is ignored. */
function testIn(shell: string, body: (script: string, folder: string) => Promise<void>): void {
  let missing = false;
  try {
    new Deno.Command(shell, { args: ["-c", "exit"], stdout: "null", stderr: "null" }).outputSync();
  } catch {
    missing = true;
  }
  Deno.test({
    name: `${shell} completes commands, flags and values${missing ? ` (no ${shell} here)` : ""}`,
    ignore: missing,
    fn: () =>
      withFolder(async (folder) => {
        const { code, stdout, stderr } = await ff(["completions", shell]);
        assertEquals([code, stderr], [0, ""]);
        const script = `${folder}/_ff`;
        await Deno.writeTextFile(script, stdout);
        await body(script, folder);
      }),
  });
}

testIn("bash", async (script) => {
  // Outside of a real completion bash has no compopt, which says whether files are offered too.
  const harness = `source "$SCRIPT"
    compopt() { printf '%s\\n' "$*"; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _ff
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const complete = async (...words: string[]): Promise<string[]> => {
    const text = await run("bash", ["-c", harness, "bash", ...words], { SCRIPT: script });
    return text.split("\n").filter((line) => line !== "").sort();
  };
  for (const [typed, offered] of expected) {
    const said = await complete(...typed.split(" "));
    const paths = said.filter((line) => line.startsWith("+o default"));
    assertEquals(said.slice(paths.length), offered, typed);
    // A data set may be a file, too.
    assertEquals(paths.length, typed.includes("--dataset") ? 0 : 1, typed);
  }
  assertEquals(await complete("ff", "train", "--recipe", "=", "qu"), ["+o default", "quick"]);
  assertEquals(await complete("ff", "train", "--recipe", "=", "k"), ["+o default", "keras"]);
  assertEquals(await complete("ff", "train", "--epochs", ""), ["+o default"]);
  assertEquals(await complete("ff", "train", "--out", ""), ["+o default -o plusdirs"]);
  assertEquals(await complete("ff", "predict", ""), []);
});

testIn("zsh", async (_script, folder) => {
  // A key that completes, says what the line has become and leaves; in a terminal, since zsh completes nowhere else.
  await Deno.writeTextFile(
    `${folder}/.zshrc`,
    `fpath+=(${folder}); autoload -U compinit; compinit -u -D
    setopt no_auto_menu no_list_beep
    finish() { zle complete-word; print -r -- "$BUFFER" >${folder}/line; exit }
    zle -N finish; bindkey '^I' finish; PS1=ready`,
  );
  const harness = `zmodload zsh/zpty
    zpty shell zsh -i
    zpty -r -m shell seen '*ready*'
    zpty -w -n shell "$1"$'\\t'
    while zpty -r shell seen; do :; done
    cat ${folder}/line`;
  for (const [typed, offered] of expected) {
    if (offered.length > 1) continue; // What is listed is for the eye.
    const line = await run("zsh", ["-f", "-c", harness, "zsh", typed], {
      ZDOTDIR: folder,
      TERM: "xterm",
    });
    const completed = line.trimEnd().replace(/=$/, "").split(" ").at(-1);
    assertEquals(completed, offered[0], typed);
  }
});

testIn("fish", async (script, folder) => {
  for (const [typed, offered] of expected) {
    const text = await run(
      "fish",
      ["--no-config", "-c", `source ${script}; complete -C '${typed}'`],
      { HOME: folder },
    );
    // After a tab comes the description.
    const lines = text.trimEnd().split("\n").map((line) => line.replace(/\t.*/, ""));
    assertEquals(lines.sort(), offered, typed);
  }
});

Deno.test("ff completions refuses a shell it does not know", () =>
  assertRefused(["completions", "tcsh"], ['"tcsh"', "give bash, zsh or fish"]));

Deno.test("ff completions refuses to guess the shell", () =>
  assertRefused(["completions"], ["needs a shell", "give bash, zsh or fish"]));

Deno.test("ff completions refuses two shells", () =>
  assertRefused(["completions", "bash", "zsh"], ['"zsh"', "one shell"]));
