// `deno task web`: builds the lab in memory and serves it to this machine alone.

import { labFiles } from "./build.ts";
import { serveFiles } from "./server.ts";

const USUAL_PORT = 8017;
const [text = String(USUAL_PORT), surplus] = Deno.args;
const port = Number(text);
if (surplus !== undefined || !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
  console.log(`deno task web [PORT]
  serve the lab in the browser to this machine alone, on port ${USUAL_PORT} or another`);
  Deno.exit(["--help", "-h"].includes(text) ? 0 : 2);
}
console.log("building the lab");
const files = await labFiles();
try {
  serveFiles(files, {
    port,
    onListen: (port) => console.log(`it is at http://127.0.0.1:${port}/ until Ctrl-C`),
  });
} catch (error) {
  if (!(error instanceof Deno.errors.AddrInUse)) throw error;
  console.error(
    `port ${port} is taken, perhaps by another lab: give one that is free, as in deno task web 8018`,
  );
  Deno.exit(1);
}
