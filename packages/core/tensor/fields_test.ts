// Local receptive fields, composed, are what plain loops make of them.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { composedOperations } from "./fused.ts";
import { convolved, fieldShape, type ReceptiveFields, volume } from "./maps.ts";
import { Random } from "./random.ts";
import { ReferenceBackend } from "./reference/mod.ts";

const cases: ReceptiveFields[] = [
  { input: { channels: 1, rows: 5, columns: 7 }, channels: 3, size: 3, stride: 1, padding: 1 },
  { input: { channels: 2, rows: 6, columns: 5 }, channels: 4, size: 2, stride: 2, padding: 0 },
  { input: { channels: 3, rows: 4, columns: 4 }, channels: 1, size: 4, stride: 3, padding: 3 },
  { input: { channels: 4, rows: 1, columns: 1 }, channels: 5, size: 1, stride: 1, padding: 0 },
];

// Calls `see` with every number that a unit sees, with the column it is in, and the place and the column of the weight that it meets.
function eachSeen(
  f: ReceptiveFields,
  see: (unit: number, column: number, weight: number) => void,
): void {
  const { input, channels, size, stride, padding } = f;
  const { rows, columns } = convolved(f);
  const places = rows * columns;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const place = row * columns + column;
        for (let from = 0; from < input.channels; from++) {
          for (let down = 0; down < size; down++) {
            for (let across = 0; across < size; across++) {
              const [y, x] = [row * stride - padding + down, column * stride - padding + across];
              if (y < 0 || y >= input.rows || x < 0 || x >= input.columns) continue;
              see(
                channel * places + place,
                (from * input.rows + y) * input.columns + x,
                ((place * channels + channel) * input.channels + from) * size * size +
                  down * size + across,
              );
            }
          }
        }
      }
    }
  }
}

for (const f of cases) {
  Deno.test(`fields() and fieldsGradient() are what loops make of ${JSON.stringify(f)}`, async () => {
    const random = new Random(3);
    const rows = 3;
    const [inputs, units] = [volume(f.input), volume(convolved(f))];
    const numbers = (count: number): Float32Array<ArrayBuffer> =>
      Float32Array.from({ length: count }, () => random.normal());
    const shape = fieldShape(f);
    const [x, weights, delta] = [rows * inputs, shape[0] * shape[1], rows * units].map(numbers) as [
      Float32Array<ArrayBuffer>,
      Float32Array<ArrayBuffer>,
      Float32Array<ArrayBuffer>,
    ];
    const product = new Float64Array(rows * units);
    const gradient = new Float64Array(weights.length);
    for (let i = 0; i < rows; i++) {
      eachSeen(f, (unit, column, weight) => {
        product[i * units + unit]! += x[i * inputs + column]! * weights[weight]!;
        gradient[weight]! += x[i * inputs + column]! * delta[i * units + unit]!;
      });
    }
    using backend = new ReferenceBackend();
    const { fields, fieldsGradient } = composedOperations(backend);
    const [maps, own, back] = [
      backend.upload(x, [rows, inputs]),
      backend.upload(weights, shape),
      backend.upload(delta, [rows, units]),
    ];
    const [y, g] = [fields(maps, own, f), fieldsGradient(maps, back, f)];
    assertEquals([y.shape, g.shape], [[rows, units], shape]);
    const [found, by] = await backend.read([y, g]);
    found!.forEach((value, i) => assertAlmostEquals(value, product[i]!, 1e-4));
    by!.forEach((value, i) => assertAlmostEquals(value, gradient[i]!, 1e-4));
  });
}
