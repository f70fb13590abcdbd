"""Whether what an earlier run left is of the same run, and may be gone on with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from imusim.corpus.layout import Layout
from imusim.corpus.manifest import MANIFEST, Manifest, Run, read_manifest
from imusim.corpus.staging import PARTS, RUN
from imusim.errors import CorpusError
from imusim.motion import ClipRef
from imusim.pipeline.work import write_whole


class RunRecord(BaseModel):
    """What a run is of: its settings, its clips, how they are cut into pieces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: Run
    clips: int
    clips_sha256: str
    piece_clips: int

    @classmethod
    def of(cls, layout: Layout, clips: Sequence[ClipRef], piece_clips: int) -> RunRecord:
        """The record of a run that begins."""
        names = "".join(f"{clip.source}\0{clip.key}\n" for clip in clips)
        digest = hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()
        return cls(
            run=layout.runs[0], clips=len(clips), clips_sha256=digest, piece_clips=piece_clips
        )

    def settle(self, folder: Path, given: str) -> RunRecord:
        """The record of the hidden folder: that of the run which was stopped there, or this one.

        Raises
        ------
        CorpusError
            If the stopped run is another: it names a setting that differs.
        """
        path = folder / RUN
        (folder / PARTS).mkdir(exist_ok=True)
        try:
            before = RunRecord.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            before = None
        if before is not None:
            difference = next(_differences(before, self), None)
            if difference is not None:
                raise CorpusError(
                    f"{given}: cannot go on with the run that was stopped: {difference}; give its "
                    "settings again, or start again with --overwrite"
                )
            return before
        write_whole(path, self.model_dump_json())
        return self


def _differences(before: RunRecord, now: RunRecord) -> Iterator[str]:
    old, new = before.run.configuration, now.run.configuration
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name} was {_short(old.get(name))}, is {_short(new.get(name))}"
    for name, version in now.run.created_with.items():
        if before.run.created_with.get(name) != version:
            yield f"it had {name} {before.run.created_with.get(name)}, this is {version}"
    if before.clips != now.clips:
        yield f"it had {before.clips:,} clips, now there are {now.clips:,}"
    if before.clips_sha256 != now.clips_sha256:
        yield "its clips were others"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def whole_corpus(folder: Path, layout: Layout, clips: int | None) -> Manifest | None:
    """The manifest of a corpus that is what this run would make; none where it is not there.

    Parameters
    ----------
    folder : Path
    layout : Layout
    clips : int, optional
        How many clips the run has, where each is drawn once.

    Raises
    ------
    CorpusError
        If it was made with the same settings from another number of clips.
    """
    if not (folder / MANIFEST).exists():
        return None
    manifest = read_manifest(folder)
    if manifest.runs != layout.runs:
        return None
    tried = manifest.counts.clips + len(manifest.skipped)
    if clips is not None and tried != clips:
        raise CorpusError(
            f"{folder}: the corpus is whole, but was made of {tried:,} clips where there are now "
            f"{clips:,}; make it again with --overwrite"
        )
    return manifest
