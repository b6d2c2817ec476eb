"""From a source's coordinate reference system to the storage one, never by a quiet guess.

An operation of unknown accuracy (a *ballpark* one: PROJ has no transformation and would just copy coordinates) is
refused unless the workspace allows it by name; what comes of it is marked. Why: `datums.md` of the project's
standards notes; PROJ's own term is in its documentation of `proj_create_crs_to_crs`.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from kg.workspace import AllowedOperation

Geometries = npt.NDArray[np.object_]


class DatumError(ValueError):
    """The source's reference system is unknown, or no operation of known accuracy leads to the storage one."""


@dataclass(frozen=True, slots=True)
class Operation:
    """How coordinates of a source reach the storage reference system."""

    source: str
    target: str
    text: str  # "none" or the steps in PROJ's words
    accuracy_m: float | None
    is_ballpark: bool
    steps: tuple[Transformer, ...]

    def apply(self, geometries: Geometries) -> Geometries:
        """The geometries (x-y order, source CRS) in the target CRS, x-y order; heights are left as they are."""
        if not self.steps:
            return geometries
        return shapely.transform(geometries, self._horizontal, include_z=True)

    def _horizontal(self, xyz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Move x and y, keep z. Each place is computed once: a solid names most of its corners nine times."""
        all_places = pl.DataFrame(xyz[:, :2], schema=["x", "y"])
        places = all_places.unique(maintain_order=True)
        x, y = places["x"].to_numpy(), places["y"].to_numpy()
        for step in self.steps:
            x, y = step.transform(x, y)
        moved = all_places.join(
            places.with_columns(pl.Series("to_x", x), pl.Series("to_y", y)),
            on=["x", "y"],
            how="left",
            maintain_order="left",
        )
        return np.column_stack([moved["to_x"].to_numpy(), moved["to_y"].to_numpy(), xyz[:, 2]])


METRES_PER_DEGREE: Final = 6_371_007.0 * math.pi / 180
"""Of latitude, on the sphere that has the area of GRS80: below 0.4 % off, enough to judge by, not for a register."""


def horizontal_crs(name: str) -> CRS:
    """The horizontal part of a CRS; raises DatumError for a name that is none."""
    try:
        crs = CRS.from_user_input(name)
    except CRSError as error:
        raise DatumError(
            f"{name!r} is no coordinate reference system: give one as EPSG:n with --crs or in the mapping"
        ) from error
    return crs.sub_crs_list[0] if crs.is_compound else crs


@lru_cache(maxsize=64)
def operation(source: str, target: str, allowed: tuple[AllowedOperation, ...]) -> Operation:
    """The best operation from `source` to `target`, or the ballpark one that the workspace allows by name.

    >>> operation("EPSG:4548", "EPSG:4490", ()).accuracy_m
    0.0
    >>> operation("EPSG:28992", "EPSG:4490", ())
    Traceback (most recent call last):
    ...
    ingest.datum.DatumError: No operation of known accuracy leads from EPSG:28992 to EPSG:4490: ...
    """
    start, end = horizontal_crs(source), horizontal_crs(target)
    if start == end:
        return Operation(source, target, "none", 0.0, is_ballpark=False, steps=())
    if exact := _best(start, end):
        return Operation(source, target, exact.description, exact.accuracy, is_ballpark=False, steps=(exact,))
    permit = _permit(start, end, allowed)
    if permit is None:
        raise DatumError(
            f"No operation of known accuracy leads from {source} to {target}: PROJ would copy coordinates across "
            f"datums. To allow it by name, add [[datum.allow]] with source, target, uncertainty_m to workspace.toml"
        )
    steps = _ballpark_steps(start, end, permit)
    text = " + ".join(step.description for step in steps)
    return Operation(source, target, text, permit.uncertainty_m, is_ballpark=True, steps=steps)


def _permit(start: CRS, end: CRS, allowed: Sequence[AllowedOperation]) -> AllowedOperation | None:
    """The permit by the name of the CRS; a plane that one file laid around itself has none, only that of its datum."""
    sources = [start] if start.to_epsg() or not start.is_projected else [start, start.geodetic_crs]
    for permit in allowed:
        if horizontal_crs(permit.source) in sources and horizontal_crs(permit.target) == end:
            return permit
    return None


def _ballpark_steps(start: CRS, end: CRS, permit: AllowedOperation) -> tuple[Transformer, ...]:
    if permit.through is None:
        return (_any(start, end),)
    middle = horizontal_crs(permit.through)
    first = _best(start, middle)
    if first is None:
        raise DatumError(
            f"`through` {permit.through} does not help: no operation of known accuracy leads there from {permit.source}"
        )
    return (first, _any(middle, end))


def _best(start: CRS, end: CRS) -> Transformer | None:
    group = _group(start, end, allow_ballpark=False)
    return group.transformers[0] if group.transformers else None


def _any(start: CRS, end: CRS) -> Transformer:
    return _group(start, end, allow_ballpark=True).transformers[0]


def _group(start: CRS, end: CRS, *, allow_ballpark: bool) -> TransformerGroup:
    with warnings.catch_warnings():
        # A better operation whose grid is not on this machine: the one used is named with its accuracy instead.
        warnings.filterwarnings("ignore", message="Best transformation is not available")
        return TransformerGroup(start, end, always_xy=True, allow_ballpark=allow_ballpark)


@lru_cache
def to_degrees(crs: str) -> Transformer:
    """From a reference system to longitude and latitude, for what is shown or judged and never stored.

    >>> [round(degrees, 3) for degrees in to_degrees("EPSG:28992").transform(84_000, 447_000)]
    [4.353, 52.007]
    """
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
