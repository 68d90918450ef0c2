/** Code points ↔ UTF-16 units. The service counts the former, JavaScript's strings the latter. */

/** The UTF-16 index of each code point offset, in the order given; past the end is the end. */
export function unitsAt(text, ...offsets) {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const found = new Map();
  let units = 0;
  let points = 0;
  for (const offset of wanted) {
    while (points < offset && units < text.length) {
      units += text.codePointAt(units) > 0xffff ? 2 : 1;
      points += 1;
    }
    found.set(offset, units);
  }
  return offsets.map((offset) => found.get(offset));
}

/** How many code points a text has. */
export function points(text) {
  let n = 0;
  for (const _ of text) n += 1;
  return n;
}

/** The slice between two code point offsets, end exclusive. */
export function slice(text, start, end) {
  return text.slice(...unitsAt(text, start, end));
}
