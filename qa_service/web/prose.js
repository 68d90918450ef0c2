/** An answer's text as nodes: [1] becomes a chip, the short answer stands out, what the quotes do not bear out says so. */

import { el } from "./dom.js";
import { unitsAt } from "./offsets.js";
import { words } from "./words.js";

const MARKER = /\[(\d{1,4})\]/g;

/**
 * `answer` needs `text`; `citations`, `claims` and `short_answer` are used when there.
 * `chip(citation)` makes the button of a citation.
 */
export function prose(answer, chip) {
  const { text } = answer;
  const markers = markersOf(text, answer.citations ?? []);
  const strong = shortAnswerIn(text, answer.short_answer, markers);
  const doubtful = (answer.claims ?? [])
    .filter((claim) => claim.support === "unsupported")
    .map((claim) => unitsAt(text, claim.start, claim.end));

  const fragment = document.createDocumentFragment();
  let kept = null; // the last word before a chip, which stays on the chip's line
  for (const [start, end] of pieces(text, [...markers, strong, ...doubtful, ...lastWords(text, markers)])) {
    const marker = markers.find((m) => m[0] === start && m[1] === end);
    if (marker) {
      (kept ?? fragment).append(chip(marker[2]));
      continue;
    }
    let node = document.createTextNode(text.slice(start, end));
    if (strong && strong[0] <= start && end <= strong[1]) node = el("strong", null, node);
    const claim = doubtful.find((c) => c[0] <= start && end <= c[1]);
    if (claim) node = el("span", { class: "doubtful" }, node);
    kept = markers.some((m) => m[0] === end) ? el("span", { class: "keep" }, node) : null;
    fragment.append(kept ?? node);
    if (claim && claim[1] === end) fragment.append(el("small", { class: "doubt" }, words.unsupported));
  }
  return fragment;
}

/** The range of the word (and space) before each marker; a very long one may be parted from it. */
function lastWords(text, markers) {
  return markers.map(([start]) => [start - (/\S{1,24}\s?$/u.exec(text.slice(0, start))?.[0].length ?? 0), start]);
}

function markersOf(text, citations) {
  const byNumber = new Map(citations.map((citation) => [citation.number, citation]));
  return [...text.matchAll(MARKER)]
    .filter((match) => byNumber.has(Number(match[1])))
    .map((match) => [match.index, match.index + match[0].length, byNumber.get(Number(match[1]))]);
}

/** Where the short answer stands in the text as whole words ("70" is not in "70,000"), or null. */
function shortAnswerIn(text, shortAnswer, markers) {
  const wanted = shortAnswer?.trim();
  if (!wanted) return null;
  const pattern = wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
  const whole = `(?<![\\p{L}\\p{N}]|\\p{N}[.,])${pattern}(?![\\p{L}\\p{N}\\p{M}]|[.,]\\p{N})`;
  for (const match of text.matchAll(new RegExp(whole, "giu"))) {
    const [start, end] = [match.index, match.index + match[0].length];
    if (!markers.some((m) => m[0] < end && start < m[1])) return [start, end];
  }
  return null;
}

/** The text cut at every edge of the ranges. */
function pieces(text, ranges) {
  const edges = [0, text.length, ...ranges.filter(Boolean).flatMap(([start, end]) => [start, end])];
  const cuts = [...new Set(edges)].sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => [cuts[i], end]);
}
