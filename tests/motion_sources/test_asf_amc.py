"""ASF/AMC: against matrices written out here, against BVH of the same trials, and broken files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imusim.errors import MotionError
from imusim.motion import ClipRef, Motion, ReadOptions, world_poses
from motion_sources import find_clips, read_clip
from motion_sources.asf_amc.source import read

ASF = """# a comment
:version 1.10
:name test
:units
  mass 1.0
  length 0.5
  angle deg
:documentation
  any words at all
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 1 2 3
   orientation 10 20 30
:bonedata
  begin
     id 1
     name lfemur
     direction 0.3 -0.9 0.1
     length 8
     axis 20 30 -10 XYZ
     dof rx ry rz
     limits (-160.0 20.0)
            (-70.0 70.0)
            (-60.0 70.0)
  end
  begin
     id 2
     name ltibia
     direction 0 -1 0
     length 7
     axis -15 5 25 ZYX
     dof rx
     limits (-10.0 170.0)
  end
  begin
     id 3
     name lfoot
     direction 0 -0.5 1
     length 2
     axis 40 0 10 YZX
     dof rz rx
  end
  begin
     id 4
     name lowerback
     direction 0 1 0
     length 2
  end
:hierarchy
  begin
    root lfemur lowerback
    lfemur ltibia
    ltibia lfoot
  end
