// The file box: sends the file as soon as it is chosen, shows a bar, then asks until the inspection is over.
// The server answers with components/drop_state.html, also when it refuses (422), so its words are the ones people read.

const MB = 1024 * 1024;
const LONGEST = 5000;
const size = (bytes) => (bytes >= MB ? `${(bytes / MB).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

function icon(name) {
  const sprite = document.querySelector(".zt-i use").getAttribute("href").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "zt-i");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
}

function show(drop, nodes, { failed = false, full = false } = {}) {
  drop.querySelector("[data-drop-state]").replaceChildren(...nodes);
  drop.classList.toggle("is-err", failed);
  drop.classList.toggle("is-full", full && !failed);
  drop.querySelector("label").textContent = full || failed ? "重新选择" : "选择文件";
}

function emptyToken(drop) {
  const input = drop.querySelector("[data-drop-state] input[type=hidden]");
  if (!input) return [];
  input.value = "";
  return [input];
}

function complain(drop, file, words, detail) {
  const line = make("span", "zt-say is-err");
  const said = make("span", "", words);
  if (detail) said.append(make("small", "", detail));
  said.prepend(make("span", "visually-hidden", "错误："));
  line.append(icon("no"), said);
  const box = make("div", "");
  box.append(make("b", "", file.name), make("span", "zt-hint d-block", `${size(file.size)}，未上传`), line);
  show(drop, [icon("file"), box, ...emptyToken(drop)], { failed: true });
}

function progress(drop, file) {
  const box = make("div", "");
  const bar = make("progress", "zt-bar");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", "上传进度");
  box.append(make("b", "", file.name), make("span", "zt-hint d-block", `${size(file.size)}，正在上传`), bar);
  show(drop, [icon("file"), box, ...emptyToken(drop)], { full: true });
  return bar;
}

function put(drop, html) {
  const content = document.createRange().createContextualFragment(html);
  const failed = Boolean(content.querySelector("[data-failed]"));
  const full = Boolean(content.querySelector("[data-full]"));
  const next = content.querySelector("[data-poll]")?.dataset.poll;
  show(drop, [...content.childNodes], { failed, full });
  drop.dispatchEvent(new Event("change", { bubbles: true }));
  return next;
}

function loginRequired(answer, again) {
  if (answer.status !== 401 && !answer.headers.get("X-Login-Required")) return false;
  document.dispatchEvent(new CustomEvent("zt:login-required", { detail: { again } }));
  return true;
}

// Asks ever more slowly, and not for ever: polling would keep an unattended login alive.
async function poll(drop, url, wait = 1000, left = 40) {
  await new Promise((done) => setTimeout(done, wait));
  if (!drop.querySelector(`[data-poll="${CSS.escape(url)}"]`)) return; // another file was chosen meanwhile
  const later = () => { if (left > 0) poll(drop, url, Math.min(wait * 1.3, LONGEST), left - 1); };
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (loginRequired(answer, later)) return;
    if (answer.ok) {
      const html = await answer.text();
      if (!html.includes("data-poll")) {
        put(drop, html);
        return;
      }
    }
  } catch { /* the network may come back */ }
  later();
}

function answered(drop, file, xhr) {
  const answer = { status: xhr.status, headers: { get: (name) => xhr.getResponseHeader(name) } };
  if (loginRequired(answer, () => send(drop, file))) return;
  document.dispatchEvent(new Event("zt:contact"));
  const page = xhr.responseText.includes("<html"); // a proxy's or a login page is not our answer
  if (!page && (xhr.status === 200 || xhr.status === 422)) {
    if (xhr.status === 200) drop.querySelector("[type=file]").value = ""; // or the form would send the same file again
    const next = put(drop, xhr.responseText);
    if (next) poll(drop, next);
  } else if (xhr.status === 413) complain(drop, file, `大小 ${size(file.size)}，超过 ${drop.dataset.maxMb} MB`, "可用 150 dpi 灰度重新扫描，一般在 5 MB 以内");
  else if (xhr.status === 403) complain(drop, file, "页面已过期，文件没有上传", "请刷新页面后重新选择文件");
  else complain(drop, file, "上传没有成功", "请稍后重新选择文件；如反复出现，请联系上级团组织管理员");
}

function send(drop, file) {
  const xhr = new XMLHttpRequest();
  const bar = progress(drop, file);
  drop.xhr?.abort();
  drop.xhr = xhr;
  const body = new FormData();
  body.append("file", file);
  xhr.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (event.loaded / event.total) * 100; });
  xhr.addEventListener("load", () => answered(drop, file, xhr));
  xhr.addEventListener("error", () => complain(drop, file, "网络中断，文件没有上传", "请检查网络后重新选择文件"));
  xhr.open("POST", drop.dataset.uploadUrl);
  xhr.setRequestHeader("X-CSRFToken", token());
  xhr.setRequestHeader("HX-Request", "true");
  xhr.send(body);
}

function chosen(drop, file) {
  if (!file) return;
  if (file.size > Number(drop.dataset.maxMb) * MB) {
    drop.querySelector("[type=file]").value = "";
    complain(drop, file, `大小 ${size(file.size)}，超过 ${drop.dataset.maxMb} MB`, "可用 150 dpi 灰度重新扫描，一般在 5 MB 以内");
  } else send(drop, file);
}

for (const drop of document.querySelectorAll("[data-drop]")) {
  drop.addEventListener("change", (event) => { if (event.target.type === "file") chosen(drop, event.target.files[0]); });
  drop.addEventListener("keydown", (event) => { // it looks like a button; browsers open it by Space only
    if (event.key !== "Enter" || event.target.type !== "file") return;
    event.preventDefault();
    event.target.click();
  });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    chosen(drop, event.dataTransfer.files[0]);
  });
  const asked = drop.querySelector("[data-poll]");
  if (asked) poll(drop, asked.dataset.poll);
}
