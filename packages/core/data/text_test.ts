import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { nextCharacter } from "../recipes/next_character.ts";
import { FFNetwork } from "../training/network.ts";
import { PAPER_SYMBOLS, readSymbols, writeSymbols } from "./symbols.ts";
import { DeviceText } from "./device_text.ts";
import { makeText, takeText, type Text } from "./strings.ts";
import { Random } from "../tensor/random.ts";
import { continueText } from "../training/continue_text.ts";

Deno.test("readSymbols() reads a text in the paper's symbols, in those that it has, or in those given", () => {
  const paper = readSymbols('  The Fox;\n\tand "the"  crow. ');
  assertEquals(writeSymbols(paper.codes, paper.symbols), "the fox; and the crow.");
  assertEquals([...paper.lost], [['"', 2]]);
  assertEquals(paper.symbols, PAPER_SYMBOLS);

  const counted = readSymbols("ЖУК жук 12");
  assertEquals(counted.symbols, [..." 12КУЖкуж"].sort());
  assertEquals(writeSymbols(counted.codes, counted.symbols), "ЖУК жук 12");

  const given = readSymbols("A cab.", [..."abc"]);
  assertEquals(writeSymbols(given.codes, given.symbols), "acab");
  assertEquals([...given.lost], [[" ", 1], [".", 1]]);
  assertEquals(readSymbols(" \n ").codes.length, 0);
  // A character that is two of JavaScript's units, and one that is written in two ways.
  assertEquals(readSymbols("🦊🐺🦊🐺").symbols, ["🐺", "🦊"]);
  assertEquals(readSymbols("e\u0301\u00e9\u4e00").symbols, ["\u00e9", "\u4e00"]);
});

Deno.test("makeText() has every character of a string after its first window as a label", () => {
  const codes = Uint8Array.from({ length: 23 }, (_, i) => i % 7);
  const text = makeText(codes, 7, { length: 10, window: 4 });
  assertEquals(text.count, 12);
  assertEquals([...text.labels], [4, 5, 6, 0, 1, 2, 0, 1, 2, 3, 4, 5]);
  assertEquals(text.symbols.length, 20);
  const second = takeText(text, 1, 2);
  assertEquals([...second.labels], [0, 1, 2, 3, 4, 5]);
  assertEquals(second.symbols, codes.slice(10, 20));
  assertThrows(() => takeText(text, 1, 3), RangeError, "the 2 there are");
  assertThrows(() => takeText(text, 1, 1), RangeError, "strings 1 to 1");
  assertThrows(() => makeText(codes, 7), RangeError, "23 characters has no string of 100");
  for (const [length, window] of [[10, 10], [10, 1], [10, 2.5], [NaN, 4]] as const) {
    assertThrows(() => makeText(codes, 7, { length, window }), RangeError, "than a window");
  }
});

const small = makeText(Uint8Array.from({ length: 70 }, (_, i) => (i * i + i) % 5), 5, {
  length: 10,
  window: 4,
});
const recipe = nextCharacter({
  layers: [20, 11, 7],
  classes: 5,
  epochs: 2,
  batchSize: 12,
});
const written = { ...recipe, negatives: "rollout" as const };

Deno.test("a window is its characters, one-hot, normalised with its last one", async () => {
  using b = new ReferenceBackend();
  using source = new DeviceText(b, recipe, small);
  const { pixels, strength, neutral, neutralScale } = source.encode(
    b.upload(Int32Array.of(7), [1, 1]),
  );
  const [shown, one, tenth, scale] = await b.read([pixels, strength, neutral, neutralScale]);
  const lit = Math.sqrt(20 / 4);
  // The second window of the second string: characters 12 to 14, and 15 is its label.
  const symbols = small.symbols.subarray(12, 15);
  assertEquals(
    [...shown!].map((x) => Math.round(x / lit)),
    [
      ...symbols,
    ].flatMap((symbol) => Array.from({ length: 5 }, (_, s) => Number(s === symbol))),
  );
  const close = (a: number, b: number): void => assert(Math.abs(a - b) < 1e-5, `${a} and ${b}`);
  close(Math.max(...shown!), lit);
  close(one![0]!, lit);
  const neutralLength = Math.sqrt((3 + 5 * 0.01) / 20);
  close(tenth![0]!, 0.1 / neutralLength);
  close(scale![0]! * lit, 1 / neutralLength);
});

Deno.test("strings that are written begin as those given and go on as is drawn", async () => {
  using b = new ReferenceBackend();
  using source = new DeviceText(b, written, small, true);
  assertEquals(new DeviceText(b, written, small).writing, null);
  const writing = source.writing!;
  const strings = 7;
  // What is drawn can be told from where it is drawn.
  const drawn = (string: number, step: number): number => (string * 3 + step * step + 1) % 5;
  let steps = 0;
  await writing.write(({ pixels }) => {
    assertEquals(pixels.shape, [strings, 15]);
    const step = steps++;
    return b.upload(Int32Array.from({ length: strings }, (_, s) => drawn(s, step)), [strings, 1]);
  });
  assertEquals(steps, 6);
  const check = async (): Promise<void> => {
    const indices = Int32Array.of(18, 3, 23, 41, 0);
    const { encoded, labels } = writing.at(b.upload(indices, [5, 1]));
    const [shown] = await b.read([encoded.pixels]);
    const [last] = await b.read([labels]);
    indices.forEach((index, row) => {
      const [s, t] = [Math.floor(index / 6), index % 6];
      const all = [...small.symbols.subarray(s * 10, s * 10 + 4)];
      for (let step = 0; step < 6; step++) all.push(drawn(s, step));
      const symbols = Array.from(
        { length: 3 },
        (_, c) => shown!.subarray(row * 15 + c * 5, row * 15 + c * 5 + 5).findIndex((x) => x > 0),
      );
      assertEquals([...symbols, last![row]!], all.slice(t + 1, t + 5));
    });
  };
  await check();
  const [kept] = await b.read([writing.written!]);
  await writing.write(() => b.upload(new Int32Array(strings), [strings, 1]));
  writing.restore(kept!);
  await check();
  assertThrows(() => writing.restore([1, 2]), TypeError, "70 symbols from 0 to 4, got 2");
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  const rest = writing.write(() => b.upload(new Int32Array(7), [7, 1]), stop.signal);
  await assertRejects(() => rest, Error, "enough");
  await check();
});

