// What a reply does, by the names that the shipped model has for it, in the language of the page.

import { pick } from "./i18n.js";

const NAMES = {
  accept: ["accepts", "接受"], decline: ["declines", "推辞"], propose_other: ["proposes something else", "另作提议"],
  yes: ["says yes", "肯定"], no: ["says no", "否定"], will_do: ["promises to do it", "答应去做"],
  done: ["says it is done", "已办好"], not_yet: ["says not yet", "还没有"], thanks: ["thanks", "道谢"],
  welcome: ["says you are welcome", "不客气"], no_thanks: ["declines with thanks", "婉谢"], ask_time: ["asks when", "问时间"],
  ask_place: ["asks where", "问地点"], ask_more: ["asks for more", "追问"], soon: ["says soon", "很快"],
  any_time: ["says any time", "随时都行"], either: ["says either will do", "都可以"], later: ["puts it off", "稍后再说"],
  dont_know: ["does not know", "不知道"], acknowledge: ["has understood", "知道了"], agree: ["agrees", "同意"],
  disagree: ["disagrees", "不同意"], praise: ["praises", "称赞"], congratulate: ["congratulates", "祝贺"],
  sympathise: ["sympathises", "体谅"], wish_well: ["wishes well", "祝愿"], you_too: ["says you too", "你也一样"],
  greet: ["greets", "问候"], doing_well: ["is well", "近况不错"], farewell: ["takes leave", "道别"],
  apologise: ["apologises", "道歉"], forgive: ["forgives", "原谅"], surprise: ["is surprised", "惊讶"],
  affection: ["shows affection", "亲昵"],
};

// An intent that somebody's own replies have is called as they call it.
export const intentName = intent => (NAMES[intent] === undefined ? intent : pick(...NAMES[intent]));
