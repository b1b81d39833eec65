// The commands of `ff`: the one table that running, help and completions read.

import type { Arguments, Flags } from "./shared/arguments.ts";
import { knownDatasets } from "./data/known_datasets.ts";

/** A command as somebody would type it. */
export interface Example {
  /** The whole line, which needs no quotes. */
  line: string;
  /** What it does. */
  what: string;
}

/** A command of `ff`. */
export interface Command {
  /** What it does, for the list of commands. */
  what: string;
  /** How it is called. A word in capitals stands for a name, a file or a folder; others are typed as they are. */
  usage: string;
  /** The names there are, where the usage holds a NAME. */
  choices?: readonly string[];
  /** Two or three examples of real use. */
  examples: readonly Example[];
  /** Loads it, when it is asked for: a command has no use for the others' code. */
  load(): Promise<LoadedCommand>;
}

/** What a command's own file has. */
export interface LoadedCommand {
  /** Its flags. */
  flags: Flags;
  /** Runs it and returns its exit code. */
  run(args: Arguments): Promise<number>;
}

/** The flags of `ff` without a command. */
export const generalFlags: Flags = {
  version: { value: "", help: "which ff this is" },
  help: { value: "", help: "this text; ff COMMAND --help says more" },
};

/** What `ff --help` shows: a model from its training to its use. */
export const firstExamples: readonly Example[] = [
  { line: "ff train --out runs/first", what: "train on MNIST" },
  { line: "ff report runs/first", what: "draw what it learned" },
  { line: "ff predict runs/first digit.png", what: "see what it makes of a picture" },
];

/** The commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  train: {
    what: "train a network and test it",
    usage: "ff train [flags]",
    examples: [
      { line: "ff train --out runs/first", what: "half a minute of training, kept in runs/first" },
      {
        line: "ff train --recipe hinton --epochs 10 --validation 10000",
        what: "watch the error on what is held out",
      },
      { line: "ff train --resume runs/first", what: "go on with a run that was stopped" },
    ],
    load: () => import("./train/train.ts"),
  },
  eval: {
    what: "test a saved model",
    usage: "ff eval RUN|model.safetensors [flags]",
    examples: [
      { line: "ff eval runs/first", what: "on what its own data set has to test with" },
      { line: "ff eval runs/first --dataset fashion-mnist", what: "on another's" },
    ],
    load: () => import("./eval/eval.ts"),
  },
  predict: {
    what: "say what a saved model sees in images, or a text, of your own",
    usage: "ff predict RUN|model.safetensors FILE|FOLDER...|--text TEXT [flags]",
    examples: [
      { line: "ff predict runs/first digit.png scans/", what: "a picture, then a folder of them" },
      { line: "ff predict runs/first scans/ --json", what: "an object a line, for programs" },
      { line: "ff predict runs/fables --text fox", what: "go on with a text" },
    ],
    load: () => import("./predict/predict.ts"),
  },
  export: {
    what: "write a saved model as one ONNX file, which any ONNX runtime runs",
    usage: "ff export RUN|model.safetensors [flags]",
    examples: [
      { line: "ff export runs/first", what: "writes runs/first/model.onnx" },
      { line: "ff export runs/first --out digits.onnx", what: "writes digits.onnx" },
    ],
    load: () => import("./export/export.ts"),
  },
  report: {
    what: "draw a run, or compare several, in one HTML file",
    usage: "ff report RUN... [flags]",
    examples: [
      { line: "ff report runs/first", what: "writes runs/first/report.html" },
      {
        line: "ff report runs/first runs/second --out both.html",
        what: "two runs side by side",
      },
    ],
    load: () => import("./report/report.ts"),
  },
  data: {
    what: "list the data sets that have a name, or fetch one",
    usage: "ff data list|fetch [NAME] [flags]",
    choices: Object.keys(knownDatasets),
    examples: [
      { line: "ff data list", what: "what there is, and what of it is here" },
      { line: "ff data fetch kmnist", what: "into data/kmnist, for --dataset kmnist" },
      { line: "ff data fetch emnist-letters --out letters", what: "for --dataset letters" },
    ],
    load: () => import("./data/manage_data.ts"),
  },
  sweep: {
    what: "try a recipe in several settings, judged by training data that is held out",
    usage: "ff sweep FILE|DIR [flags]",
    examples: [
      { line: "ff sweep examples/sweep.json", what: "learning rates and dropout, in a minute" },
      {
        line: "ff sweep examples/sweep.json --on local --jobs 2",
        what: "two trials at a time, each a process",
      },
      { line: "ff sweep sweeps/first --status", what: "how each of its trials stands" },
    ],
    load: () => import("./sweep/sweep.ts"),
  },
  backends: {
    what: "list what can compute here",
    usage: "ff backends [--json]",
    examples: [
      { line: "ff backends", what: "with the remedy for what is missing" },
      { line: "ff backends --json", what: "an object a line, for programs" },
    ],
    load: () => import("./backends/list_backends.ts"),
  },
  completions: {
    what: "print what makes a shell complete ff's commands, flags and values",
    usage: "ff completions bash|zsh|fish",
    examples: [
      { line: "ff completions bash", what: "source it from .bashrc" },
      { line: "ff completions zsh", what: "save it as _ff in a folder of $fpath" },
      { line: "ff completions fish", what: "save it as ff.fish in fish's completions folder" },
    ],
    load: async () => {
      const { flags, printCompletions } = await import("./completions/completions.ts");
      return { flags, run: (args) => printCompletions(args, commands, generalFlags) };
    },
  },
};
