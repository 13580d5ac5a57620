// The colours that somebody chose on this page, before anything is painted: no module, since those run too late for
// that. main.js changes them later, and without a choice base.css has the system's.

(root => {
  const chosen = localStorage.getItem("aoede.theme");
  if (chosen !== "light" && chosen !== "dark") return;
  root.dataset.theme = chosen;
  document.querySelector("meta[name=color-scheme]").content = chosen; // of the empty page, before there are styles
})(document.documentElement);
