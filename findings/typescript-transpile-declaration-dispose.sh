#!/bin/sh
# typescript 5.9.3: ts.transpileDeclaration writes a class's [Symbol.dispose]() twice, and tsc then refuses the declaration.
#
# Of `class A { [Symbol.dispose](): void {} }` it makes a property `[Symbol.dispose]: () => void;` and the method, without
# a diagnostic. Whoever type-checks a package that ships such a file (without skipLibCheck) gets TS2300, "Duplicate
# identifier '[Symbol.dispose]'". A method with a plain name is written once, and so is this one by a ts.Program of the
# same file whose `lib` has esnext.disposable. transpileDeclaration takes no library, so the symbol means nothing to it.
#
# Seen: 2026-11-27, Node 20.20.2, Linux x64. Needs Node and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts typescript@5.9.3 >/dev/null

cat > main.mjs <<'JS'
import fs from "node:fs";
import ts from "typescript";

const source = `export class A {
  [Symbol.dispose](): void {}
  close(): void {}
}
`;
const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  declaration: true,
  isolatedDeclarations: true,
};
const count = (text) => `dispose ${text.split("[Symbol.dispose]").length - 1}, close ${text.split("close").length - 1}`;
const { outputText, diagnostics } = ts.transpileDeclaration(source, {
  fileName: "a.ts",
  reportDiagnostics: true,
  compilerOptions: options,
});
console.log(`transpileDeclaration: ${count(outputText)}, ${diagnostics.length} diagnostics`);

fs.writeFileSync("a.ts", source);
const lib = ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"];
const program = ts.createProgram(["a.ts"], { ...options, lib, outDir: "out" });
program.emit(undefined, (name, text) => {
  if (name.endsWith(".d.ts")) console.log(`Program: ${count(text)}`);
});

fs.mkdirSync("used");
fs.writeFileSync("used/a.d.ts", outputText);
const used = ts.createProgram(["used/a.d.ts"], { lib, noEmit: true, strict: true });
const codes = ts.getPreEmitDiagnostics(used).map(({ code }) => `TS${code}`);
console.log(`tsc of what transpileDeclaration made: ${[...new Set(codes)]}`);
JS

cat > expected <<'TXT'
transpileDeclaration: dispose 2, close 1, 0 diagnostics
Program: dispose 1, close 1
tsc of what transpileDeclaration made: TS2300
TXT
node main.mjs | tee seen
diff expected seen && echo "as found"
