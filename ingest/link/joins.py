"""Join references resolved: each way in turn, until one finds exactly one thing; whole columns, one query a way.

What finds nothing stays a relation without an object. Its evidence says why, and it is tried again whenever things of
the class come, change or go, so that the links do not depend on the order of deliveries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl
from sqlalchemy import and_, false, or_, select

from coding import validate_column
from kg.ledger import Changes, in_force
from kg.ledger import tables as t
from kg.ledger.canonical import json_object
from ontology import Schema

from ..join import FIELDS, PREFIX
from .join_ways import CANDIDATE, FINDERS

MOST_CANDIDATES = 5
"""How many things are named when it can't be told which is meant."""
_RELATION = (
    "subject", "predicate", "object", "reference", "origin", "evidence", "valid_from", "valid_to", "withdrawn"
)  # fmt: skip
_NOT_TRIED = "{}"


class Unlinked(StrEnum):
    """Why a row has found no thing."""

    NOTHING_GIVEN = "nothing given"
    WRONG_CODE = "wrong code"
    NO_SUCH_CODE = "no such code"
    UNKNOWN_ADDRESS = "unknown address"
    UNKNOWN_NAME = "unknown name"
    OUTSIDE = "outside"
    AMBIGUOUS = "ambiguous"


_FAILURE = {
    "code": Unlinked.NO_SUCH_CODE, "address": Unlinked.UNKNOWN_ADDRESS, "name": Unlinked.UNKNOWN_NAME,
    "cell": Unlinked.OUTSIDE, "point": Unlinked.OUTSIDE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the joins of some rows: how many were declared, how many found a thing, why others did not."""

    joins: int = 0
    joined: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


def is_join() -> pl.Expr:
    """Whether a reference is a join reference."""
    return pl.col("reference").str.starts_with(PREFIX)


def with_joins(changes: Changes, schema: Schema, stated: pl.DataFrame, storage_crs: str) -> pl.DataFrame:
    """Stated relations with the object and evidence of those that are joins."""
    joins = stated.filter(is_join())
    if joins.is_empty():
        return stated
    found = resolve_joins(changes, schema, joins["reference"], storage_crs)
    joined = joins.drop("object", "evidence").join(found, on="reference", how="left", maintain_order="left")
    return pl.concat([stated.filter(~is_join()), joined.select(stated.columns)])


def tally(claims: pl.DataFrame, stated: pl.DataFrame) -> Tally:
    """What became of the joins among claims, once they are stated with what they found."""
    joins = stated.filter(is_join())
    reason = pl.col("evidence").str.json_path_match("$.reason").alias("reason")
    reasons = joins.filter(pl.col("object").is_null()).group_by(reason).len().sort("reason")
    return Tally(claims.filter(is_join()).height, joins["object"].count(), dict(reasons.rows()))


def rejoin(changes: Changes, schema: Schema, classes: Sequence[str], storage_crs: str) -> pl.DataFrame:
    """Try earlier joins again that look among some classes; gives the relations that changed.

    A join that had found its thing loses it when a second one comes that fits as well: it is ambiguous then.
    """
    r = t.relation
    lines = {name for name in classes if name in schema.classes}
    looked_among = lines.union(*(schema.classes[name].ancestors for name in lines))
    # `0` is the character after `/`: a range, unlike a pattern, is looked up in the index.
    ranges = [and_(r.c.reference >= f"{PREFIX}{name}/", r.c.reference < f"{PREFIX}{name}0") for name in looked_among]
    is_join = and_(r.c.reference >= PREFIX, r.c.reference < PREFIX[:-1] + "0")
    concerned = or_(
        and_(r.c.changeset < changes.number, or_(false(), *ranges)), and_(is_join, r.c.evidence == _NOT_TRIED)
    )
    old = changes.read(select(*(r.c[name] for name in ("fid", *_RELATION))).where(in_force(r), concerned))
    if old.is_empty():
        return old.select(_RELATION)
    found = resolve_joins(changes, schema, old["reference"], storage_crs)
    new = old.drop("object", "evidence").join(found, on="reference", how="left", maintain_order="left")
    is_same = old["object"].eq_missing(new["object"]) & (old["evidence"] == new["evidence"])
    changes.supersede(r, old.filter(~is_same)["fid"])
    changed = new.filter(~is_same).select(_RELATION)
    if not changed.is_empty():
        changes.add(r, changed)
    return changed


def resolve_joins(changes: Changes, schema: Schema, references: pl.Series, storage_crs: str) -> pl.DataFrame:
    """The thing behind each join reference, and how it was found or why it was not: reference, object, evidence.

    Of the candidates of a way only the best count; several of them are ambiguous, and the next way is tried.
    """
    distinct = references.unique(maintain_order=True)
    tries = _tries(distinct)
    pieces = [pl.DataFrame(schema=CANDIDATE)]
    for (kind, class_), group in tries.group_by("kind", "class", maintain_order=True):
        if class_ in schema.classes:
            pieces.append(FINDERS[str(kind)](changes, sorted(schema.subclasses(str(class_))), group, storage_crs))
    candidates = pl.concat([piece.cast(CANDIDATE) for piece in pieces])  # type: ignore[arg-type]  # polars' own schema
    best = candidates.filter(pl.col("confidence") == pl.col("confidence").max().over("try"))
    best = best.unique(["try", "entity"]).group_by("try").agg(pl.col("entity").sort(), pl.col("confidence").first())
    told = tries.join(best, on="try", how="left", maintain_order="left").with_columns(
        pl.col("entity").list.len().fill_null(0).alias("number")
    )
    first = told.filter(pl.col("number") == 1).unique("reference", keep="first", maintain_order=True)
    linked = first.select("reference", pl.col("entity").list.first().alias("object"), _how())
    failed = told.join(linked, on="reference", how="anti")
    missed = _missed(failed)
    nothing = json_object(pl.DataFrame({"reason": [str(Unlinked.NOTHING_GIVEN)]}), ["reason"], keep_null=False)[0]
    return (
        pl.DataFrame({"reference": distinct})
        .join(linked, on="reference", how="left", maintain_order="left")
        .join(missed, on="reference", how="left", maintain_order="left")
        .select("reference", "object", pl.coalesce("evidence", "why", pl.lit(nothing)).alias("evidence"))
    )


def _tries(references: pl.Series) -> pl.DataFrame:
    """A line for each way of each reference, in order: try, reference, class, kind and the fields."""
    way = pl.List(pl.Struct(dict.fromkeys(FIELDS, pl.String)))
    parts = pl.DataFrame({"reference": references}).with_columns(
        pl.col("reference").str.splitn("/", 3).struct.rename_fields(["@", "class", "ways"]).alias("parts")
    )
    ways = parts.unnest("parts").with_columns(pl.col("ways").str.json_decode(way))
    lines = ways.filter(pl.col("ways").list.len() > 0).explode("ways").unnest("ways").drop("@")
    kind = (
        pl.when(pl.col("code").is_not_null()).then(pl.lit("code"))
        .when(pl.col("cell").is_not_null()).then(pl.lit("cell"))
        .when(pl.col("lon").is_not_null()).then(pl.lit("point"))
        .when(pl.col("name").is_not_null()).then(pl.lit("name"))
        .otherwise(pl.lit("address"))
    )  # fmt: skip
    return lines.with_columns(kind.alias("kind")).with_row_index("try")


def _how() -> pl.Expr:
    """The evidence of a link: by which way, and how sure."""
    by = pl.lit('{"by":"') + pl.col("kind") + '","confidence":' + pl.col("confidence").cast(pl.String) + "}"
    return by.alias("evidence")


def _missed(failed: pl.DataFrame) -> pl.DataFrame:
    """Why references found nothing: reference, why (JSON)."""
    failures = {kind: str(said) for kind, said in _FAILURE.items()}
    reason = (
        pl.when(pl.col("number") > 1).then(pl.lit(str(Unlinked.AMBIGUOUS)))
        .when(pl.col("wrong")).then(pl.lit(str(Unlinked.WRONG_CODE)))
        .otherwise(pl.col("kind").replace_strict(failures, return_dtype=pl.String))
    )  # fmt: skip
    several = pl.when(pl.col("number") > 1).then(pl.col("entity").list.head(MOST_CANDIDATES))
    lines = failed.with_columns(_is_wrong(failed)).with_columns(
        reason.alias("reason"),
        several.alias("candidates"),
        pl.when(pl.col("number") > 1).then("number").alias("fitting"),
    )
    # What is most worth knowing: that several things fit, else that none does, else that a code is none of its scheme.
    weight = (pl.col("number") <= 1).cast(pl.Int8) + (pl.col("reason") == str(Unlinked.WRONG_CODE)).cast(pl.Int8)
    told = (
        lines.with_columns(weight.alias("weight"))
        .group_by("reference", maintain_order=True)
        .agg(
            pl.concat_str("kind", "reason", separator=": ").alias("tried"),
            pl.col("reason").sort_by("weight", maintain_order=True).first(),
            pl.col("candidates").drop_nulls().first(),
            pl.col("fitting").drop_nulls().first(),
        )
    )
    names = ["candidates", "fitting", "reason", "tried"]
    return told.select("reference", json_object(told, names, keep_null=False).alias("why"))


def _is_wrong(tries: pl.DataFrame) -> pl.Series:
    """Which tries go by a code, or a cell, that is none of its scheme."""
    pieces = [pl.DataFrame(schema={"try": pl.UInt32, "wrong": pl.Boolean})]
    for (scheme,), group in tries.filter(pl.col("scheme").is_not_null()).group_by("scheme"):
        errors = validate_column(str(scheme), group.select(pl.coalesce("code", "cell")).to_series())["error"]
        pieces.append(group.select("try", errors.is_not_null().alias("wrong")))
    judged = tries.select("try").join(pl.concat(pieces), on="try", how="left", maintain_order="left")
    return judged["wrong"].fill_null(value=False)


__all__: Sequence[str] = ["Tally", "Unlinked", "is_join", "rejoin", "resolve_joins", "tally", "with_joins"]
