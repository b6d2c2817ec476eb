"""Rows of deliveries that wait in quarantine, tried again under another ontology."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
import polars as pl
from sqlalchemy import select

from kg.ledger import Changes, Snapshot, in_force
from kg.ledger import tables as t
from kg.workspace import Workspace
from ontology import Schema

from ..apply import apply_mapping
from ..batch import settle_batch
from ..context import Context, Progress
from ..datum import operation
from ..geometry import geometry_problems
from ..link.after import finish_links
from ..mapping import Mapping
from ..readers import Batch
from ..readers.columns import series_of
from ..readers.contract import FEATURE_COLUMNS, GEOMETRY_COLUMNS
from ..reasons import Reason
from .mappings import Mappings
from .overtaken import without_overtaken


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows of one delivery in one reference system that fit by themselves; `@row` is the quarantine row's number."""

    source: str
    delivery: str
    scope: str
    at: str | None
    crs: str | None
    mapping: Mapping
    batch: Batch


def fitting(snapshot: Snapshot, mappings: Mappings) -> Iterator[Waiting]:
    """The rows in quarantine that fit the ontology of `mappings` now, the newest delivery first.

    Left are rows whose record has come in since, or that a later snapshot has overtaken, and those that were put
    there without their geometry.
    """
    seen = pl.DataFrame(schema={"source": pl.String, "key": pl.String})
    for group in _groups(snapshot):
        first = group.row(0, named=True)
        mapping = mappings.of_version(first["mapping"])
        if mapping is None:
            continue
        batch = batch_of(group)
        mapped = apply_mapping(mapping, batch.features, mappings.schema)
        required = mapping.header.geometry == "required"
        wrong = geometry_problems(batch.geometries, mapped.records, mappings.schema, required=required)
        keys = mapped.records.select("@row", pl.lit(first["source"]).alias("source"), "key")
        keys = keys.join(wrong, on="@row", how="anti", maintain_order="left")
        keys = keys.unique("key", keep="last", maintain_order=True).join(seen, on=["source", "key"], how="anti")
        known = snapshot.matching(t.record, keys.select("source", "key"), ["source", "key"])
        keys = keys.join(known, on=["source", "key"], how="anti", maintain_order="left")
        if keys.is_empty():
            continue
        seen = pl.concat([seen, keys.select("source", "key")])
        kept = Batch(
            *(part.join(keys.select("@row"), on="@row", how="semi") for part in (batch.features, batch.geometries))
        )
        yield Waiting(first["source"], first["delivery"], first["scope"], first["at"], first["crs"], mapping, kept)


def take(changes: Changes, workspace: Workspace, schema: Schema, waiting: Waiting) -> pl.Series:
    """Take rows into the open changeset as their delivery would have; gives the quarantine rows that came in."""
    s = t.source
    issuer = changes.read(select(s.c.issuer).where(in_force(s), s.c.id == waiting.source))["issuer"]
    crs = waiting.crs
    context = Context(
        changes=changes,
        schema=schema,
        mapping=waiting.mapping,
        operation=operation(crs, workspace.storage_crs, workspace.allowed_operations) if crs else None,
        crs=crs,
        source=waiting.source,
        is_known_source=True,
        delivery=waiting.delivery,
        scope=waiting.scope,
        issuer=next((str(name) for name in issuer if name), workspace.issuer),
        at=waiting.at,
        today=datetime.now(UTC).date().isoformat(),
    )
    progress = Progress()
    problems = settle_batch(context, waiting.batch, progress)
    finish_links(context, progress, workspace.storage_crs)
    return waiting.batch.features.join(problems, on="@row", how="anti")["@row"].rename("fid")


def batch_of(rows: pl.DataFrame) -> Batch:
    """Quarantine rows (fid, content) as the batch that they came in; `@row` is the fid."""
    contents = [orjson.loads(content) for content in rows["content"]]
    numbers = rows["fid"].to_list()
    names = dict.fromkeys(name for content in contents for name in content if name not in {"@geometries", "@crs"})
    own = [
        series_of(name, [content.get(name) for content in contents]) for name in names if name not in FEATURE_COLUMNS
    ]
    fixed = [
        pl.Series(name, numbers if name == "@row" else [content.get(name) for content in contents], dtype=kind)
        for name, kind in FEATURE_COLUMNS.items()
    ]
    shapes = [
        {"@row": number, **{f"@{name}": value for name, value in shape.items()}}
        for number, content in zip(numbers, contents, strict=True)
        for shape in content["@geometries"] or ()
    ]
    kinds = dict(GEOMETRY_COLUMNS) | {"@geometry": pl.String()}
    geometries = pl.DataFrame(shapes, schema=kinds).with_columns(pl.col("@geometry").str.decode("hex"))
    return Batch(pl.DataFrame([*fixed, *own]), geometries)


def _groups(snapshot: Snapshot) -> Iterator[pl.DataFrame]:
    """Open rows by delivery and reference system: fid, source, delivery, content, scope, at, mapping, crs."""
    q, d = t.quarantine, t.delivery
    names = ("fid", "source", "delivery", "position", "content")
    query = select(*(q.c[name] for name in names)).where(
        in_force(q),
        q.c.state == "open",
        q.c.reason != str(Reason.NO_LONGER_FITS),
        q.c.content.contains('"@geometries":'),
    )
    rows = snapshot.read(query.order_by(q.c.fid))
    columns = (d.c.id.label("delivery"), d.c.scope, d.c.at, d.c.mapping, d.c.changeset)
    deliveries = snapshot.read(select(*columns).where(in_force(d)).order_by(d.c.fid))
    deliveries = deliveries.unique("delivery", keep="last", maintain_order=True)
    # A file that came again has put the same rows there again.
    rows = rows.unique(["delivery", "position"], keep="last", maintain_order=True)
    placed = without_overtaken(snapshot, rows.join(deliveries, on="delivery"), "changeset")
    placed = placed.with_columns(pl.col("content").str.json_path_match('$["@crs"]').alias("crs"))
    for _, group in sorted(
        placed.group_by(["changeset", "delivery", "crs"], maintain_order=True),
        key=lambda pair: pair[0][0],
        reverse=True,
    ):
        yield group