"""
AMC = """# a comment
:FULLY-SPECIFIED
:DEGREES
1
root 4 5 6 30 40 50
lfemur 11 12 13
ltibia 21
lfoot 31 32
2
root 4 5 7 31 41 51
lfemur 12 13 14
ltibia 22
lfoot 32 33
"""
UNIT = 0.0254 / 0.5


def write(folder: Path, asf: str = ASF, amc: str = AMC) -> Path:
    (folder / "7.asf").write_text(asf, encoding="utf-8")
    file = folder / "7_3.amc"
    file.write_text(amc, encoding="utf-8")
    return file


def attempt(file: Path, **options) -> Motion:
    return read(ClipRef("asf-amc", file, "a"), ReadOptions(**options))


def about(order: str, degrees) -> np.ndarray:
    """Turns about fixed axes, the first letter first, as a matrix."""
    degrees = dict(zip("XYZ", degrees, strict=True))
    out = np.eye(3)
    for letter in order:
        step = Rotation.from_euler(letter.lower(), degrees[letter], degrees=True).as_matrix()
        out = step @ out
    return out


def by_hand(frame: int) -> dict[str, np.ndarray]:
    """Joint positions of a frame with the format's own equations, y up, in the file's units."""
    own = {
        "root": about("XYZ", (10, 20, 30)),
        "lfemur": about("XYZ", (20, 30, -10)),
        "ltibia": about("ZYX", (-15, 5, 25)),
        "lfoot": about("YZX", (40, 0, 10)),
    }
    turned = {
        "root": about("XYZ", (30 + frame, 40 + frame, 50 + frame)),
        "lfemur": about("XYZ", (11 + frame, 12 + frame, 13 + frame)),
        "ltibia": about("ZYX", (21 + frame, 0, 0)),
        "lfoot": about("YZX", (32 + frame, 0, 31 + frame)),
    }
    local = {name: own[name] @ turned[name] @ own[name].T for name in own}
    world = {"root": local["root"]}
    world["lfemur"] = world["root"] @ local["lfemur"]
    world["ltibia"] = world["lfemur"] @ local["ltibia"]
    world["lfoot"] = world["ltibia"] @ local["lfoot"]
    unit = np.array([0.3, -0.9, 0.1]) / np.linalg.norm([0.3, -0.9, 0.1])
    foot = np.array([0, -0.5, 1]) / np.linalg.norm([0, -0.5, 1])
    out = {"root": np.array([5.0, 7.0, 9.0 + frame])}
    out["lfemur"] = out["root"]
    out["ltibia"] = out["root"] + world["lfemur"] @ unit * 8
    out["lfoot"] = out["ltibia"] + world["ltibia"] @ [0, -7, 0]
    out["lfoot_end"] = out["lfoot"] + world["lfoot"] @ foot * 2
    out["lowerback_end"] = out["root"] + world["root"] @ [0, 2, 0]
    return out


MAP = {"pelvis": "root", "left_hip": "lfemur", "left_knee": "ltibia", "left_ankle": "lfoot"}


def test_kinematics_match_matrices(tmp_path):
    motion = attempt(write(tmp_path), joint_map=MAP)
    positions, _ = world_poses(motion)
    z_up = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    for frame in (0, 1):
        for name, place in by_hand(frame).items():
            got = positions[frame, motion.skeleton.index(name)]
            np.testing.assert_allclose(got, z_up @ place * UNIT, atol=1e-12, err_msg=name)
    assert motion.rate_hz == 120.0
    assert MAP.items() <= motion.joint_map.items()


def test_radians_and_the_user_s_scale_and_axis(tmp_path):
    degrees = attempt(write(tmp_path), joint_map=MAP, scale=0.1, up="z")
    positions, _ = world_poses(degrees)
    for name, place in by_hand(1).items():
        got = positions[1, degrees.skeleton.index(name)]
        np.testing.assert_allclose(got, place * 0.1, atol=1e-12)

    def radians(line: str, first: int) -> str:
        words = line.split()
        turns = [repr(float(np.deg2rad(float(w)))) for w in words[first:]]
        return " ".join(words[:first] + turns)

    asf = []
    for line in ASF.replace("angle deg", "angle rad").splitlines():
        key = line.split()[0] if line.split() else ""
        if key == "orientation":
            asf.append(radians(line, 1))
        elif key == "axis" and len(line.split()) == 5:
            *turns, order = line.split()
            asf.append(f"{radians(' '.join(turns), 1)} {order}")
        elif key in ("limits", "(-70.0", "(-60.0"):
            continue
        else:
            asf.append(line)
    amc = [
        radians(line, 4 if line.startswith("root") else 1) if line[:1] in "rl" else line
        for line in AMC.replace(":DEGREES", ":RADIANS").splitlines()
    ]
    file = write(tmp_path, "\n".join(asf), "\n".join(amc) + "\n")
    same = attempt(file, joint_map=MAP, scale=0.1, up="z")
    np.testing.assert_allclose(world_poses(same)[0], positions, atol=1e-9)


def test_comments_blank_lines_and_another_order_change_nothing(tmp_path):
    plain = attempt(write(tmp_path), joint_map=MAP)
    lines = AMC.splitlines()
    lines[-4:] = [lines[-1], "", "# aside", *lines[-4:-1][::-1]]
    other = attempt(write(tmp_path, amc="\r\n".join(lines)), joint_map=MAP)
    np.testing.assert_array_equal(plain.rotations, other.rotations)
    np.testing.assert_array_equal(plain.root_position, other.root_position)


def test_limits_are_counted(tmp_path):
    assert attempt(write(tmp_path), joint_map=MAP).outside_limits == 0.0
    over = attempt(write(tmp_path, amc=AMC.replace("ltibia 22", "ltibia 172")), joint_map=MAP)
    assert over.outside_limits == pytest.approx(1 / 8)  # of two frames of four limited channels
    free = "\n".join(s for s in ASF.splitlines() if "limits" not in s and "     (" not in s)
    assert attempt(write(tmp_path, free), joint_map=MAP).outside_limits is None


def test_descriptions_give_captions_and_rate(tmp_path):
    file = write(tmp_path)
    (tmp_path / "table.csv").write_text(
        'Subject #,Trial #,Motion Description,Framerate\n7,3,"walk,  then sit",60\n', "utf-8"
    )
    motion = attempt(file, joint_map=MAP)
    assert (motion.captions, motion.rate_hz) == (("walk, then sit",), 60.0)
    assert motion.provenance.licence == "LicenseRef-CMU-mocap"
    assert attempt(file, joint_map=MAP, rate_hz=30.0).rate_hz == 30.0
    file.with_suffix(".txt").write_text("a person walks # said nearby\n", "utf-8")
    assert attempt(file, joint_map=MAP).captions == ("a person walks",)


# What is replaced, by what, at which words of the broken file it is noticed, what is said.
ASF_FAULTS = {
    "no root": (":root", ":boot", None, "no :root"),
    "unit of angle": ("angle deg", "angle grad", "angle grad", "deg or rad"),
    "no length": ("length 0.5", "length 0", "length 0", "above zero"),
    "root order": ("TX TY TZ", "TX TY TY", "TX TY TY", "each once"),
    "axis order": ("25 ZYX", "25 ZZX", "25 ZZX", "order of three axes"),
    "a word": ("axis 20 30", "axis 20 up", "axis 20 up", "needs 3 numbers"),
    "not finite": ("length 8", "length nan", "length nan", "needs 1 numbers"),
    "limits": ("            (-60.0 70.0)\n", "", "end", "3 dof and 2 limits"),
    "limit": ("(-10.0 170.0)", "(-10.0)", "(-10.0)", "low high"),
    "dof": ("dof rx\n", "dof rx rx\n", "dof rx rx", "each once at most"),
    "twice": ("name ltibia", "name lfemur", "end\n  begin\n     id 3", "appears twice"),
    "no end": ("  end\n  begin\n     id 2", "  begin\n     id 2", "begin\n     id 2", "'end' is"),
    "unknown": ("    ltibia lfoot", "    ltibia rfoot", "ltibia rfoot", "no bone"),
    "loose": ("    ltibia lfoot\n", "", None, "does not hang on the root"),
    "two parents": ("lfemur ltibia", "lfemur ltibia lfemur ", "lfemur ltibia", "two parents"),
    "no skeleton": (ASF, "HIERARCHY", "HIERARCHY", "not an ASF file"),
}
AMC_FAULTS = {
    "empty": (AMC, "", None, "no frames"),
    "not AMC": (AMC, "HIERARCHY\n", "HIERARCHY", "not an AMC file"),
    "one frame": (AMC[AMC.index("2\nroot") :], "", None, "2 frames or more"),
    "unknown bone": ("lfoot 32 33", "rfoot 32 33", "rfoot 32", "no bone with channels"),
    "width": ("lfemur 12 13 14", "lfemur 12 13", "lfemur 12 13", "2 values, the ASF file says 3"),
    "word": ("ltibia 22", "ltibia x", "ltibia x", "not a usable number"),
    "infinite": ("ltibia 22", "ltibia inf", "ltibia inf", "not a usable number"),
    "underscore": ("ltibia 22", "ltibia 2_2", "ltibia 2_2", "not a usable number"),
    "cut": ("lfoot 32 33\n", "", "ltibia 22", "lacks lfoot"),
    "frames": ("2\nroot", "5\nroot", "5\nroot", "frames are missing"),
    "twice": ("ltibia 22", "lfemur 1 2 3", "lfemur 1 2 3", "appears twice"),
    "unit": (":DEGREES", ":RADIANS", None, "not in the unit"),
}


def check_fault(folder: Path, asf: str, amc: str, broken: str, at: str | None, said: str) -> Path:
    """The error names the line at which the words stand; the file is returned."""
    file = write(folder, asf, amc)
    with pytest.raises(MotionError, match=said) as caught:
        attempt(file, joint_map=MAP)
    line = None if at is None else broken.count("\n", 0, broken.index(at)) + 1
    assert caught.value.line == line
    assert caught.value.file is not None
    return caught.value.file


@pytest.mark.parametrize("fault", ASF_FAULTS)
def test_broken_skeletons_are_named(tmp_path, fault):
    old, new, at, said = ASF_FAULTS[fault]
    assert old in ASF
    broken = ASF.replace(old, new, 1)
    assert check_fault(tmp_path, broken, AMC, broken, at, said).suffix == ".asf"


@pytest.mark.parametrize("fault", AMC_FAULTS)
def test_broken_motions_are_named(tmp_path, fault):
    old, new, at, said = AMC_FAULTS[fault]
    assert old in AMC
    broken = AMC.replace(old, new, 1)
    assert check_fault(tmp_path, ASF, broken, broken, at, said).suffix == ".amc"


def test_the_skeleton_is_found_or_asked_for(tmp_path):
    file = write(tmp_path)
    (tmp_path / "8.asf").write_text("not read", "utf-8")
    attempt(file, joint_map=MAP)  # 7.asf, by its name
    other = file.rename(tmp_path / "take.amc")
    with pytest.raises(MotionError, match=r"Name it take\.asf; there are 7\.asf, 8\.asf"):
        attempt(other, joint_map=MAP)
    (tmp_path / "8.asf").unlink()
    attempt(other, joint_map=MAP)  # the only one there
    (tmp_path / "7.asf").unlink()
    with pytest.raises(MotionError, match=r"put take\.asf into its folder"):
        attempt(other, joint_map=MAP)


def test_joints_that_cannot_be_told_ask_for_a_map(tmp_path):
    strange = ASF
    for name in ("lfemur", "ltibia", "lfoot", "lowerback"):
        strange = strange.replace(name, f"q{name[2]}")
    with pytest.raises(MotionError, match="--map"):
        attempt(
            write(
                tmp_path,
                strange,
                AMC.replace("lfemur", "qe").replace("ltibia", "qi").replace("lfoot", "qo"),
            )
        )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_bytes_give_an_error_or_a_motion(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    which = data.draw(st.sampled_from(["asf", "amc"]))
    texts = {"asf": ASF.encode(), "amc": AMC.encode()}
    text = bytearray(texts[which])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        cut = data.draw(st.integers(0, 12))
        new = data.draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from([b"1e309", b"nan", b"-", b"\n", b" 99999999999 ", b"begin", b":"]),
            )
        )
        text[at : at + cut] = new
        if not text:
            break
    texts[which] = bytes(text)
    (folder / "7.asf").write_bytes(texts["asf"])
    file = folder / "7_3.amc"
    file.write_bytes(texts["amc"])
    try:
        motion = attempt(file, joint_map=MAP)
    except MotionError:
        return
    assert np.isfinite(world_poses(motion)[0]).all()


def test_a_trial_moves_as_in_its_bvh_conversion(shared):
    """The joints of both fall together: other file, other axes, other unit, other program."""
    folder = shared / "data" / "cmu"
    (amc,) = find_clips([folder / "asfamc" / "02" / "02_01.amc"])
    (bvh,) = find_clips([folder / "bvh" / "02" / "02_01.bvh"])
    one, two = read_clip(amc), read_clip(bvh)
    assert one.captions == two.captions == ("walk",)
    assert one.frames == two.frames  # the conversion's calibration pose is left out
    first, second = (
        {name: world_poses(m)[0][:, m.skeleton.index(j)] for name, j in m.joint_map.items()}
        for m in (one, two)
    )
    trunk_and_legs = ["pelvis", "spine3", "left_knee", "right_ankle", "right_foot"]
    for joint in trunk_and_legs:
        np.testing.assert_allclose(first[joint], second[joint], atol=1e-4, err_msg=joint)
    # The conversion hangs neck and arms lower on the chest; from there on they are the same.
    lower = np.linalg.norm(first["neck"] - second["neck"], axis=1)
    np.testing.assert_allclose(lower, 0.117, atol=0.001)
    for joint in ("left_elbow", "right_wrist"):
        arm = [p[joint] - p[f"{joint.split('_')[0]}_collar"] for p in (first, second)]
        np.testing.assert_allclose(*arm, atol=1e-4, err_msg=joint)
