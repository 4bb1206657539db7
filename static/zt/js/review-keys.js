// The reviewer's desk by keyboard. [data-key="a"] on a button, link or tick box: what the key presses; where the page has none, it does nothing.
// Single keys are off while a field or a dialog has the focus, while another key is held, and when the person switched them off
// ([data-keys-switch] in <dialog id="keys">; remembered in this browser for [data-user]). WCAG 2.1.4.

const bar = document.querySelector(".zt-deskbar");
const pages = document.querySelector(".zt-pages");
const own = `zt-keys-${bar.dataset.user}`;
const seen = `zt-checks-${bar.dataset.seen}`;
const box = document.querySelector("[data-keys-switch]");
const ticks = [...document.querySelectorAll('input[name="check"]')];
const ALIASES = { "=": "+", _: "-", "？": "?" };
const STEP = 0.85;

function kept(store, key) {
  try { return store.getItem(key); } catch { return null; } // storage may be forbidden: then nothing is remembered
}

function keep(store, key, value) {
  try { store.setItem(key, value); } catch { /* see above */ }
}

let on = kept(localStorage, own) !== "off";

function show() {
  document.documentElement.dataset.keys = on ? "on" : "off";
  if (box) box.checked = on;
  for (const cap of document.querySelectorAll(".btn kbd, .zt-check kbd, legend kbd")) cap.style.visibility = on ? "" : "hidden";
}

function typing(at) {
  return at.closest?.("dialog, textarea, select, input:not([type=checkbox]), [contenteditable]") || document.querySelector("dialog[open]");
}

// Space is the key of the button or link in focus; only where it would do nothing does it turn pages.
function scrolls(at) {
  return at === bar || at === document.body || at === pages || at.id === "main";
}

function turnPage(back) {
  const scroller = pages.scrollHeight > pages.clientHeight + 1 ? pages : document.scrollingElement;
  scroller.scrollBy({ top: (back ? -STEP : STEP) * Math.min(scroller.clientHeight, innerHeight) });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "reason") event.target.form.requestSubmit();
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !on || typing(event.target)) return;
  if (event.key === " " && scrolls(event.target)) {
    event.preventDefault();
    turnPage(event.shiftKey);
    return;
  }
  const key = ALIASES[event.key] ?? event.key.toLowerCase();
  const control = /^[a-z0-9?+-]$/.test(key) && [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!control) return;
  event.preventDefault();
  if (!event.repeat || "zoom" in control.dataset) control.click(); // a key held down decides once
});

box?.addEventListener("change", () => {
  on = box.checked;
  keep(localStorage, own, on ? "on" : "off");
  show();
});

// Ticks outlast a look at another file.
const ticked = kept(sessionStorage, seen)?.split(",") ?? [];
for (const one of ticks) {
  one.checked ||= ticked.includes(one.value);
  one.addEventListener("change", () => keep(sessionStorage, seen, ticks.filter((tick) => tick.checked).map((tick) => tick.value).join()));
}

show();
if (!document.querySelector("dialog[open], [data-focus]")) bar.focus({ preventScroll: true });
setTimeout(() => { document.getElementById("live").textContent = bar.dataset.says; }, 100);
