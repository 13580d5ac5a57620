// Play, pause, loop, time, where the song is: the bar over the roll. `data-position` has the seconds that are heard.

import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { stageIcon } from "./stage_icons.js";
import { clock } from "./timeline.js";

const VOLUME = "aoede.volume", ZOOM = 1.4;

// A button with a picture; its name is also its tooltip.
export function tool(picture, label, onclick, key = "") {
  const title = key ? `${label} (${key})` : label;
  const drawn = typeof picture === "string" ? icon(picture) : picture;
  return h("button.icon-button", { type: "button", "aria-label": label, title, onclick }, drawn);
}

// to: {play, start, loop, zoom(factor), fit, follow}
export class Transport {
  #drawnState = null;

  constructor(player, to) {
    this.player = player;
    this.play = h("button.transport-play", { type: "button", onclick: to.play });
    this.start = tool("start", t("stage.start"), to.start, "Home");
    this.loop = tool("loop", t("stage.loop"), to.loop, "L");
    this.follow = tool(stageIcon("follow"), t("stage.follow"), to.follow);
    this.time = h("span.transport-time", {}, "0:00.0");
    this.total = h("span.muted", {});
    this.place = h("span.transport-place", {});
    this.section = h("span.transport-section", {});
    this.chord = h("span.transport-chord", {});
    this.said = h("span.transport-said", { role: "status" });
    const zoom = [this.follow, tool("minus", t("stage.zoom.out"), () => to.zoom(1 / ZOOM), "−"),
      tool("plus", t("stage.zoom.in"), () => to.zoom(ZOOM), "+"),
        tool(stageIcon("fit"), t("stage.zoom.fit"), to.fit)];
    for (const button of zoom) button.classList.add("small");
    this.element = h("div.transport", { role: "group", "aria-label": t("stage.transport"), "data-position": "0.000",
      "data-state": "empty" },
      h("div.transport-main", {}, this.start, this.play, this.loop),
      h("div.transport-where", {}, h("div", {}, this.time, this.total),
        h("div", {}, this.place, this.section, this.chord, this.said)),
      h("div.transport-side", {}, this.#volume(),
        h("div.transport-zoom", { role: "group", "aria-label": t("stage.zoom") }, zoom)));
  }

  #volume() {
    const stored = Number(localStorage.getItem(VOLUME) ?? 1), place = stored >= 0 && stored <= 1 ? stored : 1;
    const slider = h("input", { type: "range", min: 0, max: 100, value: Math.round(place * 100),
      "aria-label": t("stage.loudness") });
    const put = to => {
      this.player.setVolume(to);
      slider.style.setProperty("--fill", `${to * 100}%`);
    };
    slider.addEventListener("input", () => {
      put(Number(slider.value) / 100);
      localStorage.setItem(VOLUME, String(Number(slider.value) / 100));
    });
    put(place);
    return h("label.transport-volume", {}, icon("volume"), slider);
  }

  // The state of the player, in words and pictures.
  update({ canPlay, isLooped, follows }) {
    const { state, failure, isBusy } = this.player;
    this.element.dataset.state = state;
    if (isBusy) this.element.classList.add("is-kept"); // in sight, however the page is scrolled
    this.play.disabled = !canPlay;
    this.loop.setAttribute("aria-pressed", String(isLooped));
    this.follow.setAttribute("aria-pressed", String(follows));
    if (state === this.#drawnState && state !== "failed") return;
    this.#drawnState = state;
    const label = t(isBusy ? "stage.pause" : "stage.play"), isLate = state === "preparing" || state === "waiting";
    fill(this.play, isLate ? h("span.spinner", { "aria-hidden": "true" }) : icon(isBusy ? "pause" : "play"));
    this.play.setAttribute("aria-label", label);
    this.play.title = `${label} (${t("stage.space")})`;
    fill(this.said, this.#told(state, failure));
  }

  #told(state, failure) {
    if (state === "preparing") return t("stage.preparing");
    if (state === "waiting") return t("stage.waiting");
    if (state !== "failed") return null;
    const isRefused = failure?.code === "refused" || failure?.name === "NotSupportedError";
    const text = isRefused ? t("stage.refused") : (failure?.status > 0 && failure.message) || t("stage.unheard");
    return h("span.transport-bad", {}, text, failure?.hint ? ` ${failure.hint}` : "");
  }

  // Called for every frame while something plays.
  at(seconds, timeline) {
    this.element.dataset.position = seconds.toFixed(3);
    written(this.time, clock(Math.min(seconds, timeline.duration), true));
    const ticks = timeline.ticksAt(seconds) + 1;
    const bar = timeline.barAt(ticks) + 1, beat = Math.floor(timeline.beatAt(ticks));
    written(this.place, t("stage.place", { bar, beat }));
    written(this.section, timeline.sectionNameAt(ticks));
    written(this.chord, timeline.chordAt(ticks));
  }

  of(timeline) {
    written(this.total, `/ ${clock(timeline.duration)}`);
  }
}

function written(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
