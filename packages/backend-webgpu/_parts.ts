// What is copied to the host, in as many pieces as buffers allow.

import type { Block } from "./_pool.ts";

/** The start of a block, to be copied to the host. */
export interface Part {
  /** The block. */
  block: Block;
  /** How many of its bytes. */
  bytes: number;
}

/** Bytes that a copy moves: four at a time. */
export function padded({ bytes }: Part): number {
  return Math.ceil(bytes / 4) * 4;
}

/** Bytes that the copies of all parts move. */
export function total(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + padded(part), 0);
}

/** Parts in order, in batches of no more than `limit` bytes each; a part alone is never more. */
export function batches(parts: readonly Part[], limit: number): Part[][] {
  const result: Part[][] = [];
  let left = 0;
  for (const part of parts) {
    left -= padded(part);
    if (result.length === 0 || left < 0) {
      result.push([]);
      left = limit - padded(part);
    }
    result.at(-1)!.push(part);
  }
  return result;
}

/** The parts that were copied into one range of memory, each by itself. */
export function separate(range: ArrayBuffer, parts: readonly Part[]): ArrayBuffer[] {
  let at = 0;
  return parts.map((part) => {
    const copy = range.slice(at, at + part.bytes);
    at += padded(part);
    return copy;
  });
}

/** One after the other. */
export function joined(parts: readonly ArrayBuffer[]): ArrayBuffer {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole.buffer;
}
