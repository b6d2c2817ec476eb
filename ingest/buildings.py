"""What buildings measure: columns derived from their best geometry and their parts, each figure with its method.

A figure is never mixed with what a source states; where it is taken from a statement, its method says so.
"""

from typing import Final

import polars as pl
import shapely
from sqlalchemy import ColumnElement, UnaryExpression, and_, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t
from ontology import Schema

from . import measures

METRES_A_STOREY: Final = 3.0
"""For estimates, which say so: of floor to floor, common in housing."""
_DEEPEST: Final = 8  # parts of parts; a ring of parts ends there, too
_STATED: Final = ("storeysAboveGround", "numberOfStoreys")
_OWN, _PART, _ELEMENT = 0, 1, 2
_FIGURES: Final = ("volume", "footprint_area", "ground_height", "eaves_height", "ridge_height", "storeys")
COLUMNS: Final = ("entity", "source", "key", *(name for figure in _FIGURES for name in (figure, f"{figure}_method")))


def building_measures(snapshot: Snapshot, schema: Schema, source: str | None = None) -> pl.DataFrame:
    """A row for each building (of one source) in the order of keys; the columns are `COLUMNS`.

    Heights are in the height system, volumes (m3) and areas (m2) in the plane, of the source. Geometry of level of
    detail 1 and up: the building's own, else that of its parts, else (of a BIM model) the corners of its elements,
    which give no volume. null stands, without a method, where nothing tells a figure: a solid that is not closed has
    no volume, one without roof surfaces no eaves.
    """
    things = _things(snapshot, schema, source)
    bodies = _bodies(snapshot, things)
    heights = _heights(bodies)
    measured = things.filter(pl.col("depth") == 0).select("top", "source", "key")
    for more in (_volumes(bodies), _areas(snapshot, things, bodies), heights, _storeys(snapshot, things, heights)):
        measured = measured.join(more, on="top", how="left")
    return measured.rename({"top": "entity"}).sort("source", "key").select(COLUMNS)


def _things(snapshot: Snapshot, schema: Schema, source: str | None) -> pl.DataFrame:
    """Buildings and all that is part of them: top (the building), thing, class, depth, kind, source, key."""
    e, m, r = t.entity, t.membership, t.relation
    whole, part, storey = (schema.subclasses(name) for name in ("Building", "BuildingPart", "Storey"))
    known = select(e.c.id.label("thing"), e.c["class"], m.c.source, m.c.key).join_from(e, m, m.c.entity == e.c.id)
    known = known.where(in_force(e), in_force(m), e.c.state == "active").order_by(m.c.source, m.c.key)
    tops = known.where(e.c["class"].in_(sorted(whole)))
    named = snapshot.read(tops if source is None else tops.where(m.c.source == source))
    edges = snapshot.read(
        select(r.c.object.label("thing"), r.c.subject.label("part")).where(
            in_force(r), r.c.predicate == "partOf", r.c.object.is_not(None), r.c.valid_to.is_(None)
        )
    )
    level = named.select(pl.col("thing").alias("top"), "thing").unique()
    levels = []
    for depth in range(_DEEPEST):
        levels.append(level.with_columns(depth=pl.lit(depth)))
        level = level.join(edges, on="thing").select("top", pl.col("part").alias("thing")).unique()
    found = pl.concat(levels).sort("depth").unique(["top", "thing"], keep="first", maintain_order=True)
    wanted = snapshot.wanted(found.select(pl.col("thing").alias("entity")).unique())
    parts = snapshot.read(known.join(wanted, wanted.c.entity == e.c.id))
    # A building is named by the source that was asked for, whoever else knows it.
    first = pl.concat([named, parts]).unique("thing", keep="first", maintain_order=True)
    kind = pl.when(pl.col("depth") == 0).then(_OWN).when(pl.col("class").is_in(part)).then(_PART).otherwise(_ELEMENT)
    return found.join(first, on="thing").with_columns(
        kind.alias("kind"), pl.col("class").is_in(storey).alias("is_storey")
    )


def _bodies(snapshot: Snapshot, things: pl.DataFrame) -> pl.DataFrame:
    """The 3D geometry of the highest level of each thing that counts for its building: top, kind, wkb, surfaces,
    volume, area, lowest, highest.
    """
    g = t.geometry
    columns = ["original", "geometry", "surfaces", "volume", "area", "lowest", "highest"]
    best = _first_geometries(
        snapshot, things["thing"], columns, (g.c.dimension == 3) & ~g.c.lod.startswith("0"), g.c.lod.desc()
    ).rename({"entity": "thing"})
    found = things.select("top", "thing", "kind").join(best, on="thing")
    counting = found.filter(pl.col("kind") == pl.col("kind").min().over("top"))
    return counting.with_columns(pl.coalesce("original", "geometry").alias("wkb")).drop("original", "geometry")


def _first_geometries(
    snapshot: Snapshot,
    entities: pl.Series,
    columns: list[str],
    where: ColumnElement[bool],
    order: UnaryExpression[object],
) -> pl.DataFrame:
    """Of each entity, as long as it has such, the first geometry in some order: entity and the columns."""
    g, m = t.geometry, t.membership
    wanted = snapshot.wanted(pl.DataFrame({"entity": entities}).unique())
    query = (
        select(m.c.entity, *(g.c[name] for name in columns))
        .join_from(wanted, m, and_(m.c.entity == wanted.c.entity, in_force(m)))
        .join(g, and_(g.c.source == m.c.source, g.c.key == m.c.key, in_force(g)))
        .where(where)
        .order_by(order, g.c.fid)
    )
    return snapshot.read(query).unique("entity", keep="first", maintain_order=True)