for (const [name, recipeOf] of Object.entries({ "wrong characters": recipe, rollouts: written })) {
  Deno.test(`a network learns a text by ${name}, and goes on in an epoch to the same bits`, async () => {
    using b = new ReferenceBackend();
    const before = b.memory();
    {
      using whole = new FFNetwork(b, recipeOf, { seed: 3 });
      const reports = await Array.fromAsync(
        whole.fit(small, { validation: takeText(small, 0, 2) }),
      );
      assert(reports.every(({ loss }) => Number.isFinite(loss)));
      assert(reports[0]!.validation!.count === 12);

      using half = new FFNetwork(b, recipeOf, { seed: 3 });
      const stop = new AbortController();
      await assertRejects(() =>
        Array.fromAsync(
          half.fit(small, {
            signal: stop.signal,
            onUpdate: ({ update }) => update === 2 ? stop.abort() : undefined,
          }),
        )
      );
      using rest = new FFNetwork(b, recipeOf, { seed: 3 });
      rest.restore(await half.checkpoint());
      for await (const _ of rest.fit(small));
      assertEquals(await rest.state({ optimizer: true }), await whole.state({ optimizer: true }));
    }
    assertEquals(b.memory(), before, "nothing is left");
  });
}

Deno.test("parts of a batch of rollouts learn as the whole does", async () => {
  using b = new ReferenceBackend();
  const one = { ...written, epochs: 1, batchSize: "full" as const };
  const states = [];
  for (const partSize of [4096, 13]) {
    using network = new FFNetwork(b, { ...one }, { seed: 3 });
    for await (const _ of network.fit(small, { partSize }));
    states.push(await network.state());
  }
  const [whole, parts] = states as [typeof states[0], typeof states[0]];
  for (const [name, { data }] of Object.entries(whole)) {
    data.forEach((value, i) =>
      assert(Math.abs(value - parts[name]!.data[i]!) < 1e-6, `${name}[${i}]`)
    );
  }
});

Deno.test("text that is not for a recipe is refused in a sentence", async () => {
  using b = new ReferenceBackend();
  const wrong: [changes: object, data: Text, words: string][] = [
    [{ layers: [25, 7] }, small, "make the first of the layers 20"],
    [{ augment: { shift: 1 } }, small, "make augment null"],
    [{ label: { placement: "append" }, layers: [15, 7] }, small, '"overlay"'],
    [
      {
        negatives: "hybrid",
        label: { placement: "none" },
        predict: { by: "softmax" },
      },
      small,
      "no hybrid negatives of text",
    ],
    [{}, { ...small, count: 41 }, "are not strings of 10 with 41 windows"],
    [{}, { ...small, length: 4 }, "are not strings of 4"],
    [{}, { ...small, symbols: small.symbols.map(() => 5) }, "symbol 5"],
  ];
  for (const [changes, data, words] of wrong) {
    using network = new FFNetwork(b, nextCharacter({ ...recipe, ...changes }));
    await assertRejects(() => network.fit(data).next(), Error, words);
  }
  using pixels = new FFNetwork(b, { ...written, layers: [20, 3] });
  const images = { images: new Uint8Array(20), labels: new Uint8Array(1), count: 1, rows: 4 };
  await assertRejects(
    () => pixels.fit({ ...images, columns: 5, classes: 5 }).next(),
    TypeError,
    "no rollout negatives of images: choose from random, shuffled, hard, none, hybrid",
  );
});

Deno.test("a network goes on with what it learned, always the same by the same draws", async () => {
  using b = new ReferenceBackend();
  const cycle = makeText(Uint8Array.from({ length: 200 }, (_, i) => i % 5), 5, {
    length: 20,
    window: 4,
  });
  const byGoodness = {
    readout: null,
    negatives: "random" as const,
    predict: { by: "goodness" as const, from: 0 },
  };
  for (const changes of [{}, byGoodness]) {
    const longer = { ...recipe, ...changes, layers: [20, 30], epochs: 20 };
    using network = new FFNetwork(b, nextCharacter(longer));
    for await (const _ of network.fit(cycle));
    const go = async (beginning: number[], temperature: number): Promise<number[]> => {
      const found: number[] = [];
      const options = { blank: 0, temperature, random: new Random(2) };
      for await (const symbol of continueText(network, beginning, options)) {
        if (found.push(symbol) === 12) return found;
      }
      throw new Error("never");
    };
    assertEquals(await go([1, 2, 3], 0), [4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0]);
    assertEquals(await go([3, 1, 2, 3], 1), await go([1, 2, 3], 1));
    assert((await go([1, 2, 3], 1e6)).some((symbol, i) => symbol !== (i + 4) % 5));
    assertEquals((await go([2], 0)).length, 12);
    await assertRejects(() => go([5], 0), RangeError, "symbol 5 is not from 0 to 4");
  }
});
