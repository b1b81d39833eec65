// What a kernel is, and how work is laid out on the grid of workgroups.

/** Sizes that a kernel takes at most; its scalars come behind the place of the last. */
export const MOST_SIZES = 8;

/**
 * A compute shader. Its entry point is `main`. Binding 0 of group 0 is its parameters, at most
 * 64 bytes: sizes (`u32`) from byte 0, scalars (`f32`) from byte 32. Its storage buffers follow.
 */
export interface Kernel {
  /** Names it in errors. */
  readonly label: string;
  /** How each storage buffer is used, from binding 1 on: `r` read, `w` written or both. */
  readonly access: string;
  /** WGSL. */
  readonly code: string;
  /** The turns of all its loops together, for its sizes; absent where they depend on none. */
  readonly turns?: (sizes: readonly number[]) => number;
}

/**
 * Turns that all loops of an invocation may take together. Mesa's llvmpipe, over Vulkan and over OpenGL, leaves the last
 * loop at one more, and says nothing.
 */
export const MOST_TURNS = 65_534;

/** Whether a kernel comes to the end of its loops with these sizes; see {@linkcode MOST_TURNS}. */
export function getsThrough({ turns }: Kernel, sizes: readonly number[]): boolean {
  return !turns || turns(sizes) <= MOST_TURNS;
}

/** A storage buffer of a kernel. */
export interface Buffer {
  /** Its name in WGSL. */
  readonly name: string;
  /** `r` read, `w` written or both. */
  readonly access: "r" | "w";
  /** The WGSL type of its elements. */
  readonly type: string;
}

/** WGSL of the bindings of a kernel: its parameters, then its storage buffers. */
export function bind(buffers: readonly Buffer[]): string {
  return [
    "@group(0) @binding(0) var<uniform> params: Params;",
    ...buffers.map(({ name, access, type }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${access === "r" ? "read" : "read_write"}> ` +
      `${name}: array<${type}>;`
    ),
  ].join("\n");
}

/** The {@linkcode Kernel.access} of a kernel with these buffers. */
export function accessOf(buffers: readonly Buffer[]): string {
  return buffers.map(({ access }) => access).join("");
}

/**
 * WGSL of the parameters: sizes, then scalars. What keeps the scalars at byte 32 is members that nothing reads, and no
 * `@align`, which WebGPU over OpenGL passes over in silence (naga 29, in Deno 2.9).
 */
export function parameters(sizes: readonly string[], scalars: readonly string[] = []): string {
  const padding = scalars.length === 0 ? [] : Array.from(
    { length: MOST_SIZES - sizes.length },
    (_, i) => `unused${i}`,
  );
  const fields = [
    ...[...sizes, ...padding].map((name) => `${name}: u32`),
    ...scalars.map((name) => `${name}: f32`),
  ];
  return `struct Params { ${fields.join(", ")} }`;
}

/** WGSL, from lines and lists of lines. */
export function lines(...parts: (string | readonly string[])[]): string {
  return parts.flat().join("\n");
}

/** Workgroups to dispatch, along two axes because one is too short for large tensors. */
export interface Grid {
  /** Along the first axis; kernels need it to number their workgroups. */
  readonly x: number;
  /** Along the second axis. */
  readonly y: number;
}

/** Invocations in a workgroup of a kernel that does one thing an invocation, or one row a workgroup. */
export const LANES = 64;

/** Turns in which the lanes of a workgroup fold what each of them has into one. */
export const HALVINGS: number = Math.log2(LANES);

/** Turns in which the lanes of a workgroup, side by side, pass over so many elements. */
export function passes(elements: number): number {
  return Math.ceil(elements / LANES);
}

// WebGPU guarantees this many workgroups along an axis.
const MOST = 65_535;

/** A grid of at least `groups` workgroups. */
export function groupGrid(groups: number): Grid {
  const y = Math.ceil(groups / MOST);
  return { x: Math.ceil(groups / y), y };
}

/** A grid of at least `count` invocations of kernels with {@linkcode LANES}. */
export function laneGrid(count: number): Grid {
  return groupGrid(Math.ceil(count / LANES));
}

/** Opens `main` for one invocation each of `params.count`, numbered `i`; `params.groups` is the grid's `x`. */
export const EACH: string = `@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.y * params.groups * ${LANES}u + id.x;
  if (i >= params.count) { return; }
`;

/**
 * Opens `main` for one workgroup each of `params.count` rows, numbered `row`, its invocations numbered
 * `lane`; `params.groups` is the grid's `x`.
 */
export const EACH_ROW: string = `@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * params.groups + group.x;
  if (row >= params.count) { return; }
`;

/** Elements an invocation treats as one: 4 where both numbers allow it, else 1. */
export type Width = 1 | 4;

/** The width for rows or offsets of these lengths. */
export function widthOf(...lengths: number[]): Width {
  return lengths.every((length) => length % 4 === 0) ? 4 : 1;
}

/** The WGSL type of that many elements. */
export function vector(width: Width, element: "f32" | "i32" | "u32" = "f32"): string {
  return width === 1 ? element : `vec4<${element}>`;
}

/** Makes each variant of a kernel once, so that its source is one string, hashed once. */
export function variants<A extends readonly (string | number | boolean)[]>(
  make: (...variant: A) => Kernel,
): (...variant: A) => Kernel {
  const made = new Map<string, Kernel>();
  return (...variant) => {
    const key = variant.join();
    let kernel = made.get(key);
    if (!kernel) made.set(key, kernel = make(...variant));
    return kernel;
  };
}
