// The page's style sheet: light and dark, on a phone and on paper.

/** How many colours `--series-1` and so on there are. */
export const COLOURS = 6;

/** The style sheet. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f9; --ink: #1d2329; --faint: #5b6670; --line: #9aa4ad;
  --grid: #e3e7ea; --quiet: #9fb0bf; --contrast: #ffffff;
  --series-1: #0b66a8; --series-2: #c2500a; --series-3: #0b7d63;
  --series-4: #a2478f; --series-5: #7d6a00; --series-6: #4d565e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --panel: #1d2329; --ink: #e6eaee; --faint: #a3aeb8; --line: #66727d;
    --grid: #2d353d; --quiet: #5d6e7d; --contrast: #10151a;
    --series-1: #6cb4f0; --series-2: #ff9a56; --series-3: #4fd0ac;
    --series-4: #e49ad2; --series-5: #dbc24a; --series-6: #b9c3cc;
  }
  .fields img, .maps figure:not(:first-child) img { filter: brightness(1.5); }
  .confusion .deep { color: var(--contrast); }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 74rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.note { margin: .25rem 0; font-size: .85rem; }
.lead, .note, figcaption small { color: var(--faint); }
.lead { overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0 0; padding: 0; }
.facts div { flex: 1 1 8.5rem; padding: .6rem .9rem; border-radius: .5rem; background: var(--panel); }
.facts dt { color: var(--faint); font-size: .85rem; }
.facts dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.charts { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); }
figure { margin: 0; min-width: 0; break-inside: avoid; }
figure.chart { padding: .75rem; border-radius: .5rem; background: var(--panel); }
figure.chart > figcaption { font-weight: 600; margin-bottom: .25rem; }
.chart > svg { display: block; width: 100%; height: auto; max-width: 30rem; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .25rem 0; padding: 0; font-size: .85rem; list-style: none; }
.legend li { overflow-wrap: anywhere; }
.legend svg { width: 1.75rem; height: .5rem; margin-right: .4rem; vertical-align: middle; }
.legend line { stroke-width: 2; }
svg text { font-family: inherit; }
details { margin-top: .4rem; font-size: .85rem; }
summary { color: var(--faint); cursor: pointer; }
.scroll { overflow-x: auto; }
details .scroll { max-height: 24rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: left; vertical-align: top; }
td, .list.named th { overflow-wrap: anywhere; }
.list th:first-child { padding-left: 0; }
th { font-weight: 600; }
.figures th, .figures td { text-align: right; white-space: nowrap; }
.list td, .list th { border-top: 1px solid var(--grid); }
.list th { font-weight: 400; color: var(--faint); }
.list thead th { border: 0; color: var(--ink); font-weight: 600; overflow-wrap: normal; }
.columns { display: grid; gap: 1.25rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); align-items: start; }
.columns h3 { margin: 0 0 .25rem; font-size: 1rem; }
.columns table { width: 100%; }
.confusion { font-size: .85rem; }
.confusion td, .confusion th { padding: .2rem .3rem; min-width: 2rem; text-align: center; }
.confusion td { border: 1px solid var(--panel); }
.confusion .hit, .confusion .miss { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.confusion .hit { background: color-mix(in srgb, var(--series-1) calc(var(--share) * 100%), var(--panel)); }
.confusion .miss { background: color-mix(in srgb, var(--series-2) calc(var(--share) * 100%), var(--panel)); }
.confusion .hit.full { color: var(--contrast); }
.confusion .none { color: var(--line); }
.pictures { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); }
.pictures figcaption { font-size: .85rem; line-height: 1.3; margin-top: .25rem; }
.pictures img { width: 100%; border-radius: .25rem; }
.fields { display: grid; gap: .4rem; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); }
.maps { display: grid; gap: .4rem; grid-template-columns: repeat(auto-fill, minmax(3.5rem, 1fr)); margin: 0 0 .75rem; }
.maps img { width: 100%; border: 1px solid var(--grid); border-radius: .25rem; }
.maps figcaption { font-size: .85rem; text-align: center; }
.fields img { width: 100%; border: 1px solid var(--grid); border-radius: .25rem; }
img { display: block; height: auto; image-rendering: pixelated; }
.warm { color: var(--series-2); } .cool { color: var(--series-1); }
code { font: .85rem ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .fields { grid-template-columns: repeat(6, 1fr); }
  .pictures { grid-template-columns: repeat(4, 1fr); }
  .confusion { font-size: .75rem; }
  .confusion td, .confusion th { min-width: 1.4rem; padding: .2rem .1rem; }
  .facts dd { font-size: 1.15rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: .8rem; }
  details { display: none; }
  .charts { grid-template-columns: repeat(2, 1fr); }
  h2 { break-after: avoid; }
}
`;
