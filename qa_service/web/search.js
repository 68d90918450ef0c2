/** The search view: passages with the words that were searched for, and when what matches was published. */

import { byId, dateNode, el } from "./dom.js";
import { histogramNode } from "./histogram.js";
import { unitsAt } from "./offsets.js";
import * as service from "./service.js";
import { dayInWords, words } from "./words.js";

const SHOWN = 20;
const FIELDS = { q: "", source: "", from: "", to: "", undated: "", sort: "relevance" };
const YES = "1";

/** Whether an address's fragment names a search: #search or #search?q=… */
export const isSearch = (hash) => /^#search(\?|$)/.test(hash);

/** The search that a fragment names; what it leaves out is as in FIELDS. */
export function read(hash) {
  const given = new URLSearchParams(hash.replace(/^#search\??/, ""));
  const wanted = Object.fromEntries(Object.entries(FIELDS).map(([name, usual]) => [name, given.get(name)?.trim() || usual]));
  return Object.hasOwn(words.sorts, wanted.sort) ? wanted : { ...wanted, sort: FIELDS.sort };
}

/** The fragment that names a search, without what is as usual. */
export function fragment(wanted) {
  const told = Object.entries(wanted).filter(([name, value]) => value !== FIELDS[name]);
  return told.length ? `#search?${new URLSearchParams(told)}` : "#search";
}

/** What the service is asked for. */
const request = ({ q, source, from, to, undated, sort }) => ({
  question: q,
  top_k: SHOWN,
  sort,
  filters: {
    sources: source ? [source] : [],
    published_from: from || null,
    published_to: to || null,
    undated: undated === YES,
  },
});

/**
 * `go(fragment)` changes the address, after which `show` is called; `ask(question)` asks it in the chat;
 * `open(reference, opener)` shows an article; `emptyArchive()` says how to fill one.
 */
export function searchView({ go, ask, open, emptyArchive }) {
  const field = controls();
  const found = el("div", { class: "found" });
  const status = el("p", { class: "wait", role: "status" });
  const form = formOf(field, { search: submit, ask: () => ask(field.q.value.trim()), clear: clearFilters });
  byId("search-view").append(el("h2", { id: "search-title" }, words.searchHeadline), form, status, found);
  let running = null;
  let next = null; // what gets the focus when the result is there

  const wanted = () => Object.fromEntries(Object.keys(FIELDS).map((name) => [name, valueOf(field[name]) || FIELDS[name]]));

  function update() {
    field.send.disabled = field.ask.disabled = !field.q.value.trim();
    field.to.min = field.from.value || field.from.min;
    field.undated.disabled = !(field.from.value || field.to.value); // without dates nothing is left out
    field.clear.hidden = !(field.source.value || field.from.value || field.to.value);
  }

  function submit() {
    if (field.q.value.trim()) go(fragment(wanted()));
  }

  /** A changed filter searches at once, when there is something to search for and the dates can be. */
  function changed() {
    update();
    if (field.q.value.trim() && form.checkValidity()) submit();
  }

  function clearFilters() {
    field.source.value = field.from.value = field.to.value = "";
    field.undated.checked = false;
    update();
    field.q.focus();
    submit();
  }

  function narrow({ from, to }) {
    const now = read(location.hash);
    next = ".all-dates";
    go(fragment({
      ...now,
      from: now.from > from ? now.from : from,
      to: now.to && now.to < to ? now.to : to,
    }));
  }

  function widen() {
    next = ".bar:enabled";
    go(fragment({ ...read(location.hash), from: "", to: "" }));
  }

  async function run() {
    running?.abort();
    const abort = (running = new AbortController());
    const asked = read(location.hash);
    status.textContent = words.searching;
    found.setAttribute("aria-busy", "true");
    try {
      const result = await service.search(request(asked), abort.signal);
      if (running !== abort || abort.signal.aborted) return;
      draw(asked, result);
    } catch (error) {
      if (running !== abort || error.name === "AbortError") return;
      status.textContent = "";
      found.replaceChildren(el("div", { class: "failure", role: "alert" },
        el("p", { dir: "auto" }, error.message),
        el("button", { type: "button", class: "quiet again", onclick: run }, words.again)));
    }
    found.setAttribute("aria-busy", "false");
    if (next) found.querySelector(next)?.focus();
    next = null;
  }

  function draw(asked, result) {
    const { passages, histogram, searched } = result;
    if (searched.articles === 0) {
      status.textContent = words.nothingFound;
      const filtered = asked.source || asked.from || asked.to;
      found.replaceChildren(...(filtered ? [el("p", { class: "nothing", dir: "auto" }, words.nothingAmong(asked))] : emptyArchive()));
      return;
    }
    status.textContent = histogram.articles ? words.passagesFound(passages.length, histogram.articles) : words.noWordFound;
    found.replaceChildren(...[
      histogram.bars.length > 0 && histogramNode(histogram, narrow),
      (asked.from || asked.to) && el("button", { type: "button", class: "quiet all-dates", onclick: widen }, words.allDates),
      el("ol", { class: "hits" }, passages.map((hit) => el("li", null, hitNode(hit, open)))),
    ].filter(Boolean));
  }

  for (const name of ["source", "from", "to", "undated", "sort"]) field[name].addEventListener("change", changed);
  field.q.addEventListener("input", update);

  return {
    focus: () => field.q.focus(),

    /** Fills the choice of sources. */
    offer(sources) {
      const chosen = field.source.value;
      field.source.replaceChildren(option("", words.anySource), ...sources.map((source) => option(source, source)));
      choose(field.source, chosen);
    },

    /** Shows or leaves the view; shown, it is as the address says. */
    show(shown) {
      byId("search-view").hidden = !shown;
      if (!shown) {
        running?.abort();
        return;
      }
      const named = read(location.hash);
      for (const [name, value] of Object.entries(named)) {
        if (field[name] instanceof HTMLSelectElement) choose(field[name], value);
        else if (name === "undated") field[name].checked = value === YES;
        else field[name].value = value;
      }
      update();
      byId("to-search").href = fragment(named);
      document.title = words.searchTitle(named.q);
      if (named.q) run();
      else {
        running?.abort();
        found.setAttribute("aria-busy", "false");
        status.textContent = words.searchHint;
        found.replaceChildren();
      }
    },
  };
}

function controls() {
  const day = (id) => el("input", { id, type: "date", min: "1000-01-01", max: "9998-12-31" });
  const order = Object.entries(words.sorts).map(([value, label]) => option(value, label));
  return {
    q: el("input", { id: "query", type: "search", dir: "auto", maxlength: "2000", autocomplete: "off", enterkeyhint: "search", placeholder: words.searchPlaceholder }),
    source: el("select", { id: "source", dir: "auto" }, option("", words.anySource)),
    from: day("from"),
    to: day("to"),
    undated: el("input", { id: "undated", type: "checkbox" }),
    sort: el("select", { id: "sort" }, order),
    send: el("button", { class: "send" }, words.search),
    ask: el("button", { type: "button", class: "quiet" }, words.askThis),
    clear: el("button", { type: "button", class: "quiet" }, words.clearFilters),
  };
}

function formOf(field, { search, ask, clear }) {
  const labelled = (label, control) => el("p", null, el("label", { for: control.id }, label), control);
  field.ask.addEventListener("click", ask);
  field.clear.addEventListener("click", clear);
  const submitted = (event) => {
    event.preventDefault();
    search();
  };
  return el(
    "form",
    { class: "find", role: "search", onsubmit: submitted },
    el("label", { class: "unseen", for: "query" }, words.searchBox),
    el("div", { class: "line" }, field.q, field.send),
    el("div", { class: "narrowed" },
      labelled(words.searchSource, field.source),
      labelled(words.searchFrom, field.from),
      labelled(words.searchTo, field.to),
      labelled(words.sort, field.sort)),
    el("div", { class: "further" },
      field.ask,
      field.clear,
      el("label", { class: "undated", for: "undated" }, field.undated, " ", words.searchUndated)),
  );
}

/** What a control says; a box that cannot be ticked says nothing. */
function valueOf(control) {
  if (control.type === "checkbox") return control.checked && !control.disabled ? YES : "";
  return control.value.trim();
}

function option(value, label) {
  return el("option", { value }, label);
}

/** Chooses a value, also one that is not among the choices (yet): an address may name any. */
function choose(select, value) {
  if (![...select.options].some((choice) => choice.value === value)) select.append(option(value, value));
  select.value = value;
}

function hitNode(hit, open) {
  const quoted = { ...hit, quote: hit.text };
  const button = el(
    "button",
    { class: "title", type: "button", dir: "auto", onclick: () => open(quoted, button) },
    hit.title || words.untitled,
  );
  return el(
    "article",
    { class: "hit" },
    el("h3", null, button),
    el("p", { class: "byline" },
      hit.source && el("span", { dir: "auto" }, hit.source),
      dateNode(hit.published, dayInWords, words.undated)),
    el("p", { class: "passage", dir: "auto" }, highlighted(hit)),
  );
}

/** The passage's text with its highlights marked; their offsets are of the article. */
function highlighted({ text, start_char, highlights }) {
  const edges = highlights.flatMap((one) => [one.start_char - start_char, one.end_char - start_char]);
  const units = [0, ...unitsAt(text, ...edges), text.length];
  return units.slice(1).map((end, at) => {
    const piece = text.slice(units[at], end);
    return at % 2 ? el("mark", null, piece) : piece;
  });
}
