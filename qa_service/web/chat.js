/** The chat page: header, question box, conversation. */

import { closeArticle, openArticle, watchArticle } from "./article.js";
import { byId, el } from "./dom.js";
import { composer } from "./composer.js";
import * as service from "./service.js";
import { watchTip } from "./tip.js";
import { addTurn } from "./turns.js";
import { words } from "./words.js";

const log = byId("log");
let running = null; // the AbortController of the question being answered
let shown = 0; // counts conversations shown, so that a late answer does not land in another one

const conversationId = () => decodeURIComponent(location.hash.slice(1)) || null;
const box = composer({ send: (question) => ask(addTurn(log, question, openArticle)), stop: () => running?.abort() });

async function ask(turn) {
  const mine = shown;
  const abort = new AbortController();
  running = abort;
  box.busy(true);
  arrange();
  turn.waiting(words.searching);
  turn.node.scrollIntoView();
  let text = "";
  try {
    const citations = [];
    for await (const { event, data } of service.ask(turn.question, conversationId(), abort.signal)) {
      if (event === "passages") turn.waiting(words.reading(data.passages.length));
      else if (event === "delta") turn.writing((text += data.text), citations);
      else if (event === "citation") citations.push(data.citation) && text && turn.writing(text, citations);
      else if (event === "done") {
        history.replaceState(null, "", `#${encodeURIComponent(data.answer.conversation_id)}`);
        turn.answered(data.answer);
      }
    }
  } catch (error) {
    if (mine !== shown) return;
    if (error.status === 404) history.replaceState(null, "", location.pathname); // that conversation is gone
    turn.failed(error.name === "AbortError" ? words.stopped : error.message, text, () => running || ask(turn));
  } finally {
    if (running === abort) running = null;
    if (mine === shown) box.busy(false);
  }
}

/** What stands where when there are turns, and when there are none. */
function arrange() {
  const empty = log.childElementCount === 0;
  byId("start").hidden = !empty;
  byId("new").hidden = empty;
  box.followUp(!empty);
}

function clear() {
  shown += 1;
  running?.abort();
  closeArticle();
  log.replaceChildren();
  box.busy(false);
}

/** Shows the conversation that the address names, or a new one. */
async function restore() {
  clear();
  const mine = shown;
  const id = conversationId();
  if (id) {
    try {
      const { turns } = await service.conversation(id);
      if (mine !== shown) return;
      for (const answer of turns) addTurn(log, answer.question, openArticle).answered(answer);
    } catch (error) {
      if (mine !== shown) return;
      const gone = error.status === 404;
      if (gone) history.replaceState(null, "", location.pathname);
      log.append(el("div", { class: "failure" },
        el("p", null, gone ? words.conversationGone : error.message),
        !gone && el("button", { type: "button", class: "quiet again", onclick: restore }, words.again)));
    }
  }
  arrange();
  if (log.querySelector(".failure")) byId("start").hidden = false;
  log.lastElementChild?.scrollIntoView();
}

async function introduce() {
  try {
    const archive = await service.archive();
    byId("archive").textContent = archive.articles ? words.archive(archive) : "";
    byId("start").replaceChildren(...(archive.articles ? welcome(archive) : emptyArchive()));
  } catch (error) {
    byId("archive").replaceChildren(
      error.message, " ",
      el("button", { type: "button", class: "quiet again", onclick: introduce }, words.again));
  }
}

function welcome(archive) {
  const samples = archive.sample_questions ?? [];
  return [
    el("h2", null, words.headline),
    el("p", { class: "standfirst" }, words.standfirst),
    samples.length > 0 && el("h3", null, words.samples),
    samples.length > 0 && el("ul", { class: "samples" }, samples.map((question) =>
      el("li", null, el("button", { type: "button", dir: "auto", onclick: () => box.ask(question) }, question)))),
  ].filter(Boolean);
}

function emptyArchive() {
  return [
    el("h2", null, words.emptyHeadline),
    el("p", { class: "standfirst" },
      words.emptyBefore, el("code", null, words.emptyCommand),
      words.emptyBetween, el("code", null, words.emptyRoute),
      words.emptyAfter, el("a", { href: "docs" }, words.emptyDocs)),
  ];
}

for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
watchTip();
watchArticle();
byId("new").addEventListener("click", () => {
  history.pushState(null, "", location.pathname);
  restore();
  box.focus();
});
addEventListener("popstate", restore);
introduce();
restore();
