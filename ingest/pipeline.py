"""A file into the ledger: one delivery, one changeset, and a summary that accounts for every row."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from sqlalchemy import select

from kg.ledger import Changes, Ledger, in_force
from kg.ledger import tables as t
from kg.workspace import Workspace
from ontology import Schema

from .batch import take_batch
from .context import Context, Progress
from .datum import DatumError, Operation, operation
from .geometry import crs_name
from .layers import refresh_layers
from .link.after import finish_links
from .mapping import Mapping, MappingError, rank_mappings
from .mappings import known_mappings
from .readers import Batch, FileInfo, Limits, ReaderError, Reading, read
from .snapshot import end_missing
from .summary import FileSummary

Report = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How a delivery is to be taken; None leaves it to the mapping or the file."""

    source: str | None = None
    delivery: str | None = None
    scope: str = ""
    at: str | None = None
    mapping: Path | None = None
    format: str | None = None
    layer: str | None = None
    crs: str | None = None
    actor: str = "res3d"
    batch_rows: int = 10_000
    limits: Limits = field(default_factory=Limits)


class DeliveryError(ValueError):
    """The file can be read, but not taken: no mapping, no source, no usable reference system."""


def ingest_files(
    workspace: Workspace,
    ledger: Ledger,
    schema: Schema,
    paths: Sequence[Path],
    options: Options,
    report: Report = lambda *_: None,
) -> list[FileSummary]:
    """Take each file as one delivery; a file that fails has its error in its summary, the others go on."""
    mappings = known_mappings(workspace, schema, options.mapping)
    summaries = []
    for path in paths:
        started = time.monotonic()
        try:
            summary = ingest_file(workspace, ledger, schema, mappings, path, options, report)
        except (ReaderError, DeliveryError, DatumError, MappingError) as error:
            summary = FileSummary(path=str(path), error=str(error))
        summaries.append(replace(summary, seconds=round(time.monotonic() - started, 3)))
    if any(summary.taken or summary.changed for summary in summaries):
        refresh_layers(workspace, ledger, schema)
    return summaries


def ingest_file(
    workspace: Workspace,
    ledger: Ledger,
    schema: Schema,
    mappings: Sequence[Mapping],
    path: Path,
    options: Options,
    report: Report,
) -> FileSummary:
    """One delivery in one changeset. Raises ReaderError, DeliveryError or DatumError and then wrote nothing."""
    digest = _sha256(path) if path.is_file() else ""
    if before := _taken_before(ledger, schema, mappings, options, digest):
        return replace(before, path=str(path))
    reading = read(
        path,
        format=options.format,
        batch_rows=options.batch_rows,
        layer=options.layer,
        crs=options.crs,
        limits=options.limits,
    )
    with reading:
        batches = iter(reading.batches)
        first = next(batches, None)
        mapping = _choose(mappings, first, reading.info, options, path)
        # The writer waits for no parser: batches are read ahead by the child process.
        with ledger.writing(options.actor, f"delivery of {path.name}") as changes:
            return _deliver(
                workspace, schema, mapping, path, digest, reading, _all(first, batches), options, changes, report
            )


def _deliver(
    workspace: Workspace,
    schema: Schema,
    mapping: Mapping,
    path: Path,
    digest: str,
    reading: Reading,
    batches: Iterable[Batch],
    options: Options,
    changes: Changes,
    report: Report,
) -> FileSummary:
    info, header = reading.info, mapping.header
    crs = options.crs or info.crs or header.crs
    source = options.source or header.source
    delivery = f"{source}/{digest[:16]}"
    context = Context(
        changes=changes,
        schema=schema,
        mapping=mapping,
        operation=_operation(workspace, crs, path),
        crs=crs_name(crs) if crs else None,
        source=source,
        is_known_source=not changes.read(select(t.record.c.fid).where(t.record.c.source == source).limit(1)).is_empty(),
        delivery=delivery,
        scope=options.scope,
        issuer=header.issuer or workspace.issuer,
        at=options.at,
        today=datetime.now(UTC).date().isoformat(),
    )
    _register_source(context, info)
    progress = Progress()
    for batch in batches:
        if context.operation is None and batch.geometries["@geometry"].null_count() < batch.geometries.height:
            raise DatumError(
                f"{path.name} names no coordinate reference system: give one with --crs EPSG:n, "
                "or set `crs` in the mapping"
            )
        take_batch(context, batch, progress)
        report(path.name, progress.counts["rows"], info.rows)
    kind = options.delivery or header.delivery
    ended = end_missing(context, progress) if kind == "snapshot" else 0
    relations = finish_links(context, progress, workspace.storage_crs)
    warnings = list(info.warnings)
    if context.operation and context.operation.is_ballpark:
        warnings.append(
            f"{context.operation.source} -> {context.operation.target} is a ballpark operation that the workspace "
            f"allows; positions are uncertain by {context.operation.accuracy_m:g} m"
        )
    warnings += [f"{number} x {name} is not supported and was left out" for name, number in info.unsupported.items()]
    warnings += [f"{number} x {said}; such rows are taken" for said, number in sorted(progress.remarks.items())]
    summary = FileSummary(
        path=str(path),
        format=info.format,
        mapping=mapping.name,
        source=source,
        rows=progress.counts.get("rows", 0),
        taken=progress.counts.get("taken", 0),
        changed=progress.counts.get("changed", 0),
        unchanged=progress.counts.get("unchanged", 0),
        merged=progress.counts.get("merged", 0),
        quarantined=progress.counts.get("quarantined", 0),
        ended=ended,
        linked=progress.linked,
        relations=relations,
        reasons=dict(sorted(progress.reasons.items())),
        classes=dict(sorted(progress.classes.items())),
        warnings=tuple(warnings),
    )
    _register_delivery(context, path, digest, kind, info, summary)
    return summary


