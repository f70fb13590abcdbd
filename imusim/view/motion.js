// The clip as arrays, and where its joints are at any time.

const clip = JSON.parse(document.getElementById("clip").textContent);

function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

const accelerometer = unpack(clip.accelerometer), gyroscope = unpack(clip.gyroscope);
const poses = unpack(clip.poses), sourcePoses = unpack(clip.source_poses);
const jointCount = clip.pose_joints.length;
const endTime = Math.max(0, clip.frames - 1) / clip.rate_hz;

// Places [[x, y, z], …] of the joints at a time, s, from samples that pass through NaN where a
// joint is not known: Catmull and Rom's cubic, or a straight line beside such a gap.
function jointsAt(samples, time) {
  const last = samples.length / (3 * jointCount) - 1;
  const place = Math.min(Math.max(time * clip.pose_rate_hz, 0), last);
  const low = Math.min(Math.floor(place + 1e-6), Math.max(0, last - 1)), part = place - low;
  const value = (k, i) => samples[Math.min(Math.max(k, 0), last) * 3 * jointCount + i];
  return Array.from({ length: jointCount }, (_, joint) =>
    [0, 1, 2].map((axis) => {
      const i = 3 * joint + axis, b = value(low, i), c = value(low + 1, i);
      if (part < 1e-5) return b;
      if (part > 1 - 1e-5) return c;
      const a = low > 0 ? value(low - 1, i) : 2 * b - c;
      const d = low + 2 <= last ? value(low + 2, i) : 2 * c - b;
      const cubic = b + part / 2 * (c - a + part * (2 * a - 5 * b + 4 * c - d
        + part * (3 * (b - c) + d - a)));
      return Number.isFinite(cubic) ? cubic : b + part * (c - b);
    }));
}

// Joints of which a track knows the place in some frame.
function knownJoints(samples) {
  const known = new Set();
  for (let i = 0; i < samples.length; i += 3)
    if (Number.isFinite(samples[i])) known.add((i / 3) % jointCount);
  return known;
}
