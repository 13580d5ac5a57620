"use strict";
const find = id => document.getElementById(id);
const audio = find("audio"), view = find("scroll"), sheet = find("inner"), playhead = find("playhead");
const [xs, times, bars] = ["x", "s", "bars"].map(name => sheet.dataset[name].split(" ").map(Number));

// What lights up in turn: each from its data-s on, to its data-e or until the next begins.
const rows = ["part", "chord", "syllable", "line"].map(name => ({
  items: [...document.getElementsByClassName(name)],
  sign: name === "chord" || name === "line" ? find(`now-${name}`) : null,
  lit: null,
}));
let now = 0, lastX = 0, frame = 0;

// The value in `to` that belongs to one in `from`; evenly in between. The tempo map, there and back.
function across(value, from, to) {
  let i = 1;
  while (i < from.length - 1 && from[i] < value) i++;
  const share = (value - from[i - 1]) / (from[i] - from[i - 1] || 1);
  return to[i - 1] + (to[i] - to[i - 1]) * Math.min(1, Math.max(0, share));
}

function light(row, s) {
  let low = 0, high = row.items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row.items[middle].dataset.s <= s + 0.001) low = middle + 1; else high = middle;
  }
  const last = row.items[low - 1], lit = last && s < (last.dataset.e ?? Infinity) ? last : null;
  if (lit === row.lit) return;
  row.lit?.classList.remove("now");
  lit?.classList.add("now");
  row.lit = lit;
  if (row.sign) row.sign.textContent = lit ? lit.textContent : "";
}

// Where the song is; the roll turns its page when the playhead runs off it, and follows every jump.
function show(s, isJump) {
  const x = across(s, times, xs), left = view.scrollLeft, edge = left + 0.9 * view.clientWidth;
  playhead.style.transform = `translateX(${x}px)`;
  if (isJump ? x < left || x > edge : lastX <= edge && x > edge) view.scrollLeft = x - 0.1 * view.clientWidth;
  for (const row of rows) light(row, s);
  [now, lastX] = [s, x];
}

function seek(s) {
  if (audio) audio.currentTime = s;
  show(s, true);
}

function run() {
  cancelAnimationFrame(frame);
  show(audio.currentTime, false);
  if (!audio.paused) frame = requestAnimationFrame(run);
}

audio?.addEventListener("play", run);
audio?.addEventListener("seeking", () => show(audio.currentTime, true));
sheet.addEventListener("click", event => {
  seek(across(event.clientX - sheet.getBoundingClientRect().left, xs, times));
});
for (const part of document.querySelectorAll(".part")) part.addEventListener("click", event => {
  seek(+part.dataset.s);
  if (event.detail) part.blur(); // by pointer: the space bar is to play, not to press it again
});

addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("audio, input")) return; // they have their own
  if (event.key === " " && audio && !event.target.closest("button, summary")) {
    if (audio.paused) audio.play(); else audio.pause();
  } else if (event.key === "ArrowLeft") seek(bars.filter(s => s < now - 0.3).pop() ?? 0);
  else if (event.key === "ArrowRight") seek(bars.find(s => s > now + 0.01) ?? now);
  else return;
  event.preventDefault();
});

for (const choice of document.querySelectorAll("input[name=language]")) choice.addEventListener("change", () => {
  document.documentElement.lang = choice.nextElementSibling.lang;
});

const mp3 = find("mp3"), copy = find("copy");
if (mp3) mp3.hidden = false;
mp3?.addEventListener("click", () => { // the sound is in the page once, and made a file when it is asked for
  if (mp3.href.startsWith("blob:")) return;
  const bytes = Uint8Array.from(atob(audio.src.split(",")[1]), c => c.charCodeAt(0));
  mp3.href = URL.createObjectURL(new Blob([bytes], { type: "audio/mpeg" }));
});
if (copy) copy.hidden = false;
copy?.addEventListener("click", async () => {
  getSelection().selectAllChildren(find("command"));
  try { await navigator.clipboard.writeText(find("command").textContent); } catch { document.execCommand("copy"); }
  find("copied").hidden = false;
});
show(0, true);
