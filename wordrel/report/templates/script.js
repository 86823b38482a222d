// Headings of tables become buttons that sort. Without scripts they are headings.
(() => {
  "use strict";
  const collator = new Intl.Collator(document.documentElement.lang || "en", { numeric: true });
  const number = (cell) => (cell.dataset.v === undefined ? null : Number(cell.dataset.v));
  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const rows = [...body.rows];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      const text = heading.classList.contains("text");
      button.addEventListener("click", () => {
        const now = heading.getAttribute("aria-sort");
        // Words begin with the first letter, numbers with the greatest.
        const rising = now ? now === "descending" : text;
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
        const sign = rising ? 1 : -1;
        const sorted = rows.slice().sort((one, other) => {
          const a = one.cells[column];
          const b = other.cells[column];
          if (text) return sign * collator.compare(a.textContent, b.textContent);
          const x = number(a);
          const y = number(b);
          // What has no number stands last either way.
          if (x === null || y === null) return (x === null) - (y === null);
          return sign * (x - y);
        });
        body.append(...sorted);
      });
    });
  }
})();
