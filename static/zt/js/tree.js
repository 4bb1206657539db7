// The organisation tree as an APG navigation treeview: one tab stop, arrow keys, Home, End, *, type-ahead; children come by htmx.
// The server writes plain links with roles; only here they lose their own tab stops.

const visible = (tree) => [...tree.querySelectorAll('[role="treeitem"]')].filter((item) => !item.closest("ul[hidden]"));
const group = (item) => document.getElementById(item.getAttribute("aria-owns") ?? "");
const parent = (item) => item.closest('ul[role="group"]')?.parentElement.querySelector('[role="treeitem"]');
const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
let typed = "";
let typedAt = 0;

function rove(tree, to) {
  for (const item of tree.querySelectorAll('[role="treeitem"]')) item.tabIndex = -1;
  const stop = to ?? visible(tree).find((item) => item.ariaCurrent) ?? tree.querySelector('[role="treeitem"]');
  if (stop) stop.tabIndex = 0;
}

function go(item) {
  if (!item) return;
  rove(item.closest('[role="tree"]'), item);
  item.focus();
}

function expand(item) {
  const children = group(item);
  if (!children || isOpen(item)) return;
  item.setAttribute("aria-expanded", "true");
  children.hidden = false;
  if (children.dataset.hxGet && !children.children.length) load(item, children);
}

function load(item, children) {
  item.setAttribute("aria-busy", "true");
  htmx.trigger(children, "tree:open");
}

function collapse(item) {
  if (!isOpen(item)) return;
  item.setAttribute("aria-expanded", "false");
  group(item).hidden = true;
}

function toggle(item) {
  if (isOpen(item)) collapse(item);
  else expand(item);
}

function right(item) {
  if (!group(item)) return;
  if (isOpen(item)) go(group(item).querySelector('[role="treeitem"]'));
  else expand(item);
}

function left(item) {
  if (isOpen(item)) collapse(item);
  else go(parent(item));
}

function siblings(item) {
  for (const li of item.closest("ul").children) expand(li.querySelector('[role="treeitem"]'));
}

// Type-ahead: letters typed within half a second belong together; the search starts after the current item.
function jump(item, all, letter) {
  const now = performance.now();
  typed = now - typedAt < 500 ? typed + letter : letter;
  typedAt = now;
  const from = all.indexOf(item) + (typed.length > 1 ? 0 : 1);
  const order = [...all.slice(from), ...all.slice(0, from)];
  go(order.find((other) => (other.querySelector("b") ?? other).textContent.trim().toLowerCase().startsWith(typed)));
}

const KEYS = {
  ArrowDown: (item, all) => go(all[all.indexOf(item) + 1]),
  ArrowUp: (item, all) => go(all[all.indexOf(item) - 1]),
  ArrowRight: right,
  ArrowLeft: left,
  Home: (item, all) => go(all[0]),
  End: (item, all) => go(all.at(-1)),
  "*": siblings,
  " ": (item) => item.click(),
};

function onKey(event) {
  const item = event.target.closest('[role="treeitem"]');
  if (!item || event.ctrlKey || event.altKey || event.metaKey) return;
  const act = KEYS[event.key];
  const all = visible(item.closest('[role="tree"]'));
  if (act) act(item, all);
  else if (event.key.length === 1) jump(item, all, event.key.toLowerCase());
  else return; // Tab, Enter (the link's own) and the rest
  event.preventDefault();
}

function onClick(event) {
  const item = event.target.closest('[role="treeitem"]');
  if (!item) return;
  if (event.target.closest("[data-turn]") || (item.hasAttribute("data-only-opens") && !event.ctrlKey && !event.metaKey)) {
    event.preventDefault();
    toggle(item);
    go(item);
  } else if (item.hasAttribute("data-retry")) {
    event.preventDefault();
    const children = item.closest("ul");
    const owner = parent(item);
    go(owner);
    children.replaceChildren();
    load(owner, children);
  }
}

function failed(box, children) {
  const owner = children.previousElementSibling;
  owner?.removeAttribute("aria-busy");
  children.replaceChildren(box.querySelector("template[data-tree-failed]").content.cloneNode(true));
  document.getElementById("live").textContent = "加载失败，可以重试。";
}

// New items have no tab stop yet; when 加载更多 had the focus, the first item it brought takes it over.
function onSwap(box, event) {
  const swapped = event.detail.target;
  swapped.previousElementSibling?.removeAttribute("aria-busy");
  const tree = event.target.closest('[role="tree"]') ?? box.querySelector('[role="tree"]');
  if (!tree) return;
  const lost = !swapped.isConnected && document.activeElement === document.body;
  const first = lost && event.target.querySelector('[role="treeitem"]');
  if (first) go(first);
  else rove(tree, document.activeElement.closest?.('[role="treeitem"]') ?? undefined);
}

function start(box) {
  for (const tree of box.querySelectorAll('[role="tree"]')) rove(tree);
  box.addEventListener("keydown", onKey);
  box.addEventListener("click", onClick);
  box.addEventListener("focusin", (event) => {
    const item = event.target.closest('[role="treeitem"]');
    if (item) rove(item.closest('[role="tree"]'), item);
  });
  box.addEventListener("htmx:afterSwap", (event) => onSwap(box, event));
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    box.addEventListener(name, (event) => { if (event.detail.target?.getAttribute("role") === "group") failed(box, event.detail.target); });
  }
}

for (const box of document.querySelectorAll("[data-tree]")) start(box);
