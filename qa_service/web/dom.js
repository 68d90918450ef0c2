/** Elements made of nodes and text, never of markup. */

/** An element; `on…` attributes are listeners, `false` and null ones are left out, strings become text nodes. */
export function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** An article's day, or that it is unknown, as a node. */
export function dateNode(iso, inWords, undated) {
  return iso ? el("time", { datetime: iso }, inWords(iso)) : el("span", null, undated);
}
