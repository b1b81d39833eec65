// What the system refuses, in our words: why a file cannot be read, or cannot be written.

import { clause } from "./errors.ts";

const REASONS: Record<string, string> = {
  EACCES: "the system denies it",
  EBUSY: "another program has it",
  EDQUOT: "no more room is granted",
  EEXIST: "there is something else of that name",
  EFBIG: "it is longer than its disk takes",
  EIO: "its disk fails",
  EISDIR: "it is a folder",
  ELOOP: "its links lead to each other",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENFILE: "too many files are open",
  ENOSPC: "its disk is full",
  ENOTDIR: "a part of its path is a file",
  EPERM: "the system denies it",
  EROFS: "its disk is read-only",
  ETXTBSY: "another program runs it",
};
const MISSING = { read: "there is none", write: "its folder does not exist" };

/** Why something could not be read or written, one clause. */
export function reasonOf(error: unknown, doing: keyof typeof MISSING = "read"): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === "ENOENT") return MISSING[doing];
  if (typeof code === "string" && Object.hasOwn(REASONS, code)) return REASONS[code]!;
  // What is left is rare: its own words, without the call that failed.
  return clause(String(message ?? error).replace(/ \(os error \d+\)(: .*)?$/s, ""));
}

/** Whether there is no room left, so that more would help. */
export function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as { code?: string }).code ?? "");
}
