// The plane of moods: sad to happy from left to right, calm to restless upwards, the feelings as words at their
// places. A ring lies where the words of the wish were understood to be; a click, or the two sliders along the edges,
// puts the mood elsewhere. With a keyboard the sliders are all there is; the plane itself is for the eye and the
// hand.

import { fill, h } from "./dom.js";
import { FEELINGS } from "./feelings.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { spread } from "./spread.js";

const FREE = { valence: null, arousal: null };
const ENDS = { valence: ["song.sad", "song.happy"], arousal: ["song.calm", "song.restless"] };
const LEAST_CLOUD = 0.12; // of the plane's width: what is certain is still to be seen
const DRAG_PX = 4;
const within = value => Math.min(1, Math.max(-1, value));
const rounded = value => Math.round(within(value) * 100) / 100;

export class MoodPlane {
  #heard = null; // what was understood: {valence, arousal, valence_sd, arousal_sd, feelings}
  #chosen = FREE; // null on an axis: as the words say

  constructor(onChange) {
    this.onChange = onChange;
    this.words = FEELINGS.map(feeling => h("span.plane-word", { "data-feeling": feeling.id },
      pick(feeling.en, feeling.zh)));
    this.marks = { cloud: h("span.plane-cloud"), ring: h("span.plane-ring"), dot: h("span.plane-dot") };
    const { cloud, ring, dot } = this.marks;
    this.field = h("div.plane-field", { "aria-hidden": "true" }, h("span.plane-cross"), cloud, ring, this.words, dot);
    this.axes = { valence: this.#axis("valence"), arousal: this.#axis("arousal") };
    this.reset = h("button.icon-button.small.plane-reset", { type: "button", "aria-label": t("song.mood.reset"),
      title: t("song.mood.reset"), onclick: () => this.#choose(FREE) }, icon("restore"));
    this.element = h("div.plane", {}, this.axes.arousal.element, this.field, this.reset, this.axes.valence.element);
    this.#pointed();
    const places = FEELINGS.map(({ valence, arousal }) => [(valence + 1) / 2, (1 - arousal) / 2]);
    new ResizeObserver(() => spread(this.field, this.words, places)).observe(this.field);
    this.#draw();
  }

  // {heard: a mood or null} after the words were read, {chosen: {valence, arousal}} when settings are put in.
  show({ heard = this.#heard, chosen = this.#chosen }) {
    this.#heard = heard;
    this.#chosen = chosen;
    this.#draw();
  }

  #axis(name) {
    const [low, high] = ENDS[name].map(key => t(key));
    const input = h("input", { type: "range", min: -1, max: 1, step: 0.05, "aria-label": `${low} – ${high}`,
      oninput: () => this.#choose({ ...this.#chosen, [name]: Number(input.value) }) });
    const element = h(`div.plane-axis.${name}`, {}, h("span", { "aria-hidden": "true" }, low),
      h("div.plane-slide", {}, input),
      h("span", { "aria-hidden": "true" }, high));
    return { input, element };
  }

  #choose(place) {
    this.#chosen = place;
    this.#draw();
    this.onChange(place);
  }

  #draw() {
    const heard = this.#heard, chosen = this.#chosen, { cloud, ring, dot } = this.marks;
    const at = name => chosen[name] ?? heard?.[name] ?? 0;
    const isChosen = chosen.valence !== null || chosen.arousal !== null;
    placed(dot, at("valence"), at("arousal"));
    for (const mark of [cloud, ring]) {
      mark.hidden = heard === null;
      placed(mark, heard?.valence ?? 0, heard?.arousal ?? 0);
    }
    cloud.style.setProperty("width", `${Math.max(LEAST_CLOUD, heard?.valence_sd ?? 0) * 100}%`);
    cloud.style.setProperty("height", `${Math.max(LEAST_CLOUD, heard?.arousal_sd ?? 0) * 100}%`);
    dot.hidden = this.reset.disabled = !isChosen;
    for (const [name, { input }] of Object.entries(this.axes)) {
      input.value = at(name);
      input.classList.toggle("is-unset", chosen[name] === null);
      input.setAttribute("aria-valuetext", spoken(name, at(name), chosen[name] === null));
    }
    for (const word of this.words) word.dataset.weight = weightOf(heard?.feelings?.[word.dataset.feeling] ?? 0);
  }

  // A click puts the mood there, and on a word exactly to its feeling; mouse and pen can also drag. A finger scrolls.
  #pointed() {
    const { field } = this;
    let from = null;
    field.addEventListener("pointerdown", event => {
      if (event.pointerType !== "touch" && event.button === 0) from = [event.clientX, event.clientY];
    });
    field.addEventListener("pointermove", event => {
      if (from === null || (event.buttons & 1) === 0) return;
      if (!field.hasPointerCapture(event.pointerId)) {
        if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) < DRAG_PX) return;
        field.setPointerCapture(event.pointerId);
      }
      this.#choose(this.#under(event));
    });
    field.addEventListener("pointerup", () => { from = null; });
    field.addEventListener("click", event => {
      const feeling = FEELINGS.find(each => each.id === event.target.dataset?.feeling);
      this.#choose(feeling ? { valence: feeling.valence, arousal: feeling.arousal } : this.#under(event));
    });
  }

  #under(event) {
    const box = this.field.getBoundingClientRect();
    return { valence: rounded(((event.clientX - box.left) / box.width) * 2 - 1),
      arousal: rounded(1 - ((event.clientY - box.top) / box.height) * 2) };
  }
}

const weightOf = weight => (weight >= 0.3 ? "strong" : weight >= 0.08 ? "some" : "none");

function placed(mark, valence, arousal) {
  mark.style.setProperty("left", `${(within(valence) + 1) * 50}%`);
  mark.style.setProperty("top", `${(1 - within(arousal)) * 50}%`);
}

function spoken(name, value, isHeard) {
  const side = Math.abs(value) < 0.1 ? t("song.between") : t(ENDS[name][value < 0 ? 0 : 1]);
  return `${rounded(value)}, ${side}${isHeard ? `, ${t("song.as.words")}` : ""}`;
}

// The same on the space of a letter: a square with the dot where the mood lies.
export function moodMark() {
  const dot = h("span.plane-dot");
  const element = h("span.mood-mark", { "aria-hidden": "true" });
  return { element, show: mood => {
    fill(element, mood && dot);
    if (mood) placed(dot, mood.valence, mood.arousal);
  } };
}
