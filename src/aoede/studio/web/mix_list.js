// Whose manner a text is in: names with weights, added from chips or a list, each with a slider of its own.

import { called, first } from "./authors.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { iconButton, newId } from "./words_parts.js";

const USUAL = 5, MOST = 10, MOST_NAMES = 12;

// -> {element, offer(column -> names), read(): {name: weight}, write({name: weight})}
export function mixList(onChange) {
  let columns = {}, weights = new Map(), chips = new Map();
  const rows = h("ul.mix", {}), offers = h("div.stack", {});
  const empty = h("p.hint", {}, t("words.mix.empty"));
  const labelId = newId("mix");
  const element = h("div.field", { role: "group", "aria-labelledby": labelId },
    h("span.label", { id: labelId }, t("words.mix")), empty, rows, offers);

  // A name that two columns have is said with its column.
  function nameOf(column, label) {
    const n = Object.values(columns).filter(labels => labels.includes(label)).length;
    return n < 2 ? label : `${column}=${label}`;
  }

  function set(name, weight) {
    if (weight === null) weights.delete(name);
    else if (weights.has(name) || weights.size < MOST_NAMES) weights.set(name, weight);
    drawn();
    onChange();
  }

  function share(name) {
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    return `${Math.round((100 * weights.get(name)) / total)} %`;
  }

  function row(name) {
    const id = newId("mix"), label = called(shortOf(name));
    const moved = event => { weights.set(name, Number(event.target.value)); shares(); onChange(); };
    const remove = iconButton("close", t("words.mix.remove", { name: label }), () => {
      set(name, null);
      (rows.querySelector("input") ?? offers.querySelector("button:not([hidden]), select"))?.focus();
    });
    return h("li.mix-row", { "data-name": name }, h("label", { for: id }, label), h("output.figures", { for: id }),
      remove,
      h("input", { type: "range", id, min: 1, max: MOST, step: 1, value: weights.get(name), oninput: moved }));
  }

  function shares() {
    for (const each of rows.children) {
      const name = each.dataset.name, input = each.querySelector("input");
      each.querySelector("output").textContent = share(name);
      input.setAttribute("aria-valuetext", share(name));
      input.style.setProperty("--fill", `${(100 * (weights.get(name) - 1)) / (MOST - 1)}%`);
    }
  }

  function drawn() {
    fill(rows, [...weights.keys()].map(row));
    empty.hidden = weights.size > 0;
    for (const [name, chip] of chips) chip.hidden = weights.has(name);
    shares();
  }

  function offer(found) {
    columns = found;
    weights = new Map();
    chips = new Map();
    fill(offers, Object.entries(columns).map(([column, labels]) => offered(column, labels)));
    element.hidden = Object.keys(columns).length === 0;
    drawn();
  }

  function add(name) {
    set(name, USUAL);
    rows.lastElementChild?.querySelector("input").focus();
  }

  function offered(column, labels) {
    const shown = first(labels);
    const buttons = shown.map(label => {
      const name = nameOf(column, label);
      const chip = h("button.chip", { type: "button", "aria-label": t("words.mix.add", { name: called(label) }),
        onclick: () => add(name) }, icon("plus"), called(label));
      chips.set(name, chip);
      return chip;
    });
    const others = labels.filter(label => !shown.includes(label))
      .map(label => [nameOf(column, label), called(label)]);
    return h("div.row.mix-offers", { role: "group", "aria-label": called(column) }, buttons,
      others.length > 0 && otherNames(column, others));
  }

  function otherNames(column, others) {
    others.sort((a, b) => a[1].localeCompare(b[1]));
    const chosen = event => {
      const name = event.target.value;
      event.target.value = "";
      if (name !== "") add(name);
    };
    return h("select", { "aria-label": t("words.mix.others", { column: called(column) }), onchange: chosen },
      h("option", { value: "" }, t("words.mix.more", { n: others.length })),
      others.map(([name, text]) => h("option", { value: name }, text)));
  }

  function write(found) {
    const namesOf = ([column, labels]) => labels.map(label => nameOf(column, label));
    const known = new Set(Object.entries(columns).flatMap(namesOf));
    const isFit = ([name, weight]) => known.has(name) && weight >= 1 && weight <= MOST;
    weights = new Map(Object.entries(found ?? {}).filter(isFit).slice(0, MOST_NAMES));
    drawn();
  }

  return { element, offer, write, read: () => Object.fromEntries(weights) };
}

const shortOf = name => name.replace(/^[^=]*=/, "");
