// `ff` installed as docs/install.md says, and used from a folder that knows nothing of this repository.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "./_ff.ts";

const root = new URL("../../", import.meta.url);
const guide = await Deno.readTextFile(new URL("docs/install.md", root));
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));

// The commands of the guide that grant something, each on one line.
const commands = guide.matchAll(/```sh\n(deno (?:install|compile) [^`]*)```/g)
  .map(([, command]) => command!.replaceAll("\\\n", "").trim()).toArray();

Deno.test("docs/install.md grants what the task ff grants", () => {
  const granted = (command: string): string[] => command.match(/--(allow|deny)-\S+/g)!.sort();
  assertEquals(commands.length, 2);
  for (const command of commands) assertEquals(granted(command), granted(tasks.ff.command));
});

Deno.test({
  name: "ff can be installed as docs/install.md says, and used from elsewhere",
  ignore: Deno.build.os === "windows", // The guide's command is for a shell.
  fn: () =>
    withFolder(async (folder) => {
      const deno = Deno.execPath().replace(/\/[^/]*$/, "");
      const env = {
        DENO_INSTALL_ROOT: folder,
        PATH: `${folder}/bin:${deno}:${Deno.env.get("PATH")}`,
        NO_COLOR: "1",
      };
      const run = async (command: string, cwd: string | URL): Promise<string> => {
        const ended = await new Deno.Command("sh", { args: ["-c", command], cwd, env }).output();
        const [stdout, stderr] = [ended.stdout, ended.stderr].map((bytes) =>
          new TextDecoder().decode(bytes)
        );
        assertEquals(ended.code, 0, stderr);
        return stdout!;
      };
      await run(commands[0]!, root);
      const help = await run("ff --help 2>&1", folder);
      assertEquals(help.split("\n")[0], "ff, Forward-Forward without backpropagation");
      const small = "--train-limit 200 --test-limit 50 --epochs 1 --layers 784,8";
      assertStringIncludes(await run(`ff train ${small} --out run`, folder), "test accuracy");
    }),
});
