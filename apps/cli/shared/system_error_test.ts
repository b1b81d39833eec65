import { assertEquals } from "@std/assert";
import { isFull, reasonOf } from "./system_error.ts";

Deno.test("reasonOf() says in our words what the system refuses, and without its numbers what is left", () => {
  const error = (code: string | undefined, message: string): Error =>
    Object.assign(new Error(message), code === undefined ? {} : { code });
  const cases: [Error, string, string][] = [
    [error("ENOENT", "No such file"), "there is none", "its folder does not exist"],
    [error("EROFS", "Read-only file system"), "its disk is read-only", "its disk is read-only"],
    [
      error("EXDEV", "Invalid cross-device link (os error 18): rename 'a' -> 'b'"),
      "invalid cross-device link",
      "invalid cross-device link",
    ],
    [error(undefined, "Bad resource ID"), "bad resource ID", "bad resource ID"],
  ];
  for (const [error, reading, writing] of cases) {
    assertEquals([reasonOf(error), reasonOf(error, "write")], [reading, writing]);
  }
  assertEquals([isFull(error("ENOSPC", "")), isFull(error("EIO", ""))], [true, false]);
});
