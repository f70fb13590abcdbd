"""Whole bodies around the segments that were captured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imusim.math import rotations as rot
from imusim.recordings.limbs import two_bones


@given(
    apart=st.floats(0.3, 0.98),
    tilt=st.floats(-1.2, 1.2),
    heading=st.floats(-3, 3),
)
def test_two_bones_reach_from_hip_to_ankle(apart, tilt, heading):
    lengths = (0.45, 0.4)
    hip = np.array([[0.1, 0.2, 0.9]])
    turn = rot.multiply(
        rot.from_rotation_vector([0, 0, heading]), rot.from_rotation_vector([0, tilt, 0])
    )
    ankle = hip + rot.rotate(turn, [0, 0, -apart * sum(lengths)])
    forward = rot.rotate(turn, [[1.0, 0, 0]])
    links = two_bones(hip, ankle, forward, lengths)[0]
    knee = hip[0] + rot.rotate(links[0], [0, 0, -lengths[0]])
    assert knee + rot.rotate(links[1], [0, 0, -lengths[1]]) == pytest.approx(ankle[0], abs=1e-9)
    assert (knee - (hip + ankle)[0] / 2) @ forward[0] > 0
    assert rot.rotate(links[0], [0, 1, 0]) == pytest.approx(rot.rotate(turn, [0, 1.0, 0]))
