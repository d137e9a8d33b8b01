import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { RichText } from "./RichText";

function shown(html: string): HTMLElement {
  return render(<RichText html={html} />).container;
}

describe("formatted text", () => {
  it("keeps paragraphs, lists, bold, italic and line breaks, without their attributes", () => {
    const html =
      '<p data-block-key="a" class="x" style="color:red" onclick="alert(1)">One <b>two</b> <em>three</em><br/>four</p>' +
      "<ul><li>five</li></ul><ol><li><strong>six</strong></li></ol>";
    expect(shown(html).innerHTML).toBe(
      "<p>One <b>two</b> <i>three</i><br>four</p><ul><li>five</li></ul><ol><li><b>six</b></li></ol>",
    );
  });

  it("links addresses of the web", () => {
    const link = shown('<a href="https://example.org/a?b=1&amp;c=2" target="_self">a flora</a>').querySelector("a");
    expect(link?.href).toBe("https://example.org/a?b=1&c=2");
    expect(link?.rel).toContain("noopener");
    expect(link?.textContent).toContain("a flora");
  });

  it.each([
    "javascript:alert(1)",
    " java\nscript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example",
    "/admin/",
  ])("keeps only the words of a link to %j", (href) => {
    const link = document.createElement("a");
    link.setAttribute("href", href);
    link.textContent = "press me";
    const page = shown(`<p>${link.outerHTML}</p>`);
    expect(page.innerHTML).toBe("<p>press me</p>");
  });

  it("keeps only the words of a link within the CMS", () => {
    expect(shown('<a linktype="page" id="3">Aloe</a>').innerHTML).toBe("Aloe");
  });

  it.each([
    "<script>alert(1)</script>",
    "<style>p{color:red}</style>",
    "<iframe src=https://evil.example></iframe>",
    "<svg><script>alert(1)</script><a href='javascript:alert(1)'>x</a></svg>",
    "<math><mtext>x</mtext></math>",
    "<template><img src=x onerror=alert(1)></template>",
    "<noscript><p>x</p></noscript>",
    "<form action=/x><input></form>",
    "<img src=x onerror=alert(1)>",
    "<!-- a comment -->",
  ])("drops %s", (html) => {
    expect(shown(`before${html}after`).innerHTML).toBe("beforeafter");
  });

  it("keeps the words of elements it does not know", () => {
    expect(shown("<div><h1>A <span>title</span></h1><custom-thing>and more</custom-thing></div>").innerHTML).toBe(
      "A titleand more",
    );
  });

  it("shows what looks like markup but is text as text", () => {
    expect(shown("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>").textContent).toBe("<script>alert(1)</script>");
  });
});
