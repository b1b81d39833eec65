// What the loops in WebAssembly text share: functions over runs of `f32`, four lanes at a time.

/** An exported function: its parameters by type and name, and its body. */
export function exported(
  name: string,
  parameters: Readonly<Record<string, "i32" | "f32">>,
  locals: Readonly<Record<string, "i32" | "f32" | "f64" | "v128">>,
  ...body: string[]
): string {
  const declare = (kind: string, names: Readonly<Record<string, string>>): string =>
    Object.entries(names).map(([name, type]) => `(${kind} $${name} ${type})`).join(" ");
  return `(func (export "${name}") ${declare("param", parameters)}
  ${declare("local", locals)}
  ${body.join("\n  ")})`;
}

/** Runs `body` while the local `counter` is below `bound`, adding `step` to it each time. */
export function loop(counter: string, bound: string, step: number, ...body: string[]): string {
  const id = `$${counter}_${unique++}`;
  return `(block ${id}_end (loop ${id}
    (br_if ${id}_end (i32.ge_u (local.get $${counter}) ${bound}))
    ${body.join("\n    ")}
    (local.set $${counter} (i32.add (local.get $${counter}) (i32.const ${step})))
    (br ${id})))`;
}

let unique = 0;

/** `(local.set $name value)`. */
export function set(name: string, value: string): string {
  return `(local.set $${name} ${value})`;
}

/** `(local.get $name)`. */
export function get(name: string): string {
  return `(local.get $${name})`;
}

/** How an element-wise body reads and writes: the same text serves vectors and single elements. */
export interface Lane {
  /** `"f32x4"` or `"f32"`. */
  type: "f32x4" | "f32";
  /** The element at the local pointer plus `$i` bytes. */
  load(pointer: string): string;
  /** Stores there. */
  store(pointer: string, value: string): string;
  /** An operation of the type: `op("add", x, y)`. */
  op(name: string, ...operands: string[]): string;
  /** A scalar parameter in every lane. */
  splat(name: string): string;
  /** The name of a local of this type; locals are declared by {@linkcode lanes}. */
  local(name: string): string;
}

function lane(vector: boolean, unroll: number): Lane {
  const type = vector ? "f32x4" : "f32";
  const memory = vector ? "v128" : "f32";
  const offset = unroll === 0 ? "" : ` offset=${16 * unroll}`;
  const address = (pointer: string): string => `(i32.add (local.get $${pointer}) (local.get $i))`;
  return {
    type,
    load: (pointer) => `(${memory}.load${offset} ${address(pointer)})`,
    store: (pointer, value) => `(${memory}.store${offset} ${address(pointer)} ${value})`,
    op: (name, ...operands) => `(${type}.${name} ${operands.join(" ")})`,
    splat: (name) => vector ? `(f32x4.splat (local.get $${name}))` : `(local.get $${name})`,
    local: (name) => `${name}_${vector ? `v${unroll}` : "s"}`,
  };
}

/**
 * Runs an element-wise body on `$i` from 0 to `$bytes`, eight elements a turn, then one: `$i` and `$bytes` are
 * locals (`i32`), `$bytes` a multiple of four.
 */
export function each(body: (lane: Lane) => string): string {
  return [
    set("i", "(i32.const 0)"),
    loop(
      "i",
      "(i32.and (local.get $bytes) (i32.const -32))",
      32,
      body(lane(true, 0)),
      body(lane(true, 1)),
    ),
    loop("i", "(local.get $bytes)", 4, body(lane(false, 0))),
  ].join("\n  ");
}

/** The locals of a body with one local of each name a lane. */
export function lanes(...names: string[]): Record<string, "f32" | "v128"> {
  return Object.fromEntries(
    names.flatMap((
      name,
    ) => [[`${name}_v0`, "v128"], [`${name}_v1`, "v128"], [`${name}_s`, "f32"]]),
  );
}

/** The locals that {@linkcode each} counts with. */
export const COUNTERS = { i: "i32", bytes: "i32" } as const;

/** Sets `$bytes` from a number of elements in a local. */
export function elements(count: string): string {
  return set("bytes", `(i32.shl (local.get $${count}) (i32.const 2))`);
}

/** Moves pointers on by `$bytes`. */
export function advance(...pointers: string[]): string {
  return pointers.map((p) => set(p, `(i32.add (local.get $${p}) (local.get $bytes))`)).join("\n  ");
}

/** Moves pointers on by an element. */
export function next(...pointers: string[]): string {
  return pointers.map((p) => set(p, `(i32.add (local.get $${p}) (i32.const 4))`)).join("\n  ");
}

/** The address of the row that the number at `pointer` counts from `first`, of `$bytes` each. */
export function rowAt(first: string, pointer: string): string {
  return `(i32.add ${get(first)} (i32.mul ${get("bytes")} (i32.load ${get(pointer)})))`;
}

/** `max(value, 0)` in every lane, which is right for infinities too. */
export function positive({ op, type }: Lane, value: string): string {
  return op("max", value, type === "f32" ? "(f32.const 0)" : "(v128.const i64x2 0 0)");
}

/** The sum of a lane-wise accumulator's elements. */
export function total(name: string): string {
  const v = `(f32x4.add (local.get $${name}_v0) (local.get $${name}_v1))`;
  return [
    set(`${name}_v0`, v),
    set(
      `${name}_s`,
      `(f32.add (local.get $${name}_s) (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $${name}_v0)) (f32x4.extract_lane 1 (local.get $${name}_v0)))
      (f32.add (f32x4.extract_lane 2 (local.get $${name}_v0)) (f32x4.extract_lane 3 (local.get $${name}_v0)))))`,
    ),
  ].join("\n  ");
}

/** Zeroes a lane-wise accumulator. */
export function zero(name: string): string {
  return [
    set(`${name}_v0`, "(v128.const i64x2 0 0)"),
    set(`${name}_v1`, "(v128.const i64x2 0 0)"),
    set(`${name}_s`, "(f32.const 0)"),
  ].join("\n  ");
}
