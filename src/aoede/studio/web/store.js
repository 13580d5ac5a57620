// What the page knows, in one place: names with values, and who wants to hear of a change.

const values = new Map(), listeners = new Map();

export const get = name => values.get(name);

export function put(name, value) {
  values.set(name, value);
  for (const listener of [...(listeners.get(name) ?? [])]) listener(value);
}

// Calls `listener` now (if there is a value) and at every change; returns what ends that.
export function watch(name, listener) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(listener);
  if (values.has(name)) listener(values.get(name));
  return () => listeners.get(name).delete(listener);
}
