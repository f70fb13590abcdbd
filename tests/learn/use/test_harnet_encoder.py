"""harnets as their users know them: weights by their published names, windows in g."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from imusim.conventions import STANDARD_GRAVITY  # noqa: E402
from imusim.errors import ConfigError  # noqa: E402
from imusim.learn import load_encoder  # noqa: E402
from imusim.learn.batch import UNKNOWN, SensorBatch  # noqa: E402
from imusim.learn.encoders.harnet import read_harnet  # noqa: E402

BOX = {
    (2, 2): [1, 3, 3, 1], (3, 1): [1, 2, 3, 2, 1], (4, 0): [1, 1, 1, 1],
    (5, 1): [1, 2, 3, 4, 5, 4, 3, 2, 1],
}  # fmt: skip
LAYERS = {
    "harnet5": [
        (64, 2, (2, 2)), (128, 2, (2, 2)), (256, 2, (3, 1)), (256, 2, (3, 1)), (512, 0, (3, 1)),
    ],
    "harnet10": [
        (64, 2, (2, 2)), (128, 2, (2, 2)), (256, 2, (5, 1)), (512, 2, (5, 1)), (1024, 0, (3, 1)),
    ],
    "harnet30": [
        (64, 2, (3, 1)), (128, 2, (3, 1)), (256, 2, (5, 1)), (512, 2, (5, 1)), (1024, 0, (4, 0)),
    ],
}  # fmt: skip


def published(name, before="module.", seed=0):
    """A file as the publishers write it: of the network in training, with its three heads."""
    rng = torch.Generator().manual_seed(seed)
    state, channels = {}, 3

    def norm(at, size):
        for part in ("weight", "bias", "running_mean", "running_var"):
            state[f"{at}.{part}"] = 0.5 + torch.rand(size, generator=rng)
        state[f"{at}.num_batches_tracked"] = torch.tensor(7)

    def convolution(at, after, channels):
        spread = (after * 5) ** -0.5
        state[f"{at}.weight"] = spread * torch.randn(after, channels, 5, generator=rng)

    for number, (after, blocks, filter_) in enumerate(LAYERS[name], 1):
        layer = f"{before}feature_extractor.layer{number}"
        convolution(f"{layer}.0", after, channels)
        for block in range(1, blocks + 1):
            for k in (1, 2):
                norm(f"{layer}.{block}.bn{k}", after)
                convolution(f"{layer}.{block}.conv{k}", after, after)
        norm(f"{layer}.{blocks + 1}", after)
        kernel = torch.tensor(BOX[filter_], dtype=torch.float32)
        state[f"{layer}.{blocks + 3}.kernel"] = (kernel / kernel.sum()).repeat(after, 1, 1)
        channels = after
    for head in ("aot_h", "permute_h", "time_w_h"):
        state[f"{before}{head}.linear1.weight"] = torch.zeros(2, channels)
        state[f"{before}{head}.linear1.bias"] = torch.zeros(2)
    return state


@pytest.mark.parametrize(
    ("name", "samples", "width"), [("harnet5", 150, 512), ("harnet10", 300, 1024)]
)
def test_published_weights_by_name(name, samples, width, tmp_path):
    state = published(name)
    torch.save(state, tmp_path / "mtl.mdl")
    encoder = load_encoder(name, weights=tmp_path / "mtl.mdl")
    held = encoder.network.state_dict()
    assert {f"module.{key}" for key in held} == {key for key in state if "_h." not in key}
    for key, value in held.items():
        assert torch.equal(value, state[f"module.{key}"])
    windows = np.random.default_rng(0).normal(size=(3, 3, samples)) + [[0], [0], [1]]
    made = encoder.encode(windows)
    assert made.shape == (3, width) == (3, encoder.width)
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, encoder(torch.from_numpy(windows)))
    # As an encoder of batches, of which accelerations are in m/s².
    signals = torch.zeros(3, 1, 6, samples)
    signals[:, 0, :3] = STANDARD_GRAVITY * torch.from_numpy(windows)
    batch = SensorBatch(
        signals, torch.full((3, 1), UNKNOWN), torch.ones(3, 1, 2, dtype=torch.bool),
        torch.ones(3, samples, dtype=torch.bool),
    )  # fmt: skip
    with torch.no_grad():
        np.testing.assert_allclose(encoder.network(batch), made, rtol=1e-4, atol=1e-5)


def test_other_makings_of_the_same_weights(tmp_path):
    """With the classifier of the hub, without what counts batches, and as we write them."""
    state = published("harnet5", "")
    state["classifier.linear1.weight"] = torch.zeros(512, 512)
    for key in [key for key in state if "num_batches" in key]:
        del state[key]
    torch.save(state, tmp_path / "hub.pt")
    one = read_harnet("harnet5", tmp_path / "hub.pt")
    torch.save(one.state_dict(), tmp_path / "ours.pt")
    other = read_harnet("harnet5", tmp_path / "ours.pt")
    for key, value in one.state_dict().items():
        assert torch.equal(value, other.state_dict()[key])


def test_files_that_do_not_fit(tmp_path):
    file = tmp_path / "file.mdl"

    def refused(what, message, name="harnet5"):
        torch.save(what, file)
        with pytest.raises(ConfigError, match=message) as error:
            load_encoder(name, weights=file)
        assert "\n" not in str(error.value)
        assert str(file) in str(error.value)

    state = published("harnet5")
    kernel = "module.feature_extractor.layer1.5.kernel"
    first = "module.feature_extractor.layer1.0.weight"
    refused({k: v for k, v in state.items() if k != first}, "layer1.0.weight is missing$")
    refused({**state, kernel: state[kernel].flip(0) * 2}, "layer1.5.kernel is another filter$")
    refused({**state, first: state[first][:, :2]}, r"is \(64, 2, 5\), not \(64, 3, 5\)$")
    refused({**state, first: state[first] * torch.nan}, "is not finite$")
    refused({**state, "module.feature_extractor.layer6.0.weight": state[first]}, "is not known$")
    refused(state, "no weights of harnet10: .*kernel.*, and .* more", "harnet10")
    refused({"linear.weight": torch.zeros(2)}, "these are no harnet's")
    refused([1, 2], "these are no harnet's")
    refused(torch.nn.Linear(2, 2), "no file of weights")  # which only running it would read
    file.write_bytes(b"PK nonsense")
    with pytest.raises(ConfigError, match="no file of weights"):
        load_encoder("harnet5", weights=file)
    with pytest.raises(ConfigError, match="there is no such file; weights are at https://"):
        load_encoder("harnet5", weights=tmp_path / "none")


def test_harnet30_is_not_taken_for_harnet10(tmp_path):
    """Their parameters have the same shapes; only their filters tell them apart."""
    torch.save(published("harnet30"), tmp_path / "mtl_30.mdl")
    with pytest.raises(ConfigError, match=r"no weights of harnet10: .*layer1\.5\.kernel"):
        load_encoder("harnet10", weights=tmp_path / "mtl_30.mdl")


def test_no_weights_are_shipped():
    with pytest.raises(ConfigError, match=r"imusim ships no weights; .*weights=FILE") as error:
        load_encoder("harnet10")
    assert "\n" not in str(error.value)
    with pytest.raises(ConfigError, match="not both"):
        load_encoder("harnet10", weights="file", random=True)
    with pytest.raises(ConfigError, match="weights are for harnet5"):
        load_encoder("run", weights="file")
    assert load_encoder("harnet30", random=True).encode(np.ones((2, 3, 900))).shape == (2, 1024)


def test_windows_that_are_none():
    encoder = load_encoder("harnet5", random=True)
    assert encoder.encode(np.zeros((0, 3, 150))).shape == (0, 512)
    for windows, message in (
        (np.zeros((2, 150, 3)), r"\(N, 3, 150\), not \(2, 150, 3\)"),
        (np.zeros((3, 150)), "harnet5 takes windows"),
        (np.full((1, 3, 150), np.nan), "finite"),
    ):
        with pytest.raises(ConfigError, match=message):
            encoder.encode(windows)
