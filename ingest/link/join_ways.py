"""The ways by which a join finds things: each takes a column of tries and gives the candidates of each.

A try is one way of one join reference: `try` (its number) and the fields of the way. A candidate is `try`, `entity`,
`confidence`. The confidences rank the candidates; they are set here, not measured. What has ended is a candidate, too,
so that a link does not go with the end of its thing, but comes after what lasts.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from pyproj import Transformer

from coding import validate_column
from coding.grids import get_grid
from kg.ledger import Changes
from kg.ledger import tables as t

from .address import address_keys, address_text
from .known import known_addresses, known_footprints, known_names
from .place_names import bare_names, folded_names

CANDIDATE = {"try": pl.UInt32, "entity": pl.String, "confidence": pl.Float64}
_DEGREES = "EPSG:4326"
Shapes = npt.NDArray[np.object_]
_ENDED = 0.1
"""How much less a candidate counts that has ended."""
Finder = Callable[[Changes, list[str], pl.DataFrame, str], pl.DataFrame]


def by_code(changes: Changes, classes: list[str], tries: pl.DataFrame, storage_crs: str) -> pl.DataFrame:
    """Bearers of the code that are of the class; one whose code is in force goes before those that had it once."""
    del storage_crs
    wanted = tries.select("scheme", value="code")
    bearers = changes.matching(t.code, wanted, ["scheme", "value", "entity", "state"])
    known = changes.matching(t.entity, bearers.select(id="entity").unique(), ["id", "class"])
    fitting = known.filter(pl.col("class").is_in(classes)).select(entity="id")
    confidence = _confidence(pl.lit(1.0), pl.col("state") == "retired")
    found = tries.join(bearers.rename({"value": "code"}), on=["scheme", "code"]).join(fitting, on="entity", how="semi")
    return found.select("try", "entity", confidence)


def by_address(changes: Changes, classes: list[str], tries: pl.DataFrame, storage_crs: str) -> pl.DataFrame:
    """Things with an equal street line whose postcode and regions don't contradict ours; better where some agree."""
    del storage_crs
    known = known_addresses(changes, classes)
    theirs = known.select("entity", "ended").hstack(address_keys(address_text(known))).drop_nulls("line")
    ours = tries.select("try").hstack(address_keys(address_text(tries))).drop_nulls("line")
    pairs = ours.join(theirs, on="line", suffix="_known")
    same_code = (pl.col("postcode") == pl.col("postcode_known")).fill_null(value=False)
    other_code = (pl.col("postcode") != pl.col("postcode_known")).fill_null(value=False)
    mine, other = pl.col("regions"), pl.col("regions_known")
    in_common = mine.list.set_intersection(other).list.len()
    fits = in_common == pl.min_horizontal(mine.list.len(), other.list.len())  # one says no more than the other
    agrees = same_code | (fits & (in_common > 0))
    confidence = _confidence(pl.when(agrees).then(0.95).otherwise(0.8))
    return pairs.filter(same_code | (fits & ~other_code)).select("try", "entity", confidence)


def by_name(changes: Changes, classes: list[str], tries: pl.DataFrame, storage_crs: str) -> pl.DataFrame:
    """Things of the very name, else of the folded one, else of one that lacks only the word for the kind of place."""
    del storage_crs
    forms = [pl.col("name"), folded_names(pl.col("name")).alias("folded"), bare_names(pl.col("name")).alias("bare")]
    known = known_names(changes, classes).select("entity", "ended", *forms)
    ours = tries.select("try", *forms)
    found = [
        ours.join(known, left_on=mine, right_on=theirs).select("try", "entity", _confidence(pl.lit(confidence)))
        for mine, theirs, confidence in (
            ("name", "name", 0.9), ("folded", "folded", 0.85), ("bare", "folded", 0.7), ("folded", "bare", 0.7)
        )
    ]  # fmt: skip
    return pl.concat(found)


def by_point(changes: Changes, classes: list[str], tries: pl.DataFrame, storage_crs: str) -> pl.DataFrame:
    """Things whose footprint holds the position (longitude, latitude)."""
    numbers = tries.select(pl.col(name).cast(pl.Float64, strict=False) for name in ("lon", "lat"))
    is_there = numbers["lon"].is_between(-180, 180) & numbers["lat"].is_between(-90, 90)
    rows, numbers = tries.filter(is_there.fill_null(value=False)), numbers.filter(is_there.fill_null(value=False))
    if rows.is_empty():
        return pl.DataFrame(schema=CANDIDATE)
    points = shapely.points(*_transformer(_DEGREES, storage_crs).transform(numbers["lon"], numbers["lat"]))
    things, shapes = known_footprints(changes, classes, points)
    own, other = shapely.STRtree(shapes).query(points, predicate="intersects")
    pairs: pl.DataFrame = things[other.tolist()].with_columns(rows["try"].gather(own.tolist()))
    return pairs.select("try", "entity", _confidence(pl.lit(0.9)))


def by_cell(changes: Changes, classes: list[str], tries: pl.DataFrame, storage_crs: str) -> pl.DataFrame:
    """Things whose footprint holds the whole cell, else those that have an inner point in it."""
    cells = tries.select("scheme", "cell").unique(maintain_order=True)
    given_cells = []
    for scheme in cells["scheme"].unique(maintain_order=True):
        codes = validate_column(scheme, cells.filter(pl.col("scheme") == scheme)["cell"].alias("cell"))["code"]
        given = cells.filter(pl.col("scheme") == scheme).with_columns(codes.alias("code")).drop_nulls("code")
        grid = get_grid(scheme)
        outlines = np.array([grid.outline(code) for code in given["code"]], dtype=object)  # once for each cell
        turn = _transformer(grid.crs, storage_crs)
        given_cells.append((given, shapely.transform(outlines, _moved(turn)) if len(outlines) else outlines))
    known = pl.concat([given for given, _ in given_cells])
    outlines = np.concatenate([shapes for _, shapes in given_cells])
    if not len(outlines):
        return pl.DataFrame(schema=CANDIDATE)
    things, shapes = known_footprints(changes, classes, outlines)
    tree = shapely.STRtree(outlines)
    ways = (
        (tree.query(shapes, predicate="covers"), 0.9),
        (tree.query(shapely.point_on_surface(shapes), predicate="intersects"), 0.8),
    )
    pieces = [
        things[own.tolist()].hstack(known[cell.tolist()]).with_columns(_confidence(pl.lit(confidence)))
        for (own, cell), confidence in ways
    ]
    return tries.join(pl.concat(pieces), on=["scheme", "cell"]).select("try", "entity", "confidence")


def _confidence(of_way: pl.Expr, ended: pl.Expr | None = None) -> pl.Expr:
    """How sure a candidate is by its way, less where it has ended."""
    has_ended = pl.col("ended") if ended is None else ended
    return (of_way - pl.when(has_ended).then(_ENDED).otherwise(0.0)).round(2).alias("confidence")


@lru_cache
def _transformer(source: str, target: str) -> Transformer:
    """Between two reference systems, for what is judged and never stored; the accuracy may be unknown."""
    return Transformer.from_crs(source, target, always_xy=True)


def _moved(transformer: Transformer) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    return lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))


FINDERS: dict[str, Finder] = {
    "code": by_code, "address": by_address, "name": by_name, "cell": by_cell, "point": by_point
}  # fmt: skip
