"""What every dataset states."""

import pytest

from imusim.errors import ConfigError, MotionError
from imusim.licences.table import LICENCES
from imusim.recordings import find_recordings, get_dataset, known_datasets
from imusim.sensor.placement import find_placements


@pytest.mark.parametrize("name", list(known_datasets()))
def test_what_it_says_is_whole(name):
    dataset = get_dataset(name)
    assert dataset.name == name
    assert dataset.licence in ("", *LICENCES)
    assert dataset.home.startswith("http")
    assert dataset.summary
    assert dataset.obtain
    assert dataset.citation
    assert dataset.rate_hz > 0


@pytest.mark.parametrize("name", [n for n, d in known_datasets().items() if not d.paired])
def test_placements_are_places_and_labels_are_words(name):
    dataset = get_dataset(name)
    assert dataset.placements
    for placement in dataset.placements.values():
        assert len(find_placements([placement])) == 1
    assert dataset.labels
    for words in dataset.labels.values():
        assert any(word.endswith("ing") for word in words.split()), words


@pytest.mark.parametrize("name", list(known_datasets()))
def test_folder_without_recordings(name, tmp_path):
    with pytest.raises(MotionError, match=rf"no recordings of {name} here"):
        find_recordings(name, tmp_path)
    with pytest.raises(MotionError, match="there is no such folder"):
        find_recordings(name, tmp_path / "none")


def test_unknown_dataset():
    with pytest.raises(ConfigError, match="no dataset 'pamap'"):
        get_dataset("pamap")
