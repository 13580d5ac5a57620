// The colours of the roll: those of the page as numbers, and of each track a scale that stands out from the ground.

const CONTRASTS = [3.3, 3.6, 4.1, 4.8]; // of soft to loud notes against the ground; 3 is the least that WCAG allows
const LEAD_MORE = 1.06; // the melody stands out more
const LIT = 7.5; // of a note that sounds

const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// Any CSS colour as [r, g, b], 0 to 255.
export function rgbOf(colour) {
  brush.canvas.width = brush.canvas.height = 1;
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

export const css = ([r, g, b], alpha = 1) => `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)} / ${alpha})`;

const mixed = (a, b, share) => a.map((value, i) => value + (b[i] - value) * share);

const linear = value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

// The contrast of two colours, 1 to 21 (WCAG 2.2).
export function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

// The colour nearest to this one that has just the wanted contrast to all grounds: towards ink or towards the ground.
function standingOut(colour, grounds, wanted) {
  const least = each => Math.min(...grounds.map(ground => contrast(each, ground)));
  const far = luminance(grounds[0]) > 0.4 ? [0, 0, 0] : [255, 255, 255];
  const isTooFaint = least(colour) < wanted, towards = isTooFaint ? far : grounds[0];
  let low = 0, high = 1;
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    if (least(mixed(colour, towards, middle)) < wanted === isTooFaint) low = middle;
    else high = middle;
  }
  return mixed(colour, towards, isTooFaint ? high : low);
}

const TOKENS = ["paper", "card", "raised", "tint", "ink", "muted", "line", "edge", "accent", "accent-ink",
  "accent-soft"];

// The colours of the page, read from its tokens on `element`: plain colours to draw with.
export function pageColours(element) {
  const style = getComputedStyle(element), read = name => rgbOf(style.getPropertyValue(name).trim());
  const found = { font: style.getPropertyValue("--sans").trim() };
  for (const name of TOKENS) found[name] = read(`--${name}`);
  found.sections = [1, 2, 3, 4, 5, 6].map(i => read(`--section-${i}`));
  return found;
}

export const SECTION_WASH = 0.3; // of a section's tint over the ground
export const CHOSEN_WASH = 0.6; // of the soft accent over bars that are chosen

// {scale: [soft .. loud], lit} of a track's colour on the ground of the roll.
export function trackScale(colour, isLead, page) {
  const rgb = rgbOf(colour), washed = page.sections.map(tint => mixed(page.card, tint, SECTION_WASH));
  const grounds = [page.card, ...washed, mixed(page.card, page["accent-soft"], CHOSEN_WASH)];
  const scale = CONTRASTS.map(wanted => css(standingOut(rgb, grounds, wanted * (isLead ? LEAD_MORE : 1))));
  return { scale, lit: css(standingOut(rgb, grounds, LIT)) };
}

// Which of a scale a velocity of 1 to 127 has.
export const shade = velocity => (velocity < 56 ? 0 : velocity < 80 ? 1 : velocity < 104 ? 2 : 3);
