// File systems that are full or read-only, for the tests.

import { withFolder } from "./_ff.ts";

/** Runs `body` with a file system of so many bytes, where there may be one. */
export async function onDisk(size: string, body: (disk: string) => Promise<void>): Promise<void> {
  await withFolder(async (disk) => {
    await mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk);
    try {
      await body(disk);
    } finally {
      await new Deno.Command("umount", { args: [disk] }).output();
    }
  });
}

/** Mounts, or mounts again. */
export async function mount(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("mount", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}

/** Why there may be none, or null. */
export const noDisk: string | null = Deno.build.os !== "linux"
  ? "tmpfs is Linux's"
  : await onDisk("4k", () => Promise.resolve()).then(() => null, () => "only root may mount");
