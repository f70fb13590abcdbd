"""HumanML3D's captions: ``texts/NAME.txt``.

Each line is ``caption#tokens#start#end``. Start and end, in seconds of the clip, tell which
part the caption is about; both 0, or not a number, stand for the whole clip. The tokens are the
caption again, with parts of speech; nothing downstream uses them and they are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from imusim.errors import MotionError
from motion_sources.parts import PartRef, label

MAX_BYTES = 2**20
"""A longer file is no clip's captions: the longest of HumanML3D have some kilobytes."""


@dataclass(frozen=True)
class Texts:
    """Captions of a clip.

    Parameters
    ----------
    whole : tuple of str
        Captions of all of it.
    parts : mapping
        (start, end) in seconds to the captions of that part, in the order of the file.
    faults : tuple of MotionError
        Lines that could not be understood.
    """

    whole: tuple[str, ...] = ()
    parts: Mapping[tuple[float, float], tuple[str, ...]] = field(default_factory=dict)
    faults: tuple[MotionError, ...] = ()


def read_texts(file: Path) -> Texts:
    """Captions in a file; none where there is no such file.

    Raises
    ------
    MotionError
        If the file cannot be read as a whole. Single bad lines are in ``faults``.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        lines = data.decode("utf-8-sig").splitlines()
    except FileNotFoundError:
        return Texts()
    except OSError as error:
        raise MotionError(f"the captions cannot be read: {error.strerror}", file) from None
    except UnicodeDecodeError:
        raise MotionError("the captions are not UTF-8 text", file) from None
    if len(data) > MAX_BYTES:
        raise MotionError("longer than captions are: over 1 MB", file)
    found: dict[tuple[float, float], list[str]] = {}
    faults = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            caption, start_s, end_s = _line(line)
        except MotionError as error:
            faults.append(MotionError(str(error), file, number))
            continue
        captions = found.setdefault((start_s, end_s), [])
        if caption not in captions:
            captions.append(caption)
    parts = {part: tuple(captions) for part, captions in found.items()}
    return Texts(parts.pop((0.0, 0.0), ()), parts, tuple(faults))


def _line(line: str) -> tuple[str, float, float]:
    """Caption, start and end of one line, s; a line without ``#`` is all caption."""
    fields = line.split("#")
    caption = " ".join(fields[0].split())
    if not caption:
        raise MotionError("there is no caption in this line")
    if len(fields) == 1:
        return caption, 0.0, 0.0
    if len(fields) != 4:
        raise MotionError(f"{len(fields)} fields, not caption#tokens#start#end")
    try:
        start_s, end_s = (float(field) for field in fields[2:])
    except ValueError:
        raise MotionError(f"{fields[2][:20]}#{fields[3][:20]} is no start and end") from None
    # HumanML3D has "nan" where the annotator gave no time; hundredths name the part.
    start_s, end_s = (0.0 if np.isnan(s) else round(s, 2) for s in (start_s, end_s))
    if (start_s, end_s) != (0.0, 0.0) and not 0 <= start_s < end_s < np.inf:
        raise MotionError(f"the part ends at {end_s:g} s and starts at {start_s:g} s")
    return caption, start_s, end_s


def listed(whole: PartRef, texts: Texts) -> list[PartRef]:
    """Clips of a motion and of its captioned parts.

    Parameters
    ----------
    whole : PartRef
        The motion; times in ``texts`` count from its start.
    texts : Texts

    Returns
    -------
    list of PartRef
        The whole, unless captions are of parts only; the parts; the faulty lines.
    """
    clips = []
    if texts.whole or not texts.parts:
        clips.append(replace(whole, captions=texts.whole))
    for (start_s, end_s), captions in texts.parts.items():
        key = whole.key + label(start_s, end_s)
        start, end = whole.start_s + start_s, min(whole.start_s + end_s, whole.end_s)
        clips.append(replace(whole, key=key, start_s=start, end_s=end, captions=captions))
    return clips + [
        replace(whole, key=f"{whole.key}@line{fault.line}", fault=fault) for fault in texts.faults
    ]
