// Measuring: subject and peer in turns, medians, and the ratio of the two.

/** One row of the benchmark, before it is run. */
export interface Bench {
  /** What is measured, `"matmul/1024x1024x1024"`. */
  name: string;
  /** This project's side. */
  subject: string;
  /** What it is measured against. */
  peer: string;
  /** What a sample counts; less is better. */
  unit: string;
  /** Makes both sides ready, warms them up and checks that they compute the same. */
  open(): Promise<Sides>;
}

/** Both sides of a row, ready to be sampled. */
export interface Sides extends AsyncDisposable {
  /** One sample of the subject, in the row's unit. */
  subject(): Promise<number>;
  /** One sample of the peer, in the row's unit. */
  peer(): Promise<number>;
  /** How it was measured, for whoever reads the result. */
  note: string;
  /** What was found when the two were compared before timing. */
  agreement: string;
  /** A sample as people compare it, `"17.1 GFLOP/s"`. */
  rate?: (sample: number) => string;
}

/** All samples of a row. */
export interface Samples {
  /** The subject's, in order. */
  subject: number[];
  /** The peer's, in order. */
  peer: number[];
}

// Both ONNX Runtime and OpenBLAS keep their threads spinning for some milliseconds after they are done.
const SETTLE_MILLISECONDS = 150;

/** Samples subject and peer in turns, so that whatever else the machine does meets both. */
export async function alternate(
  sides: Pick<Sides, "subject" | "peer">,
  rounds: number,
  onRound?: (round: number) => void,
): Promise<Samples> {
  const samples: Samples = { subject: [], peer: [] };
  for (let round = 1; round <= rounds; round++) {
    onRound?.(round);
    for (const side of ["subject", "peer"] as const) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
      const sample = await sides[side]();
      if (!(sample > 0 && Number.isFinite(sample))) {
        throw new Error(`the ${side}'s sample in round ${round} is ${sample}`);
      }
      samples[side].push(sample);
    }
  }
  return samples;
}

/** The median; of an even number of values the mean of the middle two. Throws a `RangeError` for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values have no median");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How many times less the subject takes than the peer: over 1 the subject is faster. */
export function ratioOf({ subject, peer }: Samples): number {
  return median(peer) / median(subject);
}

/** Seconds that `work` takes. */
export async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Throws unless two figures differ by no more than `tolerance`, relative to the first. Returns by how much. */
export function requireAlike(
  what: string,
  ours: number,
  theirs: number,
  tolerance: number,
): number {
  const off = Math.abs(ours - theirs) / Math.abs(ours);
  // Written so that NaN fails.
  if (!(off <= tolerance)) {
    throw new Error(
      `the peer computes something else: ${what} is ${ours.toPrecision(4)} for the subject and ` +
        `${theirs.toPrecision(4)} for the peer, more than ${tolerance * 100} % apart`,
    );
  }
  return off;
}

/** Throws unless the peer runs where the subject does: of several GPUs each may have picked another. */
export function requireSameAdapter(ours: string, theirs: string): void {
  if (theirs !== ours) {
    throw new Error(`the peer runs on ${theirs || "an unknown adapter"}, the subject on ${ours}`);
  }
}
