/**
 * `ff`: trains and evaluates Forward-Forward networks from the command line.
 *
 * @module
 */

import { type Arguments, describeFlags, type Flags, nearest, parse } from "./arguments.ts";
import { EXIT, explain, UsageError } from "./errors.ts";
import { evalFlags, evaluate } from "./eval.ts";
import { backendsFlags, showBackends } from "./list_backends.ts";
import { exportFlags, exportModel } from "./export.ts";
import { predict, predictFlags } from "./predict.ts";
import { report, reportFlags } from "./report.ts";
import { train, trainFlags } from "./train.ts";
import { VERSION } from "./version.ts";

interface Command {
  what: string;
  usage: string;
  example: string;
  flags: Flags;
  run(args: Arguments): Promise<number>;
}

const commands: Record<string, Command> = {
  train: {
    what: "train a network and test it",
    usage: "ff train [flags]",
    example: "ff train --recipe hinton --epochs 10 --validation 10000",
    flags: trainFlags,
    run: train,
  },
  eval: {
    what: "test a saved model",
    usage: "ff eval RUN|model.safetensors [flags]",
    example: "ff eval runs/first --backend webgpu",
    flags: evalFlags,
    run: evaluate,
  },
  predict: {
    what: "say what a saved model sees in images of your own",
    usage: "ff predict RUN|model.safetensors FILE|FOLDER... [flags]",
    example: "ff predict runs/first digit.png scans/",
    flags: predictFlags,
    run: predict,
  },
  export: {
    what: "write a saved model as one ONNX file, which any ONNX runtime runs",
    usage: "ff export RUN|model.safetensors [flags]",
    example: "ff export runs/first --out digits.onnx",
    flags: exportFlags,
    run: exportModel,
  },
  report: {
    what: "draw a run, or compare several, in one HTML file",
    usage: "ff report RUN... [flags]",
    example: "ff report runs/first",
    flags: reportFlags,
    run: report,
  },
  backends: {
    what: "list what can compute here",
    usage: "ff backends [--json]",
    example: "ff backends",
    flags: backendsFlags,
    run: showBackends,
  },
};

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
    const parsed = parse(name, rest, command.flags);
    if (parsed.given("help")) {
      const { usage, what, flags, example } = command;
      console.log(`${usage}\n  ${what}\n\n${describeFlags(flags)}\n\nexample\n  ${example}`);
      return EXIT.done;
    }
    return await command.run(parsed);
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

function overview(): string {
  const lines = Object.entries(commands).map(([name, { what }]) => `  ${name.padEnd(10)}${what}`);
  return `ff, Forward-Forward without backpropagation\n\n${
    lines.join("\n")
  }\n\nff COMMAND --help says more`;
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
