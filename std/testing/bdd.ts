// Stand-in for jsr:@std/testing/bdd where JSR is out of reach: describe and it as steps of Deno.test, with the real one's
// order of hooks, also where one throws.

// What hooks leave on `this` is there in the tests after them.
type Context = Record<string, unknown>;
type Hook = (this: Context) => void | Promise<void>;
type Test = (this: Context, t: Deno.TestContext) => void | Promise<void>;
type HookName = "beforeAll" | "afterAll" | "beforeEach" | "afterEach";

/** A group of tests, or a test, and whether to leave it out. */
interface Node {
  name: string;
  ignore: boolean;
  run: (context: Context, t: Deno.TestContext) => Promise<void>;
}

interface Suite extends Record<HookName, Hook[]> {
  nodes: Node[];
}

// The group that is being described; of hooks outside of one, a group of all that follows in the file.
let open: Suite | undefined;
let started = false;
let running = 0;

function register(node: Node): void {
  if (running > 0) throw new Error(`"${node.name}" was described while tests run: do it before`);
  started = true;
  if (open) {
    open.nodes.push(node);
    return;
  }
  const { name, ignore, run } = node;
  Deno.test({
    name,
    ignore,
    fn: async (t) => {
      running++;
      try {
        await run({}, t);
      } finally {
        running--;
      }
    },
  });
}

function emptySuite(): Suite {
  return { nodes: [], beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
}

// The groups whose tests run, the outermost first.
const active: Suite[] = [];

async function runSuite(suite: Suite, given: Context, t: Deno.TestContext): Promise<void> {
  await call(suite.beforeAll, given);
  let context = given;
  try {
    active.push(suite);
    for (const { name, ignore, run } of suite.nodes) {
      const fn = async (t: Deno.TestContext): Promise<void> => {
        // A group within passes on what it has, a test does not.
        context = { ...context };
        await run(context, t);
      };
      await t.step({ name, ignore, fn });
    }
  } finally {
    active.pop();
    await call(suite.afterAll, given);
  }
}

// Each group's own hooks go around what is within it, so that its last ones run whatever happens there.
async function runTest(
  fn: Test,
  context: Context,
  { t, depth = 0 }: { t: Deno.TestContext; depth?: number },
): Promise<void> {
  const suite = active[depth];
  if (!suite) return await fn.call(context, t);
  const own = { ...context };
  await call(suite.beforeEach, own);
  try {
    await runTest(fn, own, { t, depth: depth + 1 });
  } finally {
    await call(suite.afterEach, own);
  }
}

async function call(hooks: readonly Hook[], context: Context): Promise<void> {
  for (const hook of hooks) await hook.call(context);
}

function group(name: string, ignore: boolean, fn: () => void): void {
  const before = open;
  const own = emptySuite();
  open = own;
  try {
    fn();
  } finally {
    open = before;
  }
  register({ name, ignore, run: (context, t) => runSuite(own, context, t) });
}

function test(name: string, ignore: boolean, fn: Test): void {
  register({ name, ignore, run: (context, t) => runTest(fn, context, { t }) });
}

function hook(kind: HookName, fn: Hook): void {
  if (!open) {
    if (started) throw new Error(`${kind}() outside of describe() comes before all tests`);
    const all = emptySuite();
    register({ name: "global", ignore: false, run: (context, t) => runSuite(all, context, t) });
    open = all;
  }
  open[kind].push(fn);
}

/** Groups the tests that `fn` registers. */
export const describe: {
  (name: string, fn: () => void): void;
  ignore(name: string, fn: () => void): void;
} = Object.assign((name: string, fn: () => void) => group(name, false, fn), {
  ignore: (name: string, fn: () => void): void => group(name, true, fn),
});

/** Registers a test. */
export const it: { (name: string, fn: Test): void; ignore(name: string, fn: Test): void } = Object
  .assign((name: string, fn: Test) => test(name, false, fn), {
    ignore: (name: string, fn: Test): void => test(name, true, fn),
  });

/** Runs before the first test of the group or, outside of all, of the file. */
export function beforeAll(fn: Hook): void {
  hook("beforeAll", fn);
}

/** Runs after the last test of the group, even if one fails. */
export function afterAll(fn: Hook): void {
  hook("afterAll", fn);
}

/** Runs before each test of the group. */
export function beforeEach(fn: Hook): void {
  hook("beforeEach", fn);
}

/** Runs after each test of the group, even if it fails. */
export function afterEach(fn: Hook): void {
  hook("afterEach", fn);
}
