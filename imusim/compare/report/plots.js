const FONT = 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
/* Okabe and Ito's palette, lighter on dark paper; the dash tells methods apart as well. */
const PALETTE = {
  light: ["#0072b2", "#d55e00", "#009e73", "#9a4f82", "#a67c00", "#3f8fbf", "#7a7a7a", "#5b4fae"],
  dark: ["#56b4e9", "#ff8c42", "#2fc99b", "#e29fc6", "#e6c229", "#9fd3f2", "#b5b5b5", "#b0a6f5"],
};
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const CONFIG = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "toImage"] };
const plots = [];
const narrow = matchMedia("(max-width: 760px)");
const medium = matchMedia("(max-width: 1050px)");
const PAPER_WIDTH = 690;
let onPaper = false;
const isNarrow = () => narrow.matches && !onPaper;
const isMedium = () => medium.matches || onPaper;

const theme = () => root.dataset.theme;
const ink = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

/* Plotly reads some marks of HTML in text: none is to come from a file. */
const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const brief = (text, most = 40) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function styleOf(name) {
  const method = report.methods.find((one) => one.name === name);
  if (method?.kind === "real") return { color: ink("ink"), dash: "solid", width: 1.8 };
  const others = report.methods.filter(({ kind }) => kind !== "real");
  const at = Math.max(0, others.findIndex((one) => one.name === name));
  const kinds = others.filter(({ kind }) => kind === method?.kind);
  const dash = method?.kind === "simulated" ? kinds.findIndex((one) => one.name === name) : at;
  return { color: PALETTE[theme()][at % 8], dash: DASHES[dash % DASHES.length], width: 1.6 };
}

/* Numbers of 16 bits, as packing.py writes them. */
function unpack({ low, step, codes }) {
  const bytes = Uint8Array.from(atob(codes), (sign) => sign.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 2 }, (_, at) => {
    const code = view.getInt16(2 * at, true);
    return code === -32768 ? null : low + step * (code + 32500);
  });
}

function baseLayout(more) {
  return {
    font: { family: FONT, size: 13, color: ink("ink") }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 56, r: 14, t: 26, b: 44 }, modebar: { bgcolor: "rgba(0,0,0,0)", color: ink("soft"), activecolor: ink("link") }, hoverlabel: { font: { family: FONT } },
    uirevision: "kept", ...more,
  };
}
const axis = (more) => ({ gridcolor: ink("faint"), linecolor: ink("line"), zerolinecolor: ink("line"), automargin: true, ...more });

/* Draw when it comes near the window, again when the theme changes. */
function lazily(place, draw) {
  const plot = { place, draw, drawn: false };
  plots.push(plot);
  near.observe(place);
}
function drawNow(plot) {
  plot.drawn = true;
  near.unobserve(plot.place);
  const { data, layout } = plot.draw();
  if (onPaper) layout.width = PAPER_WIDTH;
  Plotly.react(plot.place, data, layout, layout.xaxis?.fixedrange || isNarrow() ? { ...CONFIG, displayModeBar: false } : CONFIG);
}
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const plot = plots.find(({ place, drawn }) => place === target && !drawn);
    if (isIntersecting && plot) drawNow(plot);
  }
}, { rootMargin: "600px" });


function block(title, note, ...inside) {
  const parts = title ? [make("h3", {}, title)] : [];
  if (note) parts.push(make("p", { class: "note" }, note));
  return make("div", { class: "block" }, ...parts, ...inside);
}

