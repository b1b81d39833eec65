// What uses a model that was taken, in a page of one's own and on the command line.

/** The model's file. */
export const NAME = "model.safetensors";

/** A program that uses it. */
export const SNIPPET = `import { loadModel } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-webgpu";

const response = await fetch("${NAME}");
const bytes = new Uint8Array(await response.arrayBuffer());
const backend = await createBackend();
const network = await loadModel(backend, bytes);
// images: bytes of 28 x 28 pixels each, light on black
const labels = await network.predict({ images, count, rows: 28, columns: 28 });

// On the command line:
//   deno task eval ${NAME}
//   deno task predict ${NAME} digit.png
`;
