import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { barChart, distributionChart, lineChart } from "./charts.ts";

const EVIL = `<script>alert("1")</script>`;
const at = (...ys: number[]): { x: number; y: number }[] => ys.map((y, i) => ({ x: i + 1, y }));

Deno.test("lineChart() draws a line for each series, and tells its course and figures in words", async () => {
  const series = [{ name: "a", points: at(30, 20, 10) }, { name: "b", points: at(3, 2) }];
  const rule = { y: 12, name: "threshold" };
  const chart = await lineChart({ title: "T", x: "epoch", y: "loss (nats)", series, rule });
  const { source } = chart.svg;
  assertEquals(source.match(/<path d="[^"]+" stroke="var\(--series-[12]\)"/g)?.length, 2);
  assertStringIncludes(source, ">epoch<");
  assertStringIncludes(source, ">loss (nats)<");
  assertStringIncludes(
    chart.description,
    "a goes from 30 to 10; b goes from 3 to 2; threshold is 12",
  );
  assertStringIncludes(source, `aria-label="T. ${chart.description}"`);
  assertEquals(chart.legend.map(({ name }) => name), ["a", "b", "threshold"]);
  assertEquals(chart.table, [
    ["epoch", "a", "b"],
    ["1", "30", "3"],
    ["2", "20", "2"],
    ["3", "10", ""],
  ]);
});

Deno.test("lineChart() takes a logarithmic axis where values fall far and are positive, and says so", async () => {
  const draw = async (...ys: number[]): Promise<string> => {
    const series = [{ name: "a", points: at(...ys) }];
    return (await lineChart({ title: "", x: "x", y: "y", series, scale: "log" })).svg.source;
  };
  assertStringIncludes(await draw(100, 1), ">y, log scale<");
  assertStringIncludes(await draw(2, 1), ">y<");
  assertStringIncludes(await draw(100, 0), ">y<");
});

Deno.test("lineChart() draws one epoch and a constant", async () => {
  for (const ys of [[5], [5, 5, 5], [0, 0]]) {
    const series = [{ name: "a", points: at(...ys) }];
    const { svg } = await lineChart({ title: "", x: "x", y: "y", series });
    assert(!/NaN|Infinity|undefined/.test(svg.source), svg.source);
  }
});

Deno.test("distributionChart() draws the distributions and the threshold", async () => {
  const { svg, table } = await distributionChart({
    title: "T",
    x: "goodness",
    edges: [0, 1, 2],
    series: [{ name: "right", fractions: [0, 1] }, { name: "wrong", fractions: [0.75, 0.25] }],
    rule: { x: 1.5, name: "threshold 1.5" },
    words: "Words.",
  });
  assertStringIncludes(svg.source, ">threshold 1.5<");
  assertEquals(svg.source.match(/fill="var\(--series-[12]\)"/g)?.length, 2);
  assertEquals(table[1], ["0", "1", "0.0", "75.0"]);
});

Deno.test("barChart() draws a bar with its figure for each name", async () => {
  const bars = [{ name: "a", value: 2, colour: 0 }, { name: "b", value: 1 }];
  const { svg } = await barChart({ title: "T", x: "wrong (%)", bars });
  for (const text of [">2.00<", ">1.00<", "var(--series-1)", "var(--quiet)"]) {
    assertStringIncludes(svg.source, text);
  }
});

Deno.test("charts take no markup from names, and name no address", async () => {
  const charts = [
    await lineChart({ title: EVIL, x: EVIL, y: EVIL, series: [{ name: EVIL, points: at(1, 2) }] }),
    await barChart({ title: EVIL, x: EVIL, bars: [{ name: EVIL, value: 1 }] }),
  ];
  for (const { svg: { source } } of charts) {
    assert(!source.includes("<script"), source);
    assert(!/https?:|xmlns|href|url\(/.test(source), source);
  }
});
