"""WebDataset: tar files whose members belong together by the name before the first dot."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from imusim.export.columns import array_rows, array_type, fact_features, header
from imusim.export.pieces import Piece, npy
from imusim.export.plan import Plan

SHORT = {"accelerometer": "acc", "gyroscope": "gyr"}
"""What the members with the signals are called; the others bear the array's name."""
_HEADER = 512
"""Bytes of a member's header, and of the blocks that members are made of."""


class WebDatasetWriter:
    """Writes ``corpus-00000.tar`` and so on; the same examples give the same bytes."""

    def __init__(self, plan: Plan, folder: Path):
        self._plan = plan
        self._folder = folder
        self._tar: tarfile.TarFile | None = None
        self._files = self._written = self.examples = 0

    def add(self, piece: Piece) -> None:
        """Write an example: its arrays, and a JSON file with all that is known of it."""
        arrays = piece.arrays()
        members = {f"{SHORT.get(name, name)}.npy": npy(array) for name, array in arrays.items()}
        members["json"] = json.dumps(piece.facts, ensure_ascii=False, allow_nan=False).encode()
        size = sum(_HEADER + len(data) + -len(data) % _HEADER for data in members.values())
        tar = self._tar
        if tar is None or (self._written and self._written + size > self._plan.shard_bytes):
            tar = self._next()
        for ending, data in members.items():
            entry = tarfile.TarInfo(f"{piece.name}.{ending}")  # no time, no owner
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        self._written += size
        self.examples += 1

    def _next(self) -> tarfile.TarFile:
        self.close()
        path = self._folder / f"corpus-{self._files:05d}.tar"
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._files += 1
        self._written = 0
        return self._tar

    def finish(self) -> list[str]:
        """Complete the files."""
        self.close()
        return []

    def header(self) -> list[str]:
        """The members, for the card: what a clip lacks must not decide what another may have."""
        features: list[dict[str, Any]] = [{"name": "json", "struct": fact_features(flat=False)}]
        for name, row in array_rows(self._plan).items():
            kind: Any = array_type(name)
            if len(row) == 2:
                kind = {"array3_d": {"shape": [None, *row], "dtype": kind}}
                features.append({"name": f"{SHORT.get(name, name)}.npy", "dtype": kind})
            else:
                kind = {"list": kind} if row else kind
                features.append({"name": f"{SHORT.get(name, name)}.npy", "list": kind})
        return header(
            [*features, *({"name": n, "dtype": "string"} for n in ("__key__", "__url__"))]
        )

    def close(self) -> None:
        """Let go of the file."""
        if self._tar is not None:
            self._tar.close()
            self._tar = None
