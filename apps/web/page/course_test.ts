import { assert, assertEquals } from "@std/assert";
import type { Measured } from "../shared/events.ts";
import { extended, type Point } from "./course.ts";

const look = (update: number, loss: number | null = 1): Measured => ({
  update,
  epoch: 0,
  epochs: 1,
  images: 100 * update,
  seconds: update,
  error: 1 / (1 + update),
  layerErrors: [],
  layers: loss === null
    ? null
    : [{ loss, positive: 0, negative: 0 }, { loss: 3, positive: 0, negative: 0 }],
  distributions: [],
  fields: new Float32Array(1e5),
  fingerprint: "",
});

Deno.test("extended() keeps a point for each look, with the mean loss", () => {
  const course = [0, 2, 5].reduce<Point[]>((course, update) => extended(course, look(update)), []);
  assertEquals(course.map(({ update, loss }) => [update, loss]), [[0, 2], [2, 2], [5, 2]]);
});

Deno.test("extended() keeps the loss where an update is looked at again, and drops what a lost device had done", () => {
  let course = [0, 2, 5].reduce<Point[]>((course, update) => extended(course, look(update)), []);
  course = extended(course, look(5, null));
  assertEquals(course.at(-1)!.loss, 2);
  assertEquals(course.length, 3);
  course = extended(course, look(3));
  assertEquals(course.map(({ update }) => update), [0, 2, 3]);
});

Deno.test("extended() stays short over a day of looks, and keeps both ends", () => {
  let course: Point[] = [];
  for (let update = 0; update < 20_000; update++) course = extended(course, look(update));
  assert(course.length <= 1500);
  assertEquals([course[0]!.update, course.at(-1)!.update], [0, 19_999]);
});
