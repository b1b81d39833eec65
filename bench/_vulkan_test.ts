// Tests of what Vulkan says of its devices.

import { assert, assertEquals } from "@std/assert";
import { vulkanDevices } from "./_vulkan.ts";

const devices = vulkanDevices();
const required = Deno.env.get("FF_REQUIRE")?.includes("vulkan") ?? false;

Deno.test({
  name: `vulkanDevices() names each device, its driver and Vulkan's version${
    devices.length === 0 ? " (there is no Vulkan device)" : ""
  }`,
  ignore: devices.length === 0 && !required,
  fn: async () => {
    assert(devices.length > 0);
    for (const { name, driver } of devices) {
      assert(/^[\x20-\x7e]+$/.test(name), name);
      assert(/^[\x20-\x7e]+, Vulkan 1\.\d+\.\d+$/.test(driver), driver);
    }
    // Deno takes one of Vulkan's devices where there is one.
    const { info } = (await navigator.gpu.requestAdapter())!;
    assert(devices.some(({ name }) => name === info.description), info.description);
  },
});

Deno.test("vulkanDevices() lists none where the loader finds no driver", async () => {
  const script = new URL("_vulkan.ts", import.meta.url).href;
  const look = `console.log(JSON.stringify((await import("${script}")).vulkanDevices()))`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", look],
    env: { VK_DRIVER_FILES: "/dev/null", VK_ICD_FILENAMES: "/dev/null" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(new TextDecoder().decode(stdout).trim(), "[]");
});
