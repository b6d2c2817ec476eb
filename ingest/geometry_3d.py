"""Surfaces and solids of a batch held against ISO 19107, and what their errors mean for its rows."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .apply import PROBLEM_COLUMNS
from .datum import METRES_PER_DEGREE, horizontal_crs
from .geometry import Shapes, shrinking
from .indoor import has_network, network_errors
from .readers import with_bodies
from .readers.crs import metres_per_unit
from .reasons import Reason
from .solid import Action, Check3D, Code, check_geometries

_PARTED = ("Building", "BuildingPart", "Bridge", "BridgePart", "Tunnel", "TunnelPart")
"""What CityGML and CityJSON call things whose parts must not overlap; rooms lie inside their building, of course."""


@dataclass(frozen=True, slots=True)
class SolidErrors:
    """The errors of one batch: @row, lod, code, name, polygon, x, y, z, text."""

    action: Action
    errors: pl.DataFrame

    def problems(self, records: pl.DataFrame) -> pl.DataFrame:
        """Rows that are not to be taken (@row, key, reason, detail); none, unless they go to quarantine."""
        if self.action is not Action.QUARANTINE or self.errors.is_empty():
            return pl.DataFrame(schema=PROBLEM_COLUMNS)
        said = pl.format(
            "{}{} {}: {}{}",
            pl.when(pl.col("lod") != "").then(pl.format("LOD {}: ", "lod")).otherwise(pl.lit("")),
            "code",
            "name",
            "text",
            pl.when(pl.col("x").is_not_null())
            .then(pl.format(" at {} {} {}", *(pl.col(name).round(3) for name in ("x", "y", "z"))))
            .otherwise(pl.lit("")),
        )
        errors = self.errors.filter(pl.col("code") != Code.NOT_CHECKED)
        first = errors.unique(["@row", "lod", "code"], keep="first", maintain_order=True)
        details = first.with_columns(said.alias("detail")).group_by("@row", maintain_order=True)
        rows = details.agg(pl.col("detail").str.join("; ")).join(records.select("@row", "key"), on="@row")
        return rows.with_columns(pl.lit(str(Reason.INVALID_SOLID)).alias("reason")).select(list(PROBLEM_COLUMNS))

    def remarks(self, taken: pl.DataFrame) -> dict[str, int]:
        """What is said of rows that are taken all the same, and of how many: a line for each code.

        Of rows that are to go to quarantine only those are left that were too large to be checked.
        """
        rows = self.errors.join(taken.select("@row"), on="@row", how="semi")
        counts = rows.group_by("code", "name").agg(pl.col("@row").n_unique())
        return {f"3D geometry with error {code} {name} (ISO 19107)": number for code, name, number in counts.rows()}


def solid_errors(
    features: pl.DataFrame, geometries: pl.DataFrame, crs: str | None, check: Check3D, *, is_whole: bool = False
) -> SolidErrors:
    """Check the surfaces and solids of a batch, and its cells where it has a network of such.

    Tolerances are metres, whatever the unit of the coordinates is. `is_whole`: there is no more in the file, so what
    a link of the network does not find in the batch is nowhere.
    """
    columns = ["@row", "lod", "code", "name", "polygon", "x", "y", "z", "text"]
    rows = geometries.filter(
        pl.col("@geometry").is_not_null() & (pl.col("@dimension") == 3) & pl.col("@problem").is_null()
    )
    if check.action is Action.OFF or rows.is_empty():
        kinds = [pl.Int64, pl.String, pl.Int64, pl.String, pl.Int64, *[pl.Float64] * 3, pl.String]
        return SolidErrors(check.action, pl.DataFrame(schema=dict(zip(columns, kinds, strict=True))))
    shapes = np.asarray(shapely.from_wkb(rows["@geometry"].to_numpy()))
    scale, unit = _scale(shapes, crs)
    tolerances = check.tolerances
    if unit != 1.0:
        lengths = {name: getattr(tolerances, name) / unit for name in ("snap", "planarity", "overlap")}
        tolerances = replace(tolerances, **lengths)
    if scale is not None:
        coordinates, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
        shapes = shapely.set_coordinates(shapes, coordinates * scale[owner])
    bodies = with_bodies(rows)
    found = check_geometries(
        shapes, rows["@solid"], tolerances, _parts(features, rows), bodies["@shells"], bodies["@composite"]
    )
    number = found["row"].to_numpy()
    if scale is not None:
        back = 1 / scale[number]
        found = found.with_columns(pl.Series(name, back[:, i]) * pl.col(name) for i, name in enumerate("xyz"))
    errors = found.with_columns(
        rows["@row"].gather(number).alias("@row"), rows["@lod"].fill_null("").gather(number).alias("lod")
    ).select(columns)
    if has_network(features):
        between = network_errors(features, bodies, shapes, tolerances, is_whole=is_whole)
        errors = pl.concat([errors, between.with_columns(pl.lit("").alias("lod"))], how="diagonal").select(columns)
    return SolidErrors(check.action, errors)


def _scale(shapes: Shapes, crs: str | None) -> tuple[npt.NDArray[np.float64] | None, float]:
    """(factors that make metres of degrees, for each shape, or None; metres in a unit of a projected system)."""
    if crs is None:
        return None, 1.0
    system = horizontal_crs(crs)
    if not system.is_geographic:
        return None, metres_per_unit(system)
    east = METRES_PER_DEGREE * shrinking(shapes)
    return np.stack([east, np.full(len(shapes), METRES_PER_DEGREE), np.ones(len(shapes))], axis=1), 1.0


def _parts(features: pl.DataFrame, geometries: pl.DataFrame) -> pl.Series:
    """The same number for solids of one building (bridge, tunnel) at one LOD, null where there is only one."""
    words = pl.col("@class").str.split(":").list.last()
    things = features.select("@row", pl.coalesce("@parent", "@key").alias("whole"), words.alias("word"))
    rows = geometries.select("@row", pl.col("@lod").fill_null("").alias("lod"), "@solid")
    rows = rows.join(things, on="@row", how="left", maintain_order="left")
    is_part = pl.col("@solid").fill_null(value=False) & pl.col("word").is_in(_PARTED) & pl.col("whole").is_not_null()
    return rows.select(
        pl.when(is_part & (pl.len().over("whole", "lod", is_part) > 1))
        .then(pl.struct("whole", "lod").rank("dense").cast(pl.Int64))
        .otherwise(None)
        .alias("together")
    )["together"]
