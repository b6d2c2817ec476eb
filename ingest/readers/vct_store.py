"""Geometries by the id of their record, kept in a scratch file: the memory holds an index, not the coordinates.

A VCT file has its geometries before the attributes that belong to them, and its lines before the polygons that are made
of them, and refers to both by id in any order.
"""

import os
import tempfile
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

Ints = npt.NDArray[np.int64]

_INDEX: Final = {
    "id": pl.String(),
    "code": pl.String(),
    "place": pl.Int64(),
    "size": pl.Int64(),
    "@dimension": pl.Int8(),
    "@problem": pl.String(),
}


class GeometryStore:
    """Filled by `add`, then sorted by `finish`, then asked; a context manager."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._end = 0
        self._frames: list[pl.DataFrame] = []
        self.index = pl.DataFrame(schema=_INDEX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, ids: pl.Series, codes: pl.Series, geometries: pl.DataFrame) -> None:
        """Keep geometries in the columns of the contract, one for each id."""
        wkb = geometries["@geometry"]
        sizes = wkb.bin.size().cast(pl.Int64).fill_null(0)
        self._file.write(b"".join(wkb.drop_nulls()))
        frame = geometries.select(ids.alias("id"), codes.alias("code"), sizes.alias("size"), "@dimension", "@problem")
        place = pl.col("size").cum_sum() - pl.col("size") + self._end
        self._frames.append(frame.with_columns(place=place).select(list(_INDEX)))
        self._end += int(sizes.sum())

    def finish(self) -> Self:
        """End the filling: sort the index by id, the same ids in the order of the file."""
        self._file.flush()
        if self._frames:
            self.index = pl.concat(self._frames).sort("id", maintain_order=True)
            self._frames = []
        return self

    def ranges(self, ids: pl.Series) -> tuple[Ints, Ints]:
        """For each id, where its geometries begin in the index and how many there are."""
        if self.index.is_empty() or ids.is_empty():
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
        ids = ids.fill_null("")
        begin = self.index["id"].search_sorted(ids, side="left").to_numpy().astype(np.int64)
        end = self.index["id"].search_sorted(ids, side="right").to_numpy().astype(np.int64)
        return begin, end - begin

    def first(self, ids: pl.Series) -> Ints:
        """For each id the place of its first geometry in the index, -1 where there is none."""
        begin, count = self.ranges(ids)
        return np.where(count > 0, begin, -1)

    def wkb(self, at: Ints) -> list[bytes | None]:
        """The geometries at these places of the index; None where there is none."""
        number = self._file.fileno()
        found = self.index[at] if len(at) else self.index.clear()
        places = zip(found["place"].to_list(), found["size"].to_list(), strict=True)
        return [os.pread(number, size, place) if size else None for place, size in places]

    def shapes(self, at: Ints) -> npt.NDArray[np.object_]:
        """The same as shapes; a place of -1 is none."""
        shapes = np.full(len(at), None, dtype=object)
        is_there = at >= 0
        shapes[is_there] = shapely.from_wkb(self.wkb(at[is_there]))
        return shapes