function linesBlock(lines) {
  const place = make("div", { class: "plot" });
  const panels = lines.panels.map((panel) => ({ ...panel, x: unpack(panel.x), series: panel.series.map((one) => ({ ...one, y: lines.logarithmic ? unpack(one.y).map((power) => (power === null ? null : 10 ** power)) : unpack(one.y), bounds: one.low && one.high ? { low: unpack(one.low), high: unpack(one.high) } : null })) }));
  const draw = () => {
    const columns = isNarrow() ? 1 : Math.min(lines.columns, panels.length);
    const rows = Math.ceil(panels.length / columns);
    const order = isNarrow() ? panels.map((_, at) => at).sort((a, b) => (a % lines.columns) - (b % lines.columns) || a - b) : panels.map((_, at) => at);
    const each = lines.logarithmic ? 320 : 165;
    const top = isNarrow() ? 64 + 14 * panels[0].series.length : 64;
    const height = each * rows + 36 + top;
    const gap = { x: 0.075, y: Math.min(0.5 / rows, 46 / (height - 44 - top)) };
    const layout = baseLayout({
      height, showlegend: true, hovermode: "x unified", annotations: [],
      legend: { orientation: "h", y: 1, yanchor: "top", yref: "container", x: 0, font: { size: 12 } },
      margin: { l: 56, r: 14, t: top, b: 44 },
    });
    const data = [];
    order.forEach((number, at) => {
      const panel = panels[number];
      const [row, column] = [Math.floor(at / columns), at % columns];
      const suffix = at === 0 ? "" : String(at + 1);
      const width = (1 - gap.x * (columns - 1)) / columns;
      const tall = (1 - gap.y * (rows - 1)) / rows;
      const left = column * (width + gap.x);
      const upper = 1 - row * (tall + gap.y);
      const last = at + columns >= panels.length;
      const kind = lines.logarithmic ? { type: "log", exponentformat: "power" } : {};
      layout[`xaxis${suffix}`] = axis({ ...kind, domain: [left, left + width], anchor: `y${suffix}`, matches: at ? "x" : undefined, title: last ? { text: plain(panel.x_title), standoff: 4 } : undefined, showticklabels: last, dtick: lines.logarithmic ? "D2" : undefined });
      layout[`yaxis${suffix}`] = axis({ ...kind, domain: [Math.max(0, upper - tall), upper], anchor: `x${suffix}`, automargin: false, nticks: lines.logarithmic ? undefined : 5, dtick: lines.logarithmic ? 1 : undefined, range: lines.logarithmic ? around(panel) : undefined });
      layout.annotations.push({ text: `<b>${plain(panel.title)}</b> ${plain(panel.y_title)}`, xref: "paper", yref: "paper", x: left, y: upper, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 12 } });
      for (const one of panel.series) {
        const { color, dash, width: thick } = styleOf(one.method);
        data.push({
          type: "scatter", mode: one.bounds ? "lines+markers" : "lines", error_y: one.bounds && { type: "data", symmetric: false, array: beyond(one.bounds.high, one.y, 1), arrayminus: beyond(one.bounds.low, one.y, -1), color, thickness: 1, width: 3 }, x: panel.x, y: one.y, name: plain(brief(one.method)), legendgroup: one.method, showlegend: at === 0,
          visible: one.shown ? true : "legendonly", line: { color, dash, width: thick }, xaxis: `x${suffix}`, yaxis: `y${suffix}`, hovertemplate: "%{y:.3g}",
        });
      }
    });
    return { data, layout };
  };
  lazily(place, draw);
  return block(lines.title, lines.note, place);
}
/* How far bounds lie beyond values. */
function beyond(bounds, values, sign) {
  return bounds.map((bound, at) => (bound === null || values[at] === null ? 0 : Math.max(0, sign * (bound - values[at]))));
}
/* Powers of ten about the real signal: what is far below it is not to be read. */
function around({ series }) {
  const real = (series.find(({ method }) => method === "real") ?? series[0]).y.filter((value) => value > 0);
  return real.length ? [Math.log10(Math.min(...real)) - 1.5, Math.log10(Math.max(...real)) + 0.7] : undefined;
}

