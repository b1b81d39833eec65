// `deno task web:build`: makes the folder that is the lab.

import { labFiles, writeFiles } from "./build.ts";

const [folder = "dist/lab", surplus] = Deno.args;
if (folder.startsWith("-") || surplus !== undefined) {
  console.log(`deno task web:build [FOLDER]
  make the lab in the browser, a folder of static files: dist/lab, or one in dist`);
  Deno.exit(["--help", "-h"].includes(folder) ? 0 : 2);
}
const files = await labFiles();
await Deno.remove(folder, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
await writeFiles(folder, files);
const megabytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6;
console.log(
  `${files.length} files, ${
    megabytes.toFixed(1)
  } MB, in ${folder}: any host of static files serves them`,
);
