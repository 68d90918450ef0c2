/** A whole Answer as nodes. */

import { dateNode, el } from "./dom.js";
import { prose } from "./prose.js";
import { tip } from "./tip.js";
import { dayInWords, words } from "./words.js";

/** The warning of an answer whose article was deleted since. */
const WITHDRAWN = "article_withdrawn";

/** `open(reference, opener)` is called to show an article, `widen()` to search without what the question narrows. */
export function answerNodes(answer, open, widen) {
  const found = answer.status !== "not_in_articles";
  const notes = answer.warnings.filter((warning) => warning !== WITHDRAWN);
  return [
    statusLine(answer, found),
    answer.resolved_question !== answer.question &&
      el("p", { class: "aside", dir: "auto" }, words.resolved, el("q", { class: "asked" }, answer.resolved_question)),
    answer.scope && scopeLine(answer.scope, widen),
    textNode(answer, open),
    answer.parts?.length > 0 && partsList(answer.parts),
    answer.figures.length > 1 && !answer.parts?.length && figuresTable(answer, open),
    answer.citations.length > 0 && sources(answer.citations, open),
    !found && answer.nearest.length > 0 && nearest(answer.nearest, open),
    !found && el("p", { class: "aside" }, words.searched(answer.searched)),
    notes.length > 0 && warnings(notes),
    answer.answered_by !== "extractive" && found && el("p", { class: "aside" }, words.writtenBy(answer.answered_by)),
  ].filter(Boolean);
}

/** The text alone: also used while it is still arriving. */
export function textNode(answer, open) {
  const chip = (citation) => citationChip(citation, open);
  return el("p", { class: "text", dir: "auto" }, prose(answer, chip));
}

function statusLine(answer, found) {
  if (answer.warnings.includes(WITHDRAWN)) {
    return el("p", { class: "status withdrawn" }, el("span", { class: "verdict" }, words.withdrawnAnswer));
  }
  const date = answer.as_of ? words.asOf(answer.as_of) : words.undatedAnswer;
  return el(
    "p",
    { class: `status ${answer.status}` },
    el("span", { class: "verdict" }, words.status[answer.status] ?? answer.status),
    found && el("span", { class: "as-of" }, date),
  );
}

function scopeLine(scope, widen) {
  return el(
    "p",
    { class: "aside scope" },
    el("span", { dir: "auto" }, words.scope(scope)),
    " ",
    el("button", { type: "button", class: "quiet", onclick: widen }, words.widen),
  );
}

/** What was asked instead of a question of several parts. */
function partsList(parts) {
  const said = (part) => part.status === "not_in_articles" ? words.status.not_in_articles : part.short_answer;
  return el(
    "section",
    { class: "parts" },
    el("h3", null, words.parts),
    el("ul", null, parts.map((part) =>
      el("li", { dir: "auto" }, el("q", { class: "asked" }, part.question), said(part) && ` ${said(part)}`))),
  );
}

function citationChip(citation, open) {
  const button = el(
    "button",
    {
      class: "chip",
      type: "button",
      "aria-label": words.source(citation.number, citation.title || words.untitled),
      "data-number": citation.number,
      onclick: () => open(citation, button),
    },
    String(citation.number),
  );
  tip(button, `“${citation.quote}”`);
  return button;
}

function sources(citations, open) {
  return el(
    "section",
    { class: "sources" },
    el("h3", null, words.sources),
    el("ol", null, citations.map((citation) =>
      el(
        "li",
        null,
        el("span", { class: "number", "aria-hidden": "true" }, String(citation.number)),
        titleButton(citation, open, words.source(citation.number, citation.title || words.untitled)),
        byline(citation),
        citation.superseded && el("p", { class: "byline superseded" }, words.superseded),
        el("blockquote", { dir: "auto" }, citation.quote),
      ))),
  );
}

function nearest(articles, open) {
  return el(
    "section",
    { class: "nearest" },
    el("h3", null, words.nearest),
    el("ul", null, articles.map((near) => el("li", null, titleButton(near, open), byline(near)))),
  );
}

function titleButton(reference, open, label) {
  const button = el(
    "button",
    { class: "title", type: "button", dir: "auto", "aria-label": label, onclick: () => open(reference, button) },
    reference.title || words.untitled,
  );
  return button;
}

function byline({ source, published }) {
  return el(
    "p",
    { class: "byline" },
    source && el("span", { dir: "auto" }, source),
    dateNode(published, dayInWords, words.undated),
  );
}

function figuresTable(answer, open) {
  const byNumber = new Map(answer.citations.map((citation) => [citation.number, citation]));
  const row = (figure) => {
    const citation = byNumber.get(figure.citation);
    return el(
      "tr",
      null,
      el("td", null, dateNode(figure.as_of, dayInWords, words.undated)),
      el("td", null,
        el("span", { class: "figure", dir: "auto" }, figure.text),
        " ",
        el("span", { class: `modality ${figure.modality}` }, words.modality[figure.modality] ?? figure.modality)),
      el("td", null, citation ? citationChip(citation, open) : String(figure.citation)),
    );
  };
  const head = [words.figureDate, words.figureText, words.figureSource];
  return el(
    "table",
    { class: "figures" },
    el("caption", null, words.figures),
    el("thead", null, el("tr", null, head.map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", null, answer.figures.map(row)),
  );
}

function warnings(texts) {
  return el(
    "section",
    { class: "warnings" },
    el("h3", null, words.warnings),
    texts.map((text) => el("p", { dir: "auto" }, text)),
  );
}
