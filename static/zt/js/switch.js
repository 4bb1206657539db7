// 录入下级团员: choosing another branch with data typed asks first. Needs form#entry, which fields.js marks [data-typed], the tree, and
// <dialog id="switch"> with [data-to] (the other branch's name), [data-keep] (sends the form there), [data-discard].

const form = document.getElementById("entry");
const dialog = document.getElementById("switch");
const tree = document.querySelector("[data-tree]");
const keep = dialog.querySelector("[data-keep]");
const typed = () => "typed" in form.dataset;

tree?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !typed()) return;
  event.preventDefault();
  keep.formAction = link.href;
  dialog.querySelector("[data-to]").textContent = link.title;
  dialog.returnFocus = link;
  dialog.showModal();
});
dialog.addEventListener("close", () => dialog.returnFocus?.focus());
dialog.querySelector("[data-discard]").addEventListener("click", () => {
  delete form.dataset.typed;
  location.assign(keep.formAction);
});

// Enter in the search box would leave the page; what it found stands in the tree already.
tree?.addEventListener("submit", (event) => { if (typed()) event.preventDefault(); });

if (!typed()) document.getElementById("id_name")?.focus({ preventScroll: true });
