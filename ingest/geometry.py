"""Geometries of a batch on their way into the ledger: checked, merged, moved to the storage CRS, measured."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from pyproj import CRS

from ontology import Schema

from . import measures
from .apply import PROBLEM_COLUMNS
from .datum import METRES_PER_DEGREE, Operation, horizontal_crs
from .readers.crs import metres_per_unit
from .reasons import Reason
from .repair import offered_texts, operation_text

Shapes = npt.NDArray[np.object_]

# How GEOS names a kind of geometry -> the ontology's geometry kinds (`entity_classes.csv`).
_KIND_OF_TYPE = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon", 7: "collection"}
# What a reader says of a geometry -> our reason; the kept ones of a solid's meanings are no reason to refuse a row.
_REASON_OF_PROBLEM = {"missing": Reason.NULL_GEOMETRY, "empty": Reason.EMPTY_GEOMETRY,
                      "self-crossing": Reason.INVALID_GEOMETRY}  # fmt: skip
_KEPT_PROBLEMS = ("bad-semantics",)
_POINTS_AND_LINES = (0, 1, 2, 4, 5)  # shapely's type numbers


def in_metres(shapes: Shapes, crs: str) -> Shapes:
    """Shapes in a plane whose unit is the metre, close enough to measure lengths and areas of a few kilometres.

    A projected CRS in metres is taken as it is, one in feet is scaled by its unit. Degrees are scaled at each shape's
    own middle latitude on the GRS80 sphere of equal area (6,371,007 m): below 0.4 % off, which is enough for
    thresholds, not for a register.
    """
    system = horizontal_crs(crs)
    if not system.is_geographic:
        unit = metres_per_unit(system)
        return shapes if unit == 1 else shapely.transform(shapes, lambda xy: xy * unit)
    coordinates, place = shapely.get_coordinates(shapes, return_index=True)
    scaled = coordinates * METRES_PER_DEGREE
    scaled[:, 0] *= shrinking(shapes)[place]
    return shapely.set_coordinates(shapely.force_2d(shapes.copy()), scaled)


def shrinking(shapes: Shapes) -> npt.NDArray[np.float64]:
    """How much shorter than one of latitude a degree of longitude is, at the middle latitude of each shape."""
    bounds = shapely.bounds(shapes)
    found: npt.NDArray[np.float64] = np.cos(np.nan_to_num(np.radians((bounds[:, 1] + bounds[:, 3]) / 2)))
    return found


def _cubic_metres(volumes: npt.NDArray[np.float64], shapes: Shapes, crs: str) -> npt.NDArray[np.float64]:
    """Volumes of shapes whose heights are in metres; those in degrees are scaled as `in_metres` does it."""
    if not horizontal_crs(crs).is_geographic:
        return volumes
    return volumes * METRES_PER_DEGREE**2 * shrinking(shapes)


def geometry_problems(
    geometries: pl.DataFrame, records: pl.DataFrame, schema: Schema, *, required: bool
) -> pl.DataFrame:
    """Rows whose geometry keeps them from being taken: @row, key, reason, detail."""
    rows = geometries.join(records.select("@row", "key", "class"), on="@row")
    named = rows.filter(pl.col("@problem").is_not_null() & ~pl.col("@problem").is_in(_KEPT_PROBLEMS))
    if not required:
        named = named.filter(~pl.col("@problem").is_in(["missing", "empty"]))
    reasons = {word: str(reason) for word, reason in _REASON_OF_PROBLEM.items()}
    reason = pl.col("@problem").replace_strict(reasons, default=str(Reason.DAMAGED_GEOMETRY), return_dtype=pl.String)
    found = [named.with_columns(reason.alias("reason"), pl.format("geometry: {}", "@problem").alias("detail"))]
    found[0] = _explained(found[0])
    whole = rows.filter(pl.col("@problem").is_null(), pl.col("@geometry").is_not_null())
    shapes = shapely.from_wkb(whole["@geometry"].to_numpy())
    found.append(_wrong_kinds(whole, shapes, schema))
    endless = _has_endless(shapes)
    found.append(
        whole.filter(pl.Series(endless)).with_columns(
            pl.lit(str(Reason.DAMAGED_GEOMETRY)).alias("reason"), pl.lit("a coordinate is not finite").alias("detail")
        )
    )
    columns = list(PROBLEM_COLUMNS)
    return pl.concat([part.select(columns) for part in found]).unique("@row", keep="first", maintain_order=True)


def _has_endless(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Which shapes have a coordinate, or a height, that is NaN or infinite; their bounds would pass over NaN."""
    found = np.zeros(len(shapes), dtype=bool)
    coordinates, place = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    is_wrong = ~np.isfinite(coordinates[:, :2]).all(axis=1)
    is_wrong |= shapely.has_z(shapes)[place] & ~np.isfinite(coordinates[:, 2])
    found[place[is_wrong]] = True
    return found


