"""The check of a whole column of solids and surfaces: what is wrong, where."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import shapely

from .codes import Tolerances
from .findings import Findings
from .polygons import check_polygons
from .shells import check_shells
from .solids import check_solids
from .soup import Body, Floats, Kind, Shapes, Soup, fitting_shells, from_bodies, from_shapes


def check_bodies(
    bodies: Sequence[Body], tolerances: Tolerances | None = None, together: pl.Series | None = None
) -> pl.DataFrame:
    """The errors of surfaces and solids given as nested lists: row, code, name, polygon, x, y, z, text.

    `together` has a number for each row, equal for parts of one thing, which must not overlap; null for none.

    >>> corners = {"a": (0, 0, 0), "b": (1, 0, 0), "c": (0, 1, 0), "d": (0, 0, 1)}
    >>> faces = [[[corners[name] for name in face]] for face in ("acb", "abd", "bcd")]
    >>> check_bodies([Body(Kind.SOLID, [[faces]])])["name"].to_list()
    ['TOO_FEW_POLYGONS']
    """
    chosen = tolerances or Tolerances()
    return _checked(from_bodies(bodies, chosen.snap), chosen, together)


def check_geometries(
    wkb: pl.Series | Shapes,
    is_solid: pl.Series,
    tolerances: Tolerances | None = None,
    together: pl.Series | None = None,
    shells: pl.Series | None = None,
    is_composite: pl.Series | None = None,
) -> pl.DataFrame:
    """The errors of a column of WKB, or of an array of shapes: row (from 0), code, name, polygon, x, y, z, text.

    Only MultiPolygon Z and Polygon Z are looked at; `is_solid` says which enclose a volume, of others only the
    polygons are checked. `shells` has for each row the polygons in each shell of each solid; where it is null, which
    polygons are of one shell is told by where they close, in their order. `is_composite` says of which rows the
    surfaces, or the solids, have to be one.
    """
    chosen = tolerances or Tolerances()
    return _checked(soup_of(wkb, is_solid, chosen, shells, is_composite), chosen, together)


def soup_of(
    wkb: pl.Series | Shapes,
    is_solid: pl.Series,
    tolerances: Tolerances,
    shells: pl.Series | None = None,
    is_composite: pl.Series | None = None,
) -> Soup:
    """The surfaces and solids of a column, as `check_geometries` takes them; of other shapes a row has nothing."""
    shapes = np.array(shapely.from_wkb(wkb.to_numpy()) if isinstance(wkb, pl.Series) else wkb, dtype=object)
    is_polygonal = np.isin(shapely.get_type_id(shapes), (3, 6)) & shapely.has_z(shapes) & ~shapely.is_empty(shapes)
    is_polygonal[is_polygonal] = np.isfinite(_sums(shapes[is_polygonal]))
    shapes[~is_polygonal] = None
    solid = is_solid.fill_null(value=False).to_numpy()
    one = np.zeros(len(shapes), dtype=bool) if is_composite is None else is_composite.fill_null(value=False).to_numpy()
    is_told = fitting_shells(shapes, shells) & solid
    kinds = np.select(
        [is_told & one, is_told, solid, one],
        [Kind.COMPOSITE_SOLID, Kind.MULTI_SOLID, Kind.UNKNOWN_SOLIDS, Kind.COMPOSITE_SURFACE],
        Kind.MULTI_SURFACE,
    ).astype(np.int64)
    told = None if shells is None else shells.set(pl.Series(~is_told), None)
    return from_shapes(shapes, kinds, tolerances.snap, told)


def _sums(shapes: Shapes) -> Floats:
    """Of each shape the sum of its coordinates: not finite where one is not."""
    coordinates, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    return np.bincount(owner, weights=coordinates.sum(axis=1), minlength=len(shapes)).astype(np.float64)


def _checked(soup: Soup, tolerances: Tolerances, together: pl.Series | None) -> pl.DataFrame:
    findings = Findings(soup)
    if len(soup.ring):
        surfaces = check_polygons(soup, tolerances, findings)
        shells = check_shells(soup, surfaces, tolerances, findings)
        groups = None if together is None else together.fill_null(-1).cast(pl.Int64).to_numpy()
        check_solids(soup, shells, tolerances, findings, groups)
    return findings.table()
