/* Search and sort on a page that is whole without it. Nothing is fetched, nothing kept.
   Words come from the page: data-shown, data-none and data-sorted of the status line. */
(() => {
  "use strict";
  const compare = new Intl.Collator("nb", { numeric: true }).compare;
  const fill = (form, given) => form.replace(/{(\w+)}/g, (_, name) => given[name]);
  /* The line that tells is in the same box as the field that was used. */
  const tell = (field, name, given) => {
    const status = field.closest(".controls").querySelector("[role=status]");
    status.textContent = fill(status.dataset[name], given);
  };

  /* Also from a keyboard without æ, ø and å: «tromso» finds Tromsø. */
  const plain = (text) => text.trim().toLocaleLowerCase("nb")
    .replace(/æ/g, "ae").replace(/ø/g, "o").replace(/å/g, "a");

  /* Those without a value stand last, whichever way the others are sorted. */
  const order = (items, key, down) => items.sort((one, other) => {
    const a = key(one), b = key(other);
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    const way = typeof a === "number" ? a - b : compare(a, b);
    return down ? -way : way;
  });
  const valueOf = (element) => {
    const written = element && element.dataset.value;
    if (written === undefined) return undefined;
    return written === "" || Number.isNaN(Number(written)) ? written : Number(written);
  };

  for (const field of document.querySelectorAll("input[data-finds]")) {
    const items = [...document.querySelectorAll(field.dataset.finds)];
    const all = new Set(items.map((item) => item.dataset.name));
    field.addEventListener("input", () => {
      const wanted = plain(field.value);
      const found = [...all].filter((name) => plain(name).includes(wanted));
      for (const item of items) item.hidden = !found.includes(item.dataset.name);
      tell(field, found.length ? "shown" : "none", {
        shown: found.length, total: all.size, wanted: field.value.trim(),
      });
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && field.value) {
        field.value = "";
        field.dispatchEvent(new Event("input"));
      }
    });
  }

  for (const choice of document.querySelectorAll("select[data-sorts]")) {
    const list = document.querySelector(choice.dataset.sorts);
    choice.addEventListener("change", () => {
      const by = choice.value;
      const shown = (item) => item.querySelector(`[data-indicator="${by}"]`);
      for (const line of list.querySelectorAll("[data-indicator]")) {
        line.hidden = line.dataset.indicator !== by;
      }
      const key = by ? (item) => valueOf(shown(item)) : (item) => item.dataset.name;
      list.append(...order([...list.children], key, by !== ""));
      tell(choice, by ? "falling" : "rising", {
        table: choice.dataset.what, column: choice.selectedOptions[0].textContent.trim(),
      });
    });
  }

  for (const hidden of document.querySelectorAll(".controls[hidden]")) hidden.hidden = false;
})();
