// HTML that cannot be injected into: whatever a template is given is text, unless it is HTML already.

/** A piece of HTML. */
export class Html {
  /** Its source. */
  readonly source: string;

  /** Takes the source as it is: for text of this program's own, and what {@linkcode html} made. */
  constructor(source: string) {
    this.source = source;
  }
}

/** What {@linkcode html} takes: text and numbers, which it escapes, pieces of HTML, and lists of these. */
export type Piece = string | number | Html | null | readonly Piece[];

/** A template whose values are escaped, so that they are safe between tags and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: Piece[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(source)));
}

function source(piece: Piece): string {
  if (piece === null) return "";
  if (piece instanceof Html) return piece.source;
  return typeof piece === "object" ? piece.map(source).join("") : escape(String(piece));
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// Control characters, which HTML does not allow, and those that turn the reading direction are made visible.
function escape(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!)
    // deno-lint-ignore no-control-regex
    .replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
