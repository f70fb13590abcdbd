"""Files that are broken at random: a reader gives a recording or one clear error."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from imusim.errors import MotionError
from imusim.recordings import Recording

EDITS = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=4)
fuzz = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def damage(data: bytes, edits, share: float) -> bytes:
    """Some bytes replaced; where the first edit lies near the beginning, also cut short."""
    broken = bytearray(data)
    for at, new in edits:
        place = int(at * (len(broken) - 1))
        broken[place : place + len(new)] = new
    return bytes(broken[: int(share * len(broken)) if edits[0][0] < 0.3 else len(broken)])


def assert_recording_or_error(read, ref):
    try:
        recording = read(ref)
    except MotionError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 600
    else:
        assert isinstance(recording, Recording)
