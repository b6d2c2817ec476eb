"""Rows of deliveries that wait in quarantine, tried again under another ontology."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from ..prepare import prepare
from ..readers import Batch
from ..readers.columns import series_of
from ..readers.contract import BODY_COLUMNS, FEATURE_COLUMNS, GEOMETRY_COLUMNS
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

    def only(self, rows: pl.DataFrame) -> "Waiting":
        """The rows that are among some (`@row`)."""
        parts = (self.batch.features, self.batch.geometries)
        return replace(self, batch=Batch(*(part.join(rows, on="@row", how="semi") for part in parts)))


def waiting_of(group: pl.DataFrame, mapping: Mapping) -> Waiting:
    """A group of `by_delivery` as what its delivery brought, to be read by a mapping."""
    first = group.select("source", "delivery", "scope", "at", "crs").row(0, named=True)
    return Waiting(**first, mapping=mapping, batch=batch_of(group))


def fitting(snapshot: Snapshot, mappings: Mappings) -> Iterator[Waiting]:
    """The rows in quarantine that fit the ontology of `mappings` now, the newest delivery first.

    Left are rows whose record has come in since, or that a later snapshot has overtaken, and those that were put
    there without their geometry.
    """
    seen = pl.DataFrame(schema={"source": pl.String, "key": pl.String})
    for group in by_delivery(placed(snapshot, _open_rows(snapshot))):
        mapping = mappings.of_version(group["mapping"][0], group["source"][0])
        if mapping is None:
            continue
        whole = waiting_of(group, mapping)
        batch = whole.batch
        mapped = apply_mapping(mapping, batch.features, mappings.schema)
        required = mapping.header.geometry == "required"
        wrong = geometry_problems(batch.geometries, mapped.records, mappings.schema, required=required)
        keys = mapped.records.select("@row", pl.lit(whole.source).alias("source"), "key")
        keys = keys.join(wrong, on="@row", how="anti", maintain_order="left")
        keys = keys.unique("key", keep="last", maintain_order=True).join(seen, on=["source", "key"], how="anti")
        known = snapshot.matching(t.record, keys.select("source", "key"), ["source", "key"])
        keys = keys.join(known, on=["source", "key"], how="anti", maintain_order="left")
        if keys.is_empty():
            continue
        seen = pl.concat([seen, keys.select("source", "key")])
        yield whole.only(keys)


def take(changes: Changes, workspace: Workspace, schema: Schema, waiting: Waiting) -> pl.Series:
    """Take rows into the open changeset as their delivery would have; gives the quarantine rows that came in."""
    problems = settle(changes, workspace, schema, waiting, Progress(changes))
    return waiting.batch.features.join(problems, on="@row", how="anti")["@row"].rename("fid")


def settle(
    changes: Changes,
    workspace: Workspace,
    schema: Schema,
    waiting: Waiting,
    progress: Progress,
    *,
    repair: bool = False,
) -> pl.DataFrame:
    """Take those rows that can be taken, with their links; gives what is wrong with the others, as `settle_batch`."""
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
        check_3d=waiting.mapping.header.check_3d,
        repair=repair,
    )
    problems = settle_batch(context, prepare(context, waiting.batch), progress)
    finish_links(context, progress, workspace.storage_crs)
    return problems


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
    kinds = dict(GEOMETRY_COLUMNS) | dict(BODY_COLUMNS) | {"@geometry": pl.String()}
    geometries = pl.DataFrame(shapes, schema=kinds).with_columns(pl.col("@geometry").str.decode("hex"))
    return Batch(pl.DataFrame([*fixed, *own]), geometries)


def placed(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows (delivery, content) with scope, at, mapping, crs and changeset of the delivery that brought them.

    Left out are rows that no delivery brought, and those that a later snapshot has overtaken.
    """
    d = t.delivery
    columns = (d.c.id.label("delivery"), d.c.scope, d.c.at, d.c.mapping, d.c.changeset)
    deliveries = snapshot.read(select(*columns).where(in_force(d)).order_by(d.c.fid))
    deliveries = deliveries.unique("delivery", keep="last", maintain_order=True)
    known = without_overtaken(snapshot, rows.join(deliveries, on="delivery"), "changeset")
    return known.with_columns(pl.col("content").str.json_path_match('$["@crs"]').alias("crs"))


def by_delivery(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows by delivery and reference system, the newest delivery first."""
    groups = rows.group_by(["changeset", "delivery", "crs"], maintain_order=True)
    for _, group in sorted(groups, key=lambda pair: pair[0][0], reverse=True):
        yield group


def _open_rows(snapshot: Snapshot) -> pl.DataFrame:
    """Open rows that can be tried again: fid, source, delivery, position, content."""
    q = t.quarantine
    names = ("fid", "source", "delivery", "position", "content")
    query = select(*(q.c[name] for name in names)).where(
        in_force(q),
        q.c.state == "open",
        q.c.reason != str(Reason.NO_LONGER_FITS),
        q.c.content.contains('"@geometries":'),
    )
    rows = snapshot.read(query.order_by(q.c.fid))
    # A file that came again has put the same rows there again.
    return rows.unique(["delivery", "position"], keep="last", maintain_order=True)
