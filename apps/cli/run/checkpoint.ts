// Checkpoints: all that a run continues from, in two files of which one is always whole.

import type { Checkpoint } from "@forward-forward/core";
import { updatesPerEpoch } from "@forward-forward/core/training";
import {
  canonicalJson,
  decodeSafetensors,
  encodeSafetensors,
  FORMAT,
  matrices,
  misshapen,
  notFinite,
  parseModelInfo,
} from "@forward-forward/core/model";
import type { Data, Limits } from "../data/data.ts";
import type { AnyData } from "../kinds/kind.ts";
import { kindOf } from "../kinds/kinds.ts";
import { UsageError } from "../shared/errors.ts";
import { type ModelInfo, withPictures } from "./model_file.ts";
import { CHECKPOINTS } from "./run_files.ts";
import { writeWhole } from "./write_whole.ts";

/** A part of the data, told from any other. */
export interface PartIdentity {
  /** Number of images. */
  count: number;
  /** SHA-256 of their size, pixels and labels, in hexadecimal. */
  sha256: string;
}

/** The images of a run, told from any others. */
export interface DataIdentity {
  /** What it trains on. */
  train: PartIdentity;
  /** What was held out, if anything was. */
  validation: PartIdentity | null;
  /** What it is tested on; null for a sweep's trial, which knows of none. */
  test: PartIdentity | null;
}

/** Which epoch's model a run ends with. */
export type Keep = "last" | "best";

/** All of them. */
export const KEEPS: readonly Keep[] = ["last", "best"];

/** What a checkpoint file holds. */
export interface RunState {
  /** What its model file would say. */
  info: ModelInfo;
  /** The backend's name. */
  backend: string;
  /** How much of the data set was taken. */
  limits: Limits;
  /** Which epoch's model the run ends with. */
  keep: Keep;
  /** What was taken. */
  data: DataIdentity;
  /** Seconds trained. */
  trainSeconds: number;
  /** Where training stands, and all of the network's numbers. */
  checkpoint: Checkpoint;
}

/** The identity of a run's images. */
export async function identify({ train, validation, test }: Data): Promise<DataIdentity> {
  return {
    train: await identifyPart(train),
    validation: validation && await identifyPart(validation),
    test: await identifyPart(test),
  };
}

/** The identity of a part of the data. */
export async function identifyPart(part: AnyData): Promise<PartIdentity> {
  const { numbers, bytes } = kindOf(part).identity(part);
  const sums = await Promise.all(bytes.map(sha256));
  const text = [...numbers, ...sums].join(" ");
  return { count: part.count, sha256: await sha256(new TextEncoder().encode(text)) };
}

// The checksum is the file's first text, so that its place is known before anything is parsed. It is that of the
// file with zeros in its place.
const BEFORE_SUM = `{"__metadata__":{"sha256":"`;
const SUM = { start: 8 + BEFORE_SUM.length, length: 64 };

/** The bytes of a checkpoint file: safetensors, with a SHA-256 of all of it. */
export async function encodeCheckpoint(state: RunState): Promise<Uint8Array<ArrayBuffer>> {
  const { info, backend, limits, keep, data, trainSeconds, checkpoint } = state;
  const { tensors, epoch: _, ...position } = checkpoint;
  const training = { format: FORMAT, backend, limits, keep, data, trainSeconds, ...position };
  return await sealCheckpoint(encodeSafetensors(tensors, {
    sha256: "0".repeat(SUM.length),
    format: "pt",
    "forward-forward": canonicalJson(info),
    training: canonicalJson(training),
  }));
}

/** Puts the checksum of the bytes into its place in them. */
export async function sealCheckpoint(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const place = bytes.subarray(SUM.start, SUM.start + SUM.length);
  new TextEncoder().encodeInto("0".repeat(SUM.length), place);
  new TextEncoder().encodeInto(await sha256(bytes), place);
  return bytes;
}

