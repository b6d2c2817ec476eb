"""Files, folders and archives into the ledger: each layer is one delivery, and all that was given is accounted for."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from kg.ledger import Ledger
from kg.workspace import Workspace
from ontology import Schema

from .datum import DatumError
from .deliver import Delivering, DeliveryError, NotForUs, Options, OptionsError, Report, ingest_file, reading_task
from .layers import refresh_layers
from .mapping import MappingError
from .mappings import known_mappings
from .readers import Ahead, FileMissing, ReaderError, ReadingTask, UnknownFormat, UnknownLayer
from .summary import FileSummary
from .unpack import Given, files_of, unpacked

_EXPECTED = (ReaderError, DeliveryError, DatumError, MappingError)


def ingest_files(
    workspace: Workspace,
    ledger: Ledger,
    schema: Schema,
    paths: Sequence[Path],
    options: Options,
    report: Report = lambda *_: None,
) -> list[FileSummary]:
    """Take each file - or each layer of one that has several - as one delivery.

    Paths may be files, folders, patterns and archives. What fails has its error in its summary, the others go on.
    """
    mappings = known_mappings(workspace, schema, options.mapping)
    summaries: list[FileSummary] = []
    with unpacked(paths) as found, Ahead(options.crs, options.limits) as ahead:
        work = Delivering(workspace, ledger, schema, mappings, report, ahead)
        for given, following in zip_longest(found, found[1:]):
            if isinstance(given, ReaderError):
                summaries.append(FileSummary(path=given.path, error=str(given)))
                continue
            upcoming = reading_task(following, options) if isinstance(following, Given) else None
            summaries += _ingest_given(work, given, options, upcoming)
            ahead.drop(given.path)
    if not options.dry_run and any(summary.taken or summary.changed for summary in summaries):
        refresh_layers(workspace, ledger, schema)
    return summaries


def _ingest_given(work: Delivering, given: Given, options: Options, upcoming: ReadingTask | None) -> list[FileSummary]:
    """The summaries of one file: one, or one for each of its layers."""
    digest = ""
    try:
        if given.path.is_file() or given.path.is_dir():
            digest = _sha256(given.path)
        return [_timed(work, given, digest, options, upcoming)]
    except UnknownLayer as error:
        if options.layer is not None or not error.layers:
            return [FileSummary(path=given.name, error=_told(error, given))]
        layers = error.layers
    except (UnknownFormat, NotForUs) as error:
        if given.was_named:
            return [FileSummary(path=given.name, error=_told(error, given))]
        why = error.why if isinstance(error, NotForUs) else "no reader knows its content"
        return [FileSummary(path=given.name, skipped=why)]
    except _EXPECTED as error:
        return [FileSummary(path=given.name, error=_told(error, given))]
    each = [replace(options, layer=layer, scope=options.scope or layer) for layer in layers]
    nexts = [*(reading_task(given, one) for one in each[1:]), upcoming]
    summaries = [_ingest_layer(work, given, digest, one, after) for one, after in zip(each, nexts, strict=True)]
    if all(summary.skipped for summary in summaries):
        reasons = "; ".join(f"{summary.layer}: {summary.skipped}" for summary in summaries)
        return [FileSummary(path=given.name, error=f"{given.name}: no layer could be taken: {reasons}")]
    return summaries


def _ingest_layer(
    work: Delivering, given: Given, digest: str, options: Options, upcoming: ReadingTask | None
) -> FileSummary:
    """The summary of one layer of a file that has several; what no mapping reads there is skipped, and said."""
    named = f"{given.name}#{options.layer}"
    try:
        return replace(_timed(work, given, digest, options, upcoming), path=named)
    except NotForUs as error:
        return FileSummary(path=named, layer=options.layer, skipped=error.why)
    except _EXPECTED as error:
        return FileSummary(path=named, layer=options.layer, error=_told(error, given))


def _timed(work: Delivering, given: Given, digest: str, options: Options, upcoming: ReadingTask | None) -> FileSummary:
    started = time.monotonic()
    summary = ingest_file(work, given, digest, options, upcoming)
    return replace(summary, seconds=round(time.monotonic() - started, 3))


def _told(error: Exception, given: Given) -> str:
    """The message of an error, with the file under the name that it was given by."""
    return str(error).replace(str(given.path), given.name)


def _sha256(path: Path) -> str:
    """Of the file; of a data set in several files (a tileset, a Shapefile, a folder) of their names and digests.

    What the data set itself is called is no part of it, as it is none of the content of a file.
    """
    root = path if path.is_dir() else path.parent
    digests = {}
    try:
        for each in files_of(path):
            with each.open("rb") as file:
                name = each.relative_to(root).as_posix().removeprefix(path.stem)
                digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileMissing(str(path), f"it can't be read: {error.strerror}", "Check who may read it") from None
    if len(digests) == 1 and path.is_file():
        return next(iter(digests.values()))
    return hashlib.sha256("".join(f"{digest} {name}\n" for name, digest in digests.items()).encode()).hexdigest()


__all__ = ["DeliveryError", "Options", "OptionsError", "ingest_files"]
