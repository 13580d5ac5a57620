// What the library tells in English sentences while it trains, in the language of the page; others stay as they are.

import { pick } from "./i18n.js";

// Pattern of a sentence -> the same in Chinese; "$1" is what stood there.
const CHINESE = [
  [/^([\d.e+]+) minutes are too few .*: (\d+) s went .*, a step takes ([\d.e+-]+) s; steps .*: (\d+)$/,
    "$1 分钟学不到多少：读数据和测速用了 $2 秒，一步要 $3 秒，只能走 $4 步。"],
  [/^minutes say nothing here: (.+) counts until it is done$/, "时间在这里不起作用：它数完就好。"],
  [/^not bit-exact: the run began with (.+), this is (.+)$/, "结果不会逐位相同：开始时用的是 $1，现在是 $2。"],
  [/^the best checkpoint is damaged \((.+)\); the last one is taken$/, "最好的存档坏了（$1），改用最后一份。"],
  [/^(.+) is damaged \((.+)\); the checkpoint before it is used$/, "$1 坏了（$2），改用它前面的一份。"],
  [/^the training went wrong at step ([\d,]+): .*; back to step ([\d,]+), and on with smaller steps$/,
    "第 $1 步出现了无穷大的数：退回第 $2 步，放小步子再走。"],
  [/^(.+): ([\d,]+) of ([\d,]+) names have enough text to be told apart$/, "$1：$3 个名字里有 $2 个文字够多，能分得清。"],
  [/^([\d,]+) clips? to learn from, ([\d,]+) held out; (.+) at ([\d,]+) Hz; (.*)$/,
    "$1 段用来学，$2 段留作检验；共 $3，$4 Hz；$5"],
  [/^held-out bits a sample without a network: (.+); below ([\d.]+) it has learnt something$/,
    "不用网络时每采样的比特数：$1；低于 $2 就学到了东西。"],
  [/^Nothing in it stands word for word in the training text\.$/, "其中没有与原文逐字相同的片段。"],
  [/^Longest passage .*: ([\d,]+) characters \((.+)\); ([\d.]+%) .* (\d+) and .* ([\d.]+%) \(longest (\d+)\): .*$/,
    "与原文逐字相同的最长片段：$1 个字符（$2）；$4 个字符及以上的雷同占 $3，真人作品为 $5（最长 $6）。"],
];

export function told(sentence) {
  const found = CHINESE.find(([pattern]) => pattern.test(sentence));
  return found ? pick(sentence, sentence.replace(...found)) : sentence;
}

// A sample of text: {text, remark}; the remark says how new it is.
export function sampleOf(whole) {
  const at = whole.lastIndexOf("\n-- ");
  if (at < 0) return { text: whole.trim(), remark: "" };
  return { text: whole.slice(0, at).trim(), remark: told(whole.slice(at + 4).trim()) };
}
