// Small things every page has: <dialog>s, the account menu, focus on the error summary, filters behind 更多条件.
//   <button data-opens="#refuse">   opens a <dialog>; focus returns to the button when it closes
//   <button data-close>             closes the dialog around it
//   <dialog data-open>              is open from the start (the server answered with it); data-returns="#id_number" has the focus afterwards
//   <button data-more aria-expanded="false"> in .zt-filter shows the filters that phones hide

const openers = new WeakMap();

function open(dialog, opener) {
  if (!dialog || dialog.open) return;
  openers.set(dialog, opener ?? document.activeElement);
  dialog.addEventListener("close", () => openers.get(dialog)?.focus?.(), { once: true });
  dialog.showModal();
}

function more(button) {
  const filter = button.closest(".zt-filter");
  button.setAttribute("aria-expanded", String(filter.classList.toggle("is-open")));
}

// A group of radio buttons is named by its frame; the person wants the choice.
function focusField(id) {
  const field = document.getElementById(id);
  if (!field) return false;
  const control = field.matches("input, select, textarea, button, a") ? field : field.querySelector("input, select, textarea");
  (control ?? field).focus({ preventScroll: true });
  (field.closest(".zt-f") ?? field).scrollIntoView({ block: "center" });
  return true;
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest?.(selector);
  if (at("[data-opens]")) open(document.querySelector(at("[data-opens]").dataset.opens), at("[data-opens]"));
  if (at("[data-close]")) at("dialog")?.close();
  if (at("[data-more]")) more(at("[data-more]"));
  const link = at(".zt-errs a[href^='#'], .zt-bar-foot a[href^='#']");
  if (link && focusField(link.hash.slice(1))) event.preventDefault();
  for (const menu of document.querySelectorAll("details.zt-pop[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.zt-pop[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

function start(root) {
  for (const dialog of root.querySelectorAll("dialog[data-open]")) {
    dialog.removeAttribute("open"); // without scripts it stands on the page
    open(dialog, document.querySelector(dialog.dataset.returns ?? "#main"));
  }
  root.querySelector("[data-focus]")?.focus();
}

start(document);
document.addEventListener("htmx:afterSwap", (event) => start(event.detail.target));
