import { assertEquals } from "@std/assert";
import { encodeSafetensors } from "@forward-forward/core/model";
import { gzip, idx, pixels } from "./_testing.ts";
import { formatOf } from "./mod.ts";

const text = (text: string): Uint8Array => new TextEncoder().encode(text);
const zip = (name: string): Uint8Array => text("PK\x03\x04" + "\0".repeat(26) + name + "\0\0\0");
const tar = new Uint8Array(512);
tar.set(text("name"));
tar.set(text("ustar\0"), 257);

const files: [what: string | null, bytes: Uint8Array][] = [
  ["empty", new Uint8Array(0)],
  ["a web page", text("<!doctype html>")],
  ["a web page", text("\ufeff \n<html lang=en>")],
  ["a pointer of Git LFS", text("version https://git-lfs.github.com/spec/v1\n")],
  ["an npz archive of NumPy's arrays", zip("x_train.npy")],
  ["a PyTorch file", zip("archive/data.pkl")],
  ["a zip archive", zip("train-images-idx3-ubyte")],
  ["a gzip file", gzip(pixels(9))],
  ["a Parquet table", text("PAR1\x15\x04")],
  ["a PNG picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)],
  ["a JPEG picture", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)],
  ["a safetensors file", encodeSafetensors({ a: { shape: [1], data: Float32Array.of(1) } })],
  ["an IDX file", idx([3, 2, 4], pixels(24))],
  ["an IDX file", idx([3, 8], pixels(96), 0x0c)],
  ["a tar archive", tar],
  ["a pickle of Python", Uint8Array.of(0x80, 4, 0x95)],
  ["JSON", text(`{"seed": 1}`)],
  ["a table in text (CSV)", text("label,pixel0,pixel1\n5,0,0\n")],
  ["text", text("not a model, I am afraid")],
  ["text", text("größer".repeat(300))],
  [null, pixels(300)],
  [null, Uint8Array.of(0xfe, 0xfe)],
];
for (const [what, bytes] of files) {
  Deno.test(`formatOf() tells ${what ?? "nothing of what it does not know"}`, () => {
    assertEquals(formatOf(bytes)?.what ?? null, what);
  });
}
