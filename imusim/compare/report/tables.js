const report = JSON.parse(document.getElementById("report").textContent);
const root = document.documentElement;
const FIRST_ROWS = 60;

/* An element with text, never markup. */
function make(kind, attributes = {}, ...inside) {
  const element = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...inside);
  return element;
}

function digits(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(2);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(size < 0.1 ? 3 : 2);
}

const isInterval = (cell) => cell !== null && typeof cell === "object";
const valueOf = (cell) => (isInterval(cell) ? cell.value[0] : cell);

/* Of which more is better, whatever is best of a column. */
function merit(value, best) {
  if (value === null || best === "") return -Infinity;
  return best === "higher" ? value : best === "lower" ? -value : -Math.abs(value - { zero: 0, half: 0.5, one: 1 }[best]);
}

function cellElement(cell, numeric, whole) {
  if (!numeric) return make("td", {}, cell === null ? "" : String(cell));
  const shown = make("td", { class: "number" });
  const value = valueOf(cell);
  if (cell === "") return shown;
  if (value === null) shown.append("–");
  else if (isInterval(cell)) {
    const [, low, high, count] = cell.value;
    shown.append(digits(value));
    if (low !== null && high !== null) shown.append(make("small", {}, `${digits(low)} … ${digits(high)}`));
    shown.title = `from ${count}`;
  } else shown.append(whole ? value.toLocaleString("en") : typeof value === "number" ? digits(value) : String(value));
  return shown;
}

/* Rows that can be sorted, searched and narrowed; long ones show their beginning. */
class SortedTable {
  constructor(table) {
    this.table = table;
    this.numeric = table.columns.map((_, at) => table.rows.some(({ cells }) => isInterval(cells[at]) || typeof cells[at] === "number"));
    this.whole = table.columns.map((_, at) => table.rows.every(({ cells }) => typeof cells[at] !== "object" && (typeof cells[at] === "string" || Number.isInteger(cells[at]))));
    this.sorting = null;
    this.order = table.rows.slice();
    this.chosen = new Map(Object.entries(table.chosen).map(([at, value]) => [Number(at), value]));
    this.sought = "";
    this.most = FIRST_ROWS;
    this.all = table.columns.every(({ shown }) => shown);
    this.head = make("thead");
    this.body = make("tbody");
    this.count = make("span", { class: "note" });
    this.more = make("button", { type: "button", onclick: () => { this.most = Infinity; this.fill(); } });
    const title = table.title ? [make("h3", {}, table.title)] : [];
    if (table.note) title.push(make("p", { class: "note" }, table.note));
    const grid = make("table", {}, this.head, this.body);
    if (table.title) grid.setAttribute("aria-label", table.title);
    this.element = make("div", { class: "block" }, ...title, this.tools(), make("div", { class: "scroll", tabindex: "0" }, grid), this.more);
    this.fill();
  }

  tools() {
    const { columns, rows, search } = this.table;
    const tools = make("div", { class: "tools" });
    if (search) {
      tools.append(make("input", { type: "search", placeholder: "Search", "aria-label": "Search", oninput: (event) => { this.sought = event.target.value.toLowerCase(); this.fill(); } }));
    }
    columns.forEach(({ title, choices }, at) => {
      const values = choices ? [...new Set(rows.map(({ cells }) => cells[at]))] : [];
      if (values.length < 2) return;
      const menu = make("select", { "aria-label": title, onchange: () => { if (menu.value === "") this.chosen.delete(at); else this.chosen.set(at, values[Number(menu.value)]); this.fill(); } });
      menu.append(make("option", { value: "" }, `any ${title}`));
      values.forEach((value, number) => menu.append(make("option", { value: String(number), selected: this.chosen.get(at) === value && "" }, String(value))));
      tools.append(menu);
    });
    if (!this.all) {
      const box = make("input", { type: "checkbox", onchange: () => { this.all = box.checked; this.fill(); } });
      tools.append(make("label", {}, box, ` all ${columns.length} columns`));
    }
    if (search) tools.append(this.count);
    return tools.childElementCount ? tools : "";
  }

  shownColumns() {
    return this.table.columns.map((_, at) => at).filter((at) => this.all || this.table.columns[at].shown);
  }

