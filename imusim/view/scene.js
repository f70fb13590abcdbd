// Two skeletons on the ground: the source's at the left, the body's at the right; or the body
// over its source, which is lighter then.
// The scene's axes are across the view, away from the eye, and up, in metres.

const LEFT = "#E69F00", RIGHT = "#2A7FB8", TRUNK = "#3C3C3C", SHADOW = "#BDBDB6", GRID = "#C9C9C2";
const VIEW = 40 * Math.PI / 180; // the eye's turn from side-on towards the body's front
const EYE = 4, TILT = 0.28; // sine of the eye's height over the horizon
const CELL = 0.5, HEAD = 0.1, FAR = 4, BEHIND = 0.15;
const BODY = clip.engine === "kinematic" ? "retargeted body" : "simulated body";
const EYES = { x: 0, y: -EYE * Math.sqrt(1 - TILT ** 2), z: EYE * TILT };
const scene = document.getElementById("scene");
const [HEAD_JOINT, NECK] = ["head", "neck"].map((name) => clip.pose_joints.indexOf(name));
const sides = clip.pose_joints.map((name) =>
  name.startsWith("left") ? LEFT : name.startsWith("right") ? RIGHT : TRUNK);
const lighter = (color) => "#" + [1, 3, 5].map((at) =>
  Math.round(255 - 0.4 * (255 - parseInt(color.slice(at, at + 2), 16))).toString(16)).join("");

