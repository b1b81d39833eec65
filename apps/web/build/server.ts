// Serves files from memory, as a host of static files would.

import type { BuiltFile } from "./script.ts";

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  wasm: "application/wasm",
};

/** Serves them to this machine. */
export function serveFiles(
  files: readonly BuiltFile[],
  { port = 0, onListen = () => {} }: { port?: number; onListen?: (port: number) => void } = {},
): Deno.HttpServer<Deno.NetAddr> {
  const known = new Map(files.map(({ path, bytes }) => [`/${path}`, bytes]));
  const options = {
    hostname: "127.0.0.1",
    port,
    onListen: ({ port }: Deno.NetAddr): void => onListen(port),
  };
  return Deno.serve(options, ({ url }) => {
    const { pathname } = new URL(url);
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const bytes = known.get(path);
    if (!bytes) return new Response("there is no such file\n", { status: 404 });
    const type = TYPES[path.replace(/^.*\./, "")] ?? "application/octet-stream";
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": type } });
  });
}
