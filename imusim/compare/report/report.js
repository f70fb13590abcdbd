const SVG = "http://www.w3.org/2000/svg";
function drawn(kind, attributes, text) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.append(text);
  return element;
}

/* A person seen from the front, whose left is on the right. */
function bodyBlock({ title, note, layers, low, high, joints, parents, places }) {
  const svg = drawn("svg", { class: "person", viewBox: "-0.85 -0.84 1.7 1.86", role: "img", "aria-label": title });
  const at = (joint) => [places[joint][1], -places[joint][2]];
  /* The end of a joint's segment: the joint itself where several bones leave it, or none. */
  const end = (joint) => {
    const below = parents.flatMap((parent, child) => (parent === joint ? [child] : []));
    return at(below.length === 1 ? below[0] : joint);
  };
  const inset = ([x1, y1], [x2, y2]) => [[x1 + 0.1 * (x2 - x1), y1 + 0.1 * (y2 - y1)], [x2 - 0.1 * (x2 - x1), y2 - 0.1 * (y2 - y1)]];
  const thick = (name) => (/spine|pelvis|neck/.test(name) ? 0.17 : /hip|knee|shoulder/.test(name) ? 0.12 : 0.08);
  parents.forEach((parent, joint) => {
    if (parent < 0) return;
    const [[x1, y1], [x2, y2]] = [at(parent), at(joint)];
    svg.append(drawn("line", { class: "bone", x1, y1, x2, y2, "stroke-width": thick(joints[parent]) }));
  });
  const [headX, headY] = at(joints.indexOf("head"));
  svg.append(drawn("circle", { cx: headX, cy: headY - 0.03, r: 0.11, fill: "var(--line)" }));
  const names = Object.keys(layers);
  const words = make("div", {});
  const marks = drawn("g", {});
  svg.append(marks);
  const show = (name) => {
    const layer = layers[name] ?? {};
    marks.replaceChildren(...joints.flatMap((joint, number) => {
      const told = layer[joint];
      if (!told || told[0] === null) return [];
      const [[x1, y1], [x2, y2]] = inset(at(number), end(number));
      const parts = shade(told[0], low, high);
      const mark = drawn("line", { class: "segment", x1, y1, x2, y2, stroke: colour(parts), "stroke-width": Math.max(thick(joint), 0.11), tabindex: "0" });
      mark.append(drawn("title", {}, `${digits(told[0])} on the segment of ${joint.replaceAll("_", " ")}: ${told[1]}`));
      const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
      const lying = Math.abs(x2 - x1) > Math.abs(y2 - y1);
      const beside = lying ? { x, y: y - 0.09, "text-anchor": "middle" } : { x: x + (x < 0 ? -0.09 : 0.09), y: y + 0.024, "text-anchor": x < 0 ? "end" : "start" };
      const value = drawn("text", { ...beside, class: "value" }, told[0].toFixed(2));
      return [mark, value];
    }));
    words.replaceChildren(...Object.entries(layer).map(([, [, more]]) => make("p", {}, more)));
  };
  const menu = make("select", { "aria-label": "Figure", onchange: () => show(menu.value) }, ...names.map((name) => make("option", { value: name }, name)));
  show(names[0]);
  return block(title, note, make("div", { class: "body" }, svg, make("div", {}, make("div", {}, menu), scale(low, high), words)));
}

const DRAW = {
  Table: (table) => new SortedTable(table).element, Findings: findingsBlock, Text: textBlock,
  Lines: linesBlock, Bars: barsBlock, Heat: heatBlock, BodyMap: bodyBlock,
};

function redraw() {
  for (const plot of plots) if (plot.drawn) drawNow(plot);
}

function setTheme(name) {
  root.dataset.theme = name;
  document.getElementById("theme").textContent = name === "dark" ? "Light" : "Dark";
  for (const mark of document.querySelectorAll("[data-method]")) colourSwatch(mark);
  redraw();
}

const dark = matchMedia("(prefers-color-scheme: dark)");
root.dataset.theme = dark.matches ? "dark" : "light";
const contents = document.getElementById("contents");
contents.append(make("a", { href: "#top" }, "Summary"));
if (report.beside) document.getElementById("top").append(make("section", {}, DRAW[report.beside.type](report.beside)));
report.sections.forEach(({ title, blocks, folded }, at) => {
  const inside = blocks.map((one) => DRAW[one.type](one));
  const section = make("section", { id: `section-${at}` }, make("h2", {}, title), ...inside);
  document.getElementById("main").append(section);
  contents.append(make("a", { href: `#section-${at}` }, title));
});
setTheme(root.dataset.theme);
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
document.getElementById("theme").addEventListener("click", () => setTheme(theme() === "dark" ? "light" : "dark"));
for (const width of [narrow, medium]) width.addEventListener("change", redraw);
let before = "";
/* On paper everything is drawn, dark on white, as wide as a sheet. */
addEventListener("beforeprint", () => {
  before = theme();
  onPaper = true;
  for (const plot of plots) plot.drawn = true;
  setTheme("light");
});
addEventListener("afterprint", () => { onPaper = false; setTheme(before); });
const state = () => { root.dataset.shown = JSON.stringify({ plots: document.querySelectorAll(".js-plotly-plot").length, places: plots.length, tables: document.querySelectorAll("table").length, rows: document.querySelectorAll("tbody tr").length, sections: report.sections.length }); };
if (location.hash === "#all") for (const plot of plots) drawNow(plot);
setTimeout(state, 1500);
