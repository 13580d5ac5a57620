// Tabs as WAI-ARIA has them: one of several panels is shown; arrows go from tab to tab.

import { h } from "./dom.js";

// panels: [{id, name, element, onOpen(isOpen)?}]
export function tabs(id, label, panels) {
  const buttons = panels.map((panel, i) => h("button", { type: "button", role: "tab", id: `${id}-${panel.id}-tab`,
    "aria-controls": `${id}-${panel.id}`,
    onclick: () => choose(i) }, panel.name));
  const bodies = panels.map(panel => h("div.tab-panel", { role: "tabpanel", id: `${id}-${panel.id}`,
    "aria-labelledby": `${id}-${panel.id}-tab` },
    panel.element));

  function choose(chosen, focus = false) {
    panels.forEach((panel, i) => {
      buttons[i].setAttribute("aria-selected", String(i === chosen));
      buttons[i].tabIndex = i === chosen ? 0 : -1;
      bodies[i].hidden = i !== chosen;
      panel.onOpen?.(i === chosen);
    });
    if (focus) buttons[chosen].focus();
  }

  function moved(event) {
    const now = buttons.indexOf(document.activeElement), last = buttons.length - 1;
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose((to + buttons.length) % buttons.length, true);
  }

  choose(0);
  return h("div.stage-below", {}, h("div.tabs", { role: "tablist", "aria-label": label, onkeydown: moved }, buttons),
    bodies);
}
