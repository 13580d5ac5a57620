// The server: JSON in, JSON out; jobs with their events. All of it is on this machine.

import { pick } from "./i18n.js";

const BASE = "/api/v1";

// What went wrong and what to do, in the language of the page; `english` is what went wrong whatever that is.
export class Failure extends Error {
  constructor(status, { code, message, hint = "", where = "", message_zh = message, hint_zh = hint }) {
    super(pick(message, message_zh));
    Object.assign(this, { status, code, hint: pick(hint, hint_zh), where, english: message });
  }
}

export async function call(method, path, body, { signal, query } = {}) {
  const url = BASE + path + (query ? "?" + new URLSearchParams(query) : "");
  const options = { method, signal, headers: {} };
  if (body instanceof Blob || body instanceof ArrayBuffer) {
    options.body = body;
    options.headers["Content-Type"] = "application/octet-stream";
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(0, { code: "offline", message: "" });
  }
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const found = isJson ? await response.json() : await response.arrayBuffer();
  if (!response.ok) throw new Failure(response.status, found.error ?? { code: "http", message: response.statusText });
  return found;
}

export const read = (path, query) => call("GET", path, undefined, { query });
export const send = (path, body, query) => call("POST", path, body ?? {}, { query });
export const link = path => BASE + path;

// Start a job and hear of it: `onEvent(event)` for each thing told; resolves to the job's result. The returned promise
// has `cancel()`. `onJob(job)` is called once it has an id, which survives a reload: `follow(id, ...)` goes on.
export function work(path, body, { onEvent = () => {}, onJob = () => {}, query } = {}) {
  let id = null, cancelled = false;
  const promise = (async () => {
    const job = await send(path, body, query);
    id = job.id;
    onJob(job);
    if (cancelled) await call("DELETE", `/jobs/${id}`);
    return follow(id, onEvent);
  })();
  promise.cancel = () => {
    cancelled = true;
    return id === null ? undefined : call("DELETE", `/jobs/${id}`);
  };
  return promise;
}

// The events of a job from its first one on; resolves to its result, rejects with a Failure (code "cancelled" for a
// cancelled one, "interrupted" for one that a restart of the server ended).
export function follow(id, onEvent = () => {}) {
  return new Promise((resolve, reject) => {
    const source = new EventSource(`${BASE}/jobs/${id}/events`);
    let last = -1;
    source.onmessage = message => {
      const event = JSON.parse(message.data);
      if (event.number <= last) return; // told again after the connection was lost
      last = event.number;
      if (event.event === "done") resolve(event.result);
      else if (event.event === "failed") reject(new Failure(event.status, event.error));
      else {
        onEvent(event);
        return;
      }
      source.close();
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) reject(new Failure(0, { code: "offline", message: "" }));
    };
  });
}
