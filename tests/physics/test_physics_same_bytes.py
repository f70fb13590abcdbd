"""A simulation is a function of its input: in any order, in any process, the same bytes."""

import hashlib
import subprocess
import sys
from pathlib import Path

from physics_motions import bundled

from imusim.physics import Simulated

_SCRIPT = """
from physics_motions import bundled
from test_physics_same_bytes import digest
import sys
for key in sys.argv[2:]:
    print(digest(bundled(key).simulated(sys.argv[1])))
"""
KEYS = ("walk", "getup_facedown")


def digest(simulated: Simulated) -> str:
    """SHA-256 of all that a simulation tells."""
    sha = hashlib.sha256()
    for array in (
        simulated.trajectory.position.coefficients,
        simulated.trajectory.orientation.coefficients,
        simulated.ground_reaction,
        simulated.contact,
        simulated.joint_torque,
        simulated.root_wrench,
        simulated.tracking_error,
    ):
        sha.update(array.tobytes())
    return sha.hexdigest()


def test_the_same_bytes_again_in_another_order_and_process(engine):
    first = [digest(bundled(key).simulated(engine)) for key in KEYS]
    again = [digest(bundled(key).simulated(engine)) for key in reversed(KEYS)]
    assert again == first[::-1]
    assert len(set(first)) == len(KEYS)
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, engine, *reversed(KEYS)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split()[-2:] == again
