// Every kernel's source, read: what WebGPU over Vulkan, over OpenGL and in browsers all do alike, and no more.

import { assert, assertEquals } from "@std/assert";
import { openDevice, test } from "./_testing.ts";
import { everyKernel } from "./_testing_kernels.ts";
import { type Kernel, LANES, MOST_SIZES } from "./kernels/kernel.ts";

/** What a rule has against a kernel, if anything. */
type Rule = (kernel: Kernel) => unknown[];

const bare = ({ code }: Kernel): string => code.replaceAll(/\/\/.*$/gm, "");

const found = (pattern: RegExp): Rule => (kernel) =>
  Array.from(bare(kernel).matchAll(pattern), ([match]) => match);

const BYTES: Record<string, number> = { f32: 4, u32: 4, vec4f: 16, "vec4<f32>": 16 };

// Functions that give the same everywhere, for what they are given here. Not so tanh, pow, fma, ldexp, ...
const ALIKE = new Set(
  "select max min abs exp log sqrt workgroupBarrier f32 u32 vec4f vec4u array vec4 if for Operand Result"
    .split(" "),
);

// Names of what is signed: buffers of `i32`, and what comes straight from them.
function signedNames(code: string): string[] {
  const buffers = Array.from(code.matchAll(/(\w+): array<(?:vec4<)?i32>/g), ([, name]) => name!);
  const read = new RegExp(`(?:let|var) (\\w+) = (?:${buffers.join("|")})\\[`, "g");
  return buffers.length === 0
    ? []
    : [...buffers, ...Array.from(code.matchAll(read), ([, name]) => name!)];
}

