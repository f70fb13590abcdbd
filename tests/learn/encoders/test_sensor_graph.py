"""The default encoder: what it is fed and what it must not lose."""

import math

import pytest

torch = pytest.importorskip("torch")

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.augment.rotations import about_z, uniform  # noqa: E402
from imusim.learn.batch import SensorBatch  # noqa: E402
from imusim.learn.encoders.sensor_graph import SensorGraph, headed, levelled  # noqa: E402


def batch(signals, valid=None):
    count, sensors, _, samples = signals.shape
    if valid is None:
        valid = torch.ones(count, samples, dtype=torch.bool)
    return SensorBatch(
        signals,
        torch.zeros(count, sensors, dtype=torch.int64),
        torch.ones(count, sensors, 2, dtype=torch.bool),
        valid,
    )


def test_levelled_sensors_feel_their_mean_force_upwards_and_keep_their_turns():
    generator = torch.Generator().manual_seed(0)
    signals = torch.randn(12, 40, 6, generator=generator)
    signals[0, :, :3] = torch.tensor([0.0, 0.0, -9.8])  # upside down
    made = levelled(signals)
    mean = made[..., :3].mean(dim=1)
    assert mean[:, :2].abs().max() < 1e-5
    assert (mean[:, 2] > 0).all()
    torch.testing.assert_close(made[..., 3:].norm(dim=2), signals[..., 3:].norm(dim=2))
    angle = (made[..., :3] * made[..., 3:]).sum(dim=2)
    expected = (signals[..., :3] * signals[..., 3:]).sum(dim=2)
    torch.testing.assert_close(angle, expected, atol=1e-4, rtol=1e-4)
    nothing = torch.zeros(1, 8, 6)
    assert torch.equal(levelled(nothing), nothing)


def test_of_a_levelled_sensor_only_the_turn_about_the_vertical_is_left():
    """Two mountings of one sensor differ by a rotation about z, once both are level."""
    generator = torch.Generator().manual_seed(1)
    signals = torch.randn(5, 60, 6, generator=generator) + 2
    turned = (signals.unflatten(2, (2, 3)) @ uniform((5, 1), generator)).flatten(2)
    one, other = levelled(signals), levelled(turned)
    torch.testing.assert_close(one[..., 2::3], other[..., 2::3], atol=1e-4, rtol=1e-4)
    angles = [torch.atan2(s[..., 1::3], s[..., 0::3]) for s in (one, other)]
    apart = torch.remainder(angles[1] - angles[0], 2 * math.pi)
    spread = torch.polar(torch.ones_like(apart), apart).mean(dim=(1, 2)).abs()
    assert (spread > 1 - 1e-5).all()


def test_turns_about_a_known_axis_change_nothing():
    """Where z is known, every mounting about it is read as one; the tilt to gravity stays."""
    generator = torch.Generator().manual_seed(3)
    signals = torch.randn(5, 60, 6, generator=generator) + 2
    turn = about_z((5, 1), 0.0, generator)
    turned = (signals.unflatten(2, (2, 3)) @ turn).flatten(2)
    assert (turned - signals).abs().max() > 1
    one, other = headed(signals), headed(turned)
    torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(one[..., 2::3], signals[..., 2::3])
    torch.testing.assert_close(
        one.unflatten(2, (2, 3)).norm(dim=-1), signals.unflatten(2, (2, 3)).norm(dim=-1)
    )
    mean = one[..., :3].mean(dim=1)
    assert (mean[:, 1].abs() < 1e-5).all() and (mean[:, 0] > 0).all()
    nothing = torch.zeros(2, 10, 6)
    assert torch.equal(headed(nothing), nothing)


def test_embeddings_are_means_over_turns_about_the_vertical():
    torch.manual_seed(2)
    encoder = SensorGraph(widths=(8, 16), width=16, turns=4).eval()
    signals = torch.randn(3, 2, 6, 40)
    quarter = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    turned = (quarter @ signals.unflatten(2, (2, 3))).flatten(2, 3)
    with torch.no_grad():
        torch.testing.assert_close(encoder(batch(signals)), encoder(batch(turned)))
        mean = encoder(batch(signals))
        encoder.turns, every, now = 1, [], signals
        for _ in range(4):
            every.append(encoder(batch(now)))
            now = (quarter @ now.unflatten(2, (2, 3))).flatten(2, 3)
        assert (every[0] - every[1]).abs().max() > 1e-3
        torch.testing.assert_close(torch.stack(every).mean(dim=0), mean)
    with pytest.raises(ConfigError, match="turns are 1 or more"):
        SensorGraph(turns=0)
    with pytest.raises(ConfigError, match="no frame 'flat'; there are: sensor, level, heading"):
        SensorGraph(frame="flat")


def test_a_doubtful_heading_is_kept_by_who_leans_and_seen_every_way_of_who_stands():
    torch.manual_seed(4)
    encoder = SensorGraph(
        widths=(8, 16), width=16, dropout=0.0, frame="heading", turns=4, doubt=2.0
    )
    motion = torch.randn(1, 1, 6, 40)
    motion -= motion.mean(dim=3, keepdim=True)
    far = torch.tensor([1000.0, 0.0, 0.0, 0.0, 0.0, 0.0])[:, None]
    upright = torch.tensor([0.0, 0.0, 9.8, 0.0, 0.0, 0.0])[:, None]
    turns = [about_z((1, 1), 0.0, torch.Generator().manual_seed(n))[:, :, None] for n in range(6)]

    def turned(signals):
        return [(t @ signals.unflatten(2, (2, 3))).flatten(2, 3) for t in turns]

    with torch.no_grad():
        encoder.train()
        leans = torch.cat([encoder(batch(one)) for one in turned(motion + far)])
        stands = torch.cat([encoder(batch(motion + upright)) for _ in turns])
        encoder.eval()
        leans_used = torch.cat([encoder(batch(one)) for one in turned(motion + far)])
        quarter = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        other = (quarter @ (motion + upright).unflatten(2, (2, 3))).flatten(2, 3)
        torch.testing.assert_close(encoder(batch(motion + upright)), encoder(batch(other)))
        half = torch.cat([motion + upright, torch.zeros(1, 1, 6, 40)], dim=3)
        known = torch.arange(80)[None] < 40
        torch.testing.assert_close(encoder(batch(half, known)), encoder(batch(motion + upright)))
    assert leans.std(dim=0).max() < 1e-3
    assert leans_used.std(dim=0).max() < 1e-3
    assert stands.std(dim=0).max() > 1e-2
    sure = SensorGraph(widths=(8, 16), width=16, frame="heading", turns=4).eval()
    with torch.no_grad():
        four = sure(batch(motion + far))
        sure.turns = 1
        torch.testing.assert_close(sure(batch(motion + far)), four)  # nothing else was learnt
    with pytest.raises(ConfigError, match="doubt is 0 m/s² or more, and of the frame 'heading'"):
        SensorGraph(frame="level", doubt=1.0)


@pytest.mark.parametrize("place", range(9))
def test_a_single_known_moment_is_not_lost(place):
    """Strides leave out samples; what is known of a window must not fall between them."""
    torch.manual_seed(place)
    encoder = SensorGraph(widths=(8, 16), width=16).eval()
    signals = torch.randn(1, 1, 6, 80)
    valid = torch.zeros(1, 80, dtype=torch.bool)
    valid[0, place] = True
    with torch.no_grad():
        one, other = (encoder(batch(s, valid)) for s in (signals, 3 * signals))
    assert one.abs().max() < 100
    assert (one - other).abs().max() > 1e-4
