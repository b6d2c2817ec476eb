"""A whole column of codes at once: one joined read of the ledger for all of them, never one each."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from coding import detect, schemes, validate_column
from coding.entity_id import EntityId

from ..ledger import Snapshot
from ..ledger import tables as t
from .resolver import Resolver
from .things import says_itself
from .values import State

COLUMNS: Final = ("scheme", "code", "state", "entity", "class", "successors", "problem")
"""What is told of each text."""

_RANKS: Final[Mapping[State, int]] = {"current": 0, "proposed": 1, "retired": 2, "unregistered": 3}
_EXPECTED: Final = "no code of a known scheme"


def resolve_column(resolver: Resolver, texts: pl.Series, scheme: str | None = None) -> pl.DataFrame:
    """The best reading of each text of a column, in its order; columns as `COLUMNS` names them.

    successors: codes (else ids) of the things that took the place of a retired one, one step on, joined by a space.
    problem: why a text is no code. Empty texts have nothing. Raises `coding.UnknownScheme`.
    """
    distinct = texts.drop_nulls().unique(maintain_order=True).alias("text")
    readings = _readings(distinct, scheme)
    with resolver.ledger.reading() as snapshot:
        moment = resolver.moment(snapshot.connection)
        found = _borne(snapshot, readings, moment.date, moment.as_of)
        best = (
            readings.join(found, on=["scheme", "code"], how="left", maintain_order="left")
            .with_columns(_own_state())
            .with_columns(pl.col("state").replace_strict(_RANKS, default=9).alias("rank"))
            .sort("rank", -pl.col("probability"), maintain_order=True)
            .unique("text", keep="first", maintain_order=True)
        )
        best = best.join(_successors(snapshot, best, moment.as_of), on="entity", how="left", maintain_order="left")
    ended = pl.when(pl.col("state") == "retired").then(pl.col("successors"))
    best = best.with_columns(ended.alias("successors")).select("text", *COLUMNS)
    return pl.DataFrame({"text": texts}).join(best, on="text", how="left", maintain_order="left").select(COLUMNS)


def _readings(texts: pl.Series, scheme: str | None) -> pl.DataFrame:
    """text, scheme, code, probability, problem: a row for each way to read a text, one for a text that is no code."""
    if scheme is not None:
        checked = validate_column(scheme, texts)
        return pl.DataFrame({"text": texts}).with_columns(
            pl.when(checked["code"].is_not_null()).then(pl.lit(scheme)).alias("scheme"),
            checked["code"].alias("code"),
            pl.lit(1.0).alias("probability"),
            checked["error"].alias("problem"),
        )
    rows: list[tuple[str, str | None, str | None, float, str | None]] = []
    for text in texts:
        candidates = detect(text)
        rows += [(text, each.scheme, each.code, each.probability, None) for each in candidates]
        if not candidates:
            rows.append((text, None, None, 0.0, _EXPECTED))
    kinds = {"scheme": pl.String, "code": pl.String, "probability": pl.Float64, "problem": pl.String}
    return pl.DataFrame(rows, schema={"text": pl.String, **kinds}, orient="row")


def _borne(snapshot: Snapshot, readings: pl.DataFrame, date: str, as_of: int) -> pl.DataFrame:
    """scheme, code, entity, class, borne: who bears each code now, else who did."""
    wanted = readings.select("scheme", pl.col("code").alias("value")).drop_nulls().unique()
    codes = snapshot.matching(
        t.code, wanted, ["fid", "scheme", "value", "entity", "state", "valid_from", "valid_to"], as_of
    )
    codes = codes.with_columns(_state(date)).sort(pl.col("borne").replace_strict(_RANKS), "fid")
    codes = codes.unique(["scheme", "value"], keep="first", maintain_order=True)
    ids = wanted.filter(pl.col("scheme") == EntityId.id).select("scheme", "value", pl.col("value").alias("entity"))
    both = pl.concat([codes.select("scheme", "value", "entity", "borne"), ids.with_columns(borne=pl.lit("current"))])
    things = snapshot.matching(
        t.entity, both.select(pl.col("entity").alias("id")), ["id", "class", "state", "valid_from", "valid_to"], as_of
    )
    things = things.select(pl.col("id").alias("entity"), "class", _state(date).alias("thing"))
    both = both.join(things, on="entity", maintain_order="left")
    is_retired = pl.col("thing") == "retired"
    state = pl.when(is_retired).then(pl.lit("retired")).otherwise("borne")
    return both.select("scheme", pl.col("value").alias("code"), "entity", "class", state.alias("borne"))


def _state(date: str) -> pl.Expr:
    """The state of codes or entities on a date; `things.code_state` says the same of one."""
    is_over = (pl.col("valid_to").str.head(10) <= date).fill_null(pl.col("state") == "retired")
    is_begun = (pl.col("state") != "proposed") & (pl.col("valid_from").str.head(10) <= date).fill_null(value=True)
    state = pl.when(is_over).then(pl.lit("retired")).when(is_begun).then(pl.lit("current"))
    return state.otherwise(pl.lit("proposed")).alias("borne")


def _own_state() -> pl.Expr:
    """What no thing bears is unregistered, unless it says by itself what it names: a place or a class."""
    kinds = {scheme: says_itself(scheme) for scheme in schemes()}
    itself = pl.col("scheme").replace_strict(kinds, default=False, return_dtype=pl.Boolean)
    said = pl.when(pl.col("scheme").is_null()).then(None).when(itself).then(pl.lit("current"))
    return pl.coalesce("borne", said.otherwise(pl.lit("unregistered"))).alias("state")


def _successors(snapshot: Snapshot, best: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """entity, successors: what took the place of retired things."""
    retired = best.filter(pl.col("state") == "retired").select(pl.col("entity").alias("predecessor")).drop_nulls()
    steps = snapshot.matching(t.lineage, retired, ["predecessor", "successor"], as_of).drop_nulls()
    codes = snapshot.matching(t.code, steps.select(pl.col("successor").alias("entity")), ["entity", "value"], as_of)
    first = codes.unique("entity", keep="first", maintain_order=True)
    named = steps.join(first, left_on="successor", right_on="entity", how="left", maintain_order="left")
    name = pl.coalesce("value", "successor")
    return (
        named.group_by("predecessor", maintain_order=True)
        .agg(name.unique(maintain_order=True).sort().str.join(" ").alias("successors"))
        .rename({"predecessor": "entity"})
    )
