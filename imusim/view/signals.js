// Both signals of one sensor over time, and the ground's force where it is known; what a pixel
// cannot show is drawn as its extremes.

const AXES = [["x", "#D55E00"], ["y", "#009E73"], ["z", "#0072B2"]];
const PANELS = [[accelerometer, "y", "specific force, m/s²"], [gyroscope, "y2", "angular rate, rad/s"]];
const BUCKETS = 1200;
const signals = document.getElementById("signals");
const cursor = document.createElement("div");
cursor.id = "cursor";

// Times and values of one channel between two frames: all of them, or of each of the buckets
// its least and its largest, in their order. In the values, frames are a stride apart.
function channel(values, stride, start, first, stop) {
  const at = (frame) => values[frame * stride + start], count = stop - first, x = [], y = [];
  const push = (frame) => { x.push(frame / clip.rate_hz); y.push(at(frame)); };
  if (count <= 3 * BUCKETS) {
    for (let frame = first; frame < stop; frame++) push(frame);
    return { x, y };
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const from = first + Math.floor(bucket * count / BUCKETS);
    const to = first + Math.floor((bucket + 1) * count / BUCKETS);
    let low = from, high = from;
    for (let frame = from + 1; frame < to; frame++) {
      if (at(frame) < at(low)) low = frame;
      if (at(frame) > at(high)) high = frame;
    }
    push(Math.min(low, high));
    if (low !== high) push(Math.max(low, high));
  }
  return { x, y };
}

function frameWindow(range) {
  const [from, to] = range ?? [0, endTime];
  const first = Math.max(0, Math.floor(from * clip.rate_hz) - 1);
  return [Math.min(first, clip.frames - 1), Math.min(clip.frames, Math.ceil(to * clip.rate_hz) + 2)];
}

// How much of a gyroscope's channel is about the axis that was not seen: 0 to 1.
const unseen = (sensor) => clip.unobserved_axis[sensor].map(Math.abs);

function signalTraces(sensor, range) {
  const [first, stop] = frameWindow(range);
  const quiet = { type: "scatter", mode: "lines", xaxis: "x", showlegend: false };
  const sensors = PANELS.flatMap(([values, panel], number) => AXES.map(([name, color], axis) => ({
    ...quiet, ...channel(values, 3 * clip.sensors.length, 3 * sensor + axis, first, stop),
    name, yaxis: panel, hovertemplate: `${name} %{y:.3g}<extra></extra>`,
    line: { color, width: 1.8, dash: number && unseen(sensor)[axis] > 0.1 ? "4px,3px" : "solid" },
  })));
  return sensors.concat(upwards.map(({ name, color, values }) => ({
    ...quiet, ...channel(values, 1, 0, first, stop),
    name, yaxis: "y3", hovertemplate: `${name} %{y:.2f}<extra></extra>`, line: { color, width: 1.8 },
  })));
}

// Stretches that rest on gaps, and those that a sensor's device lost.
const shades = (sensor) => [...shaded(clip.gaps, "#999"), ...shaded(clip.lost[sensor], "#E69F00")];

// Those closer than a pixel are one.
function shaded(stretches, colour) {
  const merged = [], near = clip.frames / BUCKETS;
  for (const [from, to] of stretches) {
    const last = merged.at(-1);
    if (last && from - last[1] < near) last[1] = to;
    else merged.push([from, to]);
  }
  return merged.map(([from, to]) => ({
    type: "rect", xref: "x", yref: "paper", y0: 0, y1: 1, layer: "below",
    x0: (from - 0.5) / clip.rate_hz, x1: (to - 0.5) / clip.rate_hz,
    fillcolor: colour, opacity: 0.25, line: { width: 0 },
  }));
}

function signalLayout() {
  const y = (title, domain) => ({
    title: { text: title.replace(", ", "<br>"), font: { size: 13 }, standoff: 6 }, domain, zerolinecolor: "#bbb",
    gridcolor: "#eee", nticks: 6, automargin: false,
  });
  return {
    margin: { l: 84, r: 20, t: 34, b: 46 }, font: { size: 13, color: "#222" }, hovermode: "x",
    dragmode: "zoom",
    xaxis: {
      title: { text: "time, s", standoff: 4 }, range: [0, endTime || 1], anchor: upwards.length ? "y3" : "y2",
      gridcolor: "#eee", zeroline: false,
    },
    ...(upwards.length
      ? {
        yaxis: y(PANELS[0][2], [0.69, 1]), yaxis2: y(PANELS[1][2], [0.345, 0.655]),
        yaxis3: y("ground up, body weights", [0, 0.31]),
      }
      : { yaxis: y(PANELS[0][2], [0.53, 1]), yaxis2: y(PANELS[1][2], [0, 0.47]) }),
    uirevision: "signals", paper_bgcolor: "#fff", plot_bgcolor: "#fff",
  };
}

// What the user ought to know of a sensor's signals.
function noteOn(sensor) {
  const notes = [];
  if (!clip.observed[sensor]) notes.push("The capture did not see this segment: it rides on the one above.");
  const lost = AXES.map(([name], axis) => [name, unseen(sensor)[axis]]).filter(([, part]) => part > 0.1);
  if (lost.length)
    notes.push(`Dashed: rotation not observed (gyroscope ${lost.map(([name, part]) =>
      part > 0.99 ? name : `${name} ${Math.round(100 * part)} %`).join(", ")}).`);
  if (clip.gaps.length) notes.push("Grey: gaps of the capture.");
  if (clip.lost[sensor].length) notes.push("Orange: samples that the device lost; the last is held.");
  return notes.join(" ");
}

function placeCursor(time) {
  const { xaxis, _size: size } = signals._fullLayout, across = xaxis.d2p(time);
  cursor.hidden = across < -1 || across > xaxis._length + 1;
  cursor.style.left = `${size.l + across - 1}px`;
  cursor.style.top = `${size.t}px`;
  cursor.style.height = `${size.h}px`;
}

// The numbers at the cursor, in the lines' colours, which they explain.
function showReading(to, time, sensor) {
  const frame = Math.min(clip.frames - 1, Math.max(0, Math.round(time * clip.rate_hz)));
  const start = 3 * (frame * clip.sensors.length + sensor);
  const cells = PANELS.flatMap(([values, , title]) => {
    const [name, unit] = title.split(", ");
    const three = AXES.map(([axis, color], i) => [`${axis} ${values[start + i].toFixed(2)}`, color]);
    return [[name, ""], ...three, [unit, ""]];
  });
  to.replaceChildren(...cells.map(([text, color]) => {
    const cell = document.createElement("span");
    cell.textContent = text.replace("-", "−");
    cell.style.color = color;
    return cell;
  }));
}
