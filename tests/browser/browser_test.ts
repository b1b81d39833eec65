// The raw WGSL backend in headless Chromium, on SwiftShader: in a page and in a dedicated worker, from a bundle. With FF_AGREEMENT=1
// the long form of training instead, five epochs on all of MNIST, which takes many minutes.

import { createBackend } from "@forward-forward/backend-webgpu";
import { type Backend, UnavailableError } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";
import { assert, assertEquals } from "@std/assert";
import { type Amount, trainedError } from "../_agreement.ts";
import { testInChromium, WEBGPU_SWITCHES } from "../_chromium.ts";
import { amounts, type BrowserCase, type Group, groups, LIMIT } from "./_cases.ts";
import type { Launch } from "./_drive.ts";
import type { Place } from "./program.ts";
import { Session } from "./_session.ts";

// What opens at the same time, round after round.
type Opened = [place: Place, ...groups: Group[]];

const SHARED = ["golden", "agreement", "parity", "wasm"] as const;
const SUITE: Opened[][] = [
  // It is timed, so nothing else runs.
  [["page", "first update"]],
  // Each has the conformance of one family of kernels.
  [["page", "registers", ...SHARED], ["worker", "tiles", ...SHARED]],
  [["page", "training"], ["worker", "training"]],
  [["page", "memory"]],
  [["page", "destroyed"], ["worker", "destroyed"]],
  [["page", "killed"]],
  [["worker", "killed"]],
];
const LONG: Opened[][] = [[["page", "agreement", "long training"]]];
const rounds = Deno.env.get("FF_AGREEMENT") ? LONG : SUITE;

// Any name but localhost is no secure context.
const INSECURE = "plain.test";
const bare: Opened[] = [["page", "no adapter"], ["page", "plain http"]];

function launches(port: number): Launch[] {
  const visit = ([place, ...groups]: Opened): Launch["rounds"][0][0] => {
    const name = groups.includes("plain http") ? INSECURE : "127.0.0.1";
    return { url: `http://${name}:${port}/`, place, groups };
  };
  return [
    {
      flags: [
        ...WEBGPU_SWITCHES,
        // After three deaths of the GPU's process there would be no adapter any more.
        ...["--disable-gpu-process-crash-limit", "--disable-domain-blocking-for-3d-apis"],
      ],
      rounds: rounds.map((round) => round.map(visit)),
    },
    { flags: [`--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`], rounds: [bare.map(visit)] },
  ];
}

let session: Promise<Session> | undefined;
Deno.test.afterAll(async () => {
  await (await session?.catch(() => null))?.[Symbol.asyncDispose]();
});

// What Deno makes of what a case resolved to.
const judges: Partial<Record<Group, (value: unknown) => Promise<void> | void>> = {
  "first update": (milliseconds) => {
    assert(Number(milliseconds) > 0);
    console.log(`${Math.round(Number(milliseconds))} ms`);
  },
  "training": (error) => equalsDeno(Number(error), amounts.training, 0.01),
  "long training": (error) => equalsDeno(Number(error), amounts["long training"], 0.005),
};

const errors = new Map<Amount, Promise<number>>();

async function equalsDeno(error: number, amount: Amount, tolerance: number): Promise<void> {
  if (!errors.has(amount)) errors.set(amount, errorInDeno(amount));
  const expected = await errors.get(amount)!;
  const says = `${100 * error} % in Chromium, ${100 * expected} % in Deno`;
  console.log(says);
  assert(Math.abs(error - expected) <= tolerance + 1e-9, says);
}

async function errorInDeno(amount: Amount): Promise<number> {
  const backend = await createBackend().catch((error): Backend => {
    if (error instanceof UnavailableError) return new ReferenceBackend();
    throw error;
  });
  try {
    return await trainedError(backend, await loadMnist(), amount);
  } finally {
    backend.dispose();
  }
}

const opened = [...rounds.flat(), ...bare].flatMap(([place, ...names]) =>
  names.flatMap((group) =>
    groups[group].map((one: BrowserCase) => ({
      place,
      group,
      ...one,
      name: `${place}: ${one.criterion}`,
    }))
  )
);
assertEquals(new Set(opened.map(({ name }) => name)).size, opened.length, "a name is used twice");
// Longer than any case may take.
const patience = 60 + Math.max(...opened.map(({ limit = LIMIT }) => limit));

// Everything runs once, whichever tests are asked for.
function test(name: string, body: (session: Session) => Promise<void>): void {
  testInChromium(`chromium, ${name}`, async () => {
    session ??= Session.start(launches, patience);
    await body(await session);
  }, { sanitizeOps: false, sanitizeResources: false });
}

for (const { name, place, group, criterion } of opened) {
  test(name, async (session) => {
    const value = await session.outcome(place, criterion);
    await judges[group]?.(value);
  });
}
test("everywhere: nothing failed besides", (session) => session.done());
