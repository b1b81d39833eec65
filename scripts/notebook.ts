// `deno task notebook`: executes examples/forward_forward.ipynb from top to bottom and saves what its cells give.
//
// Needs Jupyter's nbconvert (Debian: apt-get install --no-install-recommends jupyter-nbconvert). Deno's kernel is described to it in a
// folder that is removed again; nothing of the user's own Jupyter is read or changed. The kernel may do whatever its user may: Deno takes
// no permissions for it.

/** What a cell gave. */
export type Output =
  | { output_type: "stream"; name: string; text: string[] }
  | { output_type: "display_data" | "execute_result"; data: Record<string, string | string[]> };

/** A cell of a notebook. */
export interface Cell {
  /** What it is. */
  cell_type: "code" | "markdown";
  /** Its name. */
  id: string;
  /** Lines, each with its end. */
  source: string[];
  /** The how-manieth it was when executed. */
  execution_count?: number | null;
  /** What it gave, if it is code. */
  outputs?: Output[];
}

/** A notebook, format 4.5. */
export interface Notebook {
  /** From top to bottom. */
  cells: Cell[];
  /** Its kernel. */
  metadata: Record<string, unknown>;
  /** 4. */
  nbformat: number;
  /** 5. */
  nbformat_minor: number;
}

/** Where it is. */
export const NOTEBOOK: URL = new URL("../examples/forward_forward.ipynb", import.meta.url);

// How often a notebook is executed until nothing is missing.
const ATTEMPTS = 4;

/**
 * Executes a notebook with Deno's kernel, in its own folder, and writes into `folder` alone. Throws what a cell threw.
 *
 * Deno 2.9.6 may send an output after it has said that its cell is done, and nbconvert then misses it. That is no fault of the notebook's,
 * so it is executed again while `lacking`, given a run and those before it, names cells that lack something; after some runs it throws.
 */
export async function execute(
  notebook: URL,
  folder: string,
  lacking: (run: Notebook, before: readonly Notebook[]) => string[],
): Promise<Notebook> {
  const before: Notebook[] = [];
  let lack: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const run = await executeOnce(notebook, folder);
    lack = lacking(run, before);
    if (lack.length === 0) return run;
    before.push(run);
  }
  throw new Error(`in ${ATTEMPTS} runs some outputs were not whole, in the last those of ${lack}`);
}

async function executeOnce(notebook: URL, folder: string): Promise<Notebook> {
  const kernel = `${folder}/kernels/deno`;
  await Deno.mkdir(kernel, { recursive: true });
  const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
  await Deno.writeTextFile(
    `${kernel}/kernel.json`,
    JSON.stringify({ argv, display_name: "Deno", language: "typescript" }),
  );
  const { success, stderr } = await new Deno.Command("jupyter", {
    args: [
      "nbconvert",
      "--to=notebook",
      "--execute",
      "--ExecutePreprocessor.kernel_name=deno",
      "--ExecutePreprocessor.timeout=1200",
      `--output-dir=${folder}`,
      decodeURIComponent(notebook.pathname),
    ],
    env: {
      JUPYTER_PATH: folder,
      JUPYTER_DATA_DIR: folder,
      JUPYTER_CONFIG_DIR: `${folder}/config`,
      JUPYTER_RUNTIME_DIR: `${folder}/runtime`,
      IPYTHONDIR: `${folder}/ipython`,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const name = notebook.pathname.split("/").at(-1);
  return JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
}

/** The cells of a run that gave less than those of the same name in `whole`. */
export function lessThan(whole: readonly Cell[], { cells }: Notebook): string[] {
  const amount = ({ outputs = [] }: Cell): number[] =>
    outputs.map((output) => output.output_type === "stream" ? output.text.length : 1);
  return cells.flatMap((cell) => {
    const most = whole.filter(({ id }) => id === cell.id).flatMap(amount);
    const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
    return sum(amount(cell)) < sum(most) ? [cell.id] : [];
  });
}

/** The cells of a run that gave nothing, or what they gave in no run before: what is lost at random differs. */
export function unlike({ cells }: Notebook, before: readonly Notebook[]): string[] {
  const gave = ({ outputs }: Cell): string => JSON.stringify(outputs);
  return cells.flatMap((cell, i) => {
    if (cell.cell_type !== "code") return [];
    const known = before.some((run) => gave(run.cells[i]!) === gave(cell));
    return known && cell.outputs!.length > 0 ? [] : [cell.id];
  });
}

/** A notebook as the text of a file, without what differs from run to run: times, and versions. */
export function textOf({ cells, nbformat, nbformat_minor }: Notebook): string {
  const metadata = {
    kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
    language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
  };
  const lasting = cells.map(({ cell_type, id, source, outputs = [], execution_count = null }) =>
    cell_type === "code"
      ? { cell_type, execution_count, id, metadata: {}, outputs, source }
      : { cell_type, id, metadata: {}, source }
  );
  return JSON.stringify({ cells: lasting, metadata, nbformat, nbformat_minor }, null, 1) + "\n";
}

if (import.meta.main) {
  const dist = new URL("../dist", import.meta.url).pathname;
  await Deno.mkdir(dist, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: dist, prefix: "notebook-" });
  try {
    await Deno.writeTextFile(NOTEBOOK, textOf(await execute(NOTEBOOK, folder, unlike)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(
      "notebook: there is no jupyter here; on Debian or Ubuntu: " +
        "apt-get install --no-install-recommends jupyter-nbconvert",
    );
    Deno.exitCode = 2;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
