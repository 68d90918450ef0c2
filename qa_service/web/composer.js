/** The question box: its keys, its limit, its two buttons. */

import { byId } from "./dom.js";
import { points } from "./offsets.js";
import { words } from "./words.js";

const LIMIT = 2_000;
const NEAR = 200;

/** `send(question)` is called with a question that may be asked, `stop()` while one is being answered. */
export function composer({ send, stop }) {
  const box = byId("question");
  let busy = false;

  function update() {
    const length = points(box.value.trim());
    const left = LIMIT - length;
    const count = byId("count");
    count.textContent = left < 0 ? words.tooMany(-left) : left <= NEAR ? words.left(left) : "";
    count.classList.toggle("over", left < 0);
    box.setAttribute("aria-invalid", String(left < 0));
    byId("send").disabled = length === 0 || left < 0;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
    return length > 0 && left >= 0;
  }

  function submit() {
    if (busy || !update()) return;
    const question = box.value.trim();
    box.value = "";
    update();
    send(question);
  }

  box.addEventListener("input", update);
  box.addEventListener("keydown", (event) => {
    // During composition (Japanese, Chinese, …) Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("stop").addEventListener("click", () => {
    stop();
    box.focus();
  });
  addEventListener("resize", update);
  queueMicrotask(update);

  return {
    focus: () => box.focus(),

    /** Asks in the person's place; what they had begun to write stays. */
    ask(question) {
      if (busy) return;
      send(question);
      box.focus();
    },

    busy(now) {
      busy = now;
      byId("send").hidden = now;
      byId("stop").hidden = !now;
    },

    followUp(yes) {
      box.placeholder = yes ? words.followUp : words.placeholder;
    },
  };
}
