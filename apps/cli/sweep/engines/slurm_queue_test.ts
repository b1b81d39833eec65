import { assertEquals } from "@std/assert";
import { withFolder } from "../../_testing.ts";
import { type Job, noteJob, parseQueue, readJobs } from "./slurm_queue.ts";

const JOBS: Job[] = [
  { job: "7", indices: [0, 1, 2], offset: 0, submitted: "2026-01-01T00:00:00.000Z" },
  { job: "12", indices: [1001, 2], offset: 1000, submitted: "2026-01-01T00:00:01.000Z" },
];

Deno.test("parseQueue() finds the tasks of these jobs, and what they do", () => {
  const text = [
    "7|0|RUNNING",
    "7|1|PENDING",
    "7|2|COMPLETING",
    "12|1|PENDING",
    "99|0|RUNNING", // Another sweep's.
    "100|N/A|RUNNING", // No array.
    "",
  ].join("\n");
  assertEquals([...parseQueue(text, JOBS)], [
    [0, { job: "7", runs: true }],
    [1, { job: "7", runs: false }],
    [2, { job: "7", runs: true }],
    [1001, { job: "12", runs: false }],
  ]);
  assertEquals(parseQueue("", JOBS).size, 0);
});

Deno.test("readJobs() finds the jobs that were noted, and passes over half a line", () =>
  withFolder(async (folder) => {
    assertEquals(await readJobs(folder), []);
    for (const job of JOBS) await noteJob(folder, job);
    await Deno.writeTextFile(`${folder}/jobs.jsonl`, `{"job":"13","ind`, { append: true });
    assertEquals(await readJobs(folder), JOBS);
  }));
