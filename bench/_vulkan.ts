// What Vulkan says of its devices and their drivers, which WebGPU does not tell. Linux only.

/** A device that Vulkan lists. */
export interface VulkanDevice {
  /** Its name, which Deno's WebGPU gives as the adapter's description. */
  name: string;
  /** Its driver in words: `"llvmpipe, Mesa 22.3.6 (LLVM 15.0.6), Vulkan 1.3.230"`. */
  driver: string;
}

const LOADER = "libvulkan.so.1";

const SYMBOLS = {
  vkCreateInstance: { parameters: ["buffer", "pointer", "buffer"], result: "i32" },
  vkDestroyInstance: { parameters: ["pointer", "pointer"], result: "void" },
  vkEnumeratePhysicalDevices: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  vkGetPhysicalDeviceProperties2: { parameters: ["pointer", "buffer"], result: "void" },
} as const;

// VkStructureType.
const INSTANCE_CREATE_INFO = 1;
const PHYSICAL_DEVICE_PROPERTIES_2 = 1000059001;
const PHYSICAL_DEVICE_DRIVER_PROPERTIES = 1000196000;

const VERSION_1_1 = 1 << 22 | 1 << 12;

/**
 * The devices that Vulkan lists, none where there is no Vulkan. Needs `--allow-ffi`; throws Deno's `NotCapable`
 * without.
 */
export function vulkanDevices(): VulkanDevice[] {
  if (Deno.build.os !== "linux") return [];
  let vulkan: Deno.DynamicLibrary<typeof SYMBOLS>;
  try {
    vulkan = Deno.dlopen(LOADER, SYMBOLS);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return [];
  }
  try {
    return list(vulkan);
  } finally {
    vulkan.close();
  }
}

function list({ symbols }: Deno.DynamicLibrary<typeof SYMBOLS>): VulkanDevice[] {
  // VkInstanceCreateInfo, then the VkApplicationInfo that it points to, of which only the version asked for matters.
  const create = new DataView(new ArrayBuffer(64 + 48));
  create.setUint32(0, INSTANCE_CREATE_INFO, true);
  create.setBigUint64(24, addressOf(create) + 64n, true);
  create.setUint32(64 + 44, VERSION_1_1, true);
  const made = new BigUint64Array(1);
  // Fails where the loader finds no driver.
  if (symbols.vkCreateInstance(create, null, made) !== 0) return [];
  const instance = Deno.UnsafePointer.create(made[0]!);
  try {
    const count = new Uint32Array(1);
    if (symbols.vkEnumeratePhysicalDevices(instance, count, null) !== 0) return [];
    const handles = new BigUint64Array(count[0]!);
    if (symbols.vkEnumeratePhysicalDevices(instance, count, handles) !== 0) return [];
    return Array.from(handles.subarray(0, count[0]!), (handle) => describe(symbols, handle));
  } finally {
    symbols.vkDestroyInstance(instance, null);
  }
}

function describe(
  { vkGetPhysicalDeviceProperties2: ask }: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"],
  handle: bigint,
): VulkanDevice {
  // VkPhysicalDeviceProperties2 (16 bytes, then VkPhysicalDeviceProperties), then the
  // VkPhysicalDeviceDriverProperties that it points to.
  const device = new DataView(new ArrayBuffer(840 + 536));
  device.setUint32(0, PHYSICAL_DEVICE_PROPERTIES_2, true);
  device.setBigUint64(8, addressOf(device) + 840n, true);
  device.setUint32(840, PHYSICAL_DEVICE_DRIVER_PROPERTIES, true);
  ask(Deno.UnsafePointer.create(handle), device);
  const version = device.getUint32(16, true);
  const number = `Vulkan ${version >> 22 & 127}.${version >> 12 & 1023}.${version & 4095}`;
  const words = [text(device, 840 + 20), text(device, 840 + 276), number];
  return { name: text(device, 36), driver: words.filter((word) => word !== "").join(", ") };
}

function addressOf(view: DataView<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(view));
}

// A name in a field of 256 bytes that ends in a zero.
function text({ buffer }: DataView<ArrayBuffer>, offset: number): string {
  const bytes = new Uint8Array(buffer, offset, 256);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? 256 : end)).trim();
}
