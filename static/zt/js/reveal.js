// 显示: a full value stays half a minute, then its masked form comes back; also when the page is left.
//   [data-masked-cell] holds the value; the answer brings <span data-shown-for="30"> and a <template> with the masked form.

function mask(cell) {
  const template = cell.querySelector("template");
  if (!template) return;
  const inside = cell.contains(document.activeElement);
  cell.replaceChildren(template.content.cloneNode(true));
  htmx.process(cell);
  if (inside) cell.querySelector("button")?.focus();
}

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const shown = target.querySelector("[data-shown-for]");
  if (shown) setTimeout(() => mask(target), Number(shown.dataset.shownFor) * 1000);
});

addEventListener("pagehide", () => {
  for (const cell of document.querySelectorAll("[data-masked-cell]")) mask(cell);
});
