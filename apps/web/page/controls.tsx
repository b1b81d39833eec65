// How the run is steered.

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { PanelProps } from "../panels/panel.ts";
import { plainRecipe, usualThreshold } from "../shared/recipe_of.ts";
import {
  BACKENDS,
  IMAGES,
  MOST_LAYERS,
  MOST_UNITS,
  NEGATIVES,
  readAddress,
  RECIPES,
  type Settings,
} from "../shared/settings.ts";
import { count, percent } from "./words.ts";

const RATES = [0.0003, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.3];
const THRESHOLDS = [0.25, 0.5, 1, 1.5, 2, 4];

const WORDS: Record<string, string> = {
  quick: "quick, the default",
  hinton: "hinton, as in his own code",
  keras: "keras, in small batches",
  recipe: "as the recipe says",
  hard: "hard: what the readout believes",
  random: "random: any wrong label",
  shuffled: "shuffled: another image's label",
  auto: "the best there is",
  webgpu: "WebGPU",
  wasm: "WebAssembly",
};

/** The bar with the buttons and figures, and the settings. */
export function Controls({ lab }: PanelProps): JSX.Element {
  return (
    <>
      <section class="bar" aria-label="The run">
        <Buttons lab={lab} />
        <Figures lab={lab} />
      </section>
      <section aria-label="Settings">
        <SettingsForm lab={lab} />
      </section>
    </>
  );
}

function Buttons({ lab }: PanelProps): JSX.Element {
  const phase = lab.phase.value;
  const running = phase === "running";
  return (
    <div class="buttons">
      <button
        type="button"
        class="primary"
        disabled={phase !== "running" && phase !== "paused"}
        onClick={() => lab.go(running ? 0 : null)}
      >
        {running ? "Pause" : "Run"}
      </button>
      <button type="button" disabled={phase !== "paused"} onClick={() => lab.go(1)}>
        One update
      </button>
      <button type="button" onClick={() => lab.restart()}>Start over</button>
    </div>
  );
}

