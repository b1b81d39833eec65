// What `./run` runs of this project on the machine a bundle was carried to, a part at a time:
//
//     main.js begin FLAGS...           looks at the machine, begins the result file and prints its name
//     main.js conformance NAME SUITE   one suite of conformance
//     main.js bench NAME               the benchmarks
//     main.js end NAME                 puts it all together, and says what came of it by its exit code

import { begin } from "./_begin.ts";
import { bench } from "./_bench.ts";
import { runSuite } from "./_conformance.ts";
import { end } from "./_end.ts";
import { UsageError } from "../_arguments.ts";

const EXIT = { done: 0, failed: 1, usage: 2 } as const;

async function main([part, ...args]: readonly string[]): Promise<number> {
  const [name = "", suite = ""] = args;
  switch (part) {
    case "begin":
      console.log(await begin(args));
      return EXIT.done;
    case "conformance":
      await runSuite(name, suite);
      return EXIT.done;
    case "bench":
      return await bench(name);
    case "end":
      return await end(name) ? EXIT.done : EXIT.failed;
    default:
      throw new UsageError(`there is no part ${part}`);
  }
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`run: ${error.message}`);
  Deno.exit(EXIT.usage);
}
