import sys

import pytest

from imusim.errors import ConfigError, MissingExtraError
from imusim.plot import choose_joints, plot_clip


def test_the_joints_that_tell_most_are_chosen():
    every = ("pelvis", "head", "left_wrist", "right_ankle")
    assert choose_joints(every, None) == ("left_wrist", "right_ankle", "pelvis")
    assert choose_joints(("head", "neck"), None) == ("head", "neck")
    assert choose_joints(every, ["head"]) == ("head",)
    with pytest.raises(ConfigError, match="no joint 'neck'; it has: pelvis, head"):
        choose_joints(every, ["neck"])
    with pytest.raises(ConfigError, match="at most 3"):
        choose_joints(every, every)


def test_without_matplotlib_the_error_says_what_brings_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'imusim-toolkit\[plot\]'"):
        plot_clip(None)  # type: ignore[arg-type]
