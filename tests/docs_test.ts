// The documents lead where they say: every relative link to a file, every anchor to a heading, and the book's contents to every page.

import { assert, assertEquals } from "@std/assert";
import GithubSlugger from "github-slugger";
import { lexer, type Token, walkTokens } from "marked";
import { NOTEBOOK } from "../scripts/notebook.ts";

const root = new URL("../", import.meta.url);
const SKIPPED = /^(\.|node_modules$|dist$|data$|runs$|sweeps$|bundle$)/;

function* markdownFiles(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (SKIPPED.test(name)) continue;
    if (isDirectory) yield* markdownFiles(new URL(`${name}/`, folder));
    else if (name.endsWith(".md")) yield new URL(name, folder);
  }
}

/** Where a page leads, and the anchors of its headings, as GitHub makes them. */
function read(markdown: string): { links: string[]; anchors: string[] } {
  const slugger = new GithubSlugger();
  const links: string[] = [];
  const anchors: string[] = [];
  walkTokens(lexer(markdown), (token: Token) => {
    if (token.type === "link" || token.type === "image") links.push(token.href);
    if (token.type === "heading") anchors.push(slugger.slug(plain(token.tokens ?? [])));
  });
  return { links, anchors };
}

// A heading's words without what is around them.
function plain(tokens: readonly Token[]): string {
  return tokens.map((token) =>
    "tokens" in token && token.tokens ? plain(token.tokens) : "text" in token ? token.text : ""
  ).join("");
}

// What is wrong with a link of a page at `base`; null if nothing is.
function fault(link: string, base: URL): string | null {
  if (/^[a-z]+:/.test(link)) return null;
  const target = new URL(link, base);
  const anchor = decodeURIComponent(target.hash.slice(1));
  target.hash = "";
  if (!target.href.startsWith(root.href)) return `${link} leads out of the repository`;
  try {
    if (Deno.statSync(target).isDirectory) return anchor && `${link}: a folder has no headings`;
  } catch {
    return `${link}: there is no such file`;
  }
  if (anchor === "" || !target.pathname.endsWith(".md")) return null;
  const { anchors } = read(Deno.readTextFileSync(target));
  return anchors.includes(anchor) ? null : `${link}: there is no such heading`;
}

Deno.test("every link of every document leads somewhere", () => {
  let links = 0;
  const check = (markdown: string, page: URL): void => {
    for (const link of read(markdown).links) {
      links++;
      assertEquals(fault(link, page) || null, null, page.pathname);
    }
  };
  for (const page of markdownFiles(root)) {
    // A part of docs/results.md, whose links are seen there.
    if (!page.href.endsWith("results/told.md")) check(Deno.readTextFileSync(page), page);
  }
  for (const { cell_type, source } of JSON.parse(Deno.readTextFileSync(NOTEBOOK)).cells) {
    if (cell_type === "markdown") check(source.join(""), NOTEBOOK);
  }
  assert(links > 100);
});

Deno.test("a link that leads nowhere is found", () => {
  const page = new URL("docs/README.md", root);
  for (const link of ["nowhere.md", "paper.md#nowhere", "../../elsewhere", "../docs#title"]) {
    assert(fault(link, page), link);
  }
  assertEquals(fault("results.md#what-each-part-brings", page), null);
});

Deno.test("the book's contents lead to every page of docs", () => {
  const contents = new URL("docs/README.md", root);
  const { links } = read(Deno.readTextFileSync(contents));
  const led = new Set(links.map((link) => new URL(link, contents).href));
  for (const { name } of Deno.readDirSync(new URL("docs/", root))) {
    const page = new URL(`docs/${name}`, root).href;
    if (name.endsWith(".md") && name !== "README.md") assert(led.has(page), name);
  }
});
