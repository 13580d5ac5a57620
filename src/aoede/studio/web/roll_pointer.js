// The pointer on the roll: a click goes there, a drag chooses bars, Ctrl and the wheel zoom, hovering names a note.

import { h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { drumName, eachIn, isFlat, pitchName } from "./notes.js";
import { boxOf } from "./roll_draw.js";

const MOVED_PX = 5, EDGE_PX = 28, NEAR_PX = 2, HIT_PX = 12;
const WHEEL_ZOOM = 0.0022;

// to: {seek(ticks), bars(first, last), extend(bar), zoom(factor, x)}
export function pointerOn(roll, to) {
  let drag = null;
  const barAt = event => roll.timeline.barAt(roll.ticksAt(event.clientX));

  function pressed(event) {
    if (event.button !== 0 || !roll.timeline || event.target.closest("button")) return;
    if (event.pointerType === "touch" && !event.target.closest(".roll-ruler")) return; // there a finger scrolls
    if (event.shiftKey) to.extend(barAt(event));
    drag = { x: event.clientX, bar: barAt(event), hasMoved: event.shiftKey };
    roll.stick.setPointerCapture(event.pointerId);
  }

  function moved(event) {
    if (drag === null || (!drag.hasMoved && Math.abs(event.clientX - drag.x) < MOVED_PX)) return;
    drag.hasMoved = true;
    pushedAtEdge(event);
    if (event.shiftKey) to.extend(barAt(event));
    else to.bars(drag.bar, barAt(event));
  }

  function pushedAtEdge(event) {
    const { left, right } = roll.view.getBoundingClientRect();
    if (event.clientX > right - EDGE_PX) roll.view.scrollLeft += event.clientX - right + EDGE_PX;
    if (event.clientX < left + EDGE_PX) roll.view.scrollLeft -= left + EDGE_PX - event.clientX;
  }

  function released() {
    const was = drag;
    drag = null;
    if (was && !was.hasMoved) to.seek(roll.ticksAt(was.x));
  }

  roll.stick.addEventListener("pointerdown", pressed);
  roll.stick.addEventListener("pointermove", moved);
  roll.stick.addEventListener("pointerup", released);
  roll.stick.addEventListener("pointercancel", () => { drag = null; });
  tapOn(roll, to);
  wheelOn(roll, to);
  tipOn(roll, () => drag !== null);
}

function tapOn(roll, to) {
  roll.stick.addEventListener("click", event => { // a tap, which is no press of ours
    const isTap = event.pointerType === "touch" && !event.target.closest("button, .roll-ruler");
    if (isTap && roll.timeline) to.seek(roll.ticksAt(event.clientX));
  });
}

function wheelOn(roll, to) {
  roll.view.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    to.zoom(Math.exp(-event.deltaY * WHEEL_ZOOM), event.clientX - roll.view.getBoundingClientRect().left);
  }, { passive: false });
}

// ---- what is under the pointer

function noteAt(scene, x, y) {
  const ticks = (x + scene.left) / scene.perTick;
  let found = null;
  for (const voice of scene.drawn)
    eachIn(voice.columns, ticks - HIT_PX / scene.perTick, ticks + NEAR_PX / scene.perTick, i => {
      const [left, top, width, height] = boxOf(scene, voice, i);
      const isBeside = x < left - NEAR_PX || x > left + width + NEAR_PX;
      if (!isBeside && y >= top - NEAR_PX && y <= top + height + NEAR_PX) found = { voice, i, left, top };
    });
  return found;
}

function told({ timeline, view }, { voice, i }) {
  const { starts, pitches, velocities } = voice.columns, { track } = voice;
  const name = voice.isDrum ? drumName(pitches[i]) : pitchName(pitches[i], isFlat(view.key));
  const beat = Math.round(timeline.beatAt(starts[i]) * 10) / 10;
  const place = t("stage.tip.place", { bar: timeline.barAt(starts[i]) + 1, beat });
  return [h("strong", {}, name), h("span", {}, `${pick(track.en, track.zh)} · ${place}`),
    h("span.muted", {}, t("stage.tip.velocity", { velocity: velocities[i] }))];
}

function tipOn(roll, isBusy) {
  const { tip, stick } = roll;
  let last = null, waiting = null;

  function hide() {
    tip.hidden = true;
    last = null;
  }

  function look() {
    const event = waiting, box = stick.getBoundingClientRect();
    waiting = null;
    if (!event || !roll.scene || isBusy()) return hide();
    const x = event.clientX - box.left, found = noteAt(roll.scene, x, event.clientY - box.top);
    if (!found) return hide();
    const sign = `${found.voice.key} ${found.i}`;
    if (sign !== last) tip.replaceChildren(...told(roll.scene, found));
    last = sign;
    tip.hidden = false;
    const room = stick.clientWidth - tip.offsetWidth - 8, above = found.top - tip.offsetHeight - 8;
    tip.style.setProperty("translate", `${Math.min(Math.max(8, x + 12), room)}px ${Math.max(4, above)}px`);
  }

  stick.addEventListener("pointermove", event => {
    if (event.pointerType === "touch") return;
    if (waiting === null) requestAnimationFrame(look);
    waiting = event;
  });
  stick.addEventListener("pointerleave", () => { waiting = null; hide(); });
}
