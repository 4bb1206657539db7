// When the login runs out, a dialog over the page asks for the password; what was typed stays, and what was being sent is sent again.
// Knows: <html data-idle-seconds>, <dialog id="relogin">, <meta name="csrf-token">.

const EXPIRED = "X-Login-Required";
const idle = Number(document.documentElement.dataset.idleSeconds ?? 0) * 1000;
const dialog = document.getElementById("relogin");
const meta = document.querySelector('meta[name="csrf-token"]');
let lastContact = Date.now();
let timer = 0;
let waiting = []; // what to do again after logging in

function watch(delay = lastContact + idle - Date.now()) {
  clearTimeout(timer);
  timer = setTimeout(expire, Math.max(delay, 0) + 500);
}

function contact() {
  lastContact = Date.now();
  watch();
}

// Another tab may have kept the session alive, or logged in anew, which changes the token. A network failure is no answer: then nobody
// is asked for a password.
async function alive() {
  try {
    const answer = await fetch(dialog.dataset.sessionUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) return answer.status !== 401;
    const said = await answer.json();
    renew(said.csrf);
    return said.alive;
  } catch {
    return true;
  }
}

async function expire() {
  if (await alive()) watch(60_000);
  else ask();
}

function ask(again) {
  if (again) waiting.push(again);
  clearTimeout(timer);
  if (dialog.open) return;
  dialog.returnFocus = document.activeElement;
  dialog.showModal();
  dialog.querySelector("[type=password]").focus();
}

function say(words) {
  const line = document.getElementById("relogin-error");
  line.textContent = words;
  line.hidden = !words;
}

function renew(token) {
  if (meta) meta.content = token;
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = token;
}

async function resume(form) {
  const { password, code } = form.elements;
  say("");
  await alive(); // another tab may have logged in while this dialog stood open: the token that counts now
  let answer = { ok: false, message: "没有连上服务器，请稍后再试。" };
  try {
    const reply = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    answer = await reply.json();
  } catch { /* the words above say it */ }
  code.value = "";
  if (answer.needs_code) {
    document.getElementById("relogin-second").hidden = false;
    say(answer.message);
    code.focus();
    return; // the password stays until the code is there
  }
  password.value = "";
  if (!answer.ok) {
    say(answer.message || "密码不正确，请重新输入。");
    password.focus();
    return;
  }
  renew(answer.csrf);
  contact();
  dialog.close();
  dialog.returnFocus?.focus?.();
  for (const again of waiting.splice(0)) again();
}

// Before a form leaves after a long pause: first see whether the login still holds, for its answer would be the login page.
async function checkThenSend(form, submitter) {
  const send = () => form.requestSubmit(submitter);
  if (await alive()) {
    contact();
    send();
  } else ask(send);
}

function listen() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form === dialog.querySelector("form")) {
      event.preventDefault();
      event.stopPropagation();
      resume(form);
    } else if (form.method === "post" && Date.now() - lastContact >= idle) {
      event.preventDefault();
      event.stopPropagation();
      checkThenSend(form, event.submitter);
    }
  }, true);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, elt, requestConfig } = event.detail;
    if (xhr.getResponseHeader(EXPIRED) || xhr.status === 401) {
      ask(() => htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, values: requestConfig.parameters }));
    } else if (xhr.status) contact();
  });
  // Other modules (upload.js) report what they met.
  document.addEventListener("zt:login-required", (event) => ask(event.detail?.again));
  document.addEventListener("zt:contact", contact);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - lastContact >= idle) expire();
  });
  watch();
}

document.addEventListener("htmx:configRequest", (event) => {
  if (meta) event.detail.headers["X-CSRFToken"] = meta.content;
});
if (dialog && idle) listen();
