// Elements, made of plain data. What is text stays text: there is no way here to make markup of a string.

const SVG = "http://www.w3.org/2000/svg";

// h("button.primary", {onclick: go, "aria-label": t("stage.play")}, "Play") — classes by dots, listeners by "on...",
// properties `hidden`, `disabled`, `checked`, `value` as such, `style` as an object of custom properties, all others
// as attributes (true: empty, false or null: none). Children: nodes, texts, lists of them; null and false are left out.
export function h(kind, properties = {}, ...children) {
  return made(document.createElement(kind.split(".")[0]), kind, properties, children);
}

export function svg(kind, properties = {}, ...children) {
  return made(document.createElementNS(SVG, kind.split(".")[0]), kind, properties, children);
}

function made(element, kind, properties, children) {
  element.classList.add(...kind.split(".").slice(1));
  set(element, properties);
  element.append(...flat(children));
  return element;
}

const PROPERTIES = new Set(["hidden", "disabled", "checked", "value", "indeterminate", "inert", "open", "selected"]);

export function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, to] of Object.entries(value)) element.style.setProperty(key, to);
    else if (PROPERTIES.has(name)) element[name] = value;
    else if (value === false || value == null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter(child => child != null && child !== false);
}

export const find = id => document.getElementById(id);
