// One run of Chromium for all tests: the bundle, a server for it, and what comes of its cases.

import { fileURLToPath } from "node:url";
import { mnistFolder } from "../../bench/_mnist.ts";
import { TextLineStream } from "../../bench/peers/_lines.ts";
import { driveChromium } from "../_chromium.ts";
import type { Launch, Line } from "./_drive.ts";
import type { Place } from "./program.ts";

const PAGE = `<!doctype html>
<link rel="icon" href="data:,">
<script type="module" src="/program.js"></script>
`;

const here = (path: string, base = import.meta.url): string => fileURLToPath(new URL(path, base));

// Where the files of an address are, besides the bundle.
const FOLDERS: Record<string, string> = {
  mnist: mnistFolder(),
  golden: here("../golden"),
  wasm: here(
    "./",
    import.meta.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm"),
  ),
};

const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };

/** A run of Chromium. */
export class Session implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #outcomes = new Map<string, PromiseWithResolvers<unknown>>();
  #process: Deno.ChildProcess | null = null;
  #run: Promise<void> = Promise.resolve();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #end: Error | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, ({ url }) => this.#serve(new URL(url).pathname));
  }

  /**
   * Bundles the program as its users would, serves it, and opens in Chromium what `launches` makes of the server's address. Where
   * nothing is heard of it for `patience` seconds, it is given up.
   */
  static async start(launches: (port: number) => Launch[], patience: number): Promise<Session> {
    const session = new Session(await Deno.makeTempDir());
    try {
      await session.#bundle();
      session.#run = session.#drive(launches(session.#server.addr.port), 1000 * patience);
      session.#run.catch((error) => session.#giveUp(error));
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
    return session;
  }

  /** What a case resolved to, once it has. Rejects where it failed, and where Chromium ended before it ran. */
  async outcome(place: Place, criterion: string): Promise<unknown> {
    return await this.#outcome(place, criterion).promise;
  }

  /** Waits until all is done. Rejects where a page failed besides its cases. */
  async done(): Promise<void> {
    await this.#run;
  }

  /** Ends the browser and the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process?.kill();
    } catch {
      // It has ended.
    }
    await this.#run.catch(() => {});
    await this.#server.shutdown();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #bundle(): Promise<void> {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--platform", "browser"],
        ...["--output", `${this.#folder}/program.js`, here("program.ts")],
      ],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }

  async #serve(path: string): Promise<Response> {
    if (path === "/") return new Response(PAGE, { headers: { "content-type": "text/html" } });
    const [, folder, name = ""] = /^\/(?:(\w+)\/)?([\w.-]+)$/.exec(path) ?? [];
    const [, ending = ""] = /\.(\w+)$/.exec(name) ?? [];
    const headers = {
      "content-type": TYPES[ending] ?? "application/octet-stream",
      // The page and the worker ask for the same.
      "cache-control": "max-age=3600",
    };
    try {
      const { readable } = await Deno.open(`${folder ? FOLDERS[folder] : this.#folder}/${name}`);
      return new Response(readable, { headers });
    } catch (error) {
      return new Response(String(error), { status: 404 });
    }
  }

  // Hands out what comes, until nothing more does.
  async #drive(launches: Launch[], patience: number): Promise<void> {
    const program = new URL("_drive.ts", import.meta.url);
    const process = this.#process = driveChromium(program, [JSON.stringify(launches)]).spawn();
    const stderr = new Response(process.stderr).text();
    let reason = "";
    const wait = (): void => {
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => {
        reason = `nothing was heard for ${patience / 1000} s; `;
        process.kill();
      }, patience);
    };
    wait();
    const lines = process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines) {
      wait();
      const { place, criterion, error, value } = JSON.parse(line) as Line;
      const { resolve, reject } = this.#outcome(place, criterion);
      if (error === null) resolve(value);
      else reject(new Error(`in the ${place}: ${error}`));
    }
    const { code } = await process.status;
    const end = new Error(`${reason}Chromium's driver ended with ${code}: ${await stderr}`);
    this.#giveUp(end);
    if (code !== 0) throw end;
  }

  #giveUp(end: Error): void {
    clearTimeout(this.#silence);
    this.#end ??= end;
    for (const { reject } of this.#outcomes.values()) reject(end);
  }

  #outcome(place: Place, criterion: string): PromiseWithResolvers<unknown> {
    const name = `${place}: ${criterion}`;
    const known = this.#outcomes.get(name);
    if (known) return known;
    const outcome = Promise.withResolvers<unknown>();
    outcome.promise.catch(() => {}); // It may fail before anybody asks for it.
    if (this.#end) outcome.reject(this.#end);
    this.#outcomes.set(name, outcome);
    return outcome;
  }
}
