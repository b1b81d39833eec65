// Stand-in for jsr:@std/testing/bdd where JSR is out of reach: describe and it as steps of Deno.test.

type Hook = () => void | Promise<void>;
type Test = (t: Deno.TestContext) => void | Promise<void>;

/** A group of tests, or a test, and whether to leave it out. */
interface Node {
  name: string;
  ignore: boolean;
  run: Test;
}

interface Suite {
  parent: Suite | undefined;
  nodes: Node[];
  beforeAll: Hook[];
  afterAll: Hook[];
  beforeEach: Hook[];
  afterEach: Hook[];
}

let open: Suite | undefined;

function register(node: Node): void {
  if (open) open.nodes.push(node);
  else Deno.test({ name: node.name, ignore: node.ignore, fn: node.run });
}

function suite(name: string, ignore: boolean, fn: () => void): void {
  const parent = open;
  const own: Suite = {
    parent,
    nodes: [],
    beforeAll: [],
    afterAll: [],
    beforeEach: [],
    afterEach: [],
  };
  open = own;
  try {
    fn();
  } finally {
    open = parent;
  }
  register({
    name,
    ignore,
    run: async (t) => {
      for (const hook of own.beforeAll) await hook();
      try {
        for (const { run, ...node } of own.nodes) await t.step({ ...node, fn: run });
      } finally {
        for (const hook of own.afterAll) await hook();
      }
    },
  });
}

/** The groups around a test, the innermost first. */
function around(suite: Suite | undefined): Suite[] {
  return suite ? [suite, ...around(suite.parent)] : [];
}

function test(name: string, ignore: boolean, fn: Test): void {
  const suites = around(open);
  register({
    name,
    ignore,
    run: async (t) => {
      for (const { beforeEach } of suites.toReversed()) for (const hook of beforeEach) await hook();
      try {
        await fn(t);
      } finally {
        for (const { afterEach } of suites) for (const hook of afterEach) await hook();
      }
    },
  });
}

function hook(kind: "beforeAll" | "afterAll" | "beforeEach" | "afterEach", fn: Hook): void {
  if (!open) throw new TypeError(`${kind}() belongs inside describe() here.`);
  open[kind].push(fn);
}

/** Groups the tests that `fn` registers. */
export const describe: {
  (name: string, fn: () => void): void;
  ignore(name: string, fn: () => void): void;
} = Object.assign((name: string, fn: () => void) => suite(name, false, fn), {
  ignore: (name: string, fn: () => void): void => suite(name, true, fn),
});

/** Registers a test. */
export const it: { (name: string, fn: Test): void; ignore(name: string, fn: Test): void } = Object
  .assign((name: string, fn: Test) => test(name, false, fn), {
    ignore: (name: string, fn: Test): void => test(name, true, fn),
  });

/** Runs before the first test of the group. */
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
