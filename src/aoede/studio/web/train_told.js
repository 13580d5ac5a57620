// A sample of text as a training tells it: {text, remark}; the remark says how new it is.

const MARK = "\n-- ";

export function sampleOf(whole) {
  const at = whole.lastIndexOf(MARK);
  if (at < 0) return { text: whole.trim(), remark: "" };
  return { text: whole.slice(0, at).trim(), remark: whole.slice(at + MARK.length).trim() };
}
