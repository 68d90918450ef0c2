/** The quote of a citation, beside its chip, while the pointer or the focus is on it. */

import { byId } from "./dom.js";

const GAP = 8;
let owner = null;

/** Shows `text` whenever `target` is pointed at or focused. Escape and leaving hide it; it can be pointed at itself. */
export function tip(target, text) {
  target.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && show(target, text));
  target.addEventListener("pointerleave", (event) => byId("tip").contains(event.relatedTarget) || hide());
  target.addEventListener("focus", () => target.matches(":focus-visible") && show(target, text));
  target.addEventListener("blur", hide);
  target.addEventListener("click", hide);
}

/** Called once: how the tip goes away. Returns nothing to undo; it lives as long as the page. */
export function watchTip() {
  byId("tip").addEventListener("pointerleave", hide);
  addEventListener("scroll", () => owner && place(), { passive: true });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !owner) return;
    hide();
    event.stopImmediatePropagation(); // the first Escape closes the tip, the next one what is behind it
  }, { capture: true });
}

function show(target, text) {
  hide();
  const box = byId("tip");
  box.textContent = text;
  box.hidden = false;
  owner = target;
  target.setAttribute("aria-describedby", "tip");
  place();
}

function place() {
  const box = byId("tip");
  const at = owner.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(Math.max(at.left - 16, GAP), innerWidth - width - GAP);
  const above = at.top - height - GAP;
  // Set by the object model, which the style policy allows, not as an attribute.
  box.style.left = `${Math.max(left, GAP)}px`;
  box.style.top = `${above >= GAP ? above : at.bottom + GAP}px`;
}

function hide() {
  byId("tip").hidden = true;
  owner?.removeAttribute("aria-describedby");
  owner = null;
}
