// Old and new file side by side, or one of them in full width.
//   <div data-compare><section data-side="new">…<section data-side="old">…</div>
//   <button data-compare-show="both|new|old" aria-pressed>   V goes on to the next

const panes = document.querySelector("[data-compare]");
const buttons = [...document.querySelectorAll("[data-compare-show]")];

function show(which) {
  for (const pane of panes.children) pane.hidden = which !== "both" && pane.dataset.side !== which;
  for (const button of buttons) {
    const chosen = button.dataset.compareShow === which;
    button.setAttribute("aria-pressed", String(chosen));
    button.classList.toggle("active", chosen);
  }
}

if (panes && buttons.length) {
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.compareShow));
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, textarea, select, dialog") || document.querySelector("dialog[open]");
    if (busy || document.documentElement.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "v") return;
    const now = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    show(buttons[(now + 1) % buttons.length].dataset.compareShow);
  });
}
