// The reviewer's desk: zoom and rotation of the page images, the thumbnail of the page in view, stock phrases for a refusal.
//   <button data-zoom="in|out|fit">   acts on .zt-pages
//   <button data-turn>                a quarter to the right; only as it is shown
//   <button data-phrase="字迹模糊，请重新扫描" data-fills="#reason">   adds the phrase to the textarea, to be edited there

const pages = document.querySelector(".zt-pages");
const both = document.querySelectorAll(".zt-pages");  // old and new, of a replacement
const STEP = 1.25;
const SMALLEST = 0.5;
const LARGEST = 4;
let zoom = 1;
let turn = 0;

function resize(how) {
  const wanted = { in: zoom * STEP, out: zoom / STEP, fit: 1 }[how];
  zoom = Math.min(LARGEST, Math.max(SMALLEST, wanted));
  for (const one of both) one.style.setProperty("--zt-zoom", zoom);
}

// The frame keeps its shape, so a page on its side is made to fit its width.
function rotate() {
  turn = (turn + 90) % 360;
  for (const one of both) {
    one.style.setProperty("--zt-turn", `${turn}deg`);
    one.style.setProperty("--zt-fit", turn % 180 ? 0.707 : 1);
  }
}

function fill(button) {
  const area = document.querySelector(button.dataset.fills);
  const { phrase } = button.dataset;
  if (!area.value.includes(phrase)) area.value = area.value.trim() ? `${area.value.trim()}；${phrase}` : phrase;
  area.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom], [data-turn], [data-phrase]");
  if (!button) return;
  if (button.dataset.zoom) resize(button.dataset.zoom);
  else if ("turn" in button.dataset) rotate();
  else fill(button);
});

function mark(id) {
  for (const link of document.querySelectorAll(".zt-thumbs a")) {
    if (link.hash === `#${id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

if (pages) {
  const seen = new IntersectionObserver((entries) => {
    const first = entries.find((entry) => entry.isIntersecting);
    if (first) mark(first.target.id);
  }, { rootMargin: "-40% 0px -50% 0px" });
  for (const figure of pages.querySelectorAll("figure[id]")) seen.observe(figure);
}
