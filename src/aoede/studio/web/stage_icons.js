// Pictures that only the stage has.

import { svg } from "./dom.js";

const SHAPES = {
  fit: ["M4 6v12", "M20 6v12", "M8 12h8", "M10.5 9L7.5 12l3 3", "M13.5 9l3 3-3 3"],
  follow: ["M9 4.5v15", "M6 4.5h6", "M13 12h7", "M17 8.5l3.5 3.5-3.5 3.5"],
};

export function stageIcon(name) {
  return svg("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", width: 20, height: 20 },
    SHAPES[name].map(d => svg("path", { d })));
}
