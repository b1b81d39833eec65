import { assertEquals } from "@std/assert";
import { Html, html } from "./html.ts";

Deno.test("html() escapes text between tags and in attributes", () => {
  const evil = `<script>alert('1')</script>" onload="x & y`;
  assertEquals(
    html`<p title="${evil}">${evil}</p>`.source.match(/[<>"']/g)!.length,
    `<p title=""></p>`.match(/[<>"']/g)!.length,
  );
  assertEquals(html`${"<&>\"'"}`.source, "&lt;&amp;&gt;&quot;&#39;");
});

Deno.test("html() takes pieces of HTML and lists as they are, and nothing for null", () => {
  const items = ["a<", "b"].map((text) => html`<li>${text}</li>`);
  assertEquals(html`<ul>${items}${null}${3}</ul>`.source, "<ul><li>a&lt;</li><li>b</li>3</ul>");
  assertEquals(html`${new Html("<br>")}`.source, "<br>");
});

Deno.test("html() replaces control characters and those that turn the reading direction", () => {
  assertEquals(html`${"a\0b\u202ec\n"}`.source, "a\ufffdb\ufffdc\n");
});
