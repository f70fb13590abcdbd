// Time, and the controls that move it.

const [play, slider, clock, speed, loop, followBox, overBox, chooser, reading, note, felt] = [
  "play", "time", "clock", "speed", "loop", "follow", "over", "sensor", "reading", "note", "felt",
].map((id) => document.getElementById(id));
const config = { displaylogo: false };
const sceneConfig = { ...config, modeBarButtons: [["toImage", "resetCameraDefault3d"]] };
const signalConfig = { ...config, modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] };
let time = 0, sensor = clip.sensors.indexOf(clip.first_sensor), playing = false, drawing_ = null, due = false;
let room;

const marked = () => clip.sensor_places[sensor];

async function buildScene() {
  room = stage.space(followBox.checked, overBox.checked);
  const drawn = drawing(time, followBox.checked, room, marked());
  const { layout, pixelsPerMetre } = sceneLayout(room);
  await Plotly.react(scene, sceneTraces(drawn, room, pixelsPerMetre), { ...layout, uirevision: `${followBox.checked}` },
    sceneConfig);
  publish(drawn);
}

async function buildSignals() {
  const range = signals._fullLayout?.xaxis.range;
  const layout = { ...(signals.layout ?? signalLayout()), shapes: shades(sensor) };
  await Plotly.react(signals, signalTraces(sensor, range), layout, signalConfig);
  if (!cursor.isConnected) signals.append(cursor);
  note.textContent = noteOn(sensor);
}

// Draw the present time; one drawing at a time, the newest last.
async function draw() {
  slider.value = time;
  clock.textContent = `${time.toFixed(2)} / ${endTime.toFixed(2)} s`;
  showReading(reading, time, sensor);
  if (forces) showForces(felt, time);
  placeCursor(time);
  due = true;
  if (drawing_) return drawing_;
  drawing_ = (async () => {
    while (due) {
      due = false;
      const drawn = drawing(time, followBox.checked, room, marked());
      const parts = moving(drawn), all = (axis) => parts.map((part) => part[axis]);
      await Plotly.restyle(scene, { x: all("x"), y: all("y"), z: all("z") }, [...parts.keys()]);
      publish(drawn);
    }
    drawing_ = null;
  })();
  return drawing_;
}

// What is shown, for scripts that look at the page.
function publish(drawn) {
  if (playing) return;
  document.documentElement.dataset.shown = JSON.stringify({
    time, sensor: clip.sensors[sensor], joints: drawn.shown,
    cursor: parseFloat(cursor.style.left), lines: scene.data[2].x,
    felt: felt.textContent, touched: drawn.touched, arrows: drawn.arrows,
  });
}

function seek(to) {
  time = Math.min(Math.max(Number.isFinite(to) ? to : 0, 0), endTime);
  return draw();
}

function setPlaying(wanted) {
  playing = wanted && endTime > 0;
  play.textContent = playing ? "pause" : "play";
  if (!playing) return remember();
  if (time >= endTime) time = 0;
  let before = performance.now();
  const step = (now) => {
    if (!playing) return;
    time += Math.max(0, now - before) / 1000 * Number(speed.value);
    before = now;
    if (time > endTime) {
      if (loop.checked) time %= endTime;
      else { time = endTime; setPlaying(false); }
    }
    draw();
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

// The address keeps the moment, so that it can be shared.
function remember() {
  history.replaceState(null, "", `#t=${time.toFixed(3)}&sensor=${clip.sensors[sensor]}`);
  return draw();
}

async function recall() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const named = clip.sensors.indexOf(wanted.get("sensor"));
  if (named >= 0 && named !== sensor) await choose(named);
  if (wanted.has("t")) await seek(Number(wanted.get("t")));
}

async function choose(which) {
  sensor = which;
  chooser.value = String(sensor);
  await buildSignals();
  return draw();
}

async function start() {
  clip.sensors.forEach((name, number) => chooser.add(new Option(name.replaceAll("_", " "), number)));
  chooser.value = String(sensor);
  slider.max = endTime;
  slider.step = 1 / clip.rate_hz;
  followBox.checked = stage.travels;
  overBox.checked = clip.engine !== "kinematic";
  overBox.parentElement.hidden = stage.only;
  await buildSignals();
  await buildScene();
  signals.on("plotly_relayout", async (change) => {
    if (Object.keys(change).some((name) => name.startsWith("xaxis"))) await buildSignals();
    placeCursor(time);
  });
  for (const turn of ["plotly_relayouting", "plotly_relayout"]) scene.on(turn, draw);
  signals.on("plotly_afterplot", () => placeCursor(time));
  signals.on("plotly_click", (event) => seek(event.points[0].x).then(remember));
  slider.addEventListener("input", () => {
    const to = Number(slider.value);
    if (playing) setPlaying(false);
    seek(to);
  });
  slider.addEventListener("change", remember);
  chooser.addEventListener("change", () => choose(Number(chooser.value)).then(remember));
  followBox.addEventListener("change", buildScene);
  overBox.addEventListener("change", buildScene);
  play.addEventListener("click", () => setPlaying(!playing));
  new ResizeObserver(() => Plotly.Plots.resize(signals)).observe(signals);
  new ResizeObserver(buildScene).observe(scene);
  addEventListener("hashchange", recall);
  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.closest?.("select, button, summary, input[type=checkbox]")) return;
    event.preventDefault();
    setPlaying(!playing);
  });
  await recall();
  await draw();
}

addEventListener("error", (event) => { document.documentElement.dataset.error = event.message; });
addEventListener("unhandledrejection", (event) => {
  document.documentElement.dataset.error = String(event.reason?.stack ?? event.reason);
});
addEventListener("securitypolicyviolation", (event) => {
  document.documentElement.dataset.blocked = event.blockedURI;
});
start();
