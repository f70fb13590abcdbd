"""The registry: names, folders, keys."""

import subprocess
import sys

import pytest

from imusim import plugins
from imusim.errors import ConfigError, MotionError
from imusim.motion import MotionSource
from motion_sources import find_clips, get_source, sources

HEAD = "HIERARCHY\n"


def make(folder, *names):
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEAD)


def keys(*args, **kwargs):
    return [clip.key for clip in find_clips(*args, **kwargs)]


def test_bundled_sources():
    found = sources()
    assert {"bvh", "bullet-clips"} <= set(found)
    for name, source in found.items():
        assert source.name == name
        assert source.summary
        assert source.home.startswith(("https://", "http://"))
        assert source.obtain
    with pytest.raises(ConfigError, match="bullet-clips, bvh"):
        get_source("vicon")


def test_folder(tmp_path):
    make(tmp_path, "b.bvh", "a/z.BVH", "a/2.bvh", "a/10.bvh", "readme.md.not", ".hidden/c.bvh")
    (tmp_path / "notes.md").write_text("no clip")
    (tmp_path / "readme.md.not").write_text("no clip")
    assert keys([tmp_path]) == ["a/10", "a/2", "a/z", "b"]
    assert keys([tmp_path / "a"]) == ["10", "2", "z"]
    assert keys([tmp_path / "b.bvh", tmp_path]) == ["b", "a/10", "a/2", "a/z"]
    assert {clip.source for clip in find_clips([str(tmp_path)])} == {"bvh"}


def test_keys_are_unique_and_do_not_know_the_machine(tmp_path):
    names = ("one/s1/walk.bvh", "one/s2/walk.bvh", "two/s1/walk.bvh", "two/s1/walk.BVH")
    for home in ("here", "there"):
        make(tmp_path / home, *names)
    found = []
    for home in ("here", "there"):
        base = tmp_path / home
        found.append(keys([base / name for name in names]))
        assert len(set(found[-1])) == 4
        assert not any(home in key for key in found[-1])
        both = keys([base / "one", base / "two"])
        assert len(set(both)) == 4
        assert not any(home in key for key in both)
        assert keys([base / "one" / "s1", base / "one" / "s2"]) == ["s1/walk", "s2/walk"]
    assert found[0] == found[1]
    make(tmp_path, "p/s1/a.bvh", "p/s1/a.BVH", "q/s1/a.bvh", "q/s1/a.BVH")
    assert keys([tmp_path / "p", tmp_path / "q"]) == [
        "p/s1/a.BVH",
        "p/s1/a.bvh",
        "q/s1/a.BVH",
        "q/s1/a.bvh",
    ]


def test_trailing_dots_in_names_are_kept(tmp_path):
    make(tmp_path, "v1.0.bvh", "v1.1.bvh")
    assert keys([tmp_path]) == ["v1.0", "v1.1"]


def test_forced_source(tmp_path):
    make(tmp_path, "a.bvh")
    (tmp_path / "b.dat").write_text("whatever")
    (clip,) = find_clips([tmp_path / "b.dat"], "bvh")
    assert clip.source == "bvh"
    assert keys([tmp_path], "bvh") == ["a"]
    with pytest.raises(MotionError, match="bullet-clips"):
        find_clips([tmp_path], "bullet-clips")
    with pytest.raises(ConfigError):
        find_clips([tmp_path], "vicon")


def test_thousands_of_files_given_one_by_one(tmp_path):
    names = [f"{number:04d}.bvh" for number in range(3000)]
    make(tmp_path, *names)
    assert keys([tmp_path / name for name in names]) == [name[:-4] for name in names]


def test_a_folder_of_links_to_files_elsewhere(tmp_path):
    make(tmp_path, "store/a.bvh", "store/b.bvh")
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    (chosen / "first.bvh").symlink_to(tmp_path / "store" / "a.bvh")
    assert keys([chosen]) == ["first"]


def test_nothing_found(tmp_path):
    (tmp_path / "x.dat").write_text("whatever")
    (tmp_path / "empty").mkdir()
    for path, words in (
        (tmp_path / "none", "no such file"),
        (tmp_path / "x.dat", "bullet-clips, bvh"),
        (tmp_path, "no clips"),
        (tmp_path / "empty", "no clips"),
    ):
        with pytest.raises(MotionError, match=words):
            find_clips([path])
    with pytest.raises(MotionError, match="no paths"):
        find_clips([])


class Point:
    name, value = "odd", "odd:SOURCE"

    def __init__(self, loaded):
        self.loaded = loaded

    def load(self):
        if isinstance(self.loaded, Exception):
            raise self.loaded
        return self.loaded


@pytest.fixture
def installed(monkeypatch):
    def install(loaded):
        monkeypatch.setattr(plugins, "entry_points", lambda group: [Point(loaded)])
        plugins.load_plugins.cache_clear()

    yield install
    plugins.load_plugins.cache_clear()


def test_third_party_source(installed, tmp_path):
    def never(*args):
        raise NotImplementedError

    installed(MotionSource("odd", "", "", "", "", "", lambda file: True, never, never))
    assert list(sources()) == ["odd"]


@pytest.mark.parametrize("loaded", [ImportError("no module"), 7])
def test_broken_entry_point(installed, loaded):
    installed(loaded)
    with pytest.raises(ConfigError, match="odd"):
        sources()


def test_pybullet_is_not_imported():
    code = (
        "import sys, motion_sources as m; m.default_clips();"
        "sys.exit(any(n.startswith(('pybullet', 'torch', 'scipy')) for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_counts_by_what_lies_in_it(tmp_path):
    make(tmp_path, "full/a.bvh")
    (tmp_path / "empty").mkdir()
    assert keys([tmp_path / "full/a.bvh", tmp_path / "full"]) == ["a"]
    with pytest.raises(MotionError, match="empty: no clips in this folder"):
        find_clips([tmp_path / "full", tmp_path / "empty"])
