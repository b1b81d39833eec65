// The names of the files in a run's folder and in a sweep's.

/** The files of a run's last two checkpoints. */
export const CHECKPOINTS: readonly string[] = [
  "checkpoint-1.safetensors",
  "checkpoint-2.safetensors",
];

/** The files of a folder. */
export interface FolderFiles {
  /** What is written there and not to be lost. */
  files: readonly string[];
  /** What can be made again from those. */
  products: readonly string[];
  /** Of the former, what makes a folder one of its kind. */
  marks: readonly string[];
}

/** A run's. */
export const RUN_FILES: FolderFiles = {
  files: ["config.json", "metrics.jsonl", "model.safetensors", ...CHECKPOINTS, "lock"],
  products: ["report.html", "model.onnx"],
  marks: ["config.json", "metrics.jsonl"],
};

/** A sweep's. */
export const SWEEP_FILES: FolderFiles = {
  files: ["sweep.json", "plan.json", "trials.jsonl", "sweep.html", "lock"],
  products: [],
  marks: ["sweep.json", "trials.jsonl"],
};