function barsBlock(bars) {
  const place = make("div", { class: "plot" });
  const names = Object.keys(bars.values);
  const draw = () => {
    const columns = isNarrow() ? 1 : Math.min(bars.panels.length, isMedium() ? 2 : 4);
    const rows = Math.ceil(bars.panels.length / columns);
    const each = 24 * names.length + 20;
    const height = rows * (each + 50) + 56;
    const [over, under] = rows > 1 ? [20, 30].map((pixels) => pixels / (height - 56)) : [0, 0];
    const layout = baseLayout({ height, showlegend: false, annotations: [], margin: { l: 10, r: 18, t: 26, b: 30 } });
    const data = [];
    const correlations = bars.panels.every(([, best]) => best === "higher");
    const ends = Object.values(bars.values).flat().filter((one) => one && one.value[0] !== null).map(({ value: [value, low] }) => low ?? value);
    const least = Math.min(-0.02, ...ends) - (Math.min(...ends) < 0 ? 0.03 : 0);
    const most = Math.max(1, ...Object.values(bars.values).flat().filter(Boolean).map(({ value: [value, , high] }) => high ?? value ?? 0)) + 0.03;
    bars.panels.forEach(([title], at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const suffix = at === 0 ? "" : String(at + 1);
      const width = (1 - 0.03 * (columns - 1)) / columns;
      const tall = 1 / rows;
      const left = column * (width + 0.03);
      const top = 1 - row * tall;
      const shared = at > 0 && correlations;
      layout[`xaxis${suffix}`] = axis({ domain: [left, left + width], anchor: `y${suffix}`, fixedrange: true, nticks: 6, matches: shared ? "x" : undefined, range: correlations ? [least, most] : undefined });
      layout[`yaxis${suffix}`] = axis({
        domain: [top - tall + under, top - over], anchor: `x${suffix}`, fixedrange: true, range: [names.length - 0.4, -0.6],
        tickvals: names.map((_, place) => place), ticktext: names.map((name) => plain(brief(name, 26))), showticklabels: column === 0,
      });
      layout.annotations.push({ text: `<b>${plain(title)}</b>`, xref: "paper", yref: "paper", x: left, y: top - over, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 12 } });
      names.forEach((name, line) => {
        const found = bars.values[name][at];
        if (!found || found.value[0] === null) return;
        const [value, low, high, count] = found.value;
        const kind = report.methods.find((one) => one.name === name)?.kind;
        data.push({
          type: "scatter", mode: "markers", x: [value], y: [line], xaxis: `x${suffix}`, yaxis: `y${suffix}`,
          marker: { color: styleOf(name).color, size: 10, symbol: { simulated: "circle", baseline: "square", reference: "diamond-open" }[kind] ?? "circle", line: { width: kind === "reference" ? 2 : 0, color: styleOf(name).color } },
          error_x: { type: "data", symmetric: false, array: [(high ?? value) - value], arrayminus: [value - (low ?? value)], color: styleOf(name).color, thickness: 2, width: 4 },
          hovertemplate: `${plain(name)}: ${digits(value)} (${digits(low ?? value)} … ${digits(high ?? value)}), ${count}<extra></extra>`,
        });
      });
    });
    const rule = names.findIndex((name) => report.methods.find((one) => one.name === name)?.kind === "reference");
    if (rule > 0) layout.shapes = bars.panels.map((_, at) => ({ type: "line", xref: `x${at ? at + 1 : ""} domain`, yref: `y${at ? at + 1 : ""}`, x0: 0, x1: 1, y0: rule - 0.5, y1: rule - 0.5, line: { color: ink("soft"), width: 1 } }));
    return { data, layout };
  };
  lazily(place, draw);
  return block(bars.title, bars.note, place);
}

/* Cividis, coarsely: as good for those who do not see red and green apart. */
const CIVIDIS = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];
function shade(value, low, high) {
  const place = Math.min(1, Math.max(0, (value - low) / (high - low))) * (CIVIDIS.length - 1);
  const at = Math.min(CIVIDIS.length - 2, Math.floor(place));
  return CIVIDIS[at].map((part, channel) => Math.round(part + (place - at) * (CIVIDIS[at + 1][channel] - part)));
}
const colour = (parts) => `rgb(${parts.join(",")})`;
const inkOn = ([red, green, blue]) => (0.3 * red + 0.59 * green + 0.11 * blue > 130 ? "#111" : "#fff");

function scale(low, high) {
  const bar = make("i");
  bar.style.background = `linear-gradient(to right, ${CIVIDIS.map(colour).join(",")})`;
  return make("div", { class: "scale" }, digits(low), bar, digits(high));
}

function heatBlock({ title, note, rows, columns, values, low, high }) {
  const numbers = unpack(values);
  const head = make("tr", {}, make("th"), ...columns.map((name) => make("th", { scope: "col", class: "number" }, name)));
  const lines = rows.map((name, row) => {
    const cells = columns.map((_, column) => {
      const value = numbers[row * columns.length + column];
      const cell = make("td", {}, value === null ? "–" : digits(value));
      if (value !== null) {
        const parts = shade(value, low, high);
        cell.style.background = colour(parts);
        cell.style.color = inkOn(parts);
      }
      return cell;
    });
    return make("tr", {}, make("td", {}, name), ...cells);
  });
  const table = make("table", { class: "heat", "aria-label": title }, make("thead", {}, head), make("tbody", {}, ...lines));
  return block(title, note, make("div", { class: "scroll" }, table), scale(low, high));
}
