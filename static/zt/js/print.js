// [data-print]: the page as it stands, in the print style of zhtj.css.

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
