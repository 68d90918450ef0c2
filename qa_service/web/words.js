/** Every English word that the page shows. */

const number = new Intl.NumberFormat("en-GB");
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

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
  asOf: (iso) => `as of ${dayInWords(iso)}`,
  undatedAnswer: "date unknown",
  undated: "Date unknown",
  resolved: "Searched for: ",
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
