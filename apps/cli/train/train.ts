// `ff train`: trains a network, shows how it goes, tests it once, and keeps the run so that it can be resumed.

import type { Progress } from "@forward-forward/core";
import type { Arguments } from "../shared/arguments.ts";
import { kindOf } from "../kinds/kinds.ts";
import { EXIT, Interrupted, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import { begin } from "./begin.ts";
import { epochEvent } from "./epoch_event.ts";
import { readSaveEvery } from "./flags.ts";
import { prepare } from "./prepare.ts";
import { evalCommand, resumeCommand } from "./resume.ts";
import { Telling } from "./telling.ts";

export { trainFlags as flags } from "./flags.ts";

/** Runs `ff train` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  // Everything that can be refused without loading anything is refused first.
  if (args.rest.length > 0) {
    throw new UsageError(`train takes flags only, got "${args.rest[0]}": see ff train --help`);
  }
  const saveEvery = readSaveEvery(args);
  using held = new DisposableStack();
  const prepared = await prepare(args, held);
  const { resumed, recipe, data, best, network } = prepared;
  const telling = new Telling(prepared, args.given("json"));
  // From here on there is a run to save.
  using interrupt = onInterrupt(() => telling.stop());
  const { signal } = interrupt;
  let trainSeconds = resumed?.found.state.trainSeconds ?? 0;
  const begun = await begin(prepared, args.text("out"), () => trainSeconds, held);
  const { folder, saver, info } = begun;
  telling.start(begun, trainSeconds);

  // Training is timed, saving is not.
  let since = performance.now();
  const save = async (first?: () => Promise<void>): Promise<void> => {
    await saver.save(first);
    since = performance.now();
  };
  let savedAt = since;
  const onUpdate = (progress: Progress): void | Promise<void> => {
    telling.update(progress);
    const now = performance.now();
    if (now - savedAt < saveEvery) return;
    trainSeconds += (now - since) / 1000;
    return save().then(() => {
      savedAt = since;
    });
  };
  try {
    const validation = data.validation ?? undefined;
    for await (const report of network.fit(data.train, { validation, signal, onUpdate })) {
      trainSeconds += (performance.now() - since) / 1000;
      const made = await kindOf(data.train).progress?.(data.train, network, data.names);
      const event = { ...epochEvent(report, report.validation, trainSeconds), ...made };
      const worth = best ? await best.offer(report, network) : true;
      await save(async () => {
        await folder.addMetrics(event);
        if (worth) await folder.saveModel(network, info());
      });
      telling.epoch(report, event, trainSeconds);
      savedAt = since;
    }

    best?.restore(network);
    const evaluation = await network.evaluate(data.test, { signal, onProgress: telling.test });
    telling.stop();
    const done = telling.doneEvent(evaluation, folder.path, trainSeconds);
    await saver.write(() => folder.addMetrics(done));
    telling.done(evaluation, done, folder.path, trainSeconds);
    return EXIT.done;
  } catch (error) {
    telling.stop();
    if (!(error instanceof Interrupted)) throw saver.explain(error);
    if (network.update > 0) trainSeconds += (performance.now() - since) / 1000;
    await save(async () => {
      if (!best?.epoch) await folder.saveModel(network, info());
    });
    const [resume, test] = [resumeCommand(folder.path), evalCommand(folder.path)];
    console.error(
      `interrupted after ${network.epoch} of ${recipe.epochs} epochs: the run is saved, ` +
        `${resume} goes on with it and ${test} tests the model as it is`,
    );
    return error.code;
  } finally {
    telling.stop();
  }
}
