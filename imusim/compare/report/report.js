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
      const [cx, cy] = at(number);
      const told = layer[joint];
      if (!told || told[0] === null) return [];
      const mark = drawn("circle", { class: "joint", cx, cy, r: 0.075, fill: colour(shade(told[0], low, high)), tabindex: "0" });
      mark.append(drawn("title", {}, `${joint}: ${digits(told[0])} (${told[1]})`));
      const value = drawn("text", { x: cx, y: cy + 0.022, "text-anchor": "middle", style: `font-size:0.062px;fill:${inkOn(shade(told[0], low, high))};pointer-events:none` }, told[0].toFixed(2));
      return [mark, value];
    }));
    words.replaceChildren(...Object.entries(layer).map(([joint, [value, more]]) => make("p", {}, `${joint.replaceAll("_", " ")}: ${value === null ? "–" : digits(value)} (${more})`)));
  };
  const menu = make("select", { "aria-label": "Figure", onchange: () => show(menu.value) }, ...names.map((name) => make("option", { value: name }, name)));
  show(names[0]);
  return block(title, note, make("div", { class: "body" }, svg, make("div", {}, make("div", { class: "tools" }, menu), scale(low, high), words)));
}

const DRAW = {
  Table: (table) => new SortedTable(table).element, Findings: findingsBlock, Text: textBlock,
  Lines: linesBlock, Bars: barsBlock, Heat: heatBlock, BodyMap: bodyBlock,
};

function setTheme(name) {
  root.dataset.theme = name;
  document.getElementById("theme").textContent = name === "dark" ? "Light" : "Dark";
  for (const mark of document.querySelectorAll("[data-method]")) mark.style.borderTopColor = styleOf(mark.dataset.method).color;
  for (const plot of plots) if (plot.drawn) drawNow(plot);
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
let before = "";
const printing = () => { before = theme(); setTheme("light"); for (const plot of plots) if (!plot.drawn) drawNow(plot); };
addEventListener("beforeprint", printing);
addEventListener("afterprint", () => setTheme(before));
const state = () => { root.dataset.shown = JSON.stringify({ plots: document.querySelectorAll(".js-plotly-plot").length, places: plots.length, tables: document.querySelectorAll("table").length, rows: document.querySelectorAll("tbody tr").length, sections: report.sections.length }); };
if (location.hash === "#all") for (const plot of plots) drawNow(plot);
setTimeout(state, 1500);
