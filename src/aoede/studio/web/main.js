// The start of the page: header, the five views by the address (#song #words #reply #sound #train), language,
// colours, help. What is said when the server is gone stands in offline.js.

import { read } from "./api.js";
import { fill, h } from "./dom.js";
import { saveAll } from "./drafts.js";
import { lang, pick, setLanguage, t } from "./i18n.js";
import { icon } from "./icons.js";
import { allKeys, onKey, setSingleKeys, shownKey, singleKeys } from "./keys.js";
import { dialog, failed, notice, noticeRegion } from "./notices.js";
import { watchServer } from "./offline.js";
import { get, put, watch } from "./store.js";

const VIEWS = ["song", "words", "reply", "sound", "train"];
const THEMES = ["auto", "light", "dark"], THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" };
const THEME = "aoede.theme";

const places = Object.fromEntries(VIEWS.map(name => [name,
  h("section.view", { id: `view-${name}`, hidden: true, tabindex: "-1", "aria-label": t(`shell.${name}.title`) })]));
const mounted = new Set();

// ---- views

const viewOf = hash => {
  const name = hash.slice(1).split("/")[0];
  return VIEWS.includes(name) ? name : "song";
};

async function mount(name) {
  mounted.add(name);
  const place = places[name];
  fill(place, h("p.loading", { role: "status" }, h("span.spinner", { "aria-hidden": "true" }), t("shell.loading")));
  try {
    const module = await import(`./${name}_view.js`);
    fill(place);
    await module.mount(place);
  } catch (error) {
    console.error(error);
    const again = h("button.button.small", { type: "button", onclick: () => location.reload() },
      t("shell.view.again"));
    fill(place, h("div.page.note.bad", { role: "alert" }, icon("warning"),
      h("div.stack", {}, h("p", {}, t("shell.view.failed")), again)));
  }
}

function showView(name, { focus = true } = {}) {
  const isNew = get("view") !== name;
  put("view", name);
  if (!mounted.has(name)) mount(name);
  for (const each of VIEWS) places[each].hidden = each !== name;
  for (const each of document.querySelectorAll(".views a"))
    if (each.dataset.view === name) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  titled();
  if (!isNew || !focus) return;
  places[name].focus({ preventScroll: true });
  scrollTo(0, 0);
}

function titled() {
  const view = get("view"), song = view === "song" ? get("song") : null;
  document.title = [song?.title, t(`shell.${view}.title`), "Aoede"].filter(Boolean).join(" · ");
}

// ---- header

const themeNow = () => (THEMES.includes(localStorage.getItem(THEME)) ? localStorage.getItem(THEME) : "auto");
const dark = matchMedia("(prefers-color-scheme: dark)");

// Puts "theme" ("light" or "dark") in the store: what is drawn on a canvas is drawn again. The first paint of the page
// has its colours by theme.js, which does the same.
function coloured() {
  const theme = themeNow();
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.querySelector("meta[name=color-scheme]").content = theme === "auto" ? "light dark" : theme;
  put("theme", theme === "auto" ? (dark.matches ? "dark" : "light") : theme);
}

function themeSwitch() {
  const button = h("button.icon-button", { type: "button", onclick: turn });
  function show() {
    const label = t(`shell.theme.${themeNow()}`);
    fill(button, icon(THEME_ICONS[themeNow()]));
    button.setAttribute("aria-label", label);
    button.title = label;
  }
  // From what the system has to the other, so that the first click is seen.
  function turn() {
    const order = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    localStorage.setItem(THEME, order[(order.indexOf(themeNow()) + 1) % order.length]);
    coloured();
    show();
  }
  show();
  return button;
}

function languageSwitch() {
  const label = t("shell.language.hint");
  const change = async () => {
    await saveAll();
    setLanguage(lang() === "zh" ? "en" : "zh");
    location.reload();
  };
  return h("button.button.quiet.small", { type: "button", "aria-label": label, title: label, onclick: change },
    icon("language"), h("span", {}, t("shell.language")));
}

function header() {
  const links = VIEWS.map(name => h("a", { href: `#${name}`, "data-view": name }, icon(name),
    h("span", {}, t(`shell.${name}`))));
  const help = h("button.icon-button", { type: "button", "aria-label": t("shell.keys"),
    title: `${t("shell.keys")} (?)`,
    onclick: showKeys }, icon("help"));
  return h("header.top", {},
    h("a.wordmark", { href: "#song" }, h("img", { src: "/web/icon.svg", alt: "", width: 28, height: 28 }), "Aoede"),
    h("nav.views", { "aria-label": t("shell.views") }, links),
    h("div.tools", {}, languageSwitch(), themeSwitch(), help));
}

// ---- help

function keyRow({ keys, text }) {
  const shown = keys.map((key, i) => [i > 0 && ` ${t("shell.keys.or")} `,
    shownKey(key, lang()).map(name => [h("kbd", {}, name), " "])]);
  return [h("dt", {}, pick(text.en, text.zh)), h("dd", {}, shown)];
}

function showKeys() {
  const groups = [null, ...VIEWS].map(view => [view, allKeys().filter(entry => entry.view === view)])
    .filter(([, rows]) => rows.length > 0);
  const lists = groups.map(([view, rows]) => h("section.stack", {},
    h("h3", {}, view === null ? t("shell.keys.everywhere") : t(`shell.${view}.title`)),
    h("dl.keys-list", {}, rows.map(keyRow))));
  const box = h("input", { type: "checkbox", checked: singleKeys(), onchange: () => setSingleKeys(box.checked) });
  const single = h("label.check", {}, box,
    h("span", {}, t("shell.keys.single"), h("br"), h("small.muted", {}, t("shell.keys.single.hint"))));
  return dialog(t("shell.keys"), h("div.stack.loose", {}, lists, single));
}

// ---- start

async function about() {
  try {
    const isFirst = get("about") === undefined, found = await read("/about");
    put("about", found);
    if (isFirst) for (const text of pick(found.warnings, found.warnings_zh) ?? []) notice(text, "bad");
  } catch (error) {
    if (error.status === 401) put("offline", true);
    else failed(error);
  }
}

function start() {
  coloured();
  dark.addEventListener("change", coloured);
  const main = h("main", { id: "main", tabindex: "-1" }, VIEWS.map(name => places[name]));
  const toMain = event => {
    event.preventDefault();
    main.focus();
  };
  fill(document.body, h("a.skip", { href: "#main", onclick: toMain }, t("shell.skip")), watchServer(), header(), main,
    noticeRegion);
  onKey("?", { en: "Show all keys", zh: "显示全部快捷键" }, () => { showKeys(); });
  watch("song", () => titled());
  watch("models", about);
  watch("offline", isOffline => { if (!isOffline && get("about") === undefined) about(); });
  addEventListener("hashchange", () => showView(viewOf(location.hash)));
  showView(viewOf(location.hash), { focus: false });
  about();
}

start();
