// How the run is steered.

import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { PanelProps } from "../panels/panel.ts";
import { plainRecipe, usualThreshold } from "../shared/recipe_of.ts";
import {
  BACKENDS,
  DEFAULTS,
  IMAGES,
  NEGATIVES,
  readSetting,
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
  hard: "hard: those that are believed most",
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
          {digestOf(settings)}
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
        <TextField
          label="Units of each layer"
          name="layers"
          value={layers.join(", ")}
          onChange={(layers) => set({ layers })}
        />
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
          label="Threshold of the mean square"
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
        <TextField
          label="Seed"
          name="seed"
          value={String(seed)}
          onChange={(seed) => set({ seed })}
        />
      </div>
      <div class="buttons">
        <button type="button" onClick={() => lab.forget()}>Usual settings</button>
        <CopyAddress />
      </div>
      <Fingerprint lab={lab} />
      <p class="hint">
        Where goodness is a sum of squares, a layer's threshold θ is the mean's times its units. A
        change begins the run anew. The same settings give the same run, to the last bit on the same
        device, and they stand in this page's address: share it.
      </p>
    </details>
  );
}

// What one sees of the settings where they are closed: all that is not as usual.
function digestOf({ recipe, layers, seed, rate, threshold, negatives, images }: Settings): string {
  return [
    recipe,
    `${layers.join("–")} ${layers.join() === "1" ? "unit" : "units"}`,
    `seed ${seed}`,
    rate !== null && `learning rate ${rate}`,
    threshold !== null && `threshold ${threshold}`,
    negatives !== "recipe" && `wrong labels ${negatives}`,
    images !== DEFAULTS.images && `${count(images)} images`,
  ].filter(Boolean).join(", ");
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
        : "pause the run to see it"}.
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

interface TextFieldProps<K extends keyof Settings> {
  label: string;
  name: K;
  value: string;
  onChange: (value: Settings[K]) => void;
}

// What cannot be stays as it was typed, with what may be below it.
function TextField<K extends keyof Settings>(
  { label, name, value, onChange }: TextFieldProps<K>,
): JSX.Element {
  const [wrong, setWrong] = useState<{ text: string; fault: string } | null>(null);
  const id = useId();
  useEffect(() => setWrong(null), [value]);
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        value={wrong ? wrong.text : value}
        aria-invalid={wrong !== null}
        aria-describedby={wrong ? id : undefined}
        onChange={({ currentTarget: { value: text } }) => {
          const read = readSetting(name, text.replaceAll(/\s/g, "").replace(/,$/, ""));
          setWrong(read.fault === null ? null : { text, fault: read.fault });
          if (read.fault === null) onChange(read.value);
        }}
      />
      {wrong && <small id={id} class="fault">It may be {wrong.fault}.</small>}
    </label>
  );
}

function CopyAddress(): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  // Browsers give it to secure pages alone.
  if (!navigator.clipboard) return null;
  return (
    <>
      <button
        type="button"
        onClick={async () => {
          await navigator.clipboard.writeText(location.href);
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        }}
      >
        Copy address
      </button>
      <span role="status" class="hint">{copied ? "Copied." : ""}</span>
    </>
  );
}
