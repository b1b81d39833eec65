// For tests: a device whose clock shows what the test says, and which tells what kernels ran on it.

/** Such a device. */
export interface Rig {
  /** The device, to be patched further. */
  device: GPUDevice;
  /** Labels of the matrix kernels that ran otherwise than to be timed, in order. */
  ran: string[];
  /** Labels of the kernels that were compiled when they were not needed yet. */
  prepared: string[];
  /** What reached the listeners of the device. */
  uncaptured: string[];
}

/** What the device's clock shows, in nanoseconds, when a timed pass of a kernel begins or ends, which is `now`. */
export type Clock = (now: number, label: string) => number;

/**
 * Opens a device by whose clock a dispatch takes as many nanoseconds as `costs` has for its kernel's label, or a millisecond.
 * The times must not exceed what it takes in fact by far.
 */
export async function openRig(
  adapter: GPUAdapter,
  costs: Readonly<Record<string, number>>,
  clock: Clock,
): Promise<Rig> {
  const device = await adapter.requestDevice({ requiredFeatures: ["timestamp-query"] });
  const made: Rig = { device, ran: [], prepared: [], uncaptured: [] };
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    made.uncaptured.push((event as GPUUncapturedErrorEvent).error.message);
  });
  const prepare = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    made.prepared.push(descriptor.label!);
    return prepare(descriptor);
  };
  const createEncoder = device.createCommandEncoder.bind(device);
  const timed = new Map<GPUBuffer, { label: string; count: number }[]>();
  device.createCommandEncoder = (descriptor) => {
    const encoder = createEncoder(descriptor);
    const passes: { label: string; count: number }[] = [];
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (descriptor) => {
      const pass = begin(descriptor);
      const here = { label: "", count: 0 };
      if (descriptor?.timestampWrites) passes.push(here);
      const setPipeline = pass.setPipeline.bind(pass);
      pass.setPipeline = (pipeline) => {
        here.label = pipeline.label;
        setPipeline(pipeline);
      };
      const dispatch = pass.dispatchWorkgroups.bind(pass);
      pass.dispatchWorkgroups = (...grid) => {
        here.count++;
        const matrix = /registers|tiles/.test(here.label);
        if (!descriptor?.timestampWrites && matrix) made.ran.push(here.label);
        dispatch(...grid);
      };
      return pass;
    };
    const copy = encoder.copyBufferToBuffer.bind(encoder) as (...args: unknown[]) => void;
    encoder.copyBufferToBuffer = (...args: unknown[]) => {
      if (passes.length > 0) timed.set(args[2] as GPUBuffer, passes);
      copy(...args);
    };
    return encoder;
  };
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    const map = buffer.getMappedRange.bind(buffer);
    buffer.getMappedRange = (...range) => {
      const passes = timed.get(buffer);
      if (!passes) return map(...range);
      let now = 1e12;
      const stamps = passes.flatMap(({ label, count }) => {
        const begin = now += 1e3;
        const end = now += count * (costs[label] ?? 1e6);
        return [begin, end].map((now) => BigInt(clock(now, label)));
      });
      return BigUint64Array.from(stamps).buffer;
    };
    return buffer;
  };
  return made;
}
