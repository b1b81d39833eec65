// The README's program prints what the README says it prints.

import { assertEquals } from "@std/assert";

Deno.test("the README's program prints what stands below it", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const [, program] = readme.match(/```ts\n(.*?)```/s)!;
  const [, printed] = readme.match(/```text\n(.*?)```/s)!;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--ext=ts", "-"],
    cwd: new URL("../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { stdout, stderr } = await child.output();
  assertEquals(new TextDecoder().decode(stdout), printed, new TextDecoder().decode(stderr));
});
