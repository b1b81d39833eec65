// Take: the model as a file, a snippet that uses it, and a file as the model.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count, percent, wordsOf } from "../../page/words.ts";
import type { Tested } from "../../shared/training.ts";
import type { Panel, PanelProps } from "../panel.ts";
import { NAME, SNIPPET } from "./snippet.ts";

/** Downloads, tests and opens models. */
export const take: Panel = {
  name: "take",
  title: "Take it with you",
  lead: "The model is one file, which this library, PyTorch and the command line read.",
  wide: true,
  View: ({ lab }) => (
    <div class="take">
      <div>
        <Taking lab={lab} />
        <Opening lab={lab} />
      </div>
      <Snippet />
    </div>
  ),
};

function Taking({ lab }: PanelProps): JSX.Element {
  const [tested, setTested] = useState<Tested & { name: string } | "testing" | null>(null);
  const [fault, setFault] = useState("");
  const { source, file } = lab.asking;
  const opened = source.value === "file" ? file.value : null;
  const trying = async (work: () => Promise<void>): Promise<void> => {
    setFault("");
    try {
      await work();
    } catch (error) {
      setTested(null);
      setFault(wordsOf(error));
    }
  };
  return (
    <>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={lab.latest.value === null}
          onClick={() => trying(async () => save(await lab.training.model()))}
        >
          Download the model in training
        </button>
        <button
          type="button"
          disabled={lab.latest.value === null || tested === "testing"}
          onClick={() =>
            trying(async () => {
              setTested("testing");
              const found = await lab.training.test(opened && opened.bytes);
              setTested({
                ...found,
                name: opened ? opened.name : "the model in training, as it was",
              });
            })}
        >
          Test {opened ? opened.name : "it"} on the 10,000 test images
        </button>
      </div>
      <p role="status" data-tested>
        {tested === "testing" && "Testing."}
        {tested !== null && tested !== "testing" &&
          `${count(tested.wrong)} of ${count(tested.count)} test images wrong, ${
            percent(tested.error)
          }: ${tested.name}.`}
      </p>
      <p role="status" class="fault">{fault}</p>
    </>
  );
}

function Opening({ lab: { asking } }: PanelProps): JSX.Element {
  return (
    <>
      <Drop open={(file) => asking.open(file)} />
      <Opened opened={asking.opened.value} />
    </>
  );
}

function Opened(
  { opened }: { opened: { name: string; fault: string | null } | null },
): JSX.Element {
  return (
    <p role="status" class={opened?.fault ? "fault" : ""}>
      {opened && (opened.fault ?? (
        <>
          {opened.name} is the model that is <a href="#ask">asked</a> now.
        </>
      ))}
    </p>
  );
}

function Drop({ open }: { open: (file: File) => void }): JSX.Element {
  const [over, setOver] = useState(false);
  return (
    <label
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) open(file);
      }}
    >
      <span>Drop a model here, or choose one, and ask it:</span>
      <input
        type="file"
        accept=".safetensors"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) open(file);
          // What it is called is said below; and the same may be chosen again.
          currentTarget.value = "";
        }}
      />
    </label>
  );
}

function Snippet(): JSX.Element {
  return (
    <div class="snippet">
      <h3 id="snippet-title">Use it</h3>
      <pre tabIndex={0} role="region" aria-labelledby="snippet-title"><code>{SNIPPET}</code></pre>
    </div>
  );
}

// Gives a file to the browser to keep.
function save(bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes]));
  Object.assign(document.createElement("a"), { href: url, download: NAME }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
