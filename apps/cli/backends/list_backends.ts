// `ff backends`: what can compute here, and what to do about what cannot.

import type { Arguments, Flags } from "../shared/arguments.ts";
import { listBackends, openBackend } from "../shared/backends.ts";
import { EXIT, UsageError } from "../shared/errors.ts";

/** The flags of `ff backends`. */
export const flags: Flags = {
  json: { value: "", help: "one JSON object a line on stdout" },
  help: { value: "", help: "this text" },
};

const API_NAMES = {
  vulkan: "Vulkan",
  opengl: "OpenGL",
  metal: "Metal",
  d3d12: "Direct3D 12",
} as const;

/** Runs `ff backends` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  if (args.rest.length > 0) {
    throw new UsageError(`backends takes no arguments, got "${args.rest[0]}"`);
  }
  const listed = await listBackends();
  const { backend, why } = await openBackend("auto");
  const auto = { name: backend.name, why };
  backend.dispose();
  if (args.given("json")) {
    for (const backend of listed) console.log(JSON.stringify({ event: "backend", ...backend }));
    console.log(JSON.stringify({ event: "auto", ...auto }));
    return EXIT.done;
  }
  const width = Math.max(...listed.map(({ name }) => name.length)) + 2;
  for (const { name, what, device, api, checked, reason, remedy } of listed) {
    const on = api && api !== "unknown" ? ` on ${API_NAMES[api]}` : "";
    const seen = checked ? ", checked: it computes right" : "";
    console.log(`${name.padEnd(width)}${what}`);
    console.log(
      " ".repeat(width) + (device ? device + on + seen : `unavailable: ${reason}; ${remedy}`),
    );
  }
  console.log(`\nauto takes ${auto.name}: ${auto.why}`);
  return EXIT.done;
}
