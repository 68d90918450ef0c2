/** One turn of the log: the question, what is being done, the answer or what went wrong. */

import { answerNodes, textNode } from "./answers.js";
import { el } from "./dom.js";
import { words } from "./words.js";

/** Adds a turn to the log. `open` shows an article, `widen` asks the same of all articles. */
export function addTurn(log, question, { open, widen }) {
  const body = el("div", { class: "body" });
  const node = el("article", { class: "turn" }, el("h2", { dir: "auto" }, question), body);
  log.append(node);
  let frame = 0;

  function fill(busy, ...nodes) {
    cancelAnimationFrame(frame);
    node.setAttribute("aria-busy", String(busy)); // readers wait for the end, not for every word
    body.replaceChildren(...nodes);
  }

  return {
    node,
    question,
    scope: true,

    waiting: (text) => fill(true, el("p", { class: "wait", role: "status" }, text)),

    /** The text so far; drawn once a frame. */
    writing(text, citations) {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const whole = text.replace(/\[\d{0,4}$/, ""); // half a marker
        const paragraph = textNode({ text: whole, citations }, open);
        paragraph.classList.add("writing");
        body.replaceChildren(paragraph);
      });
    },

    answered: (answer) => fill(false, ...answerNodes(answer, open, () => widen(answer.resolved_question))),

    /** What went wrong, under what had arrived; `again` asks once more. */
    failed(message, partial, again) {
      fill(
        false,
        ...(partial ? [el("p", { class: "text unfinished", dir: "auto" }, partial)] : []),
        el("div", { class: "failure" },
          el("p", { dir: "auto" }, message),
          el("button", { type: "button", class: "quiet again", onclick: again }, words.again)),
      );
    },
  };
}
