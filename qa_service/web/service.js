/** The service's HTTP interface, as this page uses it. Whatever goes wrong is a ServiceError with a sentence to show. */

import { events } from "./stream.js";
import { words } from "./words.js";

export class ServiceError extends Error {
  constructor(message, { status = 0, code = "" } = {}) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const archive = () => json("v1/archive");
export const suggestions = (limit) => json(`v1/suggestions?limit=${limit}`);
export const conversation = (id) => json(`v1/conversations/${encodeURIComponent(id)}`);

/** One revision of an article; without `revision`, the current one. */
export const article = (id, revision) =>
  json(`v1/articles/${encodeURIComponent(id)}` + (revision ? `/revisions/${revision}` : ""));

/** Passages for `{question, top_k, filters, sort}`, and when what matches was published. */
export const search = (wanted, signal) => json("v1/search", {
  method: "POST",
  signal,
  headers: { "Content-Type": "application/json", Accept: "application/json" },
  body: JSON.stringify(wanted),
});

/** Asks (`scope`: whether its own words may narrow the search), and yields `{event, data}`, data parsed; ends after `done` or throws. */
export async function* ask(question, conversationId, scope, signal) {
  const response = await request("v1/ask", {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ question, conversation_id: conversationId, scope, stream: true }),
  });
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new ServiceError(words.unexpected);
  let begun = false;
  try {
    for await (const { event, data } of events(response.body)) {
      const value = JSON.parse(data);
      if (event === "error") throw problem(value, value.status ?? 500);
      begun ||= event === "delta";
      yield { event, data: value };
      if (event === "done") return;
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new ServiceError(words.unexpected);
    if (!(error instanceof TypeError)) throw error;
  }
  throw new ServiceError(begun ? words.brokeOff : words.failedBeforeText);
}

async function json(path, options = { headers: { Accept: "application/json" } }) {
  const response = await request(path, options);
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError(words.unexpected);
  }
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError(words.unreachable);
  }
  if (response.ok) return response;
  throw problem(await response.json().catch(() => ({})), response.status);
}

/** Problem details as an error. A 5xx without a detail gets a sentence of ours. */
function problem(body, status) {
  const detail = typeof body?.detail === "string" && body.detail;
  return new ServiceError(detail || body?.title || words.serverError(status), { status, code: body?.code });
}
