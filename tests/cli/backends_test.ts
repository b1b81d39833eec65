// `ff backends` on machines with Vulkan, with OpenGL only, and with neither, as far as this one can be made to be each.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { events, ff } from "./_ff.ts";

const HIDDEN = "/dev/null";
const MACHINES = [
  { api: "vulkan", env: { DENO_WEBGPU_BACKEND: "vulkan" } },
  { api: "opengl", env: { VK_DRIVER_FILES: HIDDEN } },
  { api: null, env: { VK_DRIVER_FILES: HIDDEN, __EGL_VENDOR_LIBRARY_FILENAMES: HIDDEN } },
] as const;

for (const { api, env } of MACHINES) {
  Deno.test({
    name: `ff backends --json says what is checked, and what is below, with ${api ?? "no driver"}`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const ended = await ff(["backends", "--json"], env);
      assertEquals(ended.code, 0, ended.stderr);
      const listed = events(ended);
      for (const name of ["webgpu", "tfjs"]) {
        const found = listed.find((backend) => backend.name === name)!;
        // A driver may be missing here; what is there has to be told right.
        if (found.device === null) {
          assertEquals([found.api, found.checked], [null, null]);
          assertMatch(String(found.remedy), /mesa-vulkan-drivers/);
          const required = Deno.env.get("FF_REQUIRE")?.includes("vulkan") ?? false;
          assert(api !== "vulkan" || !required, String(found.reason));
        } else {
          assertEquals([found.api, found.checked], [api, true]);
        }
      }
      assertEquals(listed.at(-1)!.event, "auto");
    },
  });
}

Deno.test("ff backends shows that an adapter was checked", async () => {
  const { stdout } = await ff(["backends"]);
  const [, , line] = /^webgpu (.*)\n +(.*)$/m.exec(stdout)!;
  assertMatch(line!, /checked: it computes right$|^unavailable: \S.*; \S/);
});
