/** Articles over time as a row of bars that can be pressed. */

import { el } from "./dom.js";
import { tip } from "./tip.js";
import { dayInWords, words } from "./words.js";

/** The histogram of a search result; `narrow({from, to})` is called with a bar's days. */
export function histogramNode(histogram, narrow) {
  const { bars, interval, undated } = histogram;
  const most = Math.max(...bars.map((bar) => bar.articles));
  const columns = bars.map((bar) => column(bar, interval, most, narrow));
  const row = el("div", { class: "bars", role: "toolbar", "aria-label": words.histogram, "aria-describedby": "bars-help" }, columns);
  roam(row, columns.filter((button) => !button.disabled));
  const [first, last] = [bars[0].from, bars.at(-1).to];
  const node = el(
    "section",
    { class: "histogram" },
    el("h3", null, words.histogram, el("span", { class: "interval" }, words.interval[interval] ?? "")),
    row,
    el("p", { class: "ends" },
      el("time", { datetime: first }, dayInWords(first)),
      last !== first && el("time", { datetime: last }, dayInWords(last))),
    el("p", { class: "unseen", id: "bars-help" }, words.histogramHelp),
    undated > 0 && el("p", { class: "aside" }, words.undatedArticles(undated)),
  );
  node.style.setProperty("--bars", bars.length); // set by the object model, which the style policy allows
  return node;
}

function column(bar, interval, most, narrow) {
  const label = words.bar(interval, bar);
  const fill = el("span", { class: "fill" });
  fill.style.height = `${(100 * bar.articles) / most}%`;
  const button = el(
    "button",
    { type: "button", class: "bar", "aria-label": label, disabled: bar.articles === 0, onclick: () => narrow(bar) },
    fill,
  );
  tip(button, label);
  return button;
}

/** One stop for the Tab key; the arrow keys, Home and End go from bar to bar. */
function roam(row, buttons) {
  let at = buttons.length - 1;
  const stop = (to) => {
    buttons[at].tabIndex = -1;
    at = Math.min(Math.max(to, 0), buttons.length - 1);
    buttons[at].tabIndex = 0;
  };
  for (const button of buttons) {
    button.tabIndex = -1;
    button.addEventListener("focus", () => stop(buttons.indexOf(button)));
  }
  stop(at);
  row.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    stop(to);
    buttons[at].focus();
  });
}
