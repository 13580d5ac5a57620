// What the library tells in English sentences (notes on a text, on a sound), in the language of the page.

import { pick } from "./i18n.js";

// Pattern of an English sentence -> the same in English and Chinese as the page says it; "$1" is what stood there.
const TOLD = [
  [/^the start does not begin like (.+) or any other form of this model: no form is kept$/,
    "The start does not begin like $1 or any other form: no form is kept.", "开头与“$1”及其他体式都不符，因此不守格律。"],
  [/^the start does not begin like (.+), the usual form: it becomes (.+)$/,
    "The start does not begin like $1, so the form is $2.", "开头与“$1”不符，改用“$2”。"],
  [/^of the start ([\d,]+) characters that stand in no text were left out$/,
    "$1 characters of the start that stand in no text were left out.", "开头里有 $1 个不属于文字的字符，已去掉。"],
  [/^characters of the start that the model has never seen, read as unknown ones: (.+)$/,
    "Characters of the start that the model has never seen: $1", "开头里有模型没见过的字符：$1"],
  [/^of the ([\d,]+) characters of the start the model knows the last ([\d,]+)$/,
    "Of the start, the model reads the last $2 characters.", "开头有 $1 个字符，模型只读最后 $2 个。"],
  [/^the model was stored without its training text: how new the text is cannot be told$/,
    "This model has no training text with it: how new a text is cannot be told.",
    "这个模型没有附带训练文本，无法判断文字有多新。"],
  [/^written as (.+), which is usual here: .*$/, "Written as $1, which is usual here.", "按平常的方式写成：$1。"],
  [/^cut$/, "Cut off after 60 seconds, the most that is made here.", "这里最长 60 秒，后面的已截去。"],
  [/^no label is said, so it is nothing in particular: .*$/, "No label is chosen, so it is nothing in particular.",
    "没有选标签，所以听不出具体是什么。"],
  [/^nothing is said of its (.+)$/, "Nothing is chosen for $1.", "没有选“$1”。"],
  [/^made in NumPy, which is slow: .*$/, "Made in NumPy, which is slow: with a C compiler it is many times faster.",
    "用 NumPy 生成，较慢；装有 C 编译器会快许多倍。"],
  [/^the melody is taken to be track (\d+)(.*); --track says another$/, "The melody is taken to be track $1$2.",
    "旋律取自第 $1 轨$2。"],
  [/^its top line is played, as several notes sound together$/,
    "Where several notes sound together, the top line is played.",
    "几个音同时响起时，取最高的一个。"],
  [/^its first note comes after ([\d.]+) s, as in the file$/, "Its first note comes after $1 s, as in the file.",
    "与文件一样，第一个音在 $1 秒之后。"],
];

export function told(sentence) {
  for (const [pattern, en, zh] of TOLD) if (pattern.test(sentence)) return sentence.replace(pattern, pick(en, zh));
  return sentence;
}
