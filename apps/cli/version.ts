// The version of `ff`, from where it is published.

import config from "./deno.json" with { type: "json" };

/** Version of this package. */
export const VERSION: string = config.version;
