// A password box: 显示 / 隐藏, and a word when Caps Lock is on.
//   <button type="button" data-reveal aria-controls="id" aria-pressed="false">…<span>显示</span></button>
//   <p data-caps="id" hidden>

for (const button of document.querySelectorAll("[data-reveal]")) {
  const box = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    const shown = box.type === "password";
    box.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.querySelector("span").textContent = shown ? "隐藏" : "显示";
  });
  box.form.addEventListener("submit", () => { box.type = "password"; }); // or the browser would offer to remember it as text
}

for (const hint of document.querySelectorAll("[data-caps]")) {
  const box = document.getElementById(hint.dataset.caps);
  for (const name of ["keydown", "keyup"]) box.addEventListener(name, (event) => { hint.hidden = !event.getModifierState?.("CapsLock"); });
}
