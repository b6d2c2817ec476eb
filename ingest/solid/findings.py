"""What was found wrong, gathered as columns: row, code, place, text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from .codes import Code
from .soup import Bools, Floats, Ints, Soup

COLUMNS = {
    "row": pl.Int64,  # position in the column that was checked, from 0
    "code": pl.Int64,  # a `Code`
    "name": pl.String,
    "polygon": pl.Int64,  # position of the polygon in the geometry, from 0; null where several are concerned
    "x": pl.Float64,  # where it is, in the coordinates given; null where it is everywhere
    "y": pl.Float64,
    "z": pl.Float64,
    "text": pl.String,
}


@dataclass(slots=True)
class Findings:
    """Errors as they are found; kept as columns."""

    soup: Soup
    parts: list[pl.DataFrame] = field(default_factory=list)

    def at_polygons(self, code: Code, polygons: Ints, text: Sequence[str] | str, points: Floats | None = None) -> None:
        """One error for each of these polygons; at `points` (the row's own origin), else at the first corner."""
        if not len(polygons):
            return
        if points is None:
            first = np.zeros(len(self.soup.shell), dtype=np.int64)
            first[self.soup.polygon_of_point[::-1]] = np.arange(len(self.soup.ring))[::-1]
            points = self.soup.points[first[polygons]]
        rows = self.soup.row_of_polygon
        is_first = np.r_[True, rows[1:] != rows[:-1]]
        first_of_row = np.maximum.accumulate(np.where(is_first, np.arange(len(rows)), 0))
        self._add(code, rows[polygons], polygons - first_of_row[polygons], points, text)

    def at_shells(self, code: Code, shells: Ints, text: Sequence[str] | str, points: Floats | None = None) -> None:
        """One error for each of these shells, at a point of it where there is one."""
        self.at_rows(code, self.soup.row_of_shell[shells], text, points)

    def at_rows(self, code: Code, rows: Ints, text: Sequence[str] | str, points: Floats | None = None) -> None:
        """One error for each of these rows."""
        if len(rows):
            self._add(code, rows, None, points, text)

    def _add(
        self, code: Code, rows: Ints, polygons: Ints | None, points: Floats | None, text: Sequence[str] | str
    ) -> None:
        count = len(rows)
        places: npt.NDArray[np.float64] = (
            np.full((count, 3), np.nan) if points is None else points + self.soup.origin[rows]
        )
        self.parts.append(
            pl.DataFrame(
                {
                    "row": rows,
                    "code": np.full(count, int(code)),
                    "name": [code.name] * count,
                    "polygon": [None] * count if polygons is None else polygons,
                    "x": places[:, 0],
                    "y": places[:, 1],
                    "z": places[:, 2],
                    "text": [text] * count if isinstance(text, str) else list(text),
                },
                schema=COLUMNS,
            ).with_columns(pl.col("x", "y", "z").fill_nan(None))
        )

    def table(self) -> pl.DataFrame:
        """All that was found, by row and code."""
        return pl.concat([pl.DataFrame(schema=COLUMNS), *self.parts]).sort("row", "code", maintain_order=True)


def any_by(owner: Ints, is_so: Bools, count: int) -> Bools:
    """Whether it is so for any member of each owner."""
    found = np.zeros(count, dtype=bool)
    found[owner[is_so]] = True
    return found
