// What the keyboard does on the stage.

import { onKey } from "./keys.js";

const MORE = 1.4;

export function keysOf(stage) {
  const key = (keys, en, zh, run) => onKey(keys, { en, zh }, event => (stage.has() ? run(event) : false),
    { view: "song" });
  key("Space", "Play or pause", "播放或暂停", () => stage.play());
  key("ArrowLeft", "Back a bar", "后退一小节", () => stage.bar(-1));
  key("ArrowRight", "On a bar", "前进一小节", () => stage.bar(1));
  key("Home", "To the start", "回到开头", () => stage.toBar(0));
  key("l", "Loop what is chosen, or the whole song", "循环所选小节或整首歌", () => stage.loop());
  key(["Shift+ArrowLeft", "Shift+ArrowRight"], "Choose bars", "选择小节",
    event => stage.extend(event.key === "ArrowLeft" ? -1 : 1));
  key("Escape", "Choose nothing", "取消选择", () => !stage.selection.isEmpty && stage.selection.clear());
  key(["1", "2", "3", "4"], "Hear a take", "试听各个版本", event => stage.takes.hear(Number(event.key) - 1));
  key("m", "Mute the track in focus", "将焦点所在的音轨静音", () => stage.toggleTrack("mute"));
  key("s", "Hear the track in focus alone", "只听焦点所在的音轨", () => stage.toggleTrack("solo"));
  key("r", "Make anew what is chosen", "重写所选部分", () => stage.edit.regenerate());
  key("Ctrl+z", "Undo", "撤销", () => { stage.edit.step("undo"); });
  key(["Ctrl+Shift+z", "Ctrl+y"], "Redo", "重做", () => { stage.edit.step("redo"); });
  key(["+", "="], "Zoom in", "放大", () => stage.roll.zoom(MORE));
  key(["-", "−"], "Zoom out", "缩小", () => stage.roll.zoom(1 / MORE));
}
