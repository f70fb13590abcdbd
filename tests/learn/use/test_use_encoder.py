"""A model at work: the same numbers as its parts, from any kind of input."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from use_models import features, made_recording, made_sensor, small_model  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn import Encoder, load_encoder  # noqa: E402
from imusim.learn.model import save_model  # noqa: E402
from imusim.learn.use import Named, classes_of, read_classes  # noqa: E402
from imusim.recordings.files import read_file  # noqa: E402

LABELS = ["walking", "climbing stairs", "sitting"]


@pytest.fixture(scope="module")
def encoder():
    return Encoder(small_model(), features=features)


def test_embeddings_of_any_input_are_the_models(encoder, tmp_path):
    recording = made_recording()
    (sensor,) = recording.sensors
    windows = encoder.windows(recording)
    with torch.no_grad():
        expected = encoder.model.embed_sensors(windows.batch()).numpy()
    arrays = np.concatenate([sensor.accelerometer, sensor.gyroscope], axis=1)
    names = [f"left_wrist_{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]
    file = tmp_path / "watch.csv"
    table = np.column_stack([sensor.time_s, arrays])
    head = ",".join(["t_s", *names])
    np.savetxt(file, table, delimiter=",", header=head, comments="", fmt="%.9f")
    for what, more in (
        (recording, {}), (windows, {}), (windows.batch(), {}),
        ({"left_wrist": arrays}, {"rate_hz": 20.0}),
    ):  # fmt: skip
        made = encoder.encode(what, **more)
        assert made.dtype == np.float32
        np.testing.assert_allclose(made, expected, atol=2e-6)
    read = encoder.encode(read_file(file))
    assert read.shape == expected.shape
    for path in (file, str(file)):
        np.testing.assert_array_equal(encoder.encode(path), read)
    np.testing.assert_allclose(np.linalg.norm(expected, axis=1), 1, rtol=1e-5)


def test_probabilities_are_clips(encoder):
    """Softmax of scaled similarities, of each label's mean embedding; recomputed plainly."""
    prompts = {"walking": ["a person walks", "walking"], "sitting": "a person sits"}
    named = encoder.classify(made_recording(), prompts)
    model = encoder.model
    with torch.no_grad():
        windows = model.embed_sensors(encoder.windows(made_recording()).batch())
        walking = model.embed_text(features(["a person walks", "walking"])).mean(dim=0)
        sitting = model.embed_text(features(["a person sits"]))[0]
        classes = torch.stack([walking / walking.norm(), sitting / sitting.norm()])
        expected = torch.softmax(model.scale() * windows @ classes.T, dim=1)
    np.testing.assert_allclose(named.probabilities, expected, atol=1e-5)
    np.testing.assert_allclose(named.probabilities.sum(axis=1), 1)
    assert named.labels == ("walking", "sitting")
    assert named.best == tuple(named.labels[k] for k in expected.argmax(dim=1).tolist())


def test_the_order_of_labels_counts_for_nothing(encoder):
    one = encoder.classify(made_recording(), LABELS)
    other = encoder.classify(made_recording(), LABELS[::-1])
    np.testing.assert_allclose(one.probabilities, other.probabilities[:, ::-1], rtol=1e-9)


def test_windows_alike_are_one_span():
    shares = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.6, 0.4], [0.8, 0.2]])
    start = np.array([0.0, 5.0, 10.0, 15.0, 40.0])  # a gap before the last
    spans = Named(start, start + 10, ("a", "b"), shares).spans()
    assert spans.best == ("a", "b", "a", "a")
    assert spans.start_s.tolist() == [0, 10, 15, 40]
    assert spans.end_s.tolist() == [15, 20, 25, 50]
    np.testing.assert_allclose(spans.probabilities[0], [0.8, 0.2])


def test_an_upright_model_asks_which_way_is_up():
    encoder = Encoder(small_model("upright"), features=features)
    with pytest.raises(ConfigError, match="say which with --up"):
        encoder.encode(made_recording())
    assert encoder.encode(made_recording(), up="gravity").shape == (3, 24)


def test_files_and_folders_of_models(tmp_path):
    model = small_model()
    save_model(model, tmp_path / "model.pt")
    for path in (tmp_path, tmp_path / "model.pt", str(tmp_path)):
        encoder = load_encoder(path, features=features)
        assert encoder.settings == model.settings
        np.testing.assert_allclose(
            encoder.encode(made_recording()),
            Encoder(model).encode(made_recording()), atol=1e-6,
        )  # fmt: skip
    held = torch.load(tmp_path / "model.pt", weights_only=True)
    held["settings"]["encoder"] = "stgcn"
    held["settings"]["encoder_settings"] = {}
    torch.save(held, tmp_path / "other.pt")
    with pytest.raises(ConfigError, match="of another architecture") as error:
        load_encoder(tmp_path / "other.pt")
    assert "\n" not in str(error.value)
    with pytest.raises(ConfigError, match="no such file"):
        load_encoder(tmp_path / "none.pt")


def test_devices():
    with pytest.raises(ConfigError, match="use cpu, or auto"):
        Encoder(small_model(), "cuda:77")
    with pytest.raises(ConfigError, match="there is none such"):
        Encoder(small_model(), "abacus")
    assert Encoder(small_model(), "auto").encode(made_recording()).shape == (3, 24)


def test_arrays_that_are_none(encoder):
    good = np.zeros((100, 6))
    for arrays, rate_hz, message in (
        ({"left_wrist": good}, None, "need their rate"),
        ({"left_wrist": good[:, :4]}, 20, r"not \(N, 3 or 6\)"),
        ({}, 20, "no arrays"),
    ):
        with pytest.raises(ConfigError, match=message):
            encoder.encode(arrays, rate_hz=rate_hz)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "no labels: name two"),
        (["walking"], "1 label: name two"),
        ("walking", "several texts, not one"),
        (["walking", " "], "a label is empty"),
        (["walking", " Walking"], "there twice"),
        ({"walking": [], "sitting": ["sits"]}, "'walking' has an empty prompt"),
        ({"walking": ["moves"], "sitting": ["moves"]}, "prompt 'moves' is there twice"),
    ],
)
def test_labels_that_cannot_be_told_apart(labels, message):
    with pytest.raises(ConfigError, match=message):
        classes_of(labels)


def test_prompts_of_files(tmp_path):
    file = tmp_path / "prompts.toml"
    file.write_text(
        '[[classes]]\nname = "walking"\nsentences = ["a person walks"]\n'
        '[[classes]]\nname = "sitting"\n'
    )
    classes = read_classes(file)
    assert classes.names == ("walking", "sitting")
    assert classes.prompts == (("walking", "a person walks"), ("sitting",))
    assert read_classes("uci-har").names[0] == "walking"
    for text, message in (
        ("[[classes]]\nnam = 'x'", "classes.0"),
        ("", "classes: Field required"),
        ("[[classes]]\nname = 'x'", "1 label"),
        ("=", "prompts.toml"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match=message):
            read_classes(file)
    with pytest.raises(ConfigError, match="no such file"):
        read_classes("uci-hat")


def test_several_sensors_at_their_own_rates(encoder):
    recording = made_recording(
        made_sensor(), made_sensor("phone", "right_hip", 1, seconds=24, rate_hz=50)
    )
    assert encoder.encode(recording).shape == (3, 24)
    placed = encoder.encode(recording, placement={"phone": "chest"})
    assert np.abs(placed - encoder.encode(recording)).max() > 1e-4
