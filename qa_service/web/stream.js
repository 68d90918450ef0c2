/** Server-sent events over a POST, which EventSource cannot do. */

const LINE_END = /\r\n|\r|\n/;

/** A parser: give it text as it arrives, it returns the events that are complete. */
export function parser() {
  let rest = "";
  let event = "";
  let data = [];

  function line(text, out) {
    if (text === "") {
      if (data.length) out.push({ event: event || "message", data: data.join("\n") });
      event = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return; // a comment: the service is still there
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
  }

  let afterCr = false;
  return (chunk) => {
    if (chunk === "") return [];
    if (afterCr && chunk.startsWith("\n")) chunk = chunk.slice(1); // the second half of a CRLF
    afterCr = chunk.endsWith("\r");
    const lines = (rest + chunk).split(LINE_END);
    rest = lines.pop();
    const out = [];
    for (const text of lines) line(text, out);
    return out;
  };
}

/** The events of a response's body, in order. `silence` milliseconds without a byte end it with an error. */
export async function* events(body, silence = 60_000) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parse = parser();
  try {
    for (;;) {
      const { done, value } = await within(silence, reader.read());
      if (done) return;
      yield* parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {}); // already broken: nothing is left to give up
  }
}

function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TypeError("no sign of life")), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
