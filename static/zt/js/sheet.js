// A side sheet whose content comes by htmx: <a data-sheet="#id" data-hx-get="…" data-hx-target="#id"> opens it when the answer is there.
// Esc and 关闭 close it, and the focus returns to the link. Without scripts the link is a page of its own.

let opener = null;

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt.matches("[data-sheet]")) opener = elt;
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const sheet = target.closest(".zt-sheet");
  if (!sheet) return;
  const heading = target.querySelector("h2");
  if (sheet.classList.contains("show")) {
    heading?.focus(); // another page or tab: what had the focus is gone
    return;
  }
  sheet.addEventListener("shown.bs.offcanvas", () => heading?.focus(), { once: true });
  sheet.addEventListener("hidden.bs.offcanvas", () => {
    target.replaceChildren();
    opener?.focus();
  }, { once: true });
  bootstrap.Offcanvas.getOrCreateInstance(sheet).show();
});
