"use strict";
window.addEventListener("error", (event) => { document.documentElement.dataset.error = event.message; });

document.addEventListener("securitypolicyviolation", (event) => { document.documentElement.dataset.blocked = event.violatedDirective; });

const COLOURS = ["#2a7fb8", "#d1603d", "#3c8d5a", "#8a5fb0", "#b8902a", "#3aa6a6", "#c2588e", "#6b6b6b", "#7a9a2e", "#a0522d", "#1f4e79"];
const AXES = ["#2a7fb8", "#d1603d", "#3c8d5a"];
const KINDS = [["accelerometer", "m/s²"], ["gyroscope", "rad/s"]];
const COUNTS = ["received", "malformed", "late", "duplicate", "astray", "lost", "gaps", "frames"];
const BAD = new Set(["malformed", "late", "astray", "lost"]);
const LEAST_SPAN = [2, 0.5];
const WAIT_MS = [500, 1000, 2000, 5000];

const at = (id) => document.getElementById(id);
function made(tag, name, text, parent) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

let view = fresh({ labels: [], about: {}, shown_s: 10 });
function fresh(about) {
  return { ...about, sensors: new Map(), told: [], time_s: 0, now: null, messages: 0, first: null, arrived: 0, dirty: true };
}

/* What the server says. */
let tries = 0;
function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/live`);
  let first = true;
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (first) { first = false; tries = 0; begin(message); } else take(message);
  };
  socket.onclose = () => {
    say("off", "imusim has ended or is not reached; trying again");
    setTimeout(connect, WAIT_MS[Math.min(tries++, WAIT_MS.length - 1)]);
  };
}

function say(kind, text) {
  const state = at("state");
  if (state.textContent === text) return;
  state.className = kind;
  state.textContent = text;
}

function begin(about) {
  view = fresh(about);
  at("open").hidden = !about.open;
  at("classes").hidden = !about.labels.length;
  at("facts").textContent = ["model", "rate", "log"].filter((key) => about.about[key]).map((key) => `${key}: ${about.about[key]}`).join(" · ");
  at("shown").textContent = `the last ${+about.shown_s.toPrecision(3)} s`;
  at("signals").replaceChildren(made("p", "none", "Nothing has come yet."));
  const bars = at("bars");
  bars.replaceChildren();
  view.bars = about.labels.map((label, place) => {
    const name = made("span", "name", label, bars);
    const bar = made("i", "", undefined, made("div", "bar", undefined, bars));
    bar.style.background = COLOURS[place % COLOURS.length];
    return { name, bar, share: made("span", "share", "–", bars) };
  });
}

function take(message) {
  view.now = message;
  view.time_s = message.time_s;
  for (const [name, points] of Object.entries(message.signals)) {
    if (!view.sensors.has(name)) view.sensors.set(name, { points: [], element: null });
    const sensor = view.sensors.get(name);
    sensor.points.push(...points);
    let old = 0;
    while (old < sensor.points.length && sensor.points[old][0] < view.time_s - view.shown_s) old++;
    if (old) sensor.points.splice(0, old);
    if (points.length) sensor.last = points[points.length - 1];
  }
  view.messages++;
  view.first ??= performance.now();
  view.told.push(...message.told);
  if (view.told.length > 240) view.told.splice(0, view.told.length - 240);
  if (message.told.length || Object.values(message.signals).some((points) => points.length)) view.arrived = performance.now();
  view.dirty = true;
}

/* What is drawn, when the browser draws. */
function sized(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * scale), height = Math.round(canvas.clientHeight * scale);
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  pen.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  return [pen, canvas.clientWidth, canvas.clientHeight];
}

function nice(span) {
  const power = 10 ** Math.floor(Math.log10(span / 3));
  return power * ([1, 2, 5, 10].find((step) => span / (power * step) <= 4) ?? 10);
}

function plot(canvas, points, kind, from_s, to_s) {
  const [pen, width, height] = sized(canvas);
  const left = 44, right = 4;
  let low = Infinity, high = -Infinity;
  for (const point of points) for (let axis = 1 + 3 * kind; axis < 4 + 3 * kind; axis++) {
    const value = point[axis];
    if (value !== null) { low = Math.min(low, value); high = Math.max(high, value); }
  }
  if (low > high) return;
  const middle = (low + high) / 2, half = Math.max((high - low) * 0.55, LEAST_SPAN[kind] / 2);
  const x = (time) => left + (time - from_s) / (to_s - from_s) * (width - left - right);
  const y = (value) => height / 2 - (value - middle) / half * (height / 2 - 4);
  const step = nice(2 * half);
  pen.strokeStyle = "#e4e4e2"; pen.fillStyle = "#666"; pen.lineWidth = 1; pen.textAlign = "right"; pen.textBaseline = "middle";
  for (let mark = Math.ceil((middle - half) / step) * step; mark <= middle + half; mark += step) {
    pen.beginPath(); pen.moveTo(left, y(mark)); pen.lineTo(width - right, y(mark)); pen.stroke();
    pen.fillText(`${+mark.toPrecision(3)}`, left - 6, y(mark));
  }
  const gap = Math.max(0.5, (to_s - from_s) / 50);
  pen.lineWidth = 1.4; pen.lineJoin = "round";
  for (let axis = 0; axis < 3; axis++) {
    pen.strokeStyle = AXES[axis];
    pen.beginPath();
    let last = -Infinity;
    for (const point of points) {
      const value = point[1 + 3 * kind + axis];
      if (value === null) continue;
      if (point[0] - last > gap) pen.moveTo(x(point[0]), y(value)); else pen.lineTo(x(point[0]), y(value));
      last = point[0];
    }
    pen.stroke();
  }
}

function sensorElement(name) {
  at("signals").querySelector(".none")?.remove();
  const element = made("div", "sensor", undefined, at("signals"));
  made("h3", "", name, element);
  return { element, plots: [null, null] };
}

function drawSignals() {
  for (const [name, sensor] of view.sensors) {
    sensor.element ??= sensorElement(name);
    for (let kind = 0; kind < 2; kind++) {
      const last = sensor.last?.slice(1 + 3 * kind, 4 + 3 * kind);
      if (!last || last.includes(null)) continue;
      if (!sensor.element.plots[kind]) {
        const head = made("h4", "", `${KINDS[kind][0]}, ${KINDS[kind][1]}`, sensor.element.element);
        sensor.element.plots[kind] = { values: made("span", "", "", head), canvas: made("canvas", "", undefined, sensor.element.element) };
      }
      const drawn = sensor.element.plots[kind];
      drawn.values.textContent = last.map((value) => value.toFixed(2)).join("  ");
      plot(drawn.canvas, sensor.points, kind, view.time_s - view.shown_s, view.time_s);
    }
  }
}

function drawClasses() {
  const shares = view.told.at(-1)?.[1];
  if (!shares) return;
  const best = shares.indexOf(Math.max(...shares));
  view.bars.forEach(({ name, bar, share }, place) => {
    bar.style.transform = `scaleX(${shares[place]})`;
    name.classList.toggle("best", place === best);
    share.textContent = `${Math.round(100 * shares[place])} %`;
  });
  const [pen, width, height] = sized(at("history"));
  const slot = width / 240, first = 240 - view.told.length;
  view.told.forEach(([, row], number) => {  // shares on top of each other, the first label lowest
    let below = 0;
    row.forEach((share, place) => {
      pen.fillStyle = COLOURS[place % COLOURS.length];
      pen.fillRect((first + number) * slot, height * (1 - below - share), slot + 0.5, height * share);
      below += share;
    });
  });
}

function drawWords() {
  const now = view.now;
  const quiet = performance.now() - view.arrived > 2000;
  say(quiet ? "" : "on", quiet ? "waiting for samples" : `live, ${now.rates.samples} samples/s, ${now.rates.frames} frames/s`);
  const sources = at("sources"), texts = Object.entries(now.status);
  const told = JSON.stringify(texts);
  if (sources.dataset.told !== told) {
    sources.dataset.told = told;
    sources.replaceChildren(...texts.map(([name, status]) => {
      const line = made("div");
      made("b", "", "listening to ", line);
      line.append(`${name}: ${status}`);
      return line;
    }));
  }
  const notes = at("notes");
  if (notes.childElementCount !== now.notes.length) notes.replaceChildren(...now.notes.map((note) => made("li", "", note)));
  at("counters").replaceChildren(...[["time", `${now.time_s.toFixed(1)} s`], ...COUNTS.map((name) => [name, now.counters[name]])].map(([name, value]) => {
    const cell = made("span", BAD.has(name) && value ? "bad" : "");
    made("b", "", `${name} `, cell);
    cell.append(typeof value === "number" ? value.toLocaleString("en") : value);
    return cell;
  }));
}

function draw() {
  if (view.now && view.dirty && !document.hidden) {
    view.dirty = false;
    drawSignals();
    if (view.bars.length) drawClasses();
    drawWords();
    document.documentElement.dataset.shown = JSON.stringify({
      sensors: [...view.sensors.keys()], plots: document.querySelectorAll(".sensor canvas").length,
      labels: view.labels, answers: view.told.length, messages: view.messages,
      seconds: (performance.now() - view.first) / 1000,
    });
  }
  requestAnimationFrame(draw);
}

connect();
draw();
