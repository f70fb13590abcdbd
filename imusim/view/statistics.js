const numbers = JSON.parse(document.getElementById("numbers").textContent);
const BLUE = "#2a7fb8";
const COLOURS = ["#2a7fb8", "#d1603d", "#3c8d5a", "#8a5fb0", "#b8902a", "#3aa6a6", "#c2588e", "#6b6b6b", "#7a9a2e", "#a0522d", "#1f4e79"];
const FONT = { family: 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif', size: 13, color: "#222" };
const CONFIG = { displayModeBar: false, responsive: true };
const at = (id) => document.getElementById(id);
const count = (value) => value.toLocaleString("en");
const short = (value) => (value === 0 ? "0" : Math.abs(value) >= 1000 ? count(Math.round(value)) : String(Number(value.toPrecision(3))));

function duration(hours) {
  if (hours >= 1.5) return `${short(hours)} h`;
  return hours >= 0.025 ? `${short(hours * 60)} min` : `${short(hours * 3600)} s`;
}

function layout(more) {
  const axis = { automargin: true, gridcolor: "#eee", zeroline: false };
  return {
    font: FONT, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false,
    margin: { l: 10, r: 14, t: 10, b: 40 }, bargap: 0.25, ...more,
    xaxis: { ...axis, ...more.xaxis }, yaxis: { ...axis, ...more.yaxis },
  };
}

/* Bars of groups, the largest on top, each with its name before and its number behind. */
function bars(id, kept, text, title) {
  const names = kept.map(([name]) => (name.length > 44 ? `${name.slice(0, 43)}…` : name));
  const places = kept.map((_, place) => place);
  const most = Math.max(...kept.map(([, value]) => value), 1e-9);
  Plotly.newPlot(at(id), [{
    type: "bar", orientation: "h", x: kept.map(([, value]) => value), y: places,
    marker: { color: BLUE }, text: kept.map(text), textposition: "outside", cliponaxis: false,
    hovertext: kept.map((row) => `${plain(row[0])}: ${text(row)}`), hoverinfo: "text",
  }], layout({
    height: 58 + 25 * kept.length,
    xaxis: { title: { text: title }, range: [0, most * 1.38], rangemode: "tozero", fixedrange: true },
    yaxis: { tickvals: places, ticktext: names.map(plain), autorange: "reversed", ticks: "", fixedrange: true, gridcolor: "rgba(0,0,0,0)" },
  }), CONFIG);
}

/* Plotly reads some marks of HTML in text: none is to come from a corpus. */
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function histogram(place, edges, counts, title, more = {}) {
  const middles = counts.map((_, bin) => (edges[bin] + edges[bin + 1]) / 2);
  Plotly.newPlot(place, [{
    type: "bar", x: middles, y: counts, width: counts.map((_, bin) => edges[bin + 1] - edges[bin]),
    marker: { color: BLUE, line: { color: "#fff", width: 0.5 } },
    hovertext: counts.map((value, bin) => `${short(edges[bin])} to ${short(edges[bin + 1])}: ${count(value)}`),
    hoverinfo: "text",
  }], layout({
    height: 260, bargap: 0, ...more,
    xaxis: { title: { text: title }, fixedrange: true, ...more.xaxis },
    yaxis: { rangemode: "tozero", fixedrange: true, ...more.yaxis },
  }), CONFIG);
}

function norms(id, unit) {
  const { limit, counts } = numbers.norms[id];
  const width = limit / counts[0].length;
  const last = Math.max(...counts.map((row) => row.findLastIndex((value) => value > 0)));
  const x = Array.from({ length: last + 1 }, (_, bin) => (bin + 0.5) * width);
  const kinds = [...new Set(numbers.sensors.map((name) => name.replace(/^(left|right)_/, "")))];
  const traces = numbers.sensors.map((name, sensor) => {
    const colour = COLOURS[kinds.indexOf(name.replace(/^(left|right)_/, "")) % COLOURS.length];
    return {
      type: "scatter", mode: "lines", name: plain(name.replaceAll("_", " ")), x,
      y: counts[sensor].slice(0, last + 1).map((value) => (value ? (100 * value) / numbers.frames : null)),
      line: { color: colour, width: 1.6, dash: name.startsWith("right_") ? "dot" : "solid" },
      hovertemplate: `%{x:.1f} ${unit}: %{y:.2g} %<extra>${plain(name)}</extra>`,
    };
  });
  Plotly.newPlot(at(id), traces, layout({
    height: Math.max(340, 80 + 21 * numbers.sensors.length), showlegend: numbers.sensors.length > 1,
    legend: { font: { size: 12 }, tracegroupgap: 0 }, margin: { l: 10, r: 14, t: 16, b: 44 },
    xaxis: { title: { text: `norm of the ${id}, ${unit}` }, rangemode: "tozero" },
    yaxis: { type: "log", title: { text: "% of frames" }, exponentformat: "none", nticks: 6, minor: { ticks: "" } },
  }), CONFIG);
}

function row(cells, kind) {
  const line = document.createElement("tr");
  for (const text of cells) {
    const cell = document.createElement(kind);
    cell.textContent = text;
    line.append(cell);
  }
  return line;
}

function readings() {
  const { accelerometer: force, gyroscope: rate } = numbers.norms;
  const head = ["RMS", "median", "95 %", "99.9 %", "largest"];
  const table = at("readings");
  const above = row(["", "accelerometer, m/s²", "gyroscope, rad/s"], "th");
  above.children[1].colSpan = above.children[2].colSpan = head.length;
  const titles = document.createElement("thead");
  titles.append(above, row(["sensor", ...head, ...head], "th"));
  table.append(titles);
  numbers.sensors.forEach((name, sensor) => {
    const cells = [force, rate].flatMap((norm) => [norm.root_mean_square[sensor], ...norm.quantiles.map((q) => q[sensor]), norm.largest[sensor]]);
    table.append(row([name, ...cells.map((value) => value.toFixed(2))], "td"));
  });
}

function tiles() {
  const { captions } = numbers;
  const known = Object.keys(numbers.subjects).filter((name) => !name.endsWith("subject not known")).length;
  const shown = [
    [duration(numbers.hours), "of motion"], [count(numbers.clips), "clips"], [count(known), "people known"],
    [count(captions.count), "captions"], [count(captions.distinct), "of them distinct"],
    [count(captions.vocabulary), "different words"], [`${short(100 * numbers.gap_fraction)} %`, "of frames in gaps"],
  ];
  if (numbers.lost_fraction) {
    const lost = numbers.lost_fraction.reduce((sum, value) => sum + value, 0) / numbers.lost_fraction.length;
    shown.push([`${short(100 * lost)} %`, "of samples lost"]);
  }
  for (const [value, what] of shown) {
    const tile = document.createElement("div");
    for (const [kind, text] of [["b", value], ["span", what]]) {
      const line = document.createElement(kind);
      line.textContent = text;
      tile.append(line);
    }
    at("tiles").append(tile);
  }
}

function quality() {
  const still = numbers.quality_plots.filter(({ known, worst }) => known && worst === 0);
  const untold = numbers.quality_plots.filter(({ known }) => !known);
  const named = (plots) => plots.map(({ name }) => name).join(", ");
  at("plain").textContent = [
    still.length ? `Zero wherever it is told: ${named(still)}.` : "",
    untold.length ? `Not told of any clip: ${named(untold)}.` : "",
  ].join(" ");
  for (const { name, known, median, worst, edges, counts, beyond } of numbers.quality_plots) {
    if (!known || worst === 0) continue;
    const box = document.createElement("div");
    const title = document.createElement("h3");
    const note = document.createElement("p");
    const plot = document.createElement("div");
    title.textContent = name;
    plot.className = "plot";
    box.append(title, note, plot);
    at("quality").append(box);
    const share = known < numbers.clips ? `, of ${count(known)} clips` : "";
    note.textContent = `median ${short(median)}, worst ${short(worst)}${share}${beyond ? `; ${count(beyond)} not drawn` : ""}`;
    if (edges) {
      histogram(plot, edges, counts, "", { height: 130, margin: { l: 10, r: 8, t: 4, b: 24 }, yaxis: { nticks: 4 }, xaxis: { nticks: 5 } });
    }
  }
}

/* What a histogram leaves out. */
function far({ beyond, edges }, unit) {
  return beyond ? ` ${count(beyond)} of more than ${short(edges.at(-1))} ${unit} are not drawn.`.replace(" .", ".") : "";
}

const hours = (groups) => Object.entries(groups).map(([name, { clips, hours: length }]) => [name, length, clips]);
const SHOWN_PEOPLE = 25;
const inHours = numbers.hours >= 1.5;
const scaled = (rows) => rows.map(([name, length, clips]) => [name, inHours ? length : length * 60, clips, length]);
const said = ([, , clips, length]) => `${duration(length)} · ${count(clips)} ${clips === 1 ? "clip" : "clips"}`;
const unit = inHours ? "motion, h" : "motion, min";
tiles();
bars("sources", scaled(hours(numbers.sources)), said, unit);
bars("activities", scaled(hours(numbers.activities)), said, unit);
const people = numbers.people;
bars("subjects", scaled(people.slice(0, SHOWN_PEOPLE)), said, unit);
at("people").textContent = people.length > SHOWN_PEOPLE ? `The ${SHOWN_PEOPLE} with most motion, of ${count(people.length)}.` : "";
at("length").textContent = `From ${short(numbers.length_s[0])} to ${short(numbers.length_s[2])} s, half of them under ${short(numbers.length_s[1])} s.${far(numbers.length_plot, "s")}`;
histogram(at("lengths"), numbers.length_plot.edges, numbers.length_plot.counts, "s", { yaxis: { title: { text: "clips" } } });
const perCaption = Object.entries(numbers.captions.words_a_caption).map(([words, times]) => [Number(words), times]);
const silent = numbers.captions.clips_without;
at("said").textContent = `${count(numbers.captions.words)} words in all.` + (silent ? ` ${count(silent)} clips have no caption.` : "");
if (perCaption.length) {
  const longest = Math.max(...perCaption.map(([words]) => words));
  const lengths = Array.from({ length: longest + 1 }, (_, words) => numbers.captions.words_a_caption[words] ?? 0);
  histogram(at("caption-words"), lengths.map((_, words) => words - 0.5).concat(longest + 0.5), lengths, "words", { yaxis: { title: { text: "captions" } } });
}
Plotly.newPlot(at("words"), [{
  type: "bar", x: numbers.common_words.map((_, place) => place), y: numbers.common_words.map(([, times]) => times),
  marker: { color: BLUE }, hovertext: numbers.common_words.map(([word, times]) => `${plain(word)}: ${count(times)}`), hoverinfo: "text",
}], layout({
  height: 280,
  xaxis: { tickvals: numbers.common_words.map((_, place) => place), ticktext: numbers.common_words.map(([word]) => plain(word)), tickangle: -55, fixedrange: true },
  yaxis: { title: { text: "times" }, rangemode: "tozero", fixedrange: true },
}), CONFIG);
norms("accelerometer", "m/s²");
norms("gyroscope", "rad/s");
readings();
if (numbers.lost_fraction) {
  const lost = numbers.sensors.map((name, sensor) => [name, 100 * numbers.lost_fraction[sensor]]);
  bars("lost", lost, ([, share]) => `${short(share)} %`, "% of samples");
} else at("lost-section").remove();
quality();
document.documentElement.dataset.shown = JSON.stringify({ plots: document.querySelectorAll(".main-svg").length });
