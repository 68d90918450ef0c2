/** The panel with an article and, in it, exactly the quoted characters. */

import { byId, dateNode, el } from "./dom.js";
import { unitsAt } from "./offsets.js";
import * as service from "./service.js";
import { dayInWords, words } from "./words.js";

const beside = matchMedia("(min-width: 64rem)");
let opener = null;
let current = 0;

/** Called once: Escape and a resize across the breakpoint. */
export function watchArticle() {
  const panel = byId("article");
  addEventListener("keydown", (event) => event.key === "Escape" && panel.open && closeArticle());
  panel.addEventListener("cancel", (event) => {
    event.preventDefault(); // a modal's own Escape: closing is ours, so that the focus goes back
    closeArticle();
  });
  beside.addEventListener("change", () => {
    if (!panel.open) return;
    panel.close();
    reveal(panel);
  });
}

/** Opens the article of a citation (or of a near article, which quotes nothing); `from` gets the focus back. */
export async function openArticle(reference, from) {
  const panel = byId("article");
  opener = from;
  const turn = ++current;
  panel.replaceChildren(...frame(reference, el("p", { class: "wait", role: "status" }, words.opening)));
  reveal(panel);
  try {
    const article = await service.article(reference.article_id, reference.revision);
    if (turn !== current) return;
    panel.replaceChildren(...frame(article, ...body(article, reference)));
    const mark = panel.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
  } catch (error) {
    if (turn !== current) return;
    const gone = error.status === 404 || error.status === 410;
    panel.replaceChildren(...frame(reference, el(
      "div",
      { class: "failure", role: "alert" },
      el("p", null, gone ? words.withdrawn : error.message),
      !gone && el("button", { type: "button", class: "quiet", onclick: () => openArticle(reference, from) }, words.again),
    )));
  }
  panel.querySelector(".close").focus({ preventScroll: true });
}

export function closeArticle() {
  const panel = byId("article");
  if (!panel.open) return;
  current += 1;
  panel.close();
  document.body.classList.remove("with-article");
  const target = opener?.isConnected ? opener : byId("question");
  target.focus({ preventScroll: true });
}

function reveal(panel) {
  document.body.classList.toggle("with-article", beside.matches);
  if (panel.open) return;
  if (beside.matches) panel.show();
  else panel.showModal();
}

function frame(article, ...content) {
  return [
    el("button", { class: "close", type: "button", "aria-label": words.close, onclick: closeArticle }, "×"),
    el("div", { class: "page", tabindex: "0", role: "document", lang: article.language || null },
      el("h2", { id: "article-title", dir: "auto" }, article.title || words.untitled),
      ...content),
  ];
}

function body(article, reference) {
  const quoted = reference.quote != null;
  const [start, end] = quoted ? unitsAt(article.text, reference.start_char, reference.end_char) : [0, 0];
  const exact = quoted && article.text.slice(start, end) === reference.quote;
  return [
    el(
      "p",
      { class: "byline" },
      article.source && el("span", { dir: "auto" }, article.source),
      dateNode(article.published, dayInWords, words.undated),
      article.author && el("span", { dir: "auto" }, words.by(article.author)),
      original(article.url),
    ),
    article.current_revision > article.revision &&
      el("p", { class: "note" }, words.replaced(article.revision, article.current_revision)),
    quoted && !exact && el("p", { class: "note" }, words.notFound),
    el("div", { class: "article-text" }, paragraphs(article.text, exact ? start : 0, exact ? end : 0)),
  ].filter(Boolean);
}

function original(url) {
  if (!url || !/^https?:\/\//i.test(url)) return null;
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words.original);
}

/**
 * The text as paragraphs, `text.slice(start, end)` marked. No character is left out: the line breaks between
 * paragraphs are kept in spans that are not displayed, so the marks' text is the quote, whole.
 */
export function paragraphs(text, start, end) {
  const breaks = /\n[ \t]*\r?\n/.test(text) ? /(?:[ \t]*(?:\r\n|\r|\n)){2,}/g : /(?:[ \t]*(?:\r\n|\r|\n))+/g;
  const nodes = [];
  let from = 0;
  for (const match of [...text.matchAll(breaks), { index: text.length, 0: "" }]) {
    const breakEnd = match.index + match[0].length;
    nodes.push(el(
      "p",
      { dir: "auto" },
      marked(text, from, match.index, start, end),
      el("span", { class: "break" }, marked(text, match.index, breakEnd, start, end)),
    ));
    from = breakEnd;
  }
  return nodes;
}

function marked(text, from, to, start, end) {
  const a = Math.min(Math.max(start, from), to);
  const b = Math.min(Math.max(end, a), to);
  return [text.slice(from, a), a < b && el("mark", null, text.slice(a, b)), text.slice(b, to)].filter(Boolean);
}
