"""The network of UniMTS: its graph by hand, and its work by a plain loop over joints."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from encoder_batches import make_batch  # noqa: E402
from torch.nn import functional  # noqa: E402

from imusim.conventions import JOINTS  # noqa: E402
from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.batch import UNKNOWN, SensorBatch, placements  # noqa: E402
from imusim.learn.encoders.body_graph import partitions_of  # noqa: E402
from imusim.learn.encoders.stgcn import BLOCKS, StGcn, on_joints  # noqa: E402


def heard(partition, by, of, far=True):
    return partitions_of(far)[partition, JOINTS.index(of), JOINTS.index(by)]


def test_the_graph_by_hand():
    assert heard(0, "pelvis", "pelvis") == pytest.approx(1 / 4)  # itself and three children
    assert heard(2, "pelvis", "left_hip") == pytest.approx(1 / 4)
    assert heard(1, "left_hip", "pelvis") == pytest.approx(1 / 3)
    assert heard(2, "left_hip", "left_knee") == pytest.approx(1 / 3)
    assert heard(1, "spine3", "spine2") == pytest.approx(1 / 5)  # neck and two collars above
    assert heard(2, "spine3", "neck") == pytest.approx(1 / 5)
    assert heard(1, "head", "neck") == pytest.approx(1 / 2)
    assert heard(0, "right_wrist", "right_wrist") == pytest.approx(1 / 2)
    assert heard(1, "left_wrist", "left_shoulder") == 0  # two bones away
    whole = partitions_of()
    np.testing.assert_allclose(whole.sum(axis=(0, 1)), 1)
    assert (np.count_nonzero(whole, axis=(1, 2)) == [22, 21, 21]).all()
    assert not np.triu(whole[2]).any()  # parents come before their children


def test_the_published_code_tells_parents_only_near_the_pelvis():
    short = partitions_of(far=False)
    np.testing.assert_array_equal(short.sum(axis=0), partitions_of().sum(axis=0))
    assert (np.count_nonzero(short, axis=(1, 2)) == [22, 6, 36]).all()
    assert heard(1, "left_hip", "pelvis", far=False) > 0
    assert heard(1, "left_knee", "left_hip", far=False) > 0
    assert heard(2, "left_ankle", "left_knee", far=False) > 0  # its parent, in the children's


@pytest.mark.parametrize(("gyroscope", "count"), [(True, 5_180_608), (False, 5_179_900)])
def test_as_many_parameters_as_unimts(gyroscope, count):
    assert sum(p.numel() for p in StGcn(gyroscope).parameters()) == count


def randomised(model, seed=0):
    torch.manual_seed(seed)
    for name, value in model.state_dict().items():
        if "running_var" in name or name.endswith("norm.weight"):
            value.uniform_(0.5, 1.5)
        elif "importance" in name:
            value.uniform_(0, 2)
        elif value.is_floating_point() and value.ndim == 1:
            value.normal_(0, 0.3)
    return model.double().eval()


def normed(layer, x):
    shape = (-1, *[1] * (x.ndim - 1))
    mean, var = layer.running_mean.view(shape), layer.running_var.view(shape)
    return (x - mean) / (var + layer.eps).sqrt() * layer.weight.view(shape) + layer.bias.view(shape)


def plain(model, signals):
    """(512,) of one window (22, C, T), joint by joint and neighbour by neighbour."""
    joints, channels, _ = signals.shape
    x = normed(model.norm, signals.flatten(0, 1)).view(joints, channels, -1).transpose(0, 1)
    for number, (after, stride) in enumerate(BLOCKS):
        block = model.blocks[number]
        weight = block.graph.weight[..., 0, 0].view(3, after, -1)
        bias = block.graph.bias.view(3, after, 1)
        near = model.neighbours * model.importance[number]
        told = torch.zeros(after, joints, x.shape[-1], dtype=x.dtype)
        for partition in range(3):
            for joint in range(joints):
                for other in range(joints):
                    if near[partition, other, joint]:
                        said = weight[partition] @ x[:, other] + bias[partition]
                        told[:, joint] += near[partition, other, joint] * said
        inner = functional.relu(normed(block.norm, told))
        outer = []
        for joint in range(joints):
            conv = block.time
            one = functional.conv1d(inner[:, joint], conv.weight[..., 0], conv.bias, stride, 4)
            one = normed(block.last_norm, one)
            if block.cut is not None:
                cut = block.cut.weight[..., 0, 0] @ x[:, joint, ::stride] + block.cut.bias[:, None]
                one = one + normed(block.cut_norm, cut)
            elif number:
                one = one + x[:, joint]
            outer.append(functional.relu(one))
        x = torch.stack(outer, dim=1)
    return x.mean(dim=(1, 2))


@pytest.mark.parametrize("gyroscope", [True, False])
def test_the_same_as_a_plain_loop(gyroscope):
    model = randomised(StGcn(gyroscope))
    batch = make_batch(1, windows=2, samples=21)
    batch = SensorBatch(
        batch.signals.double(), batch.placement, batch.present, torch.ones_like(batch.valid)
    )
    with torch.no_grad():
        made = model(batch)
        for number, signals in enumerate(on_joints(batch)):
            expected = plain(model, signals[:, : model.channels])
            torch.testing.assert_close(made[number], expected, rtol=1e-9, atol=1e-9)


def test_padding_is_as_if_it_were_not_there():
    model = randomised(StGcn())
    batch = make_batch(2, windows=1, samples=40)
    short = SensorBatch(
        batch.signals[..., :27].double(), batch.placement, batch.present,
        torch.ones(1, 27, dtype=torch.bool),
    )  # fmt: skip
    padded = SensorBatch(
        batch.signals.double(), batch.placement, batch.present, torch.arange(40)[None] < 27
    )
    with torch.no_grad():
        torch.testing.assert_close(model(padded), model(short), rtol=1e-9, atol=1e-9)


def test_masked_norms_train_as_pytorchs():
    """Without padding the figures of a batch are those of torch's own batch norm."""
    torch.manual_seed(3)
    batch = make_batch(3, samples=30)
    whole = SensorBatch(batch.signals, batch.placement, batch.present, torch.ones(4, 30).bool())
    padded = SensorBatch(
        functional.pad(whole.signals, (0, 10), value=7.0), batch.placement, batch.present,
        functional.pad(whole.valid, (0, 10)),
    )  # fmt: skip
    one, other = StGcn(), StGcn()
    other.load_state_dict(one.state_dict())
    torch.testing.assert_close(one(whole), other(padded), rtol=1e-3, atol=1e-4)
    for name, value in one.state_dict().items():
        torch.testing.assert_close(value, other.state_dict()[name], rtol=1e-3, atol=1e-4)


def test_two_on_a_joint_and_one_nowhere():
    signals = torch.arange(18.0).reshape(1, 3, 6, 1)
    present = torch.tensor([[[True, True], [True, False], [False, True]]])
    place = torch.cat([placements(["left_wrist", "left_wrist"]), torch.tensor([UNKNOWN])])
    whole = torch.ones(1, 1, dtype=torch.bool)
    there = on_joints(SensorBatch(signals, place[None], present, whole))[0, ..., 0]
    assert there[JOINTS.index("left_wrist")].tolist() == [3, 4, 5, 3, 4, 5]
    assert there[JOINTS.index("pelvis")].tolist() == [0, 0, 0, 15, 16, 17]
    assert not there[1:20].any()


def test_no_such_partitions():
    with pytest.raises(ConfigError, match="there are: paper, code"):
        StGcn(partitions="other")