  sort(at) {
    const falls = this.sorting?.at === at ? !this.sorting.falls : this.numeric[at];
    this.sorting = { at, falls };
    const sign = falls ? -1 : 1;
    this.order.sort((one, other) => {
      const [a, b] = [valueOf(one.cells[at]), valueOf(other.cells[at])];
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (this.numeric[at] ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
    });
    this.fill();
  }

  wanted() {
    return this.order.filter(({ cells }) =>
      [...this.chosen].every(([at, value]) => cells[at] === value)
      && (!this.sought || cells.some((cell) => typeof cell === "string" && cell.toLowerCase().includes(this.sought))));
  }

  fill() {
    const { columns } = this.table;
    const shown = this.shownColumns();
    const rows = this.wanted();
    const sortable = this.table.rows.length > 1;
    this.head.replaceChildren(make("tr", {}, ...shown.map((at) => {
      const { title, unit, note } = columns[at];
      const state = this.sorting?.at === at ? (this.sorting.falls ? "descending" : "ascending") : "none";
      const arrow = state === "none" ? "" : state === "descending" ? " ↓" : " ↑";
      const name = sortable ? make("button", { type: "button", onclick: () => this.sort(at) }, title + arrow) : make("span", {}, title);
      const cell = make("th", { scope: "col", title: note, class: this.numeric[at] ? "number" : "", "aria-sort": sortable && state }, name);
      if (unit) cell.append(make("small", {}, unit));
      return cell;
    })));
    const ruled = this.table.methods;
    this.body.parentElement?.classList.toggle("ruled", ruled);
    const best = columns.map(({ best: what }, at) => {
      const own = ruled ? rows.filter(({ kind }) => kind !== "reference") : [];
      return own.length > 1 ? Math.max(...own.map(({ cells }) => merit(valueOf(cells[at]), what))) : NaN;
    });
    let before = "";
    this.body.replaceChildren(...rows.slice(0, this.most).map(({ cells, kind }) => {
      const line = make("tr", { class: kind });
      if (ruled && kind === "reference" && before && before !== "reference" && !this.resorted()) line.classList.add("under");
      before = kind;
      for (const at of shown) {
        const cell = cellElement(cells[at], this.numeric[at], this.whole[at]);
        if (ruled && kind !== "reference" && Number.isFinite(best[at]) && merit(valueOf(cells[at]), columns[at].best) === best[at]) cell.classList.add("best");
        if (ruled && at === 0) swatch(cell, cells[at]);
        line.append(cell);
      }
      return line;
    }));
    this.count.textContent = rows.length === this.table.rows.length ? `${rows.length} rows` : `${rows.length} of ${this.table.rows.length} rows`;
    this.more.textContent = `Show all ${rows.length}`;
    this.more.hidden = rows.length <= this.most;
  }

  resorted() { return this.sorting !== null; }
}

/* The line that a method has in plots. */
function swatch(cell, name) {
  const mark = make("span", { class: "swatch", "data-method": name });
  colourSwatch(mark);
  cell.prepend(mark);
}
function colourSwatch(mark) {
  const { color, dash } = styleOf(mark.dataset.method);
  mark.style.borderTopColor = color;
  mark.style.borderTopStyle = { solid: "solid", dot: "dotted" }[dash] ?? "dashed";
}

function findingsBlock({ found, title }) {
  const block = make("div", { class: "block" });
  if (title) block.append(make("h3", {}, title));
  if (!found.length) block.append(make("p", {}, "Nothing was found wrong."));
  const words = { error: "Errors: not scored", warning: "Warnings", note: "Notes" };
  for (const severity of ["error", "warning", "note"]) {
    const own = found.filter((one) => one.severity === severity);
    if (!own.length) continue;
    block.append(make("h3", { class: `severity ${severity}` }, `${words[severity]} (${own.length})`));
    block.append(new SortedTable({
      title: "", note: "", search: own.length > 8, chosen: {}, sorted_by: null,
      columns: ["what", "recording", "sensor", "message"].map((name, at) => ({ title: name, unit: "", note: "", best: "", shown: true, choices: at === 0 || at === 2 })),
      rows: own.map(({ code, recording, sensor, message }) => ({ cells: [code, recording, sensor, message], kind: "" })),
    }).element);
  }
  return block;
}

function textBlock({ title, paragraphs, code }) {
  const block = make("div", { class: "block" });
  if (title) block.append(make("h3", {}, title));
  block.append(...paragraphs.map((text) => make(code ? "pre" : "p", {}, text)));
  return block;
}
