// The wish in words, and what is understood of it while it is written.

import { call } from "./api.js";
import { fill, h } from "./dom.js";
import { strongest } from "./feelings.js";
import { lang, pick, t } from "./i18n.js";
import { isComposed } from "./keys.js";
import { moodMark } from "./mood_plane.js";
import { put, watch } from "./store.js";
import { EXAMPLES } from "./wishes.js";

const UNDERSTOOD_MS = 220, MOST_CHARACTERS = 10_000, MOST_HEIGHT_PX = 320;

// -> {element, label, put(text), shake()}
export function wishField(onInput) {
  const examples = EXAMPLES[lang()].map(([text]) => text).join("\n");
  const element = h("textarea.wish", { id: "make-request", rows: 1, maxlength: MOST_CHARACTERS, placeholder: examples,
    autocapitalize: "sentences", oninput: () => written(), onkeydown: event => sentByEnter(event, element) });
  const grow = () => {
    element.style.setProperty("height", "auto");
    element.style.setProperty("height", `${Math.min(element.scrollHeight + 2, MOST_HEIGHT_PX)}px`);
  };
  const written = () => {
    grow();
    onInput();
  };
  const filled = text => {
    element.value = text;
    written();
  };
  const shake = () => {
    element.classList.remove("is-asked");
    requestAnimationFrame(() => element.classList.add("is-asked"));
  };
  new ResizeObserver(grow).observe(document.body);
  watch("shown", () => requestAnimationFrame(grow)); // beside a song it is written smaller
  return { element, label: h("label.visually-hidden", { for: "make-request" }, t("song.wish")), put: filled, shake };
}

// Enter alone makes the song where a wish is one line, as in a search; Shift+Enter begins a new line.
function sentByEnter(event, element) {
  const isHeld = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey;
  if (event.key !== "Enter" || isHeld || isComposed(event) || element.value.includes("\n")) return;
  event.preventDefault();
  element.form.requestSubmit();
}

// What was understood, in a line: a mark on a small plane, the feelings, the words that decided; and where the mood
// was put by hand instead. `show({heard: a mood or null, chosen: {valence, arousal}})`, either.
export function heardField(open) {
  const mark = moodMark(), text = h("span"), now = { heard: null, chosen: {} };
  const button = h("button.heard-mark", { type: "button", "aria-label": t("song.heard.open"),
    title: t("song.heard.open"), onclick: open }, mark.element);
  const element = h("div.heard", { hidden: true }, button, text);
  return { element, show(what) {
    const { heard, chosen } = Object.assign(now, what);
    element.hidden = heard === null;
    if (heard === null) return;
    const place = { valence: chosen.valence ?? heard.valence, arousal: chosen.arousal ?? heard.arousal };
    const isMoved = chosen.valence != null || chosen.arousal != null;
    mark.show(place);
    const moved = isMoved && [" ", h("strong", {}, t("song.heard.moved", { place: placeInWords(place) }))];
    fill(text, lineOf(heard), moved);
  } };
}

function lineOf(mood) {
  const feelings = strongest(mood.feelings).slice(0, 3).map(feeling => pick(feeling.en, feeling.zh));
  const words = (mood.keywords ?? []).slice(0, 5).join(pick(", ", "、"));
  const named = feelings.length > 0 ? feelings.join(pick(", ", "、")) : placeInWords(mood);
  return [t("song.heard"), " ", h("em", {}, named),
    words && h("span.muted", {}, ` ${t("song.heard.from", { words })}`)];
}

// "happy, restless"; "in between" in the middle.
export function placeInWords({ valence, arousal }) {
  const side = (value, low, high) => (Math.abs(value) < 0.15 ? null : t(value < 0 ? low : high));
  const found = [side(valence, "song.sad", "song.happy"), side(arousal, "song.calm", "song.restless")]
    .filter(Boolean);
  return found.length > 0 ? found.join(pick(", ", "、")) : t("song.between");
}

// -> a function that asks what is understood a moment after the last key, and shows the mood, or null for no words.
// Of several answers only that to the last question counts.
export function understandingOf(wish, show) {
  let timer = null, number = 0;
  const answered = async (request, mine) => {
    try {
      const { mood } = await call("POST", "/understood", { request });
      if (mine === number) show(mood);
    } catch (error) {
      if (error.code === "offline") put("offline", true); // all else is said when the song is asked for
    }
  };
  return () => {
    clearTimeout(timer);
    const mine = ++number, request = wish.value.trim();
    if (request === "") show(null);
    else timer = setTimeout(answered, UNDERSTOOD_MS, request, mine);
  };
}
