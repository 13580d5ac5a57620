// Words at places of a field, pushed apart until none lies on another.

const LINE_PX = 15, STEPS = 120, GAP_PX = 3, NEAR_PX = 0.5;

// places: [[x, y], ...] in 0..1 of the field, one a word.
export function spread(field, words, places) {
  const width = field.clientWidth, height = field.clientHeight;
  if (width === 0) return;
  const boxes = words.map((word, i) => ({ word, half: word.offsetWidth / 2 + GAP_PX, x: places[i][0] * width,
    y: places[i][1] * height }));
  for (let step = 0; step < STEPS; step += 1) {
    const isMoved = apart(boxes);
    for (const box of boxes) {
      box.x = Math.min(width - box.half, Math.max(box.half, box.x));
      box.y = Math.min(height - LINE_PX / 2, Math.max(LINE_PX / 2, box.y));
    }
    if (!isMoved) break;
  }
  for (const { word, x, y } of boxes) {
    word.style.setProperty("left", `${x}px`);
    word.style.setProperty("top", `${y}px`);
  }
}

// Each two that lie on one another go up and down by half of that; whether any did.
function apart(boxes) {
  let isMoved = false;
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(i + 1)) {
      const over = LINE_PX - Math.abs(a.y - b.y);
      if (over <= NEAR_PX || Math.abs(a.x - b.x) >= a.half + b.half) continue;
      const way = a.y <= b.y ? 1 : -1;
      a.y -= (way * over) / 2;
      b.y += (way * over) / 2;
      isMoved = true;
    }
  return isMoved;
}
