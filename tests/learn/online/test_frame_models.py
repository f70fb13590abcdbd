"""Models that are stepped, their files, and networks that move to other sensors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from test_frame_networks import made_frames  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.online.frames import INPUTS  # noqa: E402
from imusim.learn.online.model import (  # noqa: E402
    FrameModel,
    FrameSettings,
    Stepper,
    load_frame_model,
    save_frame_model,
    transferred,
)
from imusim.learn.online.registry import NETWORKS  # noqa: E402

SMALL = {"tcn": {"width": 8, "blocks": 3}}
SENSORS = ("left_wrist", "right_wrist", "pelvis")
LABELS = ("sitting", "walking", "standing")


def made_model(network="gru", **changes) -> FrameModel:
    torch.manual_seed(3)
    settings = FrameSettings(network, SMALL.get(network, {"width": 8}), SENSORS, 50.0, LABELS)
    return FrameModel(replace(settings, **changes))


@pytest.mark.parametrize("network", list(NETWORKS))
def test_a_stepper_tells_what_the_whole_tells(network):
    model = made_model(network).train()
    frames, present = made_frames(1, batch=1, samples=80)
    whole = model.probabilities(frames[0].numpy(), present[0].numpy())
    stepper = Stepper(model)
    Stepper(model)  # which leaves the model as it was
    assert (stepper.rate_hz, stepper.labels, stepper.sensors) == (50.0, LABELS, SENSORS)
    for _ in range(2):
        for t in range(80):
            told = stepper.push(frames[0, t].numpy(), present[0, t].numpy())
            np.testing.assert_allclose(told, whole[t], atol=1e-5)
        stepper.reset()
    assert model.training  # it was copied
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)


def test_a_stepper_lives_through_anything():
    stepper = Stepper(made_model())
    steady = np.tile([0, 0, 9.8, 0, 0, 0], (3, 1))
    for value in (np.nan, np.inf, -1e30, 0):
        stepper.push(np.full((3, 6), value))
    for _ in range(100):
        told = stepper.push(steady)
    assert np.isfinite(told).all()
    other = Stepper(made_model())
    for _ in range(100):
        steadily = other.push(steady)
    np.testing.assert_allclose(told, steadily, atol=1e-3)  # it forgets
    for frame, present in ((steady[:2], None), (steady, np.ones((3, 1), bool)), (steady[0], None)):
        with pytest.raises(ConfigError, match=r"a frame .* not \(3, 6\) and \(3, 2\)"):
            stepper.push(frame, present)


@pytest.mark.parametrize("network", list(NETWORKS))
def test_a_file_keeps_all(tmp_path, network):
    model = made_model(network, source={"people": ["made p1"], "best": {"step": 3}})
    save_frame_model(model, tmp_path / "deep" / "m.pt")
    again = load_frame_model(tmp_path / "deep" / "m.pt")
    assert again.settings == model.settings
    frames, present = made_frames(2, batch=1)
    np.testing.assert_array_equal(
        again.probabilities(frames[0].numpy(), present[0].numpy()),
        model.probabilities(frames[0].numpy(), present[0].numpy()),
    )
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["m.pt"]


def test_files_that_are_no_models(tmp_path):
    file = tmp_path / "m.pt"
    with pytest.raises(ConfigError, match="there is no such file"):
        load_frame_model(file)
    save_frame_model(made_model(), file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ConfigError, match="or it is damaged"):
        load_frame_model(file)

    class Runs:
        def __reduce__(self):
            return (pytest.fail, ("code of a file ran",))

    torch.save({"format": "online 1", "settings": Runs(), "state": {}}, file)
    with pytest.raises(ConfigError, match="or it is damaged"):
        load_frame_model(file)
    torch.save([1, 2], file)
    with pytest.raises(ConfigError, match="no model of imusim"):
        load_frame_model(file)
    torch.save({"format": 1, "settings": {}, "state": {}}, file)
    with pytest.raises(ConfigError, match="format 1; frame-wise models are 'online 1'"):
        load_frame_model(file)
    for settings in (
        {"network": "gru", "sensors": ("wrist",)}, {"network": "what"}, {"rate_hz": 0.0},
        {"layers": 2}, {"sensors": ("pelvis", "pelvis")}, {"sensors": ()}, {"labels": ("a", "b")},
    ):  # fmt: skip
        torch.save({"format": "online 1", "settings": settings, "state": {}}, file)
        with pytest.raises(ConfigError, match="of another network: "):
            load_frame_model(file)


def test_a_network_moves_to_other_sensors():
    """Each begins as the nearest on the body; what it hears of them is what the old one heard."""
    old = made_model().eval()
    settings = FrameSettings(
        "gru", {"width": 8}, ("left_elbow", "right_wrist", "left_knee"), 50.0, ("a", "b")
    )
    new = transferred(old, settings).eval()
    before = old.network.entry.weight.unflatten(1, (3, INPUTS))
    after = new.network.entry.weight.unflatten(1, (3, INPUTS))
    np.testing.assert_array_equal(after[:, 0].detach(), before[:, 0].detach())  # left_wrist
    np.testing.assert_array_equal(after[:, 1].detach(), before[:, 1].detach())
    np.testing.assert_array_equal(after[:, 2].detach(), before[:, 2].detach())  # pelvis
    frames, present = made_frames(3)
    np.testing.assert_allclose(
        new.network(frames, present).detach(), old.network(frames, present).detach(), atol=1e-6
    )
    turned = transferred(
        old, replace(old.settings, sensors=SENSORS[::-1], labels=("a", "b"))
    ).eval()
    np.testing.assert_allclose(
        turned.network(frames.flip(2), present.flip(2)).detach(),
        old.network(frames, present).detach(),
        atol=1e-6,
    )
    with pytest.raises(ConfigError, match="is a gru with"):
        transferred(old, replace(settings, network="lstm"))
    with pytest.raises(ConfigError, match="takes 50 Hz, not 25 Hz"):
        transferred(old, replace(settings, rate_hz=25.0))


def test_a_model_without_classes_says_so():
    model = made_model(labels=())
    with pytest.raises(ConfigError, match="pretrained only"):
        Stepper(model)
    with pytest.raises(ConfigError, match="pretrained only"):
        model.probabilities(np.zeros((4, 3, 6)))