function Figures({ lab }: PanelProps): JSX.Element {
  const progress = lab.progress.value;
  const latest = lab.latest.value;
  const rate = lab.rate.value;
  const all: [name: string, value: string][] = [
    ["held-out error", latest ? percent(latest.error) : "–"],
    ["updates", progress ? count(progress.update) : "–"],
    ["images seen", progress ? count(progress.images) : "–"],
    ["images / s", rate === null ? "–" : count(Math.round(rate))],
  ];
  return (
    <dl class="figures">
      {all.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-figure={name}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function SettingsForm({ lab }: PanelProps): JSX.Element {
  const settings = lab.settings.value;
  const { recipe, layers, rate, threshold, negatives, backend, seed, images } = settings;
  const set = (changes: Partial<Settings>): void => lab.change(changes);
  const usual = plainRecipe(recipe, layers).optimizer.learningRate;
  const number = (text: string): number | null => text === "" ? null : Number(text);
  return (
    <details class="settings">
      <summary>
        <span>Settings</span>
        <span class="digest">
          {recipe}, {layers.join("–")} units, seed {seed}
        </span>
      </summary>
      <div class="fields-form">
        <Choice
          label="Recipe"
          value={recipe}
          options={RECIPES.map((name) => [name, WORDS[name]!])}
          onChange={(value) =>
            set({
              recipe: value as Settings["recipe"],
              rate: null,
              threshold: null,
              negatives: "recipe",
            })}
        />
        <LayersField layers={layers} onChange={(layers) => set({ layers })} />
        <Choice
          label="Learning rate"
          value={rate === null ? "" : String(rate)}
          options={[
            ["", `${usual}, as the recipe says`],
            ...withValue(RATES, rate).map((n): [string, string] => [String(n), String(n)]),
          ]}
          onChange={(value) => set({ rate: number(value) })}
        />
        <Choice
          label="Threshold (mean square)"
          value={threshold === null ? "" : String(threshold)}
          options={[
            ["", `${usualThreshold(recipe)}, as the recipe says`],
            ...withValue(THRESHOLDS, threshold).map((
              n,
            ): [string, string] => [String(n), String(n)]),
          ]}
          onChange={(value) => set({ threshold: number(value) })}
        />
        <Choice
          label="Wrong labels"
          value={negatives}
          options={NEGATIVES.filter((name) => name !== "hard" || recipe !== "keras")
            .map((name) => [name, WORDS[name]!])}
          onChange={(value) => set({ negatives: value as Settings["negatives"] })}
        />
        <Choice
          label="Computed by"
          value={backend}
          options={BACKENDS.map((name) => [name, WORDS[name]!])}
          onChange={(value) => set({ backend: value as Settings["backend"] })}
        />
        <Choice
          label="Training images"
          value={String(images)}
          options={IMAGES.map((n) => [String(n), count(n)])}
          onChange={(value) => set({ images: Number(value) as Settings["images"] })}
        />
        <NumberField label="Seed" value={seed} onChange={(seed) => set({ seed })} />
      </div>
      <div class="buttons">
        <button type="button" onClick={() => lab.forget()}>As usual</button>
        <CopyAddress />
      </div>
      <Fingerprint lab={lab} />
      <p class="hint">
        A change begins the run anew. The same settings give the same run, to the last bit on the
        same device, and they stand in this page's address: share it.
      </p>
    </details>
  );
}

// By which two runs can be told to be the same.
function Fingerprint({ lab }: PanelProps): JSX.Element {
  const latest = lab.latest.value;
  return (
    <p class="hint fingerprint">
      Fingerprint of all weights: {latest?.fingerprint
        ? (
          <>
            <code data-fingerprint>{latest.fingerprint}</code> after update {count(latest.update)}
          </>
        )
        : "to be seen where the run is paused"}.
    </p>
  );
}

// What the address says is in the list, whatever the list has.
function withValue(all: readonly number[], value: number | null): number[] {
  const more = value === null || all.includes(value) ? all : [...all, value];
  return more.toSorted((a, b) => a - b);
}

interface ChoiceProps {
  label: string;
  value: string;
  options: [value: string, words: string][];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {options.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
      </select>
    </label>
  );
}

function NumberField(
  { label, value, onChange }: { label: string; value: number; onChange: (value: number) => void },
): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        min={0}
        step={1}
        value={value}
        onChange={({ currentTarget }) => {
          const n = Number(currentTarget.value);
          if (currentTarget.value !== "" && Number.isSafeInteger(n) && n >= 0) onChange(n);
          else currentTarget.value = String(value);
        }}
      />
    </label>
  );
}

function LayersField(
  { layers, onChange }: {
    layers: readonly number[];
    onChange: (layers: readonly number[]) => void;
  },
): JSX.Element {
  const [fault, setFault] = useState(false);
  const id = useId();
  return (
    <label class="field">
      <span>Units of each layer</span>
      <input
        type="text"
        inputMode="text"
        value={layers.join(", ")}
        aria-invalid={fault}
        aria-describedby={fault ? id : undefined}
        onChange={({ currentTarget }) => {
          const text = currentTarget.value.replaceAll(/\s/g, "").replace(/,$/, "");
          const { settings, faults } = readAddress(`?layers=${encodeURIComponent(text)}`);
          setFault(faults.length > 0);
          if (faults.length === 0) onChange(settings.layers);
        }}
      />
      {fault && (
        <small id={id} class="fault">
          One to {MOST_LAYERS} numbers up to {MOST_UNITS}, as 200, 200.
        </small>
      )}
    </label>
  );
}

function CopyAddress(): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  // Browsers give it to secure pages alone.
  if (!navigator.clipboard) return null;
  return (
    <button
      type="button"
      onClick={async () => {
        await navigator.clipboard.writeText(location.href);
        setCopied(true);
        setTimeout(() => setCopied(false), 2000);
      }}
    >
      <span role="status">{copied ? "Copied" : "Copy address"}</span>
    </button>
  );
}
