// Whether WebGPU runs over what the tests beside this one are meant for, where FF_REQUIRE names it: `vulkan`, or `opengl` as for
// `deno task test:opengl`, which hides Vulkan.

import { assert, assertEquals } from "@std/assert";
import { adapter, missing, opengl as isOpenGL } from "./_testing.ts";

const required = Deno.env.get("FF_REQUIRE")?.split(",") ?? [];

for (
  const [name, opengl, packages] of [
    ["vulkan", false, "mesa-vulkan-drivers"],
    ["opengl", true, "libegl1 and libgl1-mesa-dri"],
  ] as const
) {
  if (!required.includes(name)) continue;
  Deno.test(`webgpu: what runs here runs over ${name}`, () => {
    assert(adapter, `${missing}: install ${packages}`);
    assertEquals(isOpenGL, opengl, `install ${packages}`);
  });
}
