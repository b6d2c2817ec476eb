"""One layer of a file into the ledger: one delivery, one changeset, and a summary that accounts for every row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import polars as pl
from sqlalchemy import select

from kg.ledger import Changes, Ledger, in_force
from kg.ledger import tables as t
from kg.workspace import Workspace
from ontology import Schema

from . import units
from .batch import take_batch
from .context import Context, Progress
from .datum import DatumError, Operation, operation
from .deliveries import Circumstances, changed_of_others, register_delivery, register_source, taken_before
from .geometry import crs_name
from .indoor import has_network
from .link.after import finish_links
from .mapping import SOURCE_NAMES, Mapping, is_source_name, rank_mappings
from .placing import Placing
from .prepare import prepared_ahead
from .readers import Ahead, Batch, FileInfo, Limits, Reading, ReadingTask, Request, reader_names
from .readers.crs import split_crs
from .repair import MOST_CHANGE
from .repair_undo import take_back
from .snapshot import end_missing
from .solid import Action
from .summary import Attributes, FileSummary
from .units import HEIGHT
from .unpack import Given

Report = Callable[[str, int, int | None], None]


class DeliveryError(ValueError):
    """The file can be read, but not taken: no mapping, no source, no usable reference system."""


class OptionsError(DeliveryError):
    """An option that can't be meant; `option` is its name."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(f"{option}: {message}")
        self.option = option
        self.problem = message


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
    check_3d: Action | None = None
    """What is done about errors of surfaces and solids."""
    actor: str = "res3d"
    repair: bool = False
    """Take invalid outlines repaired, where that is offered; without it, such as were taken so leave again."""
    dry_run: bool = False
    """Do everything but keep it: the summary is that of the delivery, the ledger stays as it is."""
    batch_rows: int = 10_000
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.source is not None and not is_source_name(self.source):
            raise OptionsError("source", f"{self.source!r} is no name of a data set; expected {SOURCE_NAMES}")
        if self.format is not None and self.format not in reader_names():
            raise OptionsError("format", f"no reader is called {self.format!r}; known are {', '.join(reader_names())}")
        if self.crs is not None:
            try:
                split_crs(self.crs)
            except ValueError as error:
                raise OptionsError("crs", str(error)) from None


class NotForUs(DeliveryError):
    """A file or layer without rows, or that no mapping reads; `why` says which in a few words."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class Delivering:
    """What all files of one call share."""

    workspace: Workspace
    ledger: Ledger
    schema: Schema
    mappings: Sequence[Mapping]
    report: Report
    ahead: Ahead


def reading_task(given: Given, options: Options) -> ReadingTask:
    """What is to be read of a file, and by which reader."""
    return ReadingTask(Request(str(given.path), options.layer, options.batch_rows), given.reader or options.format)


def ingest_file(
    work: Delivering, given: Given, digest: str, options: Options, upcoming: ReadingTask | None = None
) -> FileSummary:
    """One delivery in one changeset, while the parser of what comes next is started.

    Raises ReaderError, DeliveryError or DatumError and then wrote nothing.
    """
    known = {each.version: options.source or each.header.source for each in work.mappings}
    before = taken_before(
        work.ledger,
        work.schema,
        known,
        digest,
        layer=options.layer,
        scope=options.scope,
        kind=options.delivery,
        circumstances=_circumstances(options),
    )
    if before is not None:
        return replace(before, path=given.name)
    with work.ahead.read(reading_task(given, options)) as reading:
        if upcoming is not None:
            work.ahead.begin(upcoming)
        batches = iter(reading.batches)
        first = next(batches, None)
        mapping = _choose(work.mappings, first, reading.info, options, given)
        # Of a network all is to be seen at once; other formats need not wait for a second batch.
        second = next(batches, None) if first is not None and has_network(first.features) else None
        delivery = _Delivery(given, digest, mapping, options, is_whole=second is None)
        # The writer waits for no parser: batches are read ahead by the child process.
        with suppress(_OnlyTried), work.ledger.writing(options.actor, f"delivery of {delivery.label}") as changes:
            summary = _deliver(work, delivery, reading, _all((first, second), batches), changes)
            if options.dry_run:
                _give_up()
        return summary


def _circumstances(options: Options) -> Circumstances:
    return Circumstances(repair=options.repair, crs=options.crs, check_3d=options.check_3d and str(options.check_3d))


class _OnlyTried(Exception):
    pass


def _give_up() -> NoReturn:
    raise _OnlyTried


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One file or layer, and how it is taken."""

    given: Given
    digest: str
    mapping: Mapping
    options: Options
    is_whole: bool
    """Of a file with a network of cells: it has one batch."""

    @property
    def label(self) -> str:
        """The name of the file, with that of the layer where it has several."""
        name = self.given.path.name
        return f"{name}#{self.options.layer}" if self.options.layer else name


