// Keeps on the server what is typed: two seconds after the last change, when it comes back with errors, at 保存草稿 and at Ctrl+S.
//   <form data-draft="/drafts/?…">, in it <span data-draft-state></span> for the words and <button name="step" value="draft">保存草稿</button>
// From the first save on the address is the draft's, so that a reload brings everything back.

const WAIT = 2_000;
const RETRY = 15_000;
const form = document.querySelector("form[data-draft]");
const line = form?.querySelector("[data-draft-state]");
let timer = 0;
let changes = 0;
let sending = false;
let spoken = false;

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

// Seen each time; spoken when somebody asked, the first time, and when it failed.
function tell(words, { aloud, failed = false }) {
  line.textContent = words;
  line.classList.toggle("text-danger", failed);
  if (!aloud && !failed && spoken) return;
  spoken = true;
  document.getElementById("live").textContent = words;
}

async function answered(answer, seen, aloud) {
  if (answer.status === 401) {
    document.dispatchEvent(new CustomEvent("zt:login-required", { detail: { again: () => save(aloud) } }));
    return;
  }
  if (!answer.headers.get("Content-Type")?.includes("json")) { // a refusal, or a proxy's page: asking again by itself would only keep the login alive
    tell("草稿未保存，请稍后再按“保存草稿”", { aloud, failed: true });
    return;
  }
  const { said, url } = await answer.json();
  tell(said, { aloud, failed: !answer.ok });
  if (!answer.ok) return;
  document.dispatchEvent(new Event("zt:contact"));
  history.replaceState(history.state, "", url);
  if (seen === changes) form.dataset.saved = ""; // and leaving the page asks nothing
}

// One at a time: an older text must never arrive after a newer one.
async function save(aloud = false) {
  clearTimeout(timer);
  if (sending) {
    later(WAIT);
    return;
  }
  sending = true;
  const seen = changes;
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  try {
    await answered(await fetch(form.dataset.draft, { method: "POST", body, headers: { "X-Requested-With": "fetch" } }), seen, aloud);
  } catch { // no network
    tell("草稿未保存，稍后自动重试", { aloud, failed: true });
    later(RETRY);
  } finally {
    sending = false;
  }
}

function changed() {
  changes += 1;
  later(WAIT);
}

if (form) {
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => { if (event.target.matches("[data-drop]")) changed(); }); // a file has arrived
  form.addEventListener("submit", () => clearTimeout(timer));
  form.querySelector("button[value=draft]").addEventListener("click", (event) => {
    event.preventDefault();
    save(true);
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    save(true);
  });
  if ("typed" in form.dataset && !("saved" in form.dataset)) save(); // it came back with errors: typed, and kept nowhere
}
