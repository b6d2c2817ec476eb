"""Codes and relations of records, kept in step when an edit of the ontology changes what the records say."""

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Table, select

from kg.facts.attributes import attribute_names, json_type
from kg.ledger import Changes, in_force
from kg.ledger import tables as t
from ontology import Edit, Schema

from ..link.claims import canonical_references, resolve_references
from ..link.entities import has_ended

_LINK = dict.fromkeys(("source", "key", "property", "scheme", "value"), pl.String)
_WITHDRAWN = {"withdrawn": pl.lit(value=True)}


def stated_links(records: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """What records say as codes and relations: source, key, property, scheme (null for a relation), value."""
    names = attribute_names(records["attributes"])
    terms = [term for term in schema.properties.values() if term.name in names and term.kind != "attribute"]
    parts = [pl.DataFrame(schema=_LINK)]
    if terms:
        dtype = pl.Struct({term.name: _list_of_texts(json_type(term)) for term in terms})
        said = records.select("source", "key", pl.col("attributes").str.json_decode(dtype).alias("said")).unnest("said")
        for term in terms:
            rows = said.select("source", "key", pl.col(term.name).alias("value")).drop_nulls("value").explode("value")
            if term.kind == "relation":
                rows = rows.with_columns(canonical_references(rows["value"]).alias("value"))
            told = {"property": pl.lit(term.name), "scheme": pl.lit(term.code_scheme, dtype=pl.String)}
            parts.append(rows.with_columns(**told).select(list(_LINK)))
    return pl.concat(parts)


def standing_links(changes: Changes, pairs: pl.DataFrame) -> pl.DataFrame:
    """The codes and relations in force that come from some records (source, key), in the form of stated ones."""
    codes = changes.matching(t.code, pairs, list(_LINK))
    origins = pairs.with_columns(pl.concat_str(pl.lit("record"), "source", "key", separator="/").alias("origin"))
    relations = changes.matching(t.relation, origins.select("origin"), ["origin", "predicate", "reference"])
    told = relations.join(origins, on="origin").rename({"predicate": "property", "reference": "value"})
    return pl.concat([codes, told.with_columns(scheme=pl.lit(None, dtype=pl.String)).select(list(_LINK))])


def move_links(changes: Changes, edit: Edit) -> None:
    """Relations and codes of a moved property under its new name; those of a lost one withdrawn."""
    for table, column in ((t.relation, "predicate"), (t.code, "property")):
        for name, before in edit.old.properties.items():
            after = edit.property_after(name)
            if before.kind == "attribute" or after == name:
                continue
            query = select(*(table.c[each] for each in columns_of(table))).where(
                in_force(table), table.c[column] == name
            )
            rows = changes.read(query)
            if table is t.code and after is None:
                rows = rows.filter(pl.col("state") != "retired")  # nobody is shown by which property it was stated
            changes.supersede(table, rows["fid"])
            closing = _WITHDRAWN if after is None else {column: pl.lit(after)}
            add_rows(changes, table, rows.with_columns(**closing))


def write_links(
    changes: Changes, before: pl.DataFrame, after: pl.DataFrame, records: pl.DataFrame, today: str
) -> pl.Series:
    """Bring codes and relations from what was stated `before` to what is stated `after`; gives the touched entities.

    records: source, key, valid_from, valid_to - of all whose statements are in `after`. A record without an entity
    has no codes and relations yet.
    """
    keys = ["source", "key", "property", "scheme", "value"]
    dropped = before.join(after, on=keys, how="anti", nulls_equal=True)
    fresh = after.join(before, on=keys, how="anti", nulls_equal=True)
    _withdraw(changes, dropped)
    pairs = fresh.select("source", "key").unique()
    members = changes.matching(t.membership, pairs, ["source", "key", "entity"])
    said = fresh.join(members, on=["source", "key"]).join(records, on=["source", "key"], maintain_order="left")
    s = t.source
    issuers = changes.read(select(s.c.id, s.c.issuer).where(in_force(s))).rename({"id": "source"})
    said = said.join(issuers, on="source", how="left", maintain_order="left")
    state = pl.when(has_ended(today)).then(pl.lit("retired")).otherwise(pl.lit("current"))
    is_code = pl.col("scheme").is_not_null()
    codes = said.filter(is_code).with_columns(
        pl.col("issuer").fill_null(""), state.alias("state"), pl.lit(value=False).alias("withdrawn")
    )
    add_rows(changes, t.code, codes)
    claims = said.filter(~is_code).rename({"value": "reference"})
    known = resolve_references(changes, claims["reference"]).rename({"entity": "object"})
    claims = claims.join(known, on="reference", how="left", maintain_order="left").with_columns(
        pl.col("entity").alias("subject"),
        pl.col("property").alias("predicate"),
        pl.concat_str(pl.lit("record"), "source", "key", separator="/").alias("origin"),
        pl.lit("{}").alias("evidence"),
        pl.lit(value=False).alias("withdrawn"),
    )
    add_rows(changes, t.relation, claims)
    return members["entity"]


def _withdraw(changes: Changes, dropped: pl.DataFrame) -> None:
    pairs = dropped.select("source", "key").unique()
    named = ["source", "key", "property", "scheme", "value"]
    codes = changes.matching(t.code, pairs, columns_of(t.code)).join(dropped, on=named, how="semi")
    codes = codes.filter(pl.col("state") != "retired")
    origin = pl.concat_str(pl.lit("record"), "source", "key", separator="/").alias("origin")
    claims = dropped.filter(pl.col("scheme").is_null())
    claims = claims.select(origin, predicate="property", reference="value")
    relations = changes.matching(t.relation, claims.select("origin").unique(), columns_of(t.relation))
    relations = relations.join(claims, on=["origin", "predicate", "reference"], how="semi")
    for table, rows in ((t.code, codes), (t.relation, relations)):
        withdraw(changes, table, rows)


def withdraw(changes: Changes, table: Table, rows: pl.DataFrame) -> None:
    """Close rows in force (with all columns of the table) by withdrawn ones."""
    changes.supersede(table, rows["fid"])
    add_rows(changes, table, rows.with_columns(**_WITHDRAWN))


def columns_of(table: Table) -> list[str]:
    """The columns of a table but the bookkeeping ones, with `fid`."""
    return [column.name for column in table.columns if column.name not in {"changeset", "superseded"}]


def add_rows(changes: Changes, table: Table, rows: pl.DataFrame) -> None:
    """Append rows, of which only the columns of the table are taken."""
    if not rows.is_empty():
        changes.add(table, rows.select(name for name in columns_of(table) if name != "fid"))


def _list_of_texts(kind: PolarsDataType) -> PolarsDataType:
    """Codes and references are texts, one or several."""
    return kind if isinstance(kind, pl.List) else pl.List(kind)