def _all(first: Batch | None, rest: Iterator[Batch]) -> Iterator[Batch]:
    if first is not None:
        yield first
    yield from rest


def _choose(mappings: Sequence[Mapping], first: Batch | None, info: FileInfo, options: Options, path: Path) -> Mapping:
    """The mapping that was asked for, else the one that fits the file best."""
    if first is None or first.features.is_empty():
        raise DeliveryError(
            f"{path.name} has no rows: an empty snapshot would end everything in its scope, so it is not taken; "
            "end what has ended by a snapshot that has the rest"
        )
    columns = frozenset(first.features.columns)
    asked = [mapping for mapping in mappings if mapping.header.source == options.source]
    ranked = rank_mappings(asked or mappings, columns, info.format)
    if not ranked:
        own = ", ".join(sorted(name for name in columns if not name.startswith("@"))) or "(none)"
        raise DeliveryError(
            f"No mapping reads {path.name} ({info.format}) with the columns {own}: write one (docs/mapping.md) and "
            f"give it with --mapping, or put it into the workspace's ontology/ folder"
        )
    if len(ranked) > 1:
        names = " and ".join(mapping.name for mapping in ranked)
        raise DeliveryError(f"{names} fit {path.name} equally well: choose one with --mapping or --source")
    return ranked[0]


def _operation(workspace: Workspace, crs: str | None, path: Path) -> Operation | None:
    if crs is None:
        return None
    try:
        return operation(crs, workspace.storage_crs, workspace.allowed_operations)
    except DatumError as error:
        raise DatumError(f"{path.name}: {error}") from error


def _taken_before(
    ledger: Ledger, schema: Schema, mappings: Sequence[Mapping], options: Options, digest: str
) -> FileSummary | None:
    """The summary of the same file under the same mapping and ontology, when nothing came for its source since.

    Known by the file's hash alone, so that a file that was taken is not even parsed again.
    """
    d = t.delivery
    same = ledger.read(select(d.c.source).where(d.c.sha256 == digest, d.c.scope == options.scope, in_force(d)))
    sources = {mapping.version: options.source or mapping.header.source for mapping in mappings}
    for source in same["source"].unique(maintain_order=True):
        query = select(d.c.sha256, d.c.mapping, d.c.ontology, d.c.kind, d.c.summary).where(
            d.c.source == source, d.c.scope == options.scope, in_force(d)
        )
        found = ledger.read(query.order_by(d.c.fid.desc()))
        last = found.filter((pl.col("kind") == "partial") | (pl.int_range(pl.len()) == 0))
        for row in last.filter(pl.col("sha256") == digest, pl.col("ontology") == schema.version).iter_rows(named=True):
            if sources.get(row["mapping"]) == source and options.delivery in {None, row["kind"]}:
                stored = json.loads(row["summary"])
                return FileSummary(**{**stored, "warnings": tuple(stored["warnings"])}).repeated()
    return None


def _register_source(context: Context, info: FileInfo) -> None:
    """Bring the source's own row in step with what the mapping and the file say of it."""
    header, changes = context.mapping.header, context.changes
    row = pl.DataFrame(
        {
            "id": [context.source],
            "title": [header.title],
            "licence": [header.licence],
            "credit": [header.credit],
            "crs_declared": [info.declared_crs],
            "crs_believed": [context.crs],
            "epoch": [info.epoch if info.epoch is not None else header.epoch],
            "access_level": [header.access_level],
            "update_cycle": [header.update_cycle],
            "rank": [header.rank],
            "issuer": [context.issuer],
        },
        schema_overrides=dict.fromkeys(("credit", "crs_declared", "crs_believed", "update_cycle"), pl.String)
        | {"epoch": pl.Float64},
    )
    old = changes.matching(t.source, row.select("id"), ["fid", *row.columns])
    changed = row.join(old, on=row.columns, how="anti", nulls_equal=True)
    if not changed.is_empty():
        changes.supersede(t.source, old["fid"])
        changes.add(t.source, changed)
    m = t.mapping_version
    name = pl.DataFrame({"name": [context.mapping.name]})
    known = changes.matching(m, name, ["fid", "version"])
    if context.mapping.version not in known["version"]:
        changes.supersede(m, known["fid"])
        version = pl.DataFrame({"version": [context.mapping.version], "text": [context.mapping.text]})
        changes.add(m, version.hstack(name))


def _register_delivery(
    context: Context, path: Path, digest: str, kind: str, info: FileInfo, summary: FileSummary
) -> None:
    kept = {name: value for name, value in summary.as_json().items() if name != "seconds"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    row = {
        "id": context.delivery,
        "source": context.source,
        "name": path.name,
        "sha256": digest,
        "kind": kind,
        "scope": context.scope,
        "at": context.at,
        "format": info.format,
        "mapping": context.mapping.version,
        "ontology": context.schema.version,
        "summary": text,
    }
    context.changes.add(t.delivery, pl.DataFrame([row], schema_overrides={"at": pl.String}))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