def _deliver(
    work: Delivering, taken: _Delivery, reading: Reading, batches: Iterable[Batch], changes: Changes
) -> FileSummary:
    workspace, options = work.workspace, taken.options
    mapping = taken.mapping.under(options.source) if options.source else taken.mapping
    info, header = reading.info, mapping.header
    crs = options.crs or info.crs or header.crs
    source = header.source
    delivery = "/".join(filter(None, (source, taken.digest[:16], options.layer)))
    context = Context(
        changes=changes,
        schema=work.schema,
        mapping=mapping,
        operation=_operation(workspace, crs, taken.label),
        crs=crs_name(crs) if crs else None,
        source=source,
        is_known_source=not changes.read(select(t.record.c.fid).where(t.record.c.source == source).limit(1)).is_empty(),
        delivery=delivery,
        scope=options.scope,
        issuer=header.issuer or workspace.issuer,
        at=options.at,
        today=datetime.now(UTC).date().isoformat(),
        check_3d=header.check_3d if options.check_3d is None else replace(header.check_3d, action=options.check_3d),
        is_whole=taken.is_whole,
        repair=options.repair,
        was_elsewhere=crs is not None and _was_elsewhere(changes, source, crs_name(crs)),
    )
    register_source(context, info)
    progress = Progress(changes)
    placing = Placing(context, reading.info, taken.label)
    with closing(prepared_ahead(context, placing.checked(batches))) as ahead:
        for prepared in ahead:
            take_batch(context, prepared, progress)
            work.report(taken.label, progress.counts["rows"], info.rows)
    info = reading.info  # complete only now: what was left out, and what was noticed on the way
    kind = options.delivery or header.delivery
    taken_back = take_back(context, progress)
    ended = end_missing(context, progress) if kind == "snapshot" else 0
    relations = finish_links(context, progress, workspace.storage_crs)
    warnings = [*info.warnings, *placing.warnings(), *_warnings(progress, source)]
    warnings += [f"{number} x {name} is not supported and was left out" for name, number in info.unsupported.items()]
    if taken_back:
        warnings.append(
            f"{taken_back} x taken repaired before; without --repair such records leave again, and wait as given"
        )
    if kind == "partial" and (others := changed_of_others(context, progress, taken.given.path.name)):
        warnings.append(
            f"records that {' and '.join(others)} brought are changed, for both are of the source {source}: if these "
            "are other things of the same keys, take each data set under a name of its own by --source"
        )
    summary = FileSummary(
        path=taken.given.name,
        layer=options.layer,
        format=info.format,
        mapping=mapping.name,
        source=source,
        rows=progress.counts.get("rows", 0),
        taken=progress.counts.get("taken", 0),
        changed=progress.counts.get("changed", 0),
        unchanged=progress.counts.get("unchanged", 0),
        merged=progress.counts.get("merged", 0),
        quarantined=progress.counts.get("quarantined", 0),
        repaired=progress.counts.get("repaired", 0),
        repairable=progress.counts.get("repairable", 0),
        ended=ended,
        linked=progress.linked,
        relations=relations,
        joins=progress.joins.joins,
        joined=progress.joins.joined,
        unlinked=progress.joins.reasons,
        reasons=dict(sorted(progress.reasons.items())),
        classes=dict(sorted(progress.classes.items())),
        attributes=Attributes.of(progress.columns, mapping.references),
        warnings=tuple(warnings),
    )
    register_delivery(context, taken.label, taken.digest, kind, info, summary, _circumstances(options))
    return summary


def _warnings(progress: Progress, source: str) -> list[str]:
    """What is said of values and shapes of a whole delivery."""
    areas = pl.concat(progress.areas) if progress.areas else pl.DataFrame(schema={"property": pl.String})
    warnings = units.doubts(areas, pl.concat([pl.Series(HEIGHT, [], dtype=pl.Float64), *progress.heights]))
    repairable = progress.counts.get("repairable", 0)
    if repairable:
        warnings.append(
            f"{repairable} x an invalid outline that can be repaired with less than {MOST_CHANGE:.0%} of its area: "
            f"`res3d quarantine retry --source {source} --repair` takes them, marked"
        )
    return warnings + [f"{number} x {said}; such rows are taken" for said, number in sorted(progress.remarks.items())]


def _was_elsewhere(changes: Changes, source: str, crs: str) -> bool:
    g = t.geometry
    known = (in_force(g), g.c.source == source, g.c.original_crs != crs, ~g.c.withdrawn)
    return not changes.read(select(g.c.fid).where(*known).limit(1)).is_empty()


def _all(first: Iterable[Batch | None], rest: Iterator[Batch]) -> Iterator[Batch]:
    yield from (batch for batch in first if batch is not None)
    yield from rest


def _choose(
    mappings: Sequence[Mapping], first: Batch | None, info: FileInfo, options: Options, given: Given
) -> Mapping:
    """The mapping that was asked for, else the one that fits the file best."""
    name = given.path.name
    if first is None or first.features.is_empty():
        raise NotForUs(
            "it has no rows",
            f"{name} has no rows: an empty snapshot would end everything in its scope, so it is not taken; "
            "end what has ended by a snapshot that has the rest",
        )
    columns = frozenset(first.features.columns)
    asked = [mapping for mapping in mappings if mapping.header.source == options.source]
    layer = options.layer or (info.layers[0] if len(info.layers) == 1 else None)
    ranked = rank_mappings(asked or mappings, columns, info.format, layer)
    if not ranked:
        own = ", ".join(sorted(name for name in columns if not name.startswith("@"))) or "(none)"
        rows = "" if info.rows is None else f" ({info.rows:,} rows)"
        raise NotForUs(
            f"no mapping reads it{rows}",
            f"No mapping reads {name} ({info.format}) with the columns {own}: write one (docs/mapping.md), "
            "as `res3d ontology map` drafts it, and give it with --mapping, or put it into the workspace's ontology/",
        )
    if len(ranked) > 1:
        names = " and ".join(mapping.name for mapping in ranked)
        raise DeliveryError(f"{names} fit {name} equally well: choose one with --mapping or --source")
    return ranked[0]


def _operation(workspace: Workspace, crs: str | None, name: str) -> Operation | None:
    if crs is None:
        return None
    try:
        return operation(crs, workspace.storage_crs, workspace.allowed_operations)
    except DatumError as error:
        raise DatumError(f"{name}: {error}") from error
