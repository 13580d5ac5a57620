// The keyboard: one table of what each key does, which the help shows as it is.
//
//   onKey("Ctrl+Enter", {en: "Make the song", zh: "生成歌曲"}, make, {view: "song", typing: true});
//
// Keys: names of KeyboardEvent.key ("Space" for " "), with Ctrl+, Shift+, Alt+ before; Ctrl is also ⌘. Several keys
// for one thing: a list. `run(event)` returns false where it has nothing to do: the browser goes on as without us.
// While somebody types, or a control in focus uses the key itself, nothing happens, but for `typing: true`.

import { get } from "./store.js";

const OFF = "aoede.single-keys-off";
const TYPED = "input:not([type=checkbox], [type=button], [type=submit], [type=reset], [type=radio], [type=range]), "
  + "textarea, select, [contenteditable=true]";
const PRESSED = "button, a[href], summary, [role=button], [role=tab], [role=checkbox], [role=switch], [role=option], "
  + "input[type=checkbox], input[type=radio], audio, video";
const MOVED = "input[type=range], input[type=radio], [role=slider], [role=listbox], [role=tablist], [role=menu], "
  + "[role=radiogroup]";
const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

const table = [];

export function onKey(keys, text, run, { view = null, typing = false } = {}) {
  const entry = { keys: [keys].flat(), text, run, view, typing };
  table.push(entry);
  return () => table.splice(table.indexOf(entry), 1);
}

// What the help shows: [{keys, text, view}], those of all views first.
export const allKeys = () => [...table].sort((a, b) => (a.view === null ? 0 : 1) - (b.view === null ? 0 : 1));

// Keys without Ctrl can be turned off, for those whose words are typed by voice or by a shaking hand.
export const singleKeys = () => localStorage.getItem(OFF) === null;
export const setSingleKeys = on => (on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const SHOWN = {
  Space: ["Space", "空格"], ArrowLeft: ["←", "←"], ArrowRight: ["→", "→"], ArrowUp: ["↑", "↑"], ArrowDown: ["↓", "↓"],
  Escape: ["Esc", "Esc"],
};

// ["Ctrl", "Enter"] as it stands on the keyboard in front of the user.
export function shownKey(key, language) {
  const names = key === "+" ? ["+"] : key.split("+").filter(Boolean);
  return names.map(name => {
    if (isMac && name === "Ctrl") return "⌘";
    return SHOWN[name]?.[language === "zh" ? 1 : 0] ?? (name.length === 1 ? name.toUpperCase() : name);
  });
}

function nameOf(event) {
  const key = event.key === " " ? "Space" : event.key;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase() && !/\d/.test(key);
  const held = [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt",
    event.shiftKey && !isSign && "Shift"];
  return [...held.filter(Boolean), name].join("+").toLowerCase();
}

function isTaken(event) {
  const at = event.target instanceof Element ? event.target : document.body;
  if (at.closest(TYPED)) return true;
  if (MOVES.has(event.key) && at.closest(MOVED)) return true;
  return (event.key === " " || event.key === "Enter") && at.closest(PRESSED) !== null;
}

function isMeant(entry, event, name) {
  if (!entry.keys.some(key => key.toLowerCase() === name)) return false;
  if (entry.view !== null && entry.view !== get("view")) return false;
  if (!event.ctrlKey && !event.metaKey && event.key.length === 1 && event.key !== " " && !singleKeys()) return false;
  return entry.typing || !isTaken(event);
}

// Whether a key belongs to an input method. In Safari the Enter that ends a composition comes after it, as number 229.
export const isComposed = event => event.isComposing || event.keyCode === 229;

function pressed(event) {
  if (event.defaultPrevented || isComposed(event) || document.querySelector("dialog:modal")) return;
  const name = nameOf(event);
  for (const entry of table)
    if (isMeant(entry, event, name) && entry.run(event) !== false) {
      event.preventDefault();
      return;
    }
}

document.addEventListener("keydown", pressed);
