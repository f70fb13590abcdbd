"""The table of contents of a corpus: what is in it, what made it, and proof that it is whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
)

from imusim.corpus.channels import known_channels
from imusim.corpus.codecs import Codec
from imusim.corpus.counts import Counted
from imusim.corpus.schema import SCHEMA_VERSION
from imusim.errors import CorpusError

MANIFEST = "manifest.json"
BACKUP = "manifest.backup.json"
"""The same bytes again, from which a damaged manifest is restored."""
MANIFESTS = (MANIFEST, BACKUP)
REPAIR = "`imusim repair` restores it"
_READ_BYTES = 8_000_000
SHARD_PATTERN = r"^shard-[0-9]{5,}\.h5$"


Store = Literal["float32", "device"]
"""Readings, or the counts of the devices' converters."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Run(_Model):
    """What made clips: versions of the software, settings, seed."""

    created_with: dict[str, str]
    configuration: dict[str, JsonValue]
    seed: int | None


class Counts(_Model):
    """How much a corpus holds."""

    clips: int = Field(ge=0)
    frames: int = Field(ge=0)
    captions: int = Field(ge=0)


class Skipped(_Model):
    """A clip that could not be made, and why."""

    clip: str
    reason: str


class Shard(_Model):
    """One file of a corpus."""

    file: Annotated[str, StringConstraints(pattern=SHARD_PATTERN)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: int = Field(ge=0)
    clips: int = Field(ge=0)
    frames: int = Field(ge=0)


class Manifest(_Model):
    """The table of contents, ``manifest.json``. It holds no time of day: same seed, same bytes.

    ``sha256`` is that of the text without this field; a manifest is written twice. ``counted``
    says which datasets hold counts of their devices' LSBs; none where all are float32.
    """

    schema_version: int
    runs: tuple[Run, ...] = Field(min_length=1)
    rate_hz: float = Field(gt=0, allow_inf_nan=False)
    pose_rate_hz: float = Field(gt=0, allow_inf_nan=False)
    sensors: tuple[str, ...] = Field(min_length=1)
    joints: tuple[str, ...] = Field(min_length=1)
    devices: tuple[str, ...] = Field(min_length=1)
    channels: Annotated[tuple[str, ...], AfterValidator(known_channels)]
    store: Store
    codec: Codec
    counted: dict[str, Counted]
    counts: Counts
    duration_s: float = Field(ge=0, allow_inf_nan=False)
    skipped: tuple[Skipped, ...]
    shards: tuple[Shard, ...]
    sha256: str = ""

    def text(self) -> str:
        """The text of the file, with its digest."""
        content = self.model_dump(mode="json", exclude={"sha256"})
        digest = hashlib.sha256(_json(content).encode()).hexdigest()
        return _json(content | {"sha256": digest})


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write both copies, each whole or not at all. Raises OSError."""
    for name in reversed(MANIFESTS):
        partial = folder / f".{name}.partial"
        with partial.open("wb") as file:
            file.write(manifest.text().encode())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / name)


def file_digest(path: Path, progress: Callable[[int], None] = lambda _: None) -> str:
    """SHA-256 of a file, with ``progress(bytes done)``. Raises OSError."""
    digest = hashlib.sha256()
    done = 0
    block = memoryview(bytearray(_READ_BYTES))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            digest.update(block[:count])
            done += count
            progress(done)
    return digest.hexdigest()


class _Version(BaseModel):
    schema_version: int


def read_manifest(folder: Path, name: str = MANIFEST) -> Manifest:
    """Read and check ``manifest.json`` of a corpus, or its backup.

    Raises
    ------
    CorpusError
        If it is missing, unreadable, of another schema version, not what the schema says, or
        its text is not that of its digest.
    """
    path = folder / name
    try:
        text = path.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        if not folder.exists():
            raise CorpusError(f"{folder}: no such folder") from None
        if any((folder / other).exists() for other in MANIFESTS):
            raise CorpusError(f"{path}: the manifest is missing; {REPAIR}") from None
        raise CorpusError(
            f"{folder}: not a corpus (there is no {MANIFEST}); make one with `imusim generate`"
        ) from None
    except UnicodeDecodeError:
        raise CorpusError(f"{path}: not UTF-8: the manifest is damaged; {REPAIR}") from None
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        _check_version(path, _Version.model_validate_json(text).schema_version)
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "manifest"
        message = first["msg"].splitlines()[0]
        raise CorpusError(f"{path}: {place}: {message}; {REPAIR}") from None
    if manifest.text() != text:
        raise CorpusError(f"{path}: its SHA-256 is another: it was changed or damaged; {REPAIR}")
    return manifest


def _check_version(path: Path, version: int) -> None:
    if version > SCHEMA_VERSION:
        raise CorpusError(
            f"{path}: schema version {version} is newer than the {SCHEMA_VERSION} that this "
            "imusim reads; upgrade imusim"
        )
    if version < 1:
        raise CorpusError(f"{path}: schema version {version} does not exist")
    if version < SCHEMA_VERSION:
        raise CorpusError(
            f"{path}: schema version {version} was made by an older imusim, this one reads "
            f"{SCHEMA_VERSION}; make the corpus again"
        )