def _explained(rows: pl.DataFrame) -> pl.DataFrame:
    """For crossing outlines the reason and place that GEOS gives, and whether a repair is offered; they are few."""
    is_crossing = (rows["reason"] == str(Reason.INVALID_GEOMETRY)).to_numpy()
    detail = rows["detail"].to_numpy().copy()
    if is_crossing.any():
        wkb = rows["@geometry"].to_numpy()[is_crossing]
        shapes = shapely.from_wkb(wkb)
        detail[is_crossing] = shapely.is_valid_reason(shapes) + np.array(offered_texts(shapes), dtype=object)
    return rows.with_columns(pl.Series("detail", detail, dtype=pl.String))


def _wrong_kinds(rows: pl.DataFrame, shapes: Shapes, schema: Schema) -> pl.DataFrame:
    """Geometries of a kind that their class does not have; a MultiPolygon Z counts as polygon and as solid."""
    kinds = pl.Series("kind", [_KIND_OF_TYPE.get(int(n), "none") for n in range(-1, 8)])
    kind = kinds.gather((shapely.get_type_id(shapes) + 1).tolist()) if len(shapes) else kinds.clear()
    allowed = {name: "|".join(term.geometry_kinds) for name, term in schema.classes.items() if term.geometry_kinds}
    marked = rows.with_columns(
        kind.alias("kind"),
        pl.col("class").replace_strict(allowed, default=None, return_dtype=pl.String).alias("allowed"),
    ).with_columns(pl.col("allowed").str.split("|").alias("kinds"))
    fits = pl.col("kinds").list.contains(pl.col("kind")) | (
        (pl.col("kind") == "polygon") & pl.col("kinds").list.contains("solid") & (pl.col("@dimension") == 3)
    )
    return marked.filter(~fits).with_columns(
        pl.lit(str(Reason.WRONG_GEOMETRY_TYPE)).alias("reason"),
        pl.format("{} for a {}: expected {}", "kind", "class", "allowed").alias("detail"),
    )


def merge_geometries(geometries: pl.DataFrame, first_row: Mapping[int, int]) -> pl.DataFrame:
    """The geometries of rows that were merged into a first row: parts of one geometry per dimension and LOD."""
    if not first_row:
        return geometries
    moved = geometries.with_columns(pl.col("@row").replace(first_row).alias("@row"))
    group = ["@row", "@dimension", "@lod"]
    several = moved.filter(pl.len().over(group) > 1)
    single = moved.filter(pl.len().over(group) == 1)
    merged = []
    for _, part in several.group_by(group, maintain_order=True):
        together = shapely.union_all(shapely.from_wkb(part["@geometry"].to_numpy()))
        one = part.head(1).with_columns(pl.lit(shapely.to_wkb(together, flavor="iso")).alias("@geometry"))
        merged.append(one if part["@repair"].null_count() == part.height else _as_given(one, part))
    return pl.concat([single, *merged]).sort("@row", maintain_order=True)