const rules: Record<string, Rule> = {
  "no @align and no @size, which OpenGL passes over": found(/@(align|size)\b/g),

  "parameters are numbers of 32 bits, sizes before scalars, eight of each at most": (kernel) => {
    const structs = Array.from(bare(kernel).matchAll(/struct (\w+) \{([^}]*)\}/g));
    assertEquals(structs.map(([, name]) => name), ["Params"]);
    const types = structs[0]![2]!.split(",").map((member) => member.split(":")[1]!.trim());
    const scalars = types.filter((type) => type === "f32").length;
    const sizes = scalars > 0 ? MOST_SIZES : types.length;
    const expected = [...Array(sizes).fill("u32"), ...Array(scalars).fill("f32")];
    return sizes <= MOST_SIZES && scalars <= 8 && `${expected}` === `${types}` ? [] : types;
  },

  "no matrices, whose columns OpenGL spaces differently": found(/\bmat[234]x[234]/g),

  "every variable is given a value, since a loop's next turn may see the last one's": found(
    /\bvar\s+\w+\s*(:[^=;]*)?;/g,
  ),

  "no loop but for, since a function may not end in one": found(/\b(loop|while)\b/g),

  "the turns of loops whose length depends on sizes are known": (kernel) => {
    const loops = Array.from(bare(kernel).matchAll(/\bfor \([^;]*;([^;]*);/g), ([, end]) => end!);
    const bounded = /^\s*\w+ [<>] \d+u?\s*(&&|$)/;
    return kernel.turns ? [] : loops.filter((end) => !bounded.test(end));
  },

  "bindings are numbered from 0, used as is said, and eight of storage at most": (kernel) => {
    const pattern =
      /@group\(0\) @binding\((\d+)\) var<(uniform|storage, read|storage, read_write)>/g;
    const bindings = Array.from(bare(kernel).matchAll(pattern));
    const uses = ["uniform"].concat(
      Array.from(kernel.access, (use) => `storage, ${use === "r" ? "read" : "read_write"}`),
    );
    const given = bindings.map(([, number, use]) => `${number}: ${use}`);
    const expected = uses.map((use, i) => `${i}: ${use}`);
    return `${given}` === `${expected}` && kernel.access.length <= 8 ? [] : [given];
  },

  "at most 16 KiB of workgroup memory": (kernel) => {
    const variables = bare(kernel).matchAll(/var<workgroup> \w+: array<(.+), (\d+)>;/g);
    const bytes = Array.from(variables, ([, type, length]) => BYTES[type!]! * Number(length));
    const declared = bare(kernel).match(/var<workgroup>/g) ?? [];
    assertEquals(bytes.length, declared.length, "all of it is arrays");
    const total = bytes.reduce((sum, n) => sum + n, 0);
    return total <= 16_384 ? [] : [total];
  },

  "at most 256 invocations in a workgroup": (kernel) => {
    const sizes = Array.from(bare(kernel).matchAll(/@workgroup_size\(([\d, ]+)\)/g));
    assertEquals(sizes.length, 1);
    const [x, y = 1, z = 1] = sizes[0]![1]!.split(",").map(Number);
    return x! * y * z <= 256 && z <= 64 ? [] : [sizes[0]![0]];
  },

  "no remainder and no quotient of what may be negative": (kernel) => {
    const names = signedNames(bare(kernel)).join("|");
    if (!names) return [];
    const operand = `\\b(${names})\\b(\\[[^\\[\\]]*(\\[[^\\]]*\\])?[^\\[\\]]*\\])?`;
    return found(new RegExp(`${operand}\\s*[%/]|[%/]\\s*${operand}`, "g"))(kernel);
  },

  "no conversion of a float to an integer, which is not clamped everywhere": (kernel) => {
    const signed = signedNames(bare(kernel));
    const conversions = Array.from(bare(kernel).matchAll(/\b[iu]32\(([^()]+)\)/g));
    return conversions.filter(([, from]) => !signed.includes(from!)).map(([whole]) => whole);
  },

  "remainders are by sizes, which are not zero, and by constants": (kernel) =>
    Array.from(bare(kernel).matchAll(/ % (\S+)/g), ([, by]) => by!)
      .filter((by) => !/^(params\.\w+|[1-9]\d*|\(end)\b/.test(by)),

  "nothing is told by NaN being unlike itself": found(
    /(?<![\w.\]])([\w.]+(?:\[[^\]]*\])?) [!=]= \1(?![\w.[(])/g,
  ),

  "no sum is compensated, which OpenGL folds away": found(/\((\w+) \+ (\w+)\) - (\1|\2)\b/g),

  "no functions but those that give the same everywhere": (kernel) => {
    const own = Array.from(bare(kernel).matchAll(/\bfn (\w+)\(/g), ([, name]) => name!);
    const called = Array.from(bare(kernel).matchAll(/(?<![@\w])(\w+)(?:<[^<>()]*>)?\(/g));
    return called.map(([, name]) => name!).filter((name) =>
      !ALIKE.has(name) && !own.includes(name) && !name.startsWith("for")
    );
  },

  "no extensions, no constants set from outside, no pointers": found(
    /\b(enable|requires|override|ptr)\b/g,
  ),
};

const kernels = Object.entries(everyKernel).flatMap(([name, variants]) =>
  variants.map((kernel) => ({ name, kernel }))
);

for (const [rule, objections] of Object.entries(rules)) {
  Deno.test(`kernels: ${rule}`, () => {
    for (const { name, kernel } of kernels) {
      assertEquals(objections(kernel), [], `${name}, ${kernel.label}`);
    }
  });
}

Deno.test("kernels: every one that a file of kernels exports is read", async () => {
  const folder = new URL("kernels/", import.meta.url);
  const exported: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name === "kernel.ts") continue; // What all are made with.
    const source = await Deno.readTextFile(new URL(name, folder));
    const pattern = /^export (?:const|function) (\w+)(?:(?!^export|;$)[^])*?(?::|=>) Kernel\b/gm;
    exported.push(...Array.from(source.matchAll(pattern), ([, name]) => name!));
  }
  assertEquals(exported.toSorted(), Object.keys(everyKernel).toSorted());
  for (const [name, variants] of Object.entries(everyKernel)) assert(variants.length > 0, name);
});

test("kernels: every one is WGSL to this implementation", async () => {
  const device = await openDevice();
  for (const { name, kernel } of kernels) {
    device.pushErrorScope("validation");
    device.createShaderModule({ code: kernel.code });
    const error = await device.popErrorScope();
    assertEquals(error?.message, undefined, `${name}, ${kernel.label}`);
  }
  device.destroy();
});

// A kernel that breaks each rule, so that none is one that cannot be broken.
const sound = everyKernel.gatherWarped![0]!;
const edit = (from: string | RegExp, to: string): Kernel => {
  const code = sound.code.replace(from, to);
  assert(code !== sound.code);
  return { ...sound, code };
};
const body = (statement: string): Kernel => edit("let row", `${statement}\n  let row`);
// The same statement where a buffer is of numbers that may be negative.
const signed = (statement: string): Kernel => {
  const kernel = body(statement);
  return { ...kernel, code: kernel.code.replace("maps: array<u32>", "maps: array<i32>") };
};
const outside = (declaration: string): Kernel => edit("@compute", `${declaration}\n@compute`);
const broken: Record<keyof typeof rules, Kernel[]> = {
  "no @align and no @size, which OpenGL passes over": [
    edit("count: u32", "@align(16) count: u32"),
    edit("count: u32", "@size(16) count: u32"),
  ],
  "parameters are numbers of 32 bits, sizes before scalars, eight of each at most": [
    edit("count: u32", "scale: f32, count: u32"),
    edit("count: u32", "place: vec3u, count: u32"),
    edit("groups: u32", Array.from({ length: 8 }, (_, i) => `n${i}: u32`).join()),
  ],
  "no matrices, whose columns OpenGL spaces differently": [body("let m = mat2x2f();")],
  "every variable is given a value, since a loop's next turn may see the last one's": [
    body("var sum: f32;"),
    body("var sum: vec4<f32>;"),
  ],
  "no loop but for, since a function may not end in one": [
    body("loop { break; }"),
    body("while (true) { break; }"),
  ],
  "the turns of loops whose length depends on sizes are known": [
    body("for (var p = 0u; p < params.columns; p++) {}"),
    body("for (var p = 0u; p < end; p += 4) {}"),
    body("for (var p = 0u; end > p && p < 9; p += 4) {}"),
  ],
  "bindings are numbered from 0, used as is said, and eight of storage at most": [
    edit("@binding(2)", "@binding(3)"),
    edit("storage, read_write", "storage, read"),
    { ...sound, access: "rrrrw".repeat(2) },
  ],
  "at most 16 KiB of workgroup memory": [
    outside("var<workgroup> tile: array<f32, 4097>;"),
    outside("var<workgroup> tile: array<vec4f, 1000>;\nvar<workgroup> more: array<u32, 97>;"),
  ],
  "at most 256 invocations in a workgroup": [
    edit(`workgroup_size(${LANES})`, "workgroup_size(257)"),
    edit(`workgroup_size(${LANES})`, "workgroup_size(16, 17)"),
  ],
  "no remainder and no quotient of what may be negative": [
    signed("let odd = maps[i] % 2;"),
    signed("let from = maps[i];\n  let odd = from / 2;"),
    signed("let odd = maps[which[i]] % 2;"),
    signed("let odd = 7 / maps[0];"),
  ],
  "no conversion of a float to an integer, which is not clamped everywhere": [
    body("let index = u32(params.scale);"),
    body("let index = i32(params.scale);"),
  ],
  "remainders are by sizes, which are not zero, and by constants": [
    body("let odd = i % 0;"),
    body("let odd = i % which[i];"),
  ],
  "nothing is told by NaN being unlike itself": [
    body("let missing = v != v;"),
    body("let there = y[i] == y[i];"),
  ],
  "no sum is compensated, which OpenGL folds away": [body("let lost = (sum + v) - sum;")],
  "no functions but those that give the same everywhere": [
    body("let x = tanh(2.0);"),
    body("let x = pow(2.0, 2.0);"),
  ],
  "no extensions, no constants set from outside, no pointers": [
    outside("override lanes: u32;"),
    edit(/^/, "enable f16;\n"),
  ],
};

Deno.test("kernels: each rule can be broken", () => {
  assertEquals(Object.keys(broken), Object.keys(rules));
  for (const [rule, examples] of Object.entries(broken)) {
    for (const kernel of examples) {
      const objections = rules[rule]!(kernel);
      assert(objections.length > 0, `${rule}: passes ${kernel.code}`);
    }
  }
});
