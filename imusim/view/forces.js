// What the ground does to the body: contacts, forces, and the wrench that physics did not explain.
// A frame's values are means over its interval, so they hold for the frame nearest to a time.

const FORCE = "#009E73", WRENCH = "#8F3F97", BODY_WEIGHT = 0.5; // m that one is long
const TIP = 0.07; // m, of the strokes of an arrow's tip
const forces = clip.forces && {
  ...clip.forces,
  ground: clip.forces.ground_reaction && unpack(clip.forces.ground_reaction),
  touching: clip.forces.contact && Uint8Array.from(atob(clip.forces.contact), (sign) => sign.charCodeAt(0)),
  wrench: clip.forces.root_wrench && unpack(clip.forces.root_wrench),
};

const frameAt = (time) => Math.min(clip.frames - 1, Math.max(0, Math.round(time * clip.rate_hz)));

// Where the ground meets a segment: the middle of its bone, or its joint where it has none or many.
const below = clip.pose_joints.map((_, joint) => {
  const ends = clip.bones.filter(([, above]) => above === joint).map(([end]) => end);
  return ends.length === 1 ? ends[0] : joint;
});
const footing = (places, segment) =>
  places[segment].map((value, axis) => (value + places[below[segment]][axis]) / 2);

// Force of the ground on one of the clip's segments in the ground, world, N.
function groundForce(frame, which) {
  const start = 3 * (frame * forces.segments.length + which);
  return [0, 1, 2].map((axis) => forces.ground[start + axis]);
}

// Force of the ground upwards over time, body weights.
const upwards = Object.entries(forces?.upwards ?? {}).map(([name, values]) =>
  ({ name, color: { left: LEFT, right: RIGHT, trunk: TRUNK }[name], values: unpack(values) }));

// Arrows and marks at a time; `places` are the body's joints as drawn, `turned` turns a vector.
function forceDrawing(time, places, turned) {
  const arrows = { x: [], y: [], z: [] }, marks = { x: [], y: [], z: [] }, unexplained = { x: [], y: [], z: [] };
  const put = (to, ...points) => points.forEach(([x, y, z]) => { to.x.push(x); to.y.push(y); to.z.push(z); });
  const touched = [];
  if (forces) {
    const frame = frameAt(time), [count, scale] = [forces.segments.length, BODY_WEIGHT / forces.weight_n];
    const arrow = (to, from, force) => {
      const along = turned(force).map((part) => part * scale), long = Math.hypot(...along);
      if (!(long > 0.01)) return;
      const end = from.map((value, axis) => value + along[axis]);
      const across = Math.hypot(along[0], along[2]) || 1, tip = Math.min(TIP, long / 2);
      const stroke = (turn) => end.map((value, axis) =>
        value - tip * (along[axis] / long + turn * [along[2], 0, -along[0]][axis] / across));
      put(to, from, end, [null, null, null], stroke(0.5), end, stroke(-0.5), [null, null, null]);
    };
    forces.segments.forEach((segment, which) => {
      const from = footing(places, segment);
      if (forces.touching?.[frame * count + which]) {
        put(marks, from);
        touched.push(clip.pose_joints[segment]);
      }
      if (forces.ground) arrow(arrows, from, groundForce(frame, which));
    });
    if (forces.wrench) arrow(unexplained, places[0], Array.from(forces.wrench.subarray(6 * frame, 6 * frame + 3)));
  }
  for (const part of [arrows, marks, unexplained]) if (!part.x.length) put(part, [null, null, null]);
  return { arrows, marks, unexplained, touched };
}

// The numbers at a time, which explain the colours too.
function showForces(to, time) {
  const frame = frameAt(time), cells = [];
  if (forces.ground) {
    const up = upwards.reduce((sum, part) => sum + part.values[frame], 0);
    cells.push([`ground: ${up.toFixed(2)} body weights up`, FORCE]);
  }
  if (forces.touching && !forces.ground) cells.push(["contact", FORCE]);
  if (forces.wrench) {
    const size = (start) => Math.hypot(...forces.wrench.subarray(start, start + 3));
    cells.push([`not explained: ${(size(6 * frame) / forces.weight_n).toFixed(2)} body weights, `
      + `${size(6 * frame + 3).toFixed(0)} N m`, WRENCH]);
  }
  if (forces.ground || forces.wrench) cells.push([`arrows: ${BODY_WEIGHT} m a body weight`]);
  to.replaceChildren(...cells.map(([text, color]) => {
    const cell = document.createElement("span"), key = document.createElement("i");
    key.style.background = color;
    cell.append(...color ? [key, text] : [text]);
    return cell;
  }));
}