def _as_given(one: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """The merged geometry, of which some parts were repaired, with all parts together as they were given."""
    given = shapely.from_wkb(pl.select(pl.coalesce(parts["@original"], parts["@geometry"])).to_series().to_numpy())
    whole = shapely.to_wkb(shapely.multipolygons(shapely.get_parts(given)), flavor="iso")
    return one.with_columns(pl.lit(whole).alias("@original"), pl.lit(parts["@repair"].drop_nulls()[0]).alias("@repair"))


def ledger_geometries(geometries: pl.DataFrame, crs: str, operation: Operation) -> pl.DataFrame:
    """The geometry columns of the ledger, beside @row: storage and original WKB, box, inner point, measures."""
    rows = geometries.filter(pl.col("@geometry").is_not_null())
    original = shapely.from_wkb(rows["@geometry"].to_numpy())
    is_empty = shapely.is_empty(original)
    rows, original = rows.filter(pl.Series(~is_empty)), original[~is_empty]
    solid = (rows["@dimension"] == 3).to_numpy()
    surfaces = rows["@surfaces"]
    footprint = np.full(len(original), None, dtype=object)
    volume = np.full(len(original), np.nan)
    if solid.any():
        footprint[solid] = measures.footprint(original[solid], surfaces.filter(pl.Series(solid)))
        flat = solid & np.isin(shapely.get_type_id(original), _POINTS_AND_LINES)
        footprint[flat] = shapely.force_2d(original[flat])
        closed = solid & rows["@solid"].fill_null(value=False).to_numpy()
        volume[closed] = _cubic_metres(measures.volume(original[closed]), original[closed], crs)
    lowest, highest = measures.heights(original)
    plane = np.where(shapely.is_missing(footprint), original, footprint)
    area = shapely.area(in_metres(plane, crs))
    stored = operation.apply(original)
    stored_footprint = operation.apply(footprint)
    bounds = shapely.bounds(stored)
    point = shapely.point_on_surface(np.where(shapely.is_missing(stored_footprint), stored, stored_footprint))
    is_moved = operation.text != "none"
    return rows.select(
        "@row",
        pl.col("@dimension").cast(pl.Int64).alias("dimension"),
        pl.col("@lod").fill_null("").alias("lod"),
        pl.Series("geometry", shapely.to_wkb(stored, flavor="iso").tolist(), dtype=pl.Binary),
        pl.lit(operation.target).alias("crs"),
        pl.coalesce("@original", "@geometry" if is_moved else pl.lit(None, dtype=pl.Binary)).alias("original"),
        pl.lit(crs).alias("original_crs"),
        operation_text(operation.text).alias("operation"),
        pl.lit(operation.accuracy_m, dtype=pl.Float64).alias("accuracy_m"),
        pl.lit(operation.is_ballpark).alias("ballpark"),
        _surfaces_json(surfaces).alias("surfaces"),
        pl.Series("footprint", shapely.to_wkb(stored_footprint, flavor="iso").tolist(), dtype=pl.Binary),
        *(pl.Series(name, bounds[:, place]) for place, name in enumerate(("west", "south", "east", "north"))),
        pl.Series("x", shapely.get_x(point)),
        pl.Series("y", shapely.get_y(point)),
        _number("lowest", lowest),
        _number("highest", highest),
        _number("volume", volume),
        pl.Series("area", np.where(area > 0, area, np.nan)).fill_nan(None),
    )


def _surfaces_json(surfaces: pl.Series) -> pl.Series:
    quoted = surfaces.list.eval('"' + pl.element().fill_null("") + '"').list.join(",")
    return pl.select(pl.when(surfaces.list.len() > 0).then("[" + quoted + "]")).to_series()


def _number(name: str, values: npt.NDArray[np.float64]) -> pl.Series:
    return pl.Series(name, values).fill_nan(None)


def crs_name(crs: str) -> str:
    """A CRS as authority and code where it has one: `EPSG:7415`."""
    authority = CRS.from_user_input(crs).to_authority()
    return ":".join(authority) if authority else crs
