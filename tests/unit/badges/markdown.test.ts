import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../../src/badges/markdown.ts";
import {
  markdownRule,
  maxMarkdownLength,
  maxMarkdownLines,
  maxMarkdownMarks,
  maxMarkdownNesting,
} from "../../../src/badges/markdown-rule.ts";

const rel = 'rel="nofollow ugc noopener"';

describe("Markdown", () => {
  test.each([
    ["a *b* **c** `d`", "<p>a <em>b</em> <strong>c</strong> <code>d</code></p>"],
    [
      "# A\n\n- b\n- c\n\n> d",
      "<h1>A</h1>\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n<blockquote>\n<p>d</p>\n</blockquote>",
    ],
    ['```js"x\n<b>\n```', "<pre><code>&lt;b&gt;\n</code></pre>"],
    ['[a](https://x.example/?b&c "d")', `<p><a href="https://x.example/?b&amp;c" title="d" ${rel}>a</a></p>`],
    ["<http://x.example>", `<p><a href="http://x.example" ${rel}>http://x.example</a></p>`],
    ["<me@x.example>", `<p><a href="mailto:me@x.example" ${rel}>me@x.example</a></p>`],
    ["[a]\n\n[a]: HTTPS://x.example", `<p><a href="HTTPS://x.example" ${rel}>a</a></p>\n`],
    ["", ""],
  ])("%j becomes %j", (text, markup) => expect(renderMarkdown(text)).toBe(markup));

  test.each([
    "//evil.example",
    "/a",
    "#a",
    "a",
    "?a",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://\\evil.example",
    "https://bank.example@evil.example",
    "https://a:b@evil.example",
    "https://[",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java&#10;script:alert(1)",
    "&#106;avascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://x.example",
    "ircs://x.example",
    "xmpp:x@x.example",
    "mailto:",
    "mailto:a@b?bcc=c@d",
    "mailto:a@b,c@d@e",
  ])("leaves of a link to %s the words alone", (address) => {
    expect(renderMarkdown(`[*a*](<${address}>) b`)).toBe("<p><em>a</em> b</p>");
  });

  test("keeps one link and drops the next", () => {
    const text = "[a](https://x.example) [b](//y) [c](https://z.example)";
    const kept = (href: string, word: string) => `<a href="${href}" ${rel}>${word}</a>`;
    expect(renderMarkdown(text)).toBe(`<p>${kept("https://x.example", "a")} b ${kept("https://z.example", "c")}</p>`);
  });

  test.each([
    ["<script>alert(1)</script>", "&lt;script&gt;"],
    ["<img src=x onerror=alert(1)>", "&lt;img"],
    ["a <b onclick='x'>b</b>", "&lt;b onclick"],
    ['<a href="javascript:x">a</a>', "&lt;a href"],
    ["<!-- <a> -->", "&lt;!--"],
    ["<![CDATA[<b>]]>", "&lt;!"],
    ["`<b>`", "<code>&lt;b&gt;"],
    ["[<b>](https://x.example)", "&lt;b&gt;</a>"],
    ['[a](https://x.example "\\"><script>")', "&quot;&gt;&lt;script&gt;"],
    ["![a](https://x.example/a.png)", `!<a href="https://x.example/a.png" ${rel}>a</a>`],
    ["![a](data:image/png;base64,AA==)", "<p>!a</p>"],
    ['~~~ "onclick="x\na\n~~~', "<pre><code>a"],
  ])("shows %j as text", (text, part) => {
    const markup = renderMarkdown(text);
    expect(markup).toContain(part);
    expect(foreign(markup)).toEqual([]);
  });

  test("holds no tag and no attribute but those of CommonMark, whatever it is made of", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "<script>",
        "</a>",
        '<a href="',
        "[a](",
        "](<",
        ">)",
        "![",
        "`",
        "```\n",
        "**",
        "_",
        "\n\n",
        "> ",
      ),
      fc.constantFrom("javascript:", "https://x", "//x", '"', "'", "&quot;", "&#x3c;", "\\", "- ", "1. ", "# ", "<!--"),
      fc.constantFrom("[a]: ", "[a]", "mailto:", "&lt;", "<http://x>", "onload=", "\t", "style="),
      fc.string({ unit: "binary", maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
        expect(foreign(renderMarkdown(parts.join("")))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a Markdown text is refused", () => {
  const refusal = expect.objectContaining({ code: "INVALID_MARKDOWN", detail: markdownRule });

  test.each([
    ["characters", "a".repeat(maxMarkdownLength)],
    ["lines", "a\n".repeat(maxMarkdownLines - 1)],
    ["lines of another system", "a\r\n".repeat(maxMarkdownLines - 1)],
    ["asterisks and underscores", "*_".repeat(maxMarkdownMarks / 2)],
    ["quotations", ">".repeat(maxMarkdownNesting)],
    ["lists", "1. - ".repeat(maxMarkdownNesting / 2)],
  ])("beyond a bound of %s, and taken within", (what, text) => {
    renderMarkdown(text);
    const more = { lists: "- a", quotations: "> a", "asterisks and underscores": "*" }[what] ?? "\na";
    expect(() => renderMarkdown(text + more)).toThrow(refusal);
  });

  test("where a line nests too deeply, and not where it is a rule or bold", () => {
    expect(() => renderMarkdown(`a\n\n${"> ".repeat(9)}`)).toThrow(refusal);
    expect(renderMarkdown(`${"-".repeat(40)}\n\n${"*".repeat(40)}`)).toBe("<hr />\n<hr />");
  });

  test("names its bounds in words", () => {
    expect(markdownRule).toContain("10000 characters, 500 lines, 1000 asterisks");
    expect(markdownRule).toContain("8 quotations");
  });

  const fill = (text: string) => text.repeat(Math.ceil(maxMarkdownLength / text.length)).slice(0, maxMarkdownLength);
  test.each([
    ["quotations", `${"> ".repeat(8)}a\n\n`.repeat(240)],
    ["lists", `${"1. ".repeat(8)}a\n`.repeat(380)],
    ["deeper lists", Array.from({ length: 130 }, (_, i) => `${" ".repeat(i)}- a`).join("\n")],
    ["marks", `${"*_".repeat(250)}a${"_*".repeat(250)}`],
    ["brackets", fill("[")],
    ["links", fill("[a](")],
    ["angles", fill("<")],
    ["ampersands", fill("&")],
    ["ticks", Array.from({ length: 139 }, (_, i) => "`".repeat(i)).join(" ")],
    ["references", `[a]: /x\n\n${"[a]".repeat(3300)}`],
  ])("before %s take long", (_, text) => {
    const start = performance.now();
    renderMarkdown(text);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

/** What a reader of HTML would find beside the tags and attributes of CommonMark without HTML and pictures. */
function foreign(markup: string): string[] {
  const plain =
    /^<\/?(?:p|h[1-6]|em|strong|code|pre|blockquote|ul|ol|li)>$|^<(?:br|hr) \/>$|^<ol start="\d+">$|^<\/a>$/;
  const link = /^<a href="(?:https?:\/\/|mailto:)[^"<>\s]+"(?: title="[^"<>]*")? rel="nofollow ugc noopener">$/i;
  const tags = markup.match(/<[^>]*>?/g) ?? [];
  return tags.filter((tag) => !plain.test(tag) && !link.test(tag));
}
