/** Every English word that the page shows. */

const number = new Intl.NumberFormat("en-GB");
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

const count = (n, one, many) => `${number.format(n)} ${n === 1 ? one : many}`;

/** A day in words. Times keep the day they were written with: that is the day `as_of` counts by. */
export function dayInWords(iso) {
  const at = new Date(`${String(iso).slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at.valueOf()) ? words.undated : day.format(at);
}

function period(from, to) {
  if (!from || !to) return "";
  return from === to ? dayInWords(from) : `${dayInWords(from)} – ${dayInWords(to)}`;
}

/** The days of a histogram's bar in words. */
function barPeriod(interval, { from, to }) {
  if (interval === "month") return month.format(new Date(`${from}T00:00:00Z`));
  const [first, last] = [from, to].map((iso) => String(Number(iso.slice(0, 4))));
  if (interval === "year") return first;
  return interval === "day" || interval === "week" ? period(from, to) : `${first} – ${last}`;
}

function bounds(from, to) {
  if (from && to) return period(from, to);
  return from ? `${dayInWords(from)} or later` : to ? `up to ${dayInWords(to)}` : "";
}

export const words = {
  product: "Newsdesk QA",
  skip: "Skip to the question",
  newConversation: "New conversation",
  log: "Questions and answers",
  questionLabel: "Your question",
  placeholder: "Ask the articles a question",
  followUp: "Ask a follow-up",
  send: "Ask",
  stop: "Stop",
  hint: "Enter sends, Shift + Enter starts a new line",
  left: (n) => `${count(n, "character", "characters")} left`,
  tooMany: (n) => `${count(n, "character", "characters")} too many`,

  ways: "Ways to look",
  search: "Search",
  backToAsking: "Ask",
  searchHeadline: "Search the articles",
  searchTitle: (query) => `${query ? `${query} – ` : ""}Search – ${words.product}`,
  searchBox: "What to search for",
  searchPlaceholder: "Words or a question",
  searchHint: "Finds passages by their words and by their meaning, and shows when the articles that have the words were published.",
  searchSource: "Source",
  anySource: "Any source",
  searchFrom: "Published from",
  searchTo: "Published to",
  searchUndated: "Also articles without a date",
  sort: "Order",
  sorts: { relevance: "Best match", newest: "Newest first", oldest: "Oldest first" },
  clearFilters: "Clear source and dates",
  askThis: "Ask this",
  passagesFound: (n, articles) =>
    `${count(n, "passage", "passages")} shown${articles ? `, ${count(articles, "article has", "articles have")} words of your search` : ""}.`,
  noWordFound: "No article has a word of your search. These passages come nearest in meaning.",
  nothingFound: "Nothing found",
  nothingAmong: ({ source, from, to }) => {
    const when = from && to ? `, published ${period(from, to)}` : from ? `, published on ${dayInWords(from)} or later` : to ? `, published on ${dayInWords(to)} or earlier` : "";
    return `There is no article${source ? ` of ${source}` : ""}${when}.`;
  },
  histogram: "Matching articles over time",
  histogramHelp: "Left and right arrow keys move between the bars; Enter narrows the dates to a bar.",
  bar: (interval, bar) => `${barPeriod(interval, bar)}: ${count(bar.articles, "article", "articles")}`,
  interval: { day: "by day", week: "by week", month: "by month", year: "by year", decade: "by decade", century: "by century" },
  undatedArticles: (n) => `${count(n, "article", "articles")} without a date`,
  allDates: "All dates",

  archive: (a) => [count(a.articles, "article", "articles"), period(a.published_from, a.published_to)].filter(Boolean).join(" · "),
  headline: "What do the articles say?",
  standfirst: "Every answer quotes the articles it rests on, word for word, and says how old it is. When they do not say, you are told so.",
  samples: "For example",
  emptyHeadline: "There are no articles yet",
  emptyBefore: "Add a folder of articles with ",
  emptyCommand: "qa-service ingest FOLDER",
  emptyBetween: ", or send them to ",
  emptyRoute: "POST /v1/articles",
  emptyAfter: ". ",
  emptyDocs: "How that works",

  searching: "Searching…",
  reading: (n) => `Reading ${count(n, "passage", "passages")}…`,
  status: {
    answered: "Answered",
    partial: "Answers in part",
    conflicting: "Sources differ",
    not_in_articles: "Not in the articles",
  },
  withdrawnAnswer: "Article withdrawn",
  asOf: (iso) => `as of ${dayInWords(iso)}`,
  undatedAnswer: "date unknown",
  undated: "Date unknown",
  resolved: "Searched for: ",
  scope: (s) => {
    const by = s.sources.length > 0 ? ` by ${s.sources.join(", ")}` : "";
    const when = bounds(s.published_from, s.published_to);
    if (!by && !when) return "Searched: the newest reports first.";
    const newest = s.newest_first ? ", the newest first" : "";
    return when && !s.strict ? `Searched: reports${by}, first those of ${when}${newest}.`
      : `Searched: only reports${by}${when && `, ${when}`}${newest}.`;
  },
  widen: "Search all articles",
  parts: "Asked in parts",
  unsupported: " (the quotes do not bear this out)",
  writtenBy: (who) => `Written by ${who}; its statements are checked against the quotes.`,
  sources: "Sources",
  source: (n, title) => `Source ${n}: ${title}`,
  untitled: "Untitled",
  figures: "How the figure changed",
  figureDate: "Reported on",
  figureText: "Figure",
  figureSource: "Source",
  modality: { reported: "report", estimated: "estimate", could: "forecast" },
  nearest: "The nearest articles",
  searched: (s) => {
    const when = period(s.published_from, s.published_to);
    return `Searched ${count(s.articles, "article", "articles")}${when && `, ${when}`}.`;
  },
  warnings: "Please note",

  close: "Close",
  opening: "Opening the article…",
  by: (author) => `By ${author}`,
  original: "Open the original",
  withdrawn: "This article has been withdrawn.",
  superseded: "Superseded: the article has changed since it was quoted.",
  replaced: (n, newest) => `The article has changed since. This is revision ${n} of ${newest}, the one that was quoted.`,
  notFound: "The quoted words are not at their place in this text, so nothing is highlighted.",
  articleText: "Text of the article",

  again: "Try again",
  stopped: "Stopped.",
  unreachable: "The service cannot be reached. Check the connection and try again.",
  brokeOff: "The answer broke off before it was finished. What is shown has not been checked.",
  failedBeforeText: "The connection broke off before there was an answer.",
  serverError: (status) => `The service failed (error ${status}). Your question is kept; try again in a moment.`,
  unexpected: "The service answered in a way that this page does not understand.",
  conversationGone: "That conversation is no longer kept. Your next question starts a new one.",
};
