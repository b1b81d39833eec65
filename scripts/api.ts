// `deno task api`: writes `docs/api/PACKAGE.txt`, what each package exports, so that a change of it shows in review.
// `--check` writes nothing, and ends with exit code 1 where a listing is not as it should be.

const root = new URL("../", import.meta.url);
const PACKAGES = ["core", "backend-onnx", "backend-tfjs", "backend-webgpu", "datasets"];

// A package's sources without their doc comments, which a listing leaves out, copied to a folder.
async function copyBare(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyBare(new URL(`${name}/`, from), `${to}/${name}`);
    else if (/\.ts$/.test(name) && !/_test\.ts$/.test(name)) {
      const source = await Deno.readTextFile(new URL(name, from));
      await Deno.writeTextFile(
        `${to}/${name}`,
        source.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/\n?/gm, ""),
      );
    } else if (/\.(json|js)$/.test(name)) {
      await Deno.copyFile(new URL(name, from), `${to}/${name}`);
    }
  }
}

// What `deno doc` says of an entry, without where it is defined.
async function listingOf(folder: string, entry: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["doc", entry],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout)
    .replaceAll(/^\s*Defined in .*\n\n?/gm, "")
    .replaceAll(/\n{2,}/g, "\n")
    .trim();
}

const { workspace: _, links: __, tasks: ___, ...settings } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", root)),
);
const folder = await Deno.makeTempDir();
let differing = 0;
try {
  const workspace = PACKAGES.map((name) => `./${name}`);
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ ...settings, workspace }));
  for (const name of PACKAGES) {
    await copyBare(new URL(`packages/${name}/`, root), `${folder}/${name}`);
  }
  for (const name of PACKAGES) {
    const { exports } = JSON.parse(await Deno.readTextFile(`${folder}/${name}/deno.json`));
    const entries: Record<string, string> = typeof exports === "string"
      ? { ".": exports }
      : exports;
    let text = "";
    for (const [specifier, file] of Object.entries(entries)) {
      const title = `@forward-forward/${name}${specifier.slice(1)}`;
      text += `# ${title}\n\n${await listingOf(`${folder}/${name}`, file)}\n\n`;
    }
    const path = new URL(`docs/api/${name}.txt`, root);
    if (!Deno.args.includes("--check")) await Deno.writeTextFile(path, text);
    else if (await Deno.readTextFile(path).catch(() => "") !== text) {
      differing++;
      console.error(`docs/api/${name}.txt is not what the package exports: run deno task api`);
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(differing > 0 ? 1 : 0);
