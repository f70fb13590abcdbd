"""The licences that are known, and what is known of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """What is known of a licence; ``None``: not known, or not said in it.

    Parameters
    ----------
    name : str
        SPDX identifier, ``LicenseRef-…`` where SPDX has none.
    commercial : bool, optional
        Whether commercial use is allowed.
    attribution : bool, optional
        Whether the authors must be named, or their notice kept.
    share_alike : bool, optional
        Whether what is made of it, if given on, must be under the same licence.
    adaptable : bool, optional
        Whether what is made of it may be given on at all.
    home : str
        Where its text is.
    note : str
        What else a user must know.
    """

    name: str
    commercial: bool | None = None
    attribution: bool | None = None
    share_alike: bool | None = None
    adaptable: bool | None = None
    home: str = ""
    note: str = ""


def _creative_commons() -> Iterable[Licence]:
    for version in ("2.0", "2.5", "3.0", "4.0"):
        for kind in ("BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND"):
            yield Licence(
                f"CC-{kind}-{version}",
                commercial="NC" not in kind,
                attribution=True,
                share_alike="SA" in kind,
                adaptable="ND" not in kind,
                home=f"https://creativecommons.org/licenses/{kind.lower()}/{version}/",
            )


def _free(*names: str, attribution: bool = True, share_alike: bool = False) -> Iterable[Licence]:
    for name in names:
        home = f"https://spdx.org/licenses/{name}.html"
        yield Licence(name, True, attribution, share_alike, True, home)


def _research(name: str, home: str, note: str = "") -> Licence:
    return Licence(name, False, True, None, None, home, note)


_NOT_GIVEN_ON = "for research that is not commercial; the data may not be passed on"

LICENCES: dict[str, Licence] = {
    licence.name: licence
    for licence in (
        *_free("CC0-1.0", "PDDL-1.0", "Unlicense", "0BSD", "MIT-0", attribution=False),
        *_free("MIT", "Zlib", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"),
        *_free("ODC-By-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0"),
        *_free("ODbL-1.0", "CDLA-Sharing-1.0", "MPL-2.0", share_alike=True),
        *_free("GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later",
               "LGPL-3.0-only", "LGPL-3.0-or-later", "AGPL-3.0-only", "AGPL-3.0-or-later",
               share_alike=True),
        *_creative_commons(),
        Licence(
            "LicenseRef-CMU-mocap", True, False, False, True, "http://mocap.cs.cmu.edu",
            "products may hold the data, but it may not itself be sold, nor when converted; "
            "CMU asks to be named",
        ),
        _research("LicenseRef-AMASS", "https://amass.is.tue.mpg.de/license.html", _NOT_GIVEN_ON),
        _research("LicenseRef-SMPL", "https://smpl.is.tue.mpg.de/modellicense.html",
                  _NOT_GIVEN_ON),
        _research("LicenseRef-SMPL-H", "https://mano.is.tue.mpg.de/license.html", _NOT_GIVEN_ON),
        _research("LicenseRef-SMPL-X", "https://smpl-x.is.tue.mpg.de/modellicense.html",
                  _NOT_GIVEN_ON),
        _research("LicenseRef-NTU-RGB-D", "https://rose1.ntu.edu.sg/dataset/actionRecognition/",
                  "for academic research; the data may not be passed on"),
        _research("LicenseRef-DIP-IMU", "https://dip.is.tue.mpg.de/license.html", _NOT_GIVEN_ON),
        _research("LicenseRef-TotalCapture", "https://cvssp.org/data/totalcapture/"),
        _research("LicenseRef-MSR-Action3D",
                  "https://sites.google.com/view/wanqingli/data-sets/msr-action3d"),
        _research("LicenseRef-NW-UCLA", "https://wangjiangb.github.io/my_data.html",
                  "published for academic research; further terms are not known"),
        _research("LicenseRef-UTKinect-Action3D",
                  "http://cvrc.ece.utexas.edu/KinectDatasets/HOJ3D.html",
                  "published for academic research; further terms are not known"),
        _research("LicenseRef-WHARF", "https://github.com/fulviomas/WHARF",
                  "for research of one's own; other uses are arranged with the authors"),
        _research("LicenseRef-MMAct", "https://mmact19.github.io/2019/",
                  "for academic research, by agreement; the data may not be passed on"),
        Licence(
            "LicenseRef-UTD-MHAD", None, True, None, None,
            "https://www.utdallas.edu/~kehtar/UTD-MHAD.html",
            "published for research; other uses are not stated",
        ),
    )
}  # fmt: skip
"""The licences that are known, by name."""

PLAIN = {name.lower(): name for name in LICENCES}
"""Their names by what they are in small letters."""
_OR, _AND = (re.compile(rf"\s+{word}\s+", re.IGNORECASE) for word in ("OR", "AND"))


def find(name: str) -> Licence:
    """A licence by name, in any case; of a name that is not known, nothing is known."""
    known = PLAIN.get(name.strip().lower())
    return LICENCES[known] if known else Licence(name.strip())


def alternatives(expression: str) -> tuple[tuple[str, ...], ...]:
    """What a licence expression offers: one of these, each of which binds by all its names.

    ``A AND B`` binds by both, ``A OR B`` leaves the choice; none where nothing is stated. Of an
    expression with brackets or exceptions nothing is known; it is taken for one name.
    """
    if not expression.strip():
        return ()
    if "(" in expression or " with " in expression.lower():
        return ((expression.strip(),),)
    return tuple(
        tuple(name.strip() for name in _AND.split(part)) for part in _OR.split(expression.strip())
    )
