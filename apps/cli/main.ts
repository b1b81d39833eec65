/**
 * `ff`: trains and evaluates Forward-Forward networks from the command line.
 *
 * @module
 */

import { nearest, parse } from "./shared/arguments.ts";
import { commands } from "./commands.ts";
import { EXIT, explain, UsageError } from "./shared/errors.ts";
import { commandHelp, overview } from "./help.ts";
import { VERSION } from "./version.ts";

/** Runs `ff` with these arguments and returns its exit code; nothing is thrown. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const [first, ...others] = args;
    if (first === "--version") {
      console.log(`ff ${VERSION}`);
      return EXIT.done;
    }
    // `ff help train` is `ff train --help`.
    const [name, ...rest] = first === "help" && others.length > 0 ? [...others, "--help"] : args;
    if (name === undefined || ["help", "--help", "-h"].includes(name)) {
      console.log(overview());
      return EXIT.done;
    }
    const command = Object.hasOwn(commands, name) ? commands[name]! : null;
    if (!command) {
      const known = Object.keys(commands);
      throw new UsageError(`ff has no command "${name}"${nearest(name, known)}`);
    }
    const { flags, run } = await command.load();
    const parsed = parse(name, rest, flags);
    if (parsed.given("help")) {
      console.log(commandHelp(command, flags));
      return EXIT.done;
    }
    return await run(parsed);
  } catch (error) {
    const { message, code } = explain(error);
    console.error(`ff: ${message}`);
    if (wantsStack()) console.error(error);
    return code;
  }
}

// Where FF_DEBUG may not be read, nobody asked for it.
function wantsStack(): boolean {
  try {
    return Boolean(Deno.env.get("FF_DEBUG"));
  } catch {
    return false;
  }
}

// The Vulkan driver complains on stderr when this is unset, which means nothing to the user.
function quietDriver(): void {
  try {
    if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  } catch {
    // Not allowed to: then the line is shown.
  }
}

if (import.meta.main) {
  quietDriver();
  Deno.exit(await main(Deno.args));
}
