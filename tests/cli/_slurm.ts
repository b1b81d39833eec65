// A Slurm of its own on this machine, for the tests: Debian's, on loopback, with nodes that can lose their power.

import { said } from "./_said.ts";

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "unshare"];

/** Nodes of one processor each: the first two are the default partition, the third is by itself. */
const NODES = { n1: "main", n2: "main", n3: "apart" } as const;

/** A node's name. */
export type NodeName = keyof typeof NODES;

/** A running Slurm. */
export interface Slurm {
  /** What tells Slurm's commands, and `ff`, of it. */
  env: Record<string, string>;
  /** Runs one of Slurm's commands, which must end well, and returns what it printed. */
  run(program: string, ...args: string[]): Promise<string>;
  /** Starts a node; `hidden` is a folder that it shall not see. */
  start(node: NodeName, hidden?: string): void;
  /** Takes a node's power away: all its processes are gone at once. */
  kill(node: NodeName): Promise<void>;
}

/** Runs `body` with a Slurm whose files are in `folder`, and its first two nodes. */
export async function withSlurm(
  folder: string,
  body: (slurm: Slurm) => Promise<void>,
): Promise<void> {
  const host = (await said("hostname", ["-s"])).stdout;
  // Munge's socket has to be reached by everybody, and its key by nobody else.
  for (const path of [`${folder}/..`, folder]) await Deno.chmod(path, 0o755);
  const config = `${folder}/slurm.conf`;
  await Deno.writeTextFile(config, configuration(folder, host));
  const env = { SLURM_CONF: config };
  const daemons = new Map<string, Deno.ChildProcess>();
  let ended: string | null = null;
  const spawn = (name: string, program: string, args: string[]): void => {
    const [stdin, stdout] = ["null", "null"] as const;
    const daemon = new Deno.Command(program, { args, env, stdin, stdout, stderr: "piped" }).spawn();
    daemons.set(name, daemon);
    new Response(daemon.stderr).text().then((text) => {
      if (daemons.get(name) === daemon) ended = `${name} has ended: ${text}`;
    });
  };
  const kill = async (name: string): Promise<void> => {
    const daemon = daemons.get(name);
    daemons.delete(name);
    try {
      daemon?.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await daemon?.status;
  };
  const slurm: Slurm = {
    env,
    async run(program, ...args): Promise<string> {
      const { code, stdout, stderr } = await said(program, args, env);
      if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${stderr}`);
      return stdout;
    },
    // All that a node runs is in a process namespace of its own, which ends with its first process.
    start(node, hidden): void {
      const hide = hidden ? `mount -t tmpfs tmpfs '${hidden}' && ` : "";
      const inside = ["sh", "-c", `${hide}exec slurmd -D -N ${node}`];
      spawn(node, "unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", ...inside]);
    },
    kill,
  };
  try {
    const key = crypto.getRandomValues(new Uint8Array(128));
    await Deno.writeFile(`${folder}/munge.key`, key, { mode: 0o600 });
    const munge = ["socket", "key-file", "pid-file", "log-file", "seed-file"]
      .map((flag) => `--${flag}=${folder}/munge.${flag.replace("-file", "")}`);
    spawn("munged", "munged", ["--foreground", ...munge]);
    spawn("slurmctld", "slurmctld", ["-D"]);
    for (const node of ["n1", "n2"] as const) slurm.start(node);
    await until(async () => {
      if (ended !== null) throw new Error(ended);
      const { stdout } = await said(
        "sinfo",
        ["--noheader", "--partition=main", "--format=%T"],
        env,
      );
      return stdout === "idle";
    });
    await body(slurm);
  } finally {
    // The nodes first: they would wait for who commands them.
    for (const name of [...daemons.keys()].toReversed()) await kill(name);
  }
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 100));
}

function configuration(folder: string, host: string): string {
  const [control, ...ports] = freePorts(1 + Object.keys(NODES).length);
  const nodes = Object.keys(NODES).map((name, i) =>
    `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=1 State=UNKNOWN`
  );
  const partitions = [...Map.groupBy(Object.entries(NODES), ([, partition]) => partition)].map(
    ([name, members], i) =>
      `PartitionName=${name} Nodes=${
        members.map(([node]) => node).join(",")
      } MaxTime=INFINITE State=UP` +
      (i === 0 ? " Default=YES" : ""),
  );
  // The short times make that a node is missed, and what it ran put back, in seconds.
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${control}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=cred_expire=5,socket=${folder}/munge.socket
StateSaveLocation=${folder}/state
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdSpoolDir=${folder}/spool-%n
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmdLogFile=${folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
BatchStartTimeout=1
MessageTimeout=2
SlurmdTimeout=6
KillWait=30
JobRequeue=1
ReturnToService=2
MpiDefault=none
${[...nodes, ...partitions].join("\n")}
`;
}

function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** Why there can be no Slurm here, or null. */
export const noSlurm: string | null = await (async (): Promise<string | null> => {
  if (Deno.build.os !== "linux") return "Slurm is Linux's";
  for (const program of PROGRAMS) {
    const there = await said("sh", ["-c", `command -v ${program}`]);
    if (there.code !== 0) return `there is no ${program} here`;
  }
  const inside = await said("unshare", ["--pid", "--fork", "--mount-proc", "true"]);
  return inside.code === 0 ? null : "only root may run nodes of its own";
})();