function makeScene() {
  const hips = ["left_hip", "right_hip"].map((name) => clip.pose_joints.indexOf(name));
  const first = jointsAt(poses, 0), [l, r] = hips.map((joint) => first[joint]);
  const heading = Math.atan2(l[1] - r[1], l[0] - r[0]) - Math.PI / 2 + VIEW;
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  const turned = ([x, y, z]) => [cos * x + sin * y, cos * y - sin * x, z];
  const inView = (samples) => Array.from({ length: samples.length / (3 * jointCount) }, (_, k) =>
    jointsAt(samples, k / clip.pose_rate_hz).map(turned));
  const bodyTrack = inView(poses), sourceTrack = inView(sourcePoses);
  const path = bodyTrack.map((joints) => joints[0]);
  const reach = Math.round(clip.pose_rate_hz);
  const smoothPath = path.map((_, k) => {
    const around = path.slice(Math.max(0, k - reach), k + reach + 1);
    return [0, 1].map((axis) => around.reduce((sum, p) => sum + p[axis], 0) / around.length);
  });
  const bounds = [0, 1].map((axis) => {
    const all = bodyTrack.flat().map((p) => p[axis]);
    return [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  });
  const middle = bounds.map(([low, high]) => (low + high) / 2);
  const travels = bounds.some(([low, high]) => high - low > 2);
  const tracks = [
    { known: knownJoints(sourcePoses), samples: sourcePoses, side: -1, label: "source",
      bones: clip.source_bones },
    { known: knownJoints(poses), samples: poses, side: 1, label: BODY,
      bones: clip.bones },
  ].filter((track) => track.known.size);
  const only = tracks.length < 2;
  if (only) tracks[0].label += " (the source's joints are not known)";

  // Where the view is centred at a time, in turned coordinates.
  function centre(time, follow) {
    if (!follow) return middle;
    const place = Math.min(Math.max(time * clip.pose_rate_hz, 0), smoothPath.length - 1);
    const low = Math.floor(place), high = Math.min(low + 1, smoothPath.length - 1);
    return [0, 1].map((axis) =>
      smoothPath[low][axis] + (place - low) * (smoothPath[high][axis] - smoothPath[low][axis]));
  }

  // Half sizes of the space that the clip takes about its centre, the same for its whole length.
  function space(follow, wantedOver) {
    const over = wantedOver && !only;
    let across = 0.4, away = 0.4, low = 0, high = 1;
    for (const track of [bodyTrack, sourceTrack])
      track.forEach((joints, k) => {
        const about = centre(k / clip.pose_rate_hz, follow);
        for (const [x, y, z] of joints) {
          if (!Number.isFinite(x)) continue;
          across = Math.max(across, Math.abs(x - about[0]));
          away = Math.max(away, Math.abs(y - about[1]));
          low = Math.min(low, z);
          high = Math.max(high, z);
        }
      });
    across = Math.min(across, FAR);
    const apart = only || over ? 0 : across + 0.2;
    return {
      over, apart, across: apart + across + 0.2, away: Math.min(away, FAR) + 0.2,
      low: Math.max(low, -1), high: Math.min(high, FAR) + 2.5 * HEAD,
    };
  }
  return { turned, centre, space, tracks, travels, only, cos, sin };
}

const stage = makeScene();

// From a place in the scene away from the eye, m: what lies under the body must not cover it.
function awayFromEye() {
  const { eye, center } = scene.layout?.scene?.camera ?? { eye: EYES, center: { x: 0, y: 0, z: 0 } };
  const along = ["x", "y", "z"].map((axis) => center[axis] - eye[axis]), size = Math.hypot(...along) || 1;
  return along.map((part) => BEHIND * part / size);
}

// A point on a bone, at a share of the way from one joint to another.
function between(places, [joint, towards, share]) {
  const [from, to] = [places[joint], places[towards]];
  return from[0] === null || to[0] === null ? from : from.map((value, axis) => value + share * (to[axis] - value));
}

// What is drawn at a time: lines of bones, shadows, joints, the floor's grid.
function drawing(time, follow, room, marked) {
  const about = stage.centre(time, follow);
  const [lines, sourceLines, shadows, points, grid] = Array.from({ length: 5 }, () => ({ x: [], y: [], z: [] }));
  const add = (to, ...places) => {
    for (const [x, y, z] of places) { to.x.push(x); to.y.push(y); to.z.push(z); }
  };
  const gap = [null, null, null];
  const shown = {};
  for (const track of stage.tracks) {
    const places = jointsAt(track.samples, time).map((p) => {
      if (!Number.isFinite(p[0])) return gap;
      const [x, y, z] = stage.turned(p);
      return [x - about[0] + track.side * room.apart, y - about[1], z];
    });
    shown[track.label] = places;
    const under = room.over && track.side < 0, away = under ? awayFromEye() : [0, 0, 0];
    const drawn = places.map((p) => p[0] === null ? gap : p.map((value, axis) => value + away[axis]));
    for (const [joint, above] of track.bones) {
      const [from, to] = [drawn[above], drawn[joint]];
      const whole = from[0] !== null && to[0] !== null;
      add(track.side < 0 ? sourceLines : lines, whole ? from : gap, whole ? to : gap, gap);
      const flat = ([x, y, z]) => z === null ? gap : [x, y, 0.003];
      if (!under) add(shadows, whole ? flat(from) : gap, whole ? flat(to) : gap, gap);
    }
    add(points, ...drawn, under ? gap : crown(places), under ? gap : between(places, marked));
  }
  const edge = (half, offset) => {
    const start = Math.ceil((offset - half) / CELL) * CELL - offset, marks = [];
    for (let at = start; at <= half + 1e-9; at += CELL) marks.push(at);
    return marks;
  };
  for (const x of edge(room.across, about[0])) add(grid, [x, -room.away, 0], [x, room.away, 0], gap);
  for (const y of edge(room.away, about[1])) add(grid, [-room.across, y, 0], [room.across, y, 0], gap);
  if (!sourceLines.x.length) add(sourceLines, gap);
  const body = shown[stage.tracks.at(-1).label];
  return { lines, sourceLines, shadows, points, grid, shown, ...forceDrawing(time, body, stage.turned) };
}

// Middle of the head, beyond its joint.
function crown(places) {
  const [head, neck] = [places[HEAD_JOINT], places[NECK]];
  if (head[0] === null || neck[0] === null) return [null, null, null];
  const along = head.map((value, axis) => value - neck[axis]);
  const size = Math.hypot(...along) || 1;
  return head.map((value, axis) => value + HEAD * 0.8 * along[axis] / size);
}

// The parts of a drawing that move, in the order of their traces.
const moving = ({ grid, shadows, lines, sourceLines, points, arrows, marks, unexplained }) =>
  [grid, shadows, lines, sourceLines, points, arrows, marks, unexplained];

function sceneTraces(drawn, room, pixelsPerMetre) {
  const [grid, shadows, lines, sourceLines, points, arrows, marks, unexplained] = moving(drawn).map(
    (part) => ({ type: "scatter3d", hoverinfo: "skip", showlegend: false, mode: "lines", ...part }));
  const per = (make) => stage.tracks.flatMap(make);
  const tone = (track) => room.over && track.side < 0 ? lighter : (color) => color;
  const bones = (track) => track.bones.flatMap(([joint]) => Array(3).fill(tone(track)(sides[joint])));
  const [source, body] = [stage.tracks.find((track) => track.side < 0), stage.tracks.at(-1)];
  const each = (joint, crownOnes, mark) => per((track) => [...sides.map(joint(track)), crownOnes, mark]);
  const name = (joint) => clip.pose_joints[joint].replaceAll("_", " ");
  return [
    { ...grid, line: { color: GRID, width: 1.5 } },
    { ...shadows, line: { color: SHADOW, width: 5 } },
    { ...lines, line: { color: bones(body), width: 9 } },
    { ...sourceLines, line: { color: source ? bones(source) : TRUNK, width: room.over ? 14 : 9 } },
    {
      ...points, mode: "markers", hoverinfo: "text",
      text: per((track) => [...sides.map((_, joint) => `${track.label}: ${name(joint)}`), "", ""]),
      marker: {
        opacity: 1, line: { width: 0 },
        size: each(() => () => 6, Math.max(8, 2 * HEAD * pixelsPerMetre), 13),
        color: each((track) => tone(track), "#8A8A8A", "#111111"),
      },
    },
    { ...arrows, line: { color: FORCE, width: 6 } },
    { ...marks, mode: "markers", marker: { color: FORCE, size: 13, opacity: 1, line: { width: 0 } } },
    { ...unexplained, line: { color: WRENCH, width: 6 } },
  ];
}

// Who stands where, written over them.
function labels(room) {
  const body = stage.tracks.at(-1).label;
  const written = room.over
    ? [[0, `${body}, its source in a lighter tone`]]
    : stage.tracks.map((track) => [stage.only ? 0 : track.side * room.apart, track.label]);
  return written.map(([x, text]) =>
    ({ x, y: 0, z: room.high - 0.04, text, showarrow: false, font: { size: 16, color: "#222" } }));
}

function sceneLayout(room) {
  const box = scene.getBoundingClientRect(), shape = Math.max(0.3, box.width / box.height);
  const tall = room.high - room.low;
  const scale = 2 / Math.max(1.04 * tall + 2 * TILT * room.away, 2.04 * room.across / shape);
  const axis = (low, high) => ({ visible: false, range: [low, high], autorange: false, showspikes: false });
  return {
    pixelsPerMetre: scale * box.height / 2, // the view is two units of the scene high
    layout: {
      width: box.width, height: box.height, margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "#fff",
      hoverlabel: { font: { size: 14 } },
      scene: {
        xaxis: axis(-room.across, room.across), yaxis: axis(-room.away, room.away),
        zaxis: axis(room.low, room.high), dragmode: "orbit",
        aspectmode: "manual", annotations: labels(room),
        aspectratio: { x: 2 * scale * room.across, y: 2 * scale * room.away, z: scale * tall },
        camera: {
          eye: EYES, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 },
          projection: { type: "orthographic" }, // both are seen from the same side
        },
      },
    },
  };
}
