"""Small files as the publishers of datasets write them, whose every value is known.

In the units of the file, every triple of columns holds ``SAMPLES`` times ``reading(k, n)``: k tells
which triple, n which sample.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from scipy.io import savemat

SAMPLES = 12


def reading(triple: int, sample: int) -> list[float]:
    """Three numbers that no other triple or sample has, exact in a few digits."""
    return [round((triple + 1) * (1 + axis) + sample / 16, 4) for axis in range(3)]


def readings(triple: int, count: int = SAMPLES) -> np.ndarray:
    """The same of ``count`` samples, (count, 3)."""
    return np.array([reading(triple, n) for n in range(count)])


def _put(file: Path, rows: Sequence[Sequence[object]], mark: str = ",", head: str = "") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [head] if head else []
    lines += [mark.join(str(cell) for cell in row) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _moment(milliseconds: float) -> str:
    moment = datetime(2019, 1, 12, 23, 59, 59) + timedelta(milliseconds=milliseconds)
    return moment.isoformat(" ", "milliseconds")


def _dsads(folder: Path) -> None:
    for segment in (1, 2, 4):
        rows = [[v for k in range(15) for v in reading(k, n + 200 * segment)] for n in range(125)]
        _put(folder / f"data/a09/p3/s{segment:02}.txt", rows)


def _geotec(folder: Path) -> None:
    stamps = [1657534605376 + t for t in (0, 1, 53, 53, 54, 60, 70, 80, 90, 100, 110, 120)]
    for unit, first in (("sp", 0), ("sw", 2)):
        rows = [
            [*reading(first, n), *reading(first + 1, n), stamp + first * 5, label]
            for n, (stamp, label) in enumerate(
                zip(stamps, ["SEATED"] * 4 + ["WALKING"] * 8, strict=True)
            )
        ]
        head = "x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,timestamp,label"
        _put(folder / f"s07/s07_02_{unit}.csv", rows, head=head)


def _harth(folder: Path, name: str = "harth/S006.csv", numbered: bool = True) -> None:
    labels = [1, 1, 1, 6, 6, 6, 7, 7, 7, 8, 8, 8]
    head = "timestamp,back_x,back_y,back_z,thigh_x,thigh_y,thigh_z,label"
    rows = [
        [*([n] if numbered else []), _moment(20 * n + (5000 if n > 8 else 0)),
         *reading(0, n), *reading(1, n), labels[n]]
        for n in range(SAMPLES)
    ]  # fmt: skip
    _put(folder / name, rows, head="index," + head if numbered else head)


def _har70plus(folder: Path) -> None:
    _harth(folder, "har70plus/501.csv", numbered=False)


def _mhealth(folder: Path) -> None:
    labels = [0, 0, 4, 4, 4, 0, 11, 11, 11, 11, 0, 0]
    rows = [
        [*reading(0, n), 0.01, 0.02, *(v for k in range(1, 7) for v in reading(k, n)), labels[n]]
        for n in range(SAMPLES)
    ]
    _put(folder / "MHEALTHDATASET/mHealth_subject3.log", rows, "\t")


def _mmact(folder: Path) -> None:
    for kind, triple, rate_hz, count, name in (
        ("acc_watch", 0, 100, 12, "Carrying_Light.csv"),
        ("acc_phone", 1, 100, 12, "carrying_light.csv"),
        ("gyro", 2, 50, 7, "carrying_light.csv"),
    ):
        rows = [
            [f"20180410_14:30:05.{1000 // rate_hz * n:03}", *reading(triple, n)]
            for n in range(count)
        ]
        head = "time,x,y,z" if kind == "acc_watch" else ""
        _put(folder / f"sensors/{kind}_clip/subject3/scene2/session4/{name}", rows, head=head)


def _motionsense(folder: Path) -> None:
    names = ["attitude.roll", "attitude.pitch", "attitude.yaw"]
    names += [f"{n}.{a}" for n in ("gravity", "rotationRate", "userAcceleration") for a in "xyz"]
    rows = [
        [n, 0.1, 0.2, 0.3, *reading(0, n), *reading(1, n), *reading(2, n)] for n in range(SAMPLES)
    ]
    _put(folder / "A_DeviceMotion_data/wlk_15/sub_7.csv", rows, head="," + ",".join(names))
    inner = folder / "A_DeviceMotion_data/wlk_15/sub_7.csv"
    with zipfile.ZipFile(folder / "A_DeviceMotion_data.zip", "w") as archive:
        archive.write(inner, "A_DeviceMotion_data/jog_9/sub_12.csv")
        archive.write(inner, "A_DeviceMotion_data/wlk_15/sub_7.csv")
        archive.writestr("__MACOSX/A_DeviceMotion_data/jog_9/._sub_12.csv", b"\x00\x05\x16")


def _opportunity(folder: Path) -> None:
    rows = []
    for n in range(SAMPLES):
        row: list[object] = [0] * 250
        row[0] = [0, 33, 67, 100, 133, 167, 200, 233, 1267, 1300, 1333, 1367][n]
        for k, first in enumerate((38, 51, 64, 77, 90)):
            row[first - 1 : first + 5] = [*reading(2 * k, n), *reading(2 * k + 1, n)]
        for k, first in enumerate((109, 125), 5):
            row[first - 1 : first + 5] = [*reading(2 * k, n), *reading(2 * k + 1, n)]
        row[243] = [0, 1, 1, 1, 2, 2, 2, 2, 2, 5, 5, 5][n]
        rows.append(row)
    rows[5][50:53] = ["NaN"] * 3
    _put(folder / "dataset/S2-Drill.dat", rows, " ")


def _pamap2(folder: Path) -> None:
    rows = []
    for n in range(SAMPLES):
        row: list[object] = [8.38 + 0.01 * n + (1 if n > 8 else 0), [0, 24, 6][n // 4], "NaN"]
        for k in range(3):
            row += [30, *reading(2 * k, n), 0, 0, 0, *reading(2 * k + 1, n), 0, 0, 0, 1, 0, 0, 0]
        rows.append([f"{row[0]:.2f}", *row[1:]])
    rows[4][4:16] = ["NaN"] * 12
    _put(folder / "PAMAP2_Dataset/Protocol/subject108.dat", rows, " ")


def _realworld(folder: Path) -> None:
    """One activity in an archive, and two goes of another, each in an archive of the archive."""
    data = folder / "proband4/data"
    data.mkdir(parents=True)
    for archive, kind, first, shift in (("acc", "acc", 0, 0), ("gyr", "Gyroscope", 2, 10)):
        goes = {}
        for go, number in (("walking", ""), ("climbingup", ""), ("climbingup_2", "_2")):
            goes[go] = io.BytesIO()
            with zipfile.ZipFile(goes[go], "w") as packed:
                for k, position in enumerate(("chest", "shin")):
                    rows = [
                        [n, 1435993377000 + 20 * n + shift + 100 * k, *reading(first + k, n)]
                        for n in range(SAMPLES)
                    ]
                    rows = [row[:-1] + [row[-1] + len(number)] for row in rows]
                    text = "id,attr_time,attr_x,attr_y,attr_z\n" + "\n".join(
                        ",".join(map(str, row)) for row in rows
                    )
                    activity = go.partition("_")[0]
                    packed.writestr(f"{kind}_{activity}{number}_{position}.csv", text)
        (data / f"{archive}_walking_csv.zip").write_bytes(goes["walking"].getvalue())
        with zipfile.ZipFile(data / f"{archive}_climbingup_csv.zip", "w") as packed:
            packed.writestr(f"{archive}_climbingup_1_csv.zip", goes["climbingup"].getvalue())
            packed.writestr(f"{archive}_climbingup_2_csv.zip", goes["climbingup_2"].getvalue())


def _selfback(folder: Path) -> None:
    for place, head, label in (("wrist50", "time,x,y,z", []), ("thigh34", "time,x,y,z,class", [1])):
        first = 1 if label else 0
        rows = [
            [_moment(10 * n + 8 * first), *reading(first, n), *(["walk_mod"] if label else [])]
            for n in range(SAMPLES)
        ]
        _put(folder / f"raw/9_class/{place}/walk_mod/026.csv", rows, head=head)
        _put(folder / f"raw/6_class/{place}/walking/026.csv", rows, head=head)
    _put(folder / "raw/9_class/wrist34/walk_mod/026.csv", [], head="time,x,y,z")


def _shoaib(folder: Path) -> None:
    heads = ",".join(["time_stamp", "Ax,Ay,Az", "Lx,Ly,Lz", "Gx,Gy,Gz", "Mx,My,Mz", ""] * 5)
    labels = ["walking"] * 4 + ["upsatirs"] * 8
    rows = []
    for n in range(SAMPLES):
        row: list[object] = []
        for k in range(5):
            row += ["1.39E+12", *reading(2 * k, n), 9, 9, 9, *reading(2 * k + 1, n), 8, 8, 8, ""]
        rows.append([*row[:-1], labels[n]])
    _put(folder / "DataSet/Participant_4.csv", rows, head="Left_pocket" + "," * 69 + "\n" + heads)


def _tnda_har(folder: Path) -> None:
    units = ("arm", "leg", "wri", "ank", "bac")
    names = [f"{u}_{kind}_{a}" for u in units for kind in ("Acc", "Gyr", "Mag") for a in "XYZ"]
    labels = [0, 0, 1, 1, 1, 1, 8, 8, 8, 8, 8, 0]
    rows = [[*(v for k in range(15) for v in reading(k, n)), labels[n]] for n in range(SAMPLES)]
    _put(folder / "TNDA-HAR/Subject02.csv", rows, head=",".join([*names, "class"]))


def uci_signal(triple: int, start: int) -> np.ndarray:
    """(128, 3) of a window that starts at a sample."""
    return np.array([reading(triple, start + n) for n in range(128)])


def _uci_har(folder: Path) -> None:
    """Five windows: three that follow each other, one of another subject, one that is alone."""
    for kind, windows in (
        ("train", ((3, 1, 0), (3, 1, 64), (3, 1, 128), (5, 4, 192), (5, 4, 900))),
        ("test", ((2, 6, 0),)),
    ):
        root = folder / "UCI HAR Dataset" / kind
        _put(root / f"subject_{kind}.txt", [[s] for s, _, _ in windows])
        _put(root / f"y_{kind}.txt", [[y] for _, y, _ in windows])
        for triple, name in enumerate(("total_acc", "body_gyro")):
            for axis, letter in enumerate("xyz"):
                rows = [uci_signal(triple, start)[:, axis] for _, _, start in windows]
                cells = [[f"{v:.7e}" for v in row] for row in rows]
                _put(root / f"Inertial Signals/{name}_{letter}_{kind}.txt", cells, "  ")


def _usc_had(folder: Path) -> None:
    file = folder / "USC-HAD/Subject13/a4t2.mat"
    file.parent.mkdir(parents=True)
    values = np.concatenate([readings(0), readings(1)], axis=1)
    said = {"title": "USC Human Motion Database", "subject": "13", "activity_numbr": "4"}
    savemat(file, {**said, "sensor_readings": values}, do_compression=True)


def _ut_complex(folder: Path) -> None:
    for first, place in enumerate(("pocket", "wrist")):
        rows = []
        for n in range(50):
            code = 11112 if n < 30 else 11118
            row = [1394552103487 + 20 * n, *reading(3 * first, n), 9, 9, 9]
            rows.append([*row, *reading(3 * first + 1, n), 8, 8, 8, code])
        _put(folder / f"UT_Data_Complex/smartphoneat{place}.csv", rows)


def _w_har(folder: Path) -> None:
    rows = []
    for user, trial, labels in ((101, 1, ["undefined"] * 3 + ["walk"] * 9), (3, 2, ["SIT"] * 12)):
        for n in range(SAMPLES):
            row = [f"{0.004 * n:.3f}", user, 7, trial, *reading(trial, n), *reading(trial + 4, n)]
            rows.append([*row, labels[n]])
    head = "Time (s),User,Scenerio,Trial,Ax,Ay,Az,GyroX,GyroY,GyroZ"
    _put(folder / "datasets/raw_data/motion_data_22_users.csv", rows, head=head)


def _wharf(folder: Path) -> None:
    rows = [[0, 63, 42], [21, 31, 32], [63, 0, 22]]
    name = "Accelerometer-2011-05-30-08-29-07-walk-f1"
    _put(folder / f"Data/Walk/{name}.txt", rows, " ")
    _put(folder / f"Data/MODELS/Walk_MODEL/{name}.txt", rows, " ")


def _wisdm(folder: Path) -> None:
    for kind, first, shift in (("accel", 0, 0), ("gyro", 1, 25)):
        rows = []
        for letter, start in (("A", 252207666810782), ("H", 90000000)):
            for n in range(SAMPLES):
                stamp = start + (50 * n + shift) * 1_000_000
                rows.append([1600, letter, stamp, *reading(first, n)])
                rows[-1][-1] = f"{rows[-1][-1]};"
        _put(folder / f"wisdm-dataset/raw/watch/{kind}/data_1600_{kind}_watch.txt", rows)


WRITERS: dict[str, Callable[[Path], None]] = {
    "dsads": _dsads,
    "geotec": _geotec,
    "har70plus": _har70plus,
    "harth": _harth,
    "mhealth": _mhealth,
    "mmact": _mmact,
    "motionsense": _motionsense,
    "opportunity": _opportunity,
    "pamap2": _pamap2,
    "realworld": _realworld,
    "selfback": _selfback,
    "shoaib": _shoaib,
    "tnda-har": _tnda_har,
    "uci-har": _uci_har,
    "usc-had": _usc_had,
    "ut-complex": _ut_complex,
    "w-har": _w_har,
    "wharf": _wharf,
    "wisdm": _wisdm,
}
