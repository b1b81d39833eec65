// Assembles the loops: `deno task loops` writes assembled.ts, which is what runs. Whoever installs the package needs no assembler.

import wabt from "wabt";
import { activations } from "./activate.ts";
import { contrastLoops } from "./contrasts.ts";
import { copyLoops } from "./copies.ts";
import { dropoutLoop } from "./dropout.ts";
import { mapLoops } from "./maps.ts";
import { pixelLoops } from "./pixels.ts";
import { rowLoops } from "./rows.ts";
import { stepLoops } from "./steps.ts";

const MEMORY = '"host" "memory"';
const LOOPS = [
  ...[activations, rowLoops, stepLoops, pixelLoops, dropoutLoop],
  ...[contrastLoops, mapLoops, copyLoops],
].join(" ");

/** The loops as a WebAssembly module. */
export async function assemble(): Promise<Uint8Array<ArrayBuffer>> {
  const text = `(module (import ${MEMORY} (memory 1)) ${LOOPS})`;
  const parsed = (await wabt()).parseWat("loops.wat", text, { simd: true });
  try {
    return parsed.toBinary({}).buffer as Uint8Array<ArrayBuffer>;
  } finally {
    parsed.destroy();
  }
}

/** What assembled.ts has to hold. */
export async function assembledSource(): Promise<string> {
  const lines = (await assemble()).toBase64().match(/.{1,96}/g)!;
  return `// The loops, assembled by \`deno task loops\` from the other files of this folder.

/** A WebAssembly module in base 64. */
export const assembled: string = \`
${lines.join("\n")}
\`;
`;
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("./assembled.ts", import.meta.url), await assembledSource());
}
