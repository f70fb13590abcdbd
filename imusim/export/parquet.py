"""Parquet as the Hugging Face Hub has it: ``data/train-00000-of-00002.parquet``, and a card.

A row is an example. Arrays are flat lists, C order, whose shape the column's metadata state
(``numpy.reshape``): nested lists take pandas and ``datasets`` a hundred times as long.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import QUALITY
from imusim.corpus.schema import SHARD_NOTES
from imusim.errors import ConfigError, MissingExtraError
from imusim.export.columns import (
    LISTS,
    NUMBERS,
    ROWS,
    TEXTS,
    array_rows,
    array_type,
    fact_features,
    header,
)
from imusim.export.pieces import Piece, frames_bytes
from imusim.export.plan import Plan

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP_BYTES = 32_000_000
"""Signals that are held, and written together."""
_MOST_VALUES = 2**31 - 1
"""Values of a list column in a row group: its offsets are int32."""

_REPEATED = [*TEXTS, *(f"{name}.list.element" for name, kind in LISTS.items() if kind == "string")]
"""Columns whose values recur, which a dictionary stores once."""


class ParquetWriter:
    """Writes ``data/train-*.parquet``.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """

    def __init__(self, plan: Plan, folder: Path):
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError:
            raise MissingExtraError(
                "Parquet needs pyarrow: pip install 'imusim-toolkit[export]'"
            ) from None
        self._plan = plan
        self._folder = folder / "data"
        self._folder.mkdir()
        self._schema = _schema(plan)
        self._rows: list[Piece] = []
        self._arrays: list[dict[str, NDArray[Any]]] = []
        self._held = self._files = self._written = self.examples = 0
        self._file: pq.ParquetWriter | None = None

    def add(self, piece: Piece) -> None:
        """Take an example, and write those that are held when they are many."""
        arrays = piece.arrays()
        if max(array.size for array in arrays.values()) > _MOST_VALUES:
            raise ConfigError(
                f"clip {piece.clip.key!r} is too long for a row of Parquet; cut it with --window"
            )
        size = frames_bytes(arrays)
        if self._held and self._held + size > min(ROW_GROUP_BYTES, self._plan.shard_bytes):
            self._flush()
        self._rows.append(piece)
        self._arrays.append(arrays)
        self._held += size
        self.examples += 1

    def _flush(self) -> None:
        """Write what is held as a row group."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._file is not None and self._written + self._held > self._plan.shard_bytes:
            self._end_file()
        if self._file is None:
            path = self._folder / f"train-{self._files:05d}.parquet"
            options: dict[str, Any] = {"compression": "zstd", "use_dictionary": _REPEATED}
            self._file = pq.ParquetWriter(path, self._schema, **options)
            self._files += 1
        columns = [_column(field, self._rows, self._arrays) for field in self._schema]
        table = pa.Table.from_arrays(columns, schema=self._schema)
        self._file.write_table(table, row_group_size=max(len(self._rows), 1))
        self._written += self._held
        self._rows, self._arrays, self._held = [], [], 0

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._written = None, 0

    def finish(self) -> list[str]:
        """Complete the files, and name each after how many there are."""
        if self._rows:
            self._flush()
        self._end_file()
        for number in range(self._files):
            path = self._folder / f"train-{number:05d}.parquet"
            path.rename(self._folder / f"train-{number:05d}-of-{self._files:05d}.parquet")
        return []

    def header(self) -> list[str]:
        """The columns, for the card."""
        arrays = ({"name": n, "list": array_type(n)} for n in array_rows(self._plan))
        return header([*fact_features(flat=True), *arrays])

    def close(self) -> None:
        """Let go of the files."""
        self._end_file()


def _schema(plan: Plan) -> pa.Schema:
    """The columns, with the shapes, units and frames of the arrays in their metadata."""
    import pyarrow as pa

    fields = [pa.field(name, pa.string(), nullable=False) for name in TEXTS]
    fields += [
        pa.field(name, getattr(pa, kind)(), nullable=False) for name, kind in NUMBERS.items()
    ]
    sensors = len(plan.sensors)
    for name, kind in LISTS.items():
        shape = [-1] if name == "captions" else [sensors, ROWS[name]] if name in ROWS else [sensors]
        fields.append(_list(name, kind, shape, SHARD_NOTES.get(f"clips/{name}", {})))
    quality = pa.struct([pa.field(name, pa.float64()) for name in QUALITY])
    fields.append(pa.field("quality", quality, nullable=False))
    for name, row in array_rows(plan).items():
        fields.append(_list(name, array_type(name), [-1, *row], SHARD_NOTES[name]))
    return pa.schema(fields, metadata={"sensors": json.dumps(plan.sensors)})


def _list(name: str, kind: str, shape: Sequence[int], notes: Mapping[str, str]) -> pa.Field:
    import pyarrow as pa

    item = {"bool": pa.bool_, "float32": pa.float32, "float64": pa.float64, "string": pa.string}
    metadata: dict[bytes | str, bytes | str] = {"shape": json.dumps(shape), **notes}
    return pa.field(name, pa.list_(item[kind]()), nullable=False, metadata=metadata)


def _column(field: pa.Field, rows: list[Piece], arrays: list[dict[str, NDArray[Any]]]) -> pa.Array:
    import pyarrow as pa

    if field.name in arrays[0]:
        values = [array[field.name].ravel() for array in arrays]
    elif field.name in ROWS:
        values = [np.ravel(piece.facts[field.name]) for piece in rows]
    else:
        return pa.array([piece.facts[field.name] for piece in rows], field.type)
    ends = np.cumsum([0, *(len(value) for value in values)], dtype=np.int32)
    flat = pa.array(np.concatenate(values), field.type.value_type)
    return pa.ListArray.from_arrays(pa.array(ends), flat, type=field.type)
