"""Relations that follow from position, by the rules that the ontology declares: whole arrays, one STRtree a rule."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from sqlalchemy import ColumnElement, and_, func, select

from kg.ledger import Changes, Noted, in_force
from kg.ledger import tables as t
from ontology import Condition, Schema, SpatialRule

from ..geometry import in_metres
from .claims import replace_rows

_CHUNK = 20_000  # things at a time
_RELATION = ("subject", "predicate", "object", "reference", "origin", "evidence", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class _Things:
    """Entities with their footprints: the frame and the shapely geometries lie side by side."""

    frame: pl.DataFrame  # entity, attributes, lowest, highest
    shapes: npt.NDArray[np.object_]


def derive_relations(changes: Changes, schema: Schema, touched: pl.Series, storage_crs: str, at: str | None) -> int:
    """Bring all rule-made relations of the touched entities in step; gives how many rows were added.

    Neighbours go together, so many at a time, so that memory doesn't grow with their number.
    """
    present = frozenset(changes.read(select(t.entity.c["class"]).where(in_force(t.entity)).distinct())["class"])
    ids = touched.unique()
    if ids.is_empty():
        return 0
    affected = frozenset(changes.matching(t.entity, pl.DataFrame({"id": ids}), ["class"])["class"])
    rules = [rule for rule in schema.spatial_rules.values() if _concerns(schema, rule, present, affected)]
    chunks = _neighbours(changes, ids) if rules else []
    return sum(_derive(changes, schema, rule, chunk, storage_crs, at) for chunk in chunks for rule in rules)


def with_rules(changes: Changes, schema: Schema, ids: Noted) -> pl.Series:
    """Those entities that spatial rules say something of, by their class or until now."""
    e, r, text = t.entity, t.relation, ids.table.c.text
    sides = {side for rule in schema.spatial_rules.values() for side in (rule.subject, rule.object)}
    classes = sorted({name for side in sides for name in schema.subclasses(side)})
    queries = [select(text).join_from(ids.table, e, and_(e.c.id == text, in_force(e), e.c["class"].in_(classes)))]
    for side in (r.c.subject, r.c.object):
        said = and_(side == text, in_force(r), r.c.reference.startswith("entity/"))
        queries.append(select(text).join_from(ids.table, r, said))
    return pl.concat([changes.read(query)["text"] for query in queries]).unique()


def _neighbours(changes: Changes, ids: pl.Series) -> list[pl.Series]:
    """The ids in chunks of things that lie together: stripes from west to east, each cut from south to north.

    Leutenegger, Lopez and Edgington 1997, "STR: a simple and efficient algorithm for R-tree packing". What has no
    place comes last.
    """
    if len(ids) <= _CHUNK:
        return [ids]
    m, g, wanted = t.membership, t.geometry, changes.wanted(pl.DataFrame({"entity": ids}))
    query = (
        select(wanted.c.entity, func.min(g.c.x).label("x"), func.min(g.c.y).label("y"))
        .join_from(wanted, m, and_(m.c.entity == wanted.c.entity, in_force(m)))
        .join(g, and_(g.c.source == m.c.source, g.c.key == m.c.key, in_force(g)))
        .group_by(wanted.c.entity)
    )
    stripes = math.ceil(math.sqrt(len(ids) / _CHUNK))
    placed = pl.DataFrame({"entity": ids}).join(changes.read(query), on="entity", how="left")
    stripe = (pl.col("x").rank("ordinal") - 1) * stripes // pl.len()
    parts = placed.with_columns(stripe.alias("stripe")).sort("y", "entity").partition_by("stripe")
    return [part["entity"].slice(start, _CHUNK) for part in parts for start in range(0, part.height, _CHUNK)]


def _concerns(schema: Schema, rule: SpatialRule, present: frozenset[str], affected: frozenset[str]) -> bool:
    """Whether there are things on both sides of the rule and one side was touched."""
    subjects, objects = schema.subclasses(rule.subject), schema.subclasses(rule.object)
    return bool(subjects & present and objects & present and (subjects | objects) & affected)


def _derive(
    changes: Changes, schema: Schema, rule: SpatialRule, touched: pl.Series, storage_crs: str, at: str | None
) -> int:
    origin = f"rule/{rule.name}"
    subjects, objects = sorted(schema.subclasses(rule.subject)), sorted(schema.subclasses(rule.object))
    own_subjects = _things(changes, schema, subjects, rule.subject_conditions, rule.same_values, touched, None)
    own_objects = _things(changes, schema, objects, rule.object_conditions, rule.same_values, touched, None)
    found = []
    if own_subjects.frame.height:
        others = _things(changes, schema, objects, rule.object_conditions, rule.same_values, None, own_subjects.shapes)
        found.append(_pairs(rule, own_subjects, others, storage_crs))
    if own_objects.frame.height:
        others = _things(changes, schema, subjects, rule.subject_conditions, rule.same_values, None, own_objects.shapes)
        found.append(_pairs(rule, others, own_objects, storage_crs))
    old = _old(changes, origin, touched)
    if not found and old.is_empty():
        return 0
    pairs = pl.concat([_no_pairs(), *found]).unique(["subject", "object"], maintain_order=True)
    text = pl.lit(None, dtype=pl.String)
    new = pairs.select(
        "subject",
        pl.lit(rule.predicate).alias("predicate"),
        "object",
        (pl.lit("entity/") + pl.col("object")).alias("reference"),
        pl.lit(origin).alias("origin"),
        "evidence",
        text.alias("valid_from"),
        text.alias("valid_to"),
        pl.lit(value=False).alias("withdrawn"),
    )
    closing = {"valid_to": pl.lit(at, dtype=pl.String)} if at else {"withdrawn": pl.lit(value=True)}
    return replace_rows(changes, t.relation, old, new, closing)


def _no_pairs() -> pl.DataFrame:
    return pl.DataFrame(schema={"subject": pl.String, "object": pl.String, "evidence": pl.String})


def _old(changes: Changes, origin: str, touched: pl.Series) -> pl.DataFrame:
    columns = ["fid", *_RELATION, "withdrawn"]
    ends = [changes.matching(t.relation, pl.DataFrame({side: touched}), columns) for side in ("subject", "object")]
    old = pl.concat(ends).filter(pl.col("origin") == origin, pl.col("valid_to").is_null())
    return old.unique("fid", maintain_order=True)


def _things(
    changes: Changes,
    schema: Schema,
    classes: list[str],
    conditions: tuple[Condition, ...],
    same_values: tuple[str, ...],
    ids: pl.Series | None,
    near: npt.NDArray[np.object_] | None,
) -> _Things:
    """Active entities of some classes, those with the given ids or those in the box of other shapes."""
    e, m, r, g, s = t.entity, t.membership, t.record, t.geometry, t.source
    where: list[ColumnElement[bool]] = [in_force(table) for table in (e, m, r, g, s)]
    where += [e.c["class"].in_(classes), e.c.state == "active"]
    if near is not None:
        west, south, east, north = shapely.total_bounds(near)
        where += [g.c.west <= east, g.c.east >= west, g.c.south <= north, g.c.north >= south]
    query = (
        select(
            e.c.id.label("entity"), r.c.attributes, s.c.rank, g.c.dimension, g.c.lod, g.c.geometry, g.c.footprint,
            g.c.lowest, g.c.highest,
        )
        .join_from(e, m, m.c.entity == e.c.id)
        .join(r, and_(r.c.source == m.c.source, r.c.key == m.c.key))
        .join(g, and_(g.c.source == r.c.source, g.c.key == r.c.key))
        .join(s, s.c.id == r.c.source)
        .where(*where)
        .order_by(s.c.rank, g.c.dimension, g.c.lod.desc(), g.c.fid)
    )  # fmt: skip
    if ids is not None:
        wanted = changes.wanted(pl.DataFrame({"entity": ids}))
        query = query.join(wanted, wanted.c.entity == e.c.id)
    rows = changes.read(query)
    plane = pl.when(pl.col("dimension") == 2).then(pl.col("geometry")).otherwise(pl.col("footprint"))
    rows = rows.with_columns(plane.alias("plane")).drop_nulls("plane")
    stated = {name: schema.with_ledger_column(f"entity.{name}_height").name for name in ("lowest", "highest")}
    heights = [
        pl.coalesce(pl.col("attributes").str.json_path_match(f'$["{name}"]').cast(pl.Float64), side).alias(side)
        for side, name in stated.items()
    ]
    rows = rows.with_columns(heights)
    values = [
        pl.col("attributes").str.json_path_match(f'$["{name}"]').drop_nulls().first().alias(f"value {name}")
        for name in {*same_values, *(condition.property for condition in conditions)}
    ]
    frame = rows.group_by("entity", maintain_order=True).agg(
        pl.col("plane").first(), pl.col("lowest").min(), pl.col("highest").max(), *values
    )
    for condition in conditions:
        is_one = pl.col(f"value {condition.property}").is_in(list(condition.values)).fill_null(value=False)
        frame = frame.filter(~is_one if condition.excluded else is_one)
    return _Things(frame.drop("plane"), shapely.from_wkb(frame["plane"].to_numpy()))


def _pairs(rule: SpatialRule, subjects: _Things, objects: _Things, storage_crs: str) -> pl.DataFrame:
    """The pairs for which the rule holds, with what was measured as evidence."""
    left, right = shapely.STRtree(objects.shapes).query(subjects.shapes, predicate="intersects")
    mine, theirs = subjects.frame[left.tolist()], objects.frame[right.tolist()]
    keep = (mine["entity"] != theirs["entity"]).to_numpy().copy()
    for name in rule.same_values:
        keep &= mine[f"value {name}"].eq_missing(theirs[f"value {name}"]).to_numpy()
    if rule.vertical:
        apart = (mine["lowest"] >= theirs["highest"]) | (theirs["lowest"] >= mine["highest"])
        keep &= ~apart.fill_null(value=False).to_numpy()
    one, other = subjects.shapes[left], objects.shapes[right]
    if rule.relation == "within":
        whole = shapely.area(one)
        inside = shapely.area(shapely.intersection(one, other))
        covered = shapely.covered_by(one, other).astype(float)  # points and lines have no area
        measure = np.divide(inside, whole, out=covered, where=whole > 0)
        keep &= measure >= (rule.minimum_share if rule.minimum_share is not None else 1.0)
        label = "share"
    elif rule.relation == "touches":
        shared = shapely.intersection(shapely.boundary(one), shapely.boundary(other))
        measure = shapely.length(in_metres(shared, storage_crs))
        inside = shapely.area(shapely.intersection(one, other))
        smaller = np.minimum(shapely.area(one), shapely.area(other))
        keep &= (measure > (rule.minimum_length or 0.0)) & (inside <= 0.001 * smaller)
        label = "shared boundary m"
    else:
        measure = np.full(len(left), np.nan)
        keep &= shapely.relate_pattern(one, other, "T********")  # an inner point in common, not a mere touch
        label = ""
    evidence = pl.Series("evidence", np.round(measure, 3)).cast(pl.String)
    text = pl.select(
        pl.lit(f'{{"{label}":') + evidence + "}" if label else pl.repeat("{}", len(left), dtype=pl.String)
    ).to_series()
    frame = pl.DataFrame({"subject": mine["entity"], "object": theirs["entity"], "evidence": text})
    return frame.filter(pl.Series(keep))
