// How many bits of 16 an instrument used.

/** What cameras and scanners use. */
const DEPTHS = [8, 10, 12, 14, 16];

/** The fewest bits that cameras and scanners use and that hold a sample of 16 bits, 0 to 65,535. */
export function usedBits(most: number): number {
  return DEPTHS.find((depth) => most < 2 ** depth)!;
}
