// The entry form while people type. A change of a [data-live] control asks the server which fields now apply; htmx swaps their wrappers.
// The page has, inside the form, one element that asks:
//   <div data-live-fields data-hx-post="…" data-hx-trigger="zt:changed" data-hx-include="closest form" data-hx-swap="none" data-hx-sync="this:replace"></div>
// The answer holds wrappers `<div id="div_id_x" data-hx-swap-oob="true">` and, for the spoken words, `<div id="live" data-hx-swap-oob="innerHTML">`.
// <form data-unsaved> asks before typed text is left behind; it is marked [data-typed] while there is any.

const asker = document.querySelector("[data-live-fields]");
const WAIT = 150;
let timer = 0;
let sent = new Map();

const controls = (root) => [...root.querySelectorAll("input, select, textarea")].filter((control) => control.id && control.type !== "file");
const state = (control) => (control.type === "radio" || control.type === "checkbox" ? control.checked : control.value);

function restore(control, value) {
  if (control.type === "radio" || control.type === "checkbox") control.checked = value;
  else control.value = value;
}

// What was typed after the question was asked is newer than the answer; a chosen file cannot be rendered by the server at all.
function keepNewer(event) {
  const { target, fragment } = event.detail;
  for (const control of controls(target)) {
    const twin = fragment.querySelector(`[id="${CSS.escape(control.id)}"]`);
    if (twin && sent.has(control.id) && state(control) !== sent.get(control.id)) restore(twin, state(control));
  }
  const drop = target.querySelector("[data-drop]");
  fragment.querySelector("[data-drop]")?.replaceWith(drop ?? "");
}

document.addEventListener("change", (event) => {
  const control = event.target;
  if (control.matches("select")) control.classList.toggle("is-blank", !control.value);
  if (!asker || !control.matches("[data-live]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => htmx.trigger(asker, "zt:changed"), WAIT);
});

asker?.addEventListener("htmx:beforeRequest", () => {
  sent = new Map(controls(asker.closest("form")).map((control) => [control.id, state(control)]));
});
document.addEventListener("htmx:oobBeforeSwap", keepNewer);

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  const touched = () => { form.dataset.typed = ""; delete form.dataset.saved; };
  form.addEventListener("input", touched);
  form.addEventListener("change", (event) => { if (event.target.matches("[data-drop]")) touched(); }); // a file has arrived
  const leaves = (event) => { if (!event.defaultPrevented) delete form.dataset.typed; };
  form.addEventListener("submit", leaves);
  document.querySelector("form[data-instead]")?.addEventListener("submit", leaves); // what the page offers instead of this form
  addEventListener("beforeunload", (event) => { if ("typed" in form.dataset && !("saved" in form.dataset)) event.preventDefault(); });
}

// 填写说明: the passage about the field in hand opens by itself.
document.addEventListener("focusin", (event) => {
  const name = event.target.dataset?.help;
  const passage = name && document.querySelector(`[data-help-for="${CSS.escape(name)}"]`);
  if (!passage || passage.open) return;
  for (const open of document.querySelectorAll("[data-help-for][open]")) open.open = false;
  passage.open = true;
});