/**
 * Reads the bytes of a checkpoint file. Throws a `SyntaxError` that says what is wrong unless every byte is as it
 * was written, and all of it is there and can be.
 */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<RunState> {
  const require = (holds: boolean, why: string): void => {
    if (!holds) throw new SyntaxError(why);
  };
  const text = (from: number, length: number): string =>
    new TextDecoder("latin1").decode(bytes.subarray(from, from + length));
  require(text(8, BEFORE_SUM.length) === BEFORE_SUM, "it does not begin as a checkpoint does");
  const sum = text(SUM.start, SUM.length);
  const sealed = await sealCheckpoint(bytes.slice());
  require(
    sealed.length === bytes.length && sealed.every((byte, i) => byte === bytes[i]),
    `its content does not have the SHA-256 it names, ${JSON.stringify(sum.slice(0, 12))}...`,
  );
  const { tensors, metadata } = decodeSafetensors(bytes);
  const info = withPictures(parseModelInfo(metadata["forward-forward"]));
  require(metadata.training !== undefined, "its metadata has no training entry");
  const training: Training | null = JSON.parse(metadata.training!);
  require(isRecord(training), "its training entry is no object");
  const { format, backend, limits, data, trainSeconds, update, steps, pairs } = training!;
  // Checkpoints from before there was a choice have none.
  const keep = training!.keep ?? "last";
  require(KEEPS.includes(keep), "it does not say which epoch's model is kept");
  require(format === FORMAT, `its training entry has format ${format}, known is ${FORMAT}`);
  require(typeof backend === "string", "it names no backend");
  require(typeof trainSeconds === "number" && trainSeconds >= 0, "it has no time of training");
  require(
    isRecord(limits) &&
      Object.entries(limits).every(([name, n]) =>
        ["train", "test", "validation"].includes(name) && isWhole(n)
      ),
    "it does not say how much of the data set was taken",
  );
  require(
    isRecord(data) && isPart(data.train) &&
      [data.validation, data.test].every((part) => part === null || isPart(part)),
    "it does not say which images it was trained on",
  );
  require(isWholes(steps) && isWholes(pairs), "it has no counts of steps and pairs");
  const { recipe, epoch } = info;
  const updates = updatesPerEpoch(recipe, data.train.count);
  require(
    isWhole(update) && update <= updates,
    `it stands at update ${update} of an epoch of ${updates}`,
  );
  require(
    epoch < recipe.epochs || epoch === recipe.epochs && update === 0,
    `it stands after epoch ${epoch} and update ${update} of ${recipe.epochs} epochs`,
  );
  const state = matrices(tensors);
  const fault = notFinite(state);
  require(fault === null, fault!);
  const misfit = misshapen(recipe, state);
  require(misfit === null, misfit!);
  const checkpoint = { epoch, update, steps, pairs, tensors: state };
  return { info, backend, limits, keep, data, trainSeconds, checkpoint };
}

// What a checkpoint says of training, if it is well-formed.
type Training = Omit<RunState, "info" | "checkpoint"> & Omit<Checkpoint, "epoch" | "tensors"> & {
  format: number;
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(n: unknown): boolean {
  return Number.isSafeInteger(n) && n as number >= 0;
}

function isWholes(values: unknown): boolean {
  return Array.isArray(values) && values.every(isWhole);
}

function isPart(part: unknown): boolean {
  return isRecord(part) && isWhole(part.count) && part.count as number > 0 &&
    typeof part.sha256 === "string";
}

async function sha256(bytes: Uint8Array | Uint16Array): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return new Uint8Array(sum).toHex();
}

/** Writes a run's checkpoints, each over the older of two files: the newer is whole until the next one is. */
export class CheckpointFiles {
  readonly #run: string;
  #newest: number;

  /** In the run folder `run`; `newest` is the index of the file not to write over. */
  constructor(run: string, newest = 1) {
    this.#run = run;
    this.#newest = newest;
  }

  /** Writes a checkpoint. Where it fails, the one before is still there. */
  async save(state: RunState): Promise<void> {
    const next = 1 - this.#newest;
    await writeWhole(`${this.#run}/${CHECKPOINTS[next]}`, await encodeCheckpoint(state));
    this.#newest = next;
  }
}

/** A run's newest checkpoint. */
export interface FoundCheckpoint {
  /** Its file. */
  path: string;
  /** Which of the two files that is. */
  index: number;
  /** Its content. */
  state: RunState;
  /** What is wrong with the other file, one clause, or `null`. */
  damage: string | null;
}

/** Reads a run folder's newest whole checkpoint. Throws a {@linkcode UsageError} if it has none. */
export async function readCheckpoint(run: string): Promise<FoundCheckpoint> {
  const whole: Omit<FoundCheckpoint, "damage">[] = [];
  const damages: string[] = [];
  for (const [index, name] of CHECKPOINTS.entries()) {
    const path = `${run}/${name}`;
    try {
      whole.push({ path, index, state: await decodeCheckpoint(await Deno.readFile(path)) });
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      if (error instanceof Deno.errors.NotFound) continue;
      damages.push(`${path} is damaged: ${(error as Error).message}`);
    }
  }
  const [newest] = whole.toSorted(({ state: { checkpoint: a } }, { state: { checkpoint: b } }) =>
    b.epoch - a.epoch || b.update - a.update
  );
  if (newest) return { ...newest, damage: damages[0] ?? null };
  throw new UsageError(
    damages.length > 0
      ? `no checkpoint in ${run} is whole (${damages.join("; ")}): train anew, with another --out`
      : `${run} holds no checkpoint of a run: name the folder of a run that was interrupted`,
  );
}
