"""Repair of invalid outlines: offered for each, taken only when asked for, always marked, and taken back again.

What is repaired is a polygon of the plane whose outline crosses or touches itself. `shapely.make_valid` is asked with
its method "structure" (rings keep their meaning as shells and holes; Martinez, Rueda and Feito 2009 as in GEOS), then
with "linework" (all lines noded, areas by parity). A result is offered when it is polygons and nothing else, and its
area differs from that of the rings as given by less than `MOST_CHANGE`: what would change more is for a person.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .readers.contract import Problem

Shapes = npt.NDArray[np.object_]

MOST_CHANGE: Final = 0.01
"""The part of its area that a repair may change."""
MARK: Final = "make_valid"
"""How the operation of a repaired geometry begins in the ledger: `make_valid structure`, then how it was moved."""
_METHODS: Final[tuple[Literal["structure", "linework"], ...]] = ("structure", "linework")
_POLYGONAL: Final = (3, 6)  # shapely's type numbers of Polygon and MultiPolygon


@dataclass(frozen=True, slots=True)
class Offers:
    """For each of some shapes the repair, None where there is none to offer, its method, and how the area changes."""

    shapes: Shapes
    methods: Shapes
    changes: npt.NDArray[np.float64]

    @property
    def are_there(self) -> npt.NDArray[np.bool_]:
        return ~shapely.is_missing(self.shapes)


def offers(shapes: Shapes) -> Offers:
    """The repairs of invalid polygons of the plane.

    >>> spike = shapely.from_wkt("POLYGON ((0 0, 10 0, 10 10, 5 10, 5 11, 5 10, 0 10, 0 0))")
    >>> bow = shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))")
    >>> found = offers(np.array([spike, bow]))
    >>> found.methods.tolist(), found.changes.tolist()
    (['structure', None], [0.0, inf])
    """
    repaired, methods = np.full((2, len(shapes)), None, dtype=object)
    changes = np.full(len(shapes), np.inf)
    is_open = np.isin(shapely.get_type_id(shapes), _POLYGONAL) & ~shapely.has_z(shapes)
    is_open &= _are_finite(shapes)
    for method in _METHODS:
        place = np.flatnonzero(is_open & shapely.is_missing(repaired))
        given = shapes[place]
        tried = _made_valid(given, method)
        area = shapely.area(given)
        change = np.full(len(place), np.inf)
        np.divide(shapely.area(tried) - area, area, out=change, where=area > 0)
        fits = np.isin(shapely.get_type_id(tried), _POLYGONAL) & ~shapely.is_empty(tried)
        fits &= (np.abs(change) < MOST_CHANGE) & shapely.is_valid(tried)
        repaired[place[fits]] = tried[fits]
        methods[place[fits]] = method
        changes[place[fits]] = change[fits]
    return Offers(repaired, methods, changes)


def _are_finite(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Whether all coordinates of each shape are numbers; its bounds leave NaN out."""
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    is_odd = ~np.isfinite(places).all(axis=1)
    found: npt.NDArray[np.bool_] = np.bincount(owner[is_odd], minlength=len(shapes)) == 0
    return found


def _made_valid(shapes: Shapes, method: Literal["structure", "linework"]) -> Shapes:
    if method == "structure":
        return shapely.make_valid(shapes, method=method, keep_collapsed=False)
    return shapely.make_valid(shapes, method=method)


def offered_texts(shapes: Shapes) -> list[str]:
    """What the detail of each invalid shape says of its repair; "" where there is none."""
    found = offers(shapes)
    return [
        "" if method is None else f"; `--repair` would take it by {MARK} {method}, area {change:+.4%}"
        for method, change in zip(found.methods, found.changes.tolist(), strict=True)
    ]


OFFERED: Final = "`--repair` would take it"
"""The words by which the detail of a row in quarantine tells that it can be repaired."""


def repaired(geometries: pl.DataFrame) -> pl.DataFrame:
    """Geometries with `@original` (WKB as given) and `@repair` (the method) where an invalid one was repaired."""
    is_crossing = (geometries["@problem"] == str(Problem.SELF_CROSSING)).fill_null(value=False).to_numpy()
    whole = np.full(geometries.height, None, dtype=object)
    methods = whole.copy()
    place = np.flatnonzero(is_crossing)
    if len(place):
        found = offers(shapely.from_wkb(geometries["@geometry"].to_numpy()[place]))
        whole[place], methods[place] = shapely.to_wkb(found.shapes, flavor="iso"), found.methods
    new = pl.Series("@new", whole.tolist(), dtype=pl.Binary)
    is_done = pl.col("@new").is_not_null()
    return geometries.with_columns(
        new, pl.Series("@repair", methods.tolist(), dtype=pl.String)
    ).with_columns(
        pl.when(is_done).then("@geometry").alias("@original"),
        pl.coalesce("@new", "@geometry").alias("@geometry"),
        pl.when(~is_done).then("@problem").alias("@problem"),
    ).drop("@new")  # fmt: skip


def unrepaired(geometries: pl.DataFrame) -> pl.DataFrame:
    """Geometries with the columns of `repaired`, of which none was."""
    return geometries.with_columns(
        pl.lit(None, dtype=pl.Binary).alias("@original"), pl.lit(None, dtype=pl.String).alias("@repair")
    )


def operation_text(moved: str) -> pl.Expr:
    """How geometries came to be as the ledger has them: `make_valid structure; ` before how they were moved."""
    return pl.when(pl.col("@repair").is_null()).then(pl.lit(moved)).otherwise(
        pl.concat_str(pl.lit(f"{MARK} "), "@repair", pl.lit("" if moved == "none" else f"; {moved}"))
    )  # fmt: skip
