"""Match before minting: the entity of each new record, by the code of a thing, by footprint overlap, or a new one."""

from dataclasses import dataclass

import polars as pl

from coding import Kind, get_scheme, mint_entity_ids
from kg.ledger import Changes
from kg.ledger import tables as t
from ontology import Schema

from .overlap import overlapping


@dataclass(frozen=True, slots=True)
class Assigned:
    """The outcome of matching.

    members: @row, entity, class (of the entity before, null when new), evidence (JSON), confidence
    conflicts: @row, scheme, value, entity - a second entity that a code of the record belongs to
    """

    members: pl.DataFrame
    conflicts: pl.DataFrame


def assign_entities(
    changes: Changes,
    schema: Schema,
    source: str,
    records: pl.DataFrame,
    codes: pl.DataFrame,
    footprints: pl.DataFrame,
) -> Assigned:
    """Find or mint the entity of each record.

    records: @row, class; codes: @row, scheme, value; footprints: @row, geometry (WKB, storage CRS), west, south,
    east, north. A record that shares the code of a thing with a known entity joins it; records of this batch that
    share one get one new entity; what no code decides may still lie on the footprint of a known entity.
    """
    things = [scheme for scheme in codes["scheme"].unique() if get_scheme(scheme).kind is Kind.THING]
    named = codes.filter(pl.col("scheme").is_in(things)).join(records.select("@row"), on="@row", how="semi")
    by_code, conflicts = _by_code(changes, named)
    open_rows = records.join(by_code, on="@row", how="anti")
    by_place = overlapping(changes, schema, source, open_rows, named, footprints)
    open_rows = open_rows.join(by_place, on="@row", how="anti")
    minted = _minted(open_rows, named)
    found = pl.concat([by_code, by_place])
    known = changes.matching(t.entity, found.select(pl.col("entity").alias("id")), ["id", "class"])
    members = pl.concat([found, minted]).join(known.rename({"id": "entity"}), on="entity", how="left")
    return Assigned(members, conflicts)


def _by_code(changes: Changes, named: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    known = changes.matching(t.code, named.select("scheme", "value"), ["fid", "scheme", "value", "entity"])
    hits = named.join(known, on=["scheme", "value"]).sort("@row", "fid")
    first = hits.unique("@row", keep="first", maintain_order=True)
    conflicts = hits.join(first.select("@row", chosen="entity"), on="@row").filter(pl.col("entity") != pl.col("chosen"))
    evidence = pl.lit('{"by":"code","scheme":"') + pl.col("scheme") + '","value":"' + pl.col("value") + '"}'
    members = first.select("@row", "entity", evidence.alias("evidence"), pl.lit(1.0).alias("confidence"))
    return members, conflicts.select("@row", "scheme", "value", "entity").unique(maintain_order=True)


def _minted(open_rows: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """New entities: one for all records of the batch that share a code, one for each record without."""
    shared = named.sort("@row", "scheme", "value").unique("@row", keep="first", maintain_order=True)
    grouped = open_rows.join(shared.select("@row", "scheme", "value"), on="@row", how="left", maintain_order="left")
    group = pl.coalesce(
        pl.concat_str("scheme", "value", separator=" "), pl.concat_str(pl.lit("row "), pl.col("@row").cast(pl.String))
    )
    grouped = grouped.with_columns(group.alias("group"))
    groups = grouped.select("group").unique(maintain_order=True)
    groups = groups.with_columns(mint_entity_ids(groups.height).alias("entity"))
    return grouped.join(groups, on="group", how="left", maintain_order="left").select(
        "@row", "entity", pl.lit('{"by":"first record"}').alias("evidence"), pl.lit(1.0).alias("confidence")
    )
