// `deno task pack [DIR]`: makes an npm tarball of each package, for runtimes that are not Deno.

import { createTar } from "nanotar";
import { type Configuration, npmPackage } from "./npm_package.ts";

const root = new URL("../../", import.meta.url);
const [out = "dist"] = Deno.args;

const read = async (path: string | URL): Promise<Configuration> =>
  JSON.parse(await Deno.readTextFile(new URL(path, root)));
const { imports, workspace } = await read("deno.json") as unknown as {
  imports: Record<string, string>;
  workspace: string[];
};
const folders = workspace.filter((path) => path.startsWith("./packages/"))
  .map((path) => new URL(`${path}/`, root));
const configurations = await Promise.all(
  folders.map((folder) => read(new URL("deno.json", folder))),
);
const versions = new Map(configurations.map(({ name, version }) => [name, version]));
const license = await Deno.readTextFile(new URL("LICENSE", root));

await Deno.mkdir(out, { recursive: true });
for (const [i, folder] of folders.entries()) {
  const configuration = configurations[i]!;
  const { name, version } = configuration;
  const files = [
    ...await npmPackage(folder, configuration, { imports, versions }),
    { name: "LICENSE", data: license },
    { name: "README.md", data: await Deno.readTextFile(new URL("README.md", folder)) },
  ];
  const tar = createTar(files.map(({ name, data }) => ({ name: `package/${name}`, data })));
  const zipped = new Response(
    new Blob([tar as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip")),
  );
  const path = `${out}/${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
  await Deno.writeFile(path, await zipped.bytes());
  console.log(`${path}: ${files.length} files`);
}
