// 重新选择现任职务: a row that was saved hands the focus on: to the next one that is open, at last to 继续; one with an error keeps it.
// Knows: <tr id="row_…"> with a <select> as long as it is open, #titles-progress.

document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  if (!elt.id?.startsWith("row_")) return;
  const open = [...document.querySelectorAll("tr[id^=row_] select")];
  const after = open.find((select) => elt.contains(select) || elt.compareDocumentPosition(select) & Node.DOCUMENT_POSITION_FOLLOWING);
  (after ?? open[0] ?? document.querySelector("#titles-progress a"))?.focus();
});