def _volumes(bodies: pl.DataFrame) -> pl.DataFrame:
    solid = bodies.filter(pl.col("kind") != _ELEMENT).group_by("top").agg(
        pl.when(pl.col("volume").null_count() == 0).then(pl.col("volume").sum()), pl.len().alias("number")
    )  # fmt: skip
    method = pl.when(pl.col("number") > 1).then(pl.format("sum of {} closed parts", "number")).otherwise(
        pl.lit("closed solid"))  # fmt: skip
    return solid.select("top", "volume", pl.when(pl.col("volume").is_not_null()).then(method).alias("volume_method"))


def _areas(snapshot: Snapshot, things: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """The building's own outline, else the ground that its solids cover."""
    g = t.geometry
    is_outline = ((g.c.dimension == 2) | g.c.lod.startswith("0")) & g.c.area.is_not(None)
    own = _first_geometries(snapshot, things["top"], ["area"], is_outline, g.c.dimension.asc())
    own = own.rename({"entity": "top", "area": "footprint_area"})
    own = own.with_columns(pl.lit("outline").alias("footprint_area_method"))
    solid = bodies.filter(pl.col("kind") != _ELEMENT).drop_nulls("area").group_by("top").agg(
        pl.col("area").sum().alias("footprint_area"),
        pl.lit("ground below the solids").alias("footprint_area_method"),
    )  # fmt: skip
    return pl.concat([own, solid.join(own, on="top", how="anti")])


def _heights(bodies: pl.DataFrame) -> pl.DataFrame:
    """Ground, eaves and ridge of each building, by the meaning of its surfaces where its source tells it."""
    told = bodies.filter((pl.col("kind") != _ELEMENT) & pl.col("surfaces").is_not_null())
    shapes = shapely.from_wkb(told["wkb"].to_numpy())
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    words = told["surfaces"].str.json_decode(pl.List(pl.String))
    low, high = measures.heights(polygons)
    faces = pl.DataFrame(
        {
            "top": told["top"].gather(owner),
            "word": measures.surface_words(words, shapely.get_num_geometries(shapes)),
            "low": pl.Series(low).fill_nan(None),
            "high": pl.Series(high).fill_nan(None),
        }
    )
    is_roof, is_ground = pl.col("word") == "RoofSurface", pl.col("word") == "GroundSurface"
    by_word = faces.group_by("top").agg(
        pl.col("low").filter(is_ground).min().alias("ground"),
        pl.col("low").filter(is_roof).min().alias("eaves"),
        pl.col("high").filter(is_roof).max().alias("ridge"),
    )
    all_of_it = bodies.group_by("top").agg(pl.col("lowest").min(), pl.col("highest").max())
    rows = all_of_it.join(by_word, on="top", how="left")

    def said(name: str, by: str, otherwise: str) -> pl.Expr:
        plain = pl.when(pl.col(otherwise).is_not_null()).then(pl.lit(f"{otherwise} corner"))
        return pl.when(pl.col(name).is_not_null()).then(pl.lit(by)).otherwise(plain).alias(f"{name}_height_method")

    return rows.select(
        "top",
        pl.coalesce("ground", "lowest").alias("ground_height"),
        said("ground", "lowest corner of the ground surfaces", "lowest"),
        pl.col("eaves").alias("eaves_height"),
        pl.when(pl.col("eaves").is_not_null())
        .then(pl.lit("lowest corner of the roof surfaces"))
        .alias("eaves_height_method"),
        pl.coalesce("ridge", "highest").alias("ridge_height"),
        said("ridge", "highest corner of the roof surfaces", "highest"),
    )


def _storeys(snapshot: Snapshot, things: pl.DataFrame, heights: pl.DataFrame) -> pl.DataFrame:
    """Storeys as the source states them, else counted, else estimated by the height of the eaves."""
    tops = things.filter(pl.col("depth") == 0).select("top", "source", "key")
    records = snapshot.matching(t.record, tops.select("source", "key"), ["source", "key", "attributes"])
    numbers = [
        pl.col("attributes").str.json_path_match(f'$["{name}"]').str.strip_chars("[]").cast(pl.Int64, strict=False)
        for name in _STATED
    ]
    stated = tops.join(records, on=["source", "key"]).with_columns(
        number.alias(name) for name, number in zip(_STATED, numbers, strict=True)
    )
    counted = things.filter("is_storey").group_by("top").agg(pl.col("thing").n_unique().alias("counted"))
    rows = tops.select("top").join(stated.select("top", *_STATED), on="top", how="left")
    rows = rows.join(counted, on="top", how="left").join(heights, on="top", how="left")
    estimate = ((pl.col("eaves_height") - pl.col("ground_height")) / METRES_A_STOREY).round().clip(1).cast(pl.Int64)
    ways = [
        *((pl.col(name), f"stated by the source ({name})") for name in _STATED),
        (pl.col("counted").cast(pl.Int64), "storeys of the model counted"),
        (estimate, f"estimated: eaves above ground, {METRES_A_STOREY:g} m a storey"),
    ]
    method = pl.coalesce(pl.when(value.is_not_null()).then(pl.lit(said)) for value, said in ways)
    storeys = pl.coalesce(value for value, _ in ways)
    return rows.select("top", storeys.alias("storeys"), method.alias("storeys_method"))
