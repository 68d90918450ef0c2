/** The page: header, question box, conversation; and which of asking and searching the address names. */

import { closeArticle, openArticle, watchArticle } from "./article.js";
import { byId, el } from "./dom.js";
import { composer } from "./composer.js";
import { isSearch, searchView } from "./search.js";
import * as service from "./service.js";
import { watchTip } from "./tip.js";
import { addTurn } from "./turns.js";
import { words } from "./words.js";

const log = byId("log");
let running = null; // the AbortController of the question being answered
let shown = 0; // counts conversations shown, so that a late answer does not land in another one
let conversation = null; // the id of the conversation in the log; a new one has none
const newTurn = (question) => addTurn(log, question, { open: openArticle, widen });
const box = composer({ send: (question) => ask(newTurn(question)), stop: () => running?.abort() });
const search = searchView({ go, ask: askAnew, open: openArticle, emptyArchive });

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
    for await (const { event, data } of service.ask(turn.question, conversation, turn.scope, abort.signal)) {
      if (event === "passages") turn.waiting(words.reading(data.passages.length));
      else if (event === "delta") turn.writing((text += data.text), citations);
      else if (event === "citation") citations.push(data.citation) && text && turn.writing(text, citations);
      else if (event === "done") {
        name(data.answer.conversation_id);
        turn.answered(data.answer);
      }
    }
  } catch (error) {
    if (mine !== shown) return;
    if (error.status === 404) name(null); // that conversation is gone
    turn.failed(error.name === "AbortError" ? words.stopped : error.message, text, () => running || ask(turn));
  } finally {
    if (running === abort) running = null;
    if (mine === shown) box.busy(false);
  }
}

/** The same question, of all articles. */
function widen(question) {
  if (running) return;
  const wide = newTurn(question);
  wide.scope = false;
  ask(wide);
}

function named() {
  try {
    return decodeURIComponent(location.hash.slice(1)) || null;
  } catch {
    return null; // half an escape: nobody's conversation
  }
}

const address = () => (conversation ? `#${encodeURIComponent(conversation)}` : location.pathname);

/** The conversation in the log is now this one; the address says so, unless it names a search. */
function name(id) {
  conversation = id;
  byId("to-chat").href = address();
  if (!isSearch(location.hash)) history.replaceState(null, "", address());
}

/** What stands where when there are turns, and when there are none. */
function arrange() {
  const empty = log.childElementCount === 0;
  const searching = isSearch(location.hash);
  byId("start").hidden = !empty || searching;
  byId("new").hidden = empty || searching;
  log.hidden = byId("composer").hidden = byId("to-search").hidden = searching;
  byId("to-chat").hidden = !searching;
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
  const id = (conversation = named());
  byId("to-chat").href = address();
  if (id) {
    try {
      const { turns } = await service.conversation(id);
      if (mine !== shown) return;
      for (const answer of turns) newTurn(answer.question).answered(answer);
    } catch (error) {
      if (mine !== shown) return;
      const gone = error.status === 404;
      if (gone) name(null);
      log.append(el("div", { class: "failure" },
        el("p", null, gone ? words.conversationGone : error.message),
        !gone && el("button", { type: "button", class: "quiet again", onclick: restore }, words.again)));
    }
  }
  arrange();
  if (log.querySelector(".failure")) byId("start").hidden = isSearch(location.hash);
  log.lastElementChild?.scrollIntoView();
}

/**
 * Shows what the address names. A conversation that is in the log already stays as it is, even half answered.
 * Whether the search view was entered.
 */
function route() {
  closeArticle();
  const searching = isSearch(location.hash);
  const entered = searching && byId("search-view").hidden;
  document.title = words.product;
  search.show(searching);
  if (searching || (named() === conversation && log.childElementCount > 0)) arrange();
  else restore();
  return entered;
}

function go(to) {
  if (to === location.hash) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  route();
}

function begin() {
  clear();
  conversation = null;
  go(location.pathname);
}

/** A question of the search view, in a conversation of its own. */
function askAnew(question) {
  begin();
  box.ask(question);
}

async function introduce() {
  try {
    const archive = await service.archive();
    search.offer(archive.sources);
    byId("archive").textContent = archive.articles ? words.archive(archive) : "";
    byId("start").replaceChildren(...(archive.articles ? welcome() : emptyArchive()));
    if (archive.articles) suggest();
  } catch (error) {
    byId("archive").replaceChildren(
      error.message, " ",
      el("button", { type: "button", class: "quiet again", onclick: introduce }, words.again));
  }
}

function welcome() {
  return [el("h2", null, words.headline), el("p", { class: "standfirst" }, words.standfirst)];
}

/**
 * Questions that the articles answer, once they are found; nothing is missing without them. There are none at first
 * while another request looks for them.
 */
async function suggest(tries = 5) {
  const { suggestions } = await service.suggestions(4).catch(() => ({ suggestions: [] }));
  if (suggestions.length === 0) {
    if (tries > 1) setTimeout(suggest, 2000, tries - 1);
    return;
  }
  byId("start").append(
    el("h3", null, words.samples),
    el("ul", { class: "samples" }, suggestions.map(({ question }) =>
      el("li", null, el("button", { type: "button", dir: "auto", onclick: () => box.ask(question) }, question)))));
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
byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // its fragment is not a conversation
  if (isSearch(location.hash)) search.focus();
  else box.focus();
});
byId("to-chat").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in a window of its own
  event.preventDefault(); // without a fragment, the link would load the page anew
  go(address());
  box.focus();
});
byId("new").addEventListener("click", () => {
  begin();
  box.focus();
});
addEventListener("popstate", () => route() && search.focus()); // what had the focus is hidden now
introduce();
route();
