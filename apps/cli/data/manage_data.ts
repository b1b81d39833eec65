// `ff data`: what data sets there are by name, and getting one from its publisher.

import { type Arguments, type Flags, nearest, oneOf } from "../shared/arguments.ts";
import { DATA_FOLDER } from "./data_folder.ts";
import { fetchDataset } from "./fetch_dataset.ts";
import { knownDatasets } from "./known_datasets.ts";
import { listDatasets } from "./list_datasets.ts";
import { showDownload } from "../display/download_bar.ts";
import { megabytes } from "../display/words.ts";
import { EXIT, Interrupted, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";

/** The flags of `ff data`. */
export const flags: Flags = {
  out: { value: "DIR", help: `the folder to fetch to, ${DATA_FOLDER}/NAME by default` },
  from: {
    value: "URL",
    help:
      "a mirror with the same files; deno run --allow-net=HOST allows its host, deno task data does not",
  },
  json: { value: "", help: "one JSON object a line on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

const USES = "ff data list, or ff data fetch NAME";

/** Runs `ff data` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  const [verb, name, surplus] = args.rest;
  if (verb === undefined) throw new UsageError(`data needs to be told what to do: ${USES}`);
  if (verb !== "list" && verb !== "fetch") {
    throw new UsageError(`data cannot "${verb}"${nearest(verb, ["list", "fetch"])}`);
  }
  const extra = verb === "list" ? name : surplus;
  if (extra !== undefined) {
    throw new UsageError(
      `data ${verb} takes ${verb === "list" ? "no name" : "one name"}, got "${extra}" too: ${USES}`,
    );
  }
  if (verb === "fetch") return await fetchNamed(args, name);
  for (const flag of ["out", "from"]) {
    if (args.text(flag) !== undefined) {
      throw new UsageError(`--${flag} is for ff data fetch: leave it out`);
    }
  }
  await listDatasets(args.given("json"));
  return EXIT.done;
}

async function fetchNamed(args: Arguments, given: string | undefined): Promise<number> {
  const names = Object.keys(knownDatasets);
  if (given === undefined) {
    throw new UsageError(`data fetch needs a name: choose from ${names.join(", ")}`);
  }
  const set = knownDatasets[oneOf("data set", given, names)]!;
  const { name, published, source } = set;
  const from = mirror(args.text("from"));
  const json = args.given("json");
  const emit = (event: Record<string, unknown>): void => {
    if (json) console.log(JSON.stringify(event));
  };
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  if (!published) {
    emit({ event: "done", dataset: name, folder: null, received: 0, archive: null });
    say(`${name} comes with ff, as ${source}: there is nothing to fetch`);
    return EXIT.done;
  }
  const bar = showDownload();
  using interrupt = onInterrupt(bar.stop);
  let expected = 0;
  try {
    const fetched = await fetchDataset({ ...set, published }, {
      out: args.text("out"),
      from,
      signal: interrupt.signal,
      onFile: ({ bytes }, { href }, path) => {
        bar.stop();
        expected = bytes;
        emit({ event: "file", url: href, path, bytes });
        say(`${href} (${megabytes(bytes)})`);
      },
      onProgress: (bytes, total) => {
        if (!json) bar.update(bytes, total ?? Math.max(expected, bytes));
      },
    });
    bar.stop();
    emit({ event: "done", dataset: name, ...fetched });
    const { folder, received, archive } = fetched;
    say(
      `${name} is in ${folder}${
        received > 0 ? `, ${megabytes(received)} downloaded` : ""
      } and whole`,
    );
    if (archive) {
      say(`${archive} is kept for the other parts of EMNIST: remove it if you want none`);
    }
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(
      `interrupted: what has arrived is kept, and the same command goes on from there`,
      error.code,
    );
  } finally {
    bar.stop();
  }
}

function mirror(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new UsageError(
      `--from must be an address that begins with http:// or https://, got "${text}"`,
    );
  }
  return url.href.replace(/\/?$/, "/");
}
