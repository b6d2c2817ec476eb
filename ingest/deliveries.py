"""What the ledger keeps of sources and their deliveries, and whether a file was taken before."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import polars as pl
from sqlalchemy import select

from kg.ledger import Ledger, in_force
from kg.ledger import tables as t
from ontology import Schema

from .context import Context, Progress
from .readers import READERS_VERSION, FileInfo
from .repair import MARK
from .summary import FileSummary


def _package() -> str:
    try:
        return version("res3d")
    except PackageNotFoundError:  # the source folder, never installed
        return "source"


_PACKAGE: Final = _package()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else the rows of a delivery depend on: how it was asked for, and the readers that read it.

    It is kept with the summary, so that a file which better readers would read otherwise is read again.
    """

    repair: bool = False
    crs: str | None = None
    check_3d: str | None = None
    readers: str = f"{_PACKAGE}/{READERS_VERSION}"


def changed_of_others(context: Context, progress: Progress, file: str) -> list[str]:
    """Other files that brought records which this delivery changed, at most three; told by its first keys."""
    keys = progress.first_changed
    if keys.is_empty():
        return []
    r, d, wanted = t.record, t.delivery, context.changes.wanted(keys.to_frame().unique())
    query = (
        select(d.c.name)
        .distinct()
        .join_from(wanted, r, (r.c.key == wanted.c.key) & (r.c.source == context.source))
        .join(d, (d.c.changeset == r.c.changeset) & (d.c.source == context.source))
        .where(r.c.superseded == context.changes.number, d.c.name != file, ~d.c.name.startswith(f"{file}#"))
        .order_by(d.c.name)
        .limit(3)
    )
    return context.changes.read(query)["name"].to_list()


def taken_before(
    ledger: Ledger,
    schema: Schema,
    sources: Mapping[str, str],
    digest: str,
    *,
    layer: str | None,
    scope: str,
    kind: str | None,
    circumstances: Circumstances,
) -> FileSummary | None:
    """The summary of the same layer under the same mapping and ontology, when nothing came for its source since.

    `sources` are those of the mappings in force, by version. Known by the file's hash alone, so that a file that was
    taken is not even parsed again.
    """
    d = t.delivery
    same = ledger.read(select(d.c.source).where(d.c.sha256 == digest, d.c.scope == scope, in_force(d)))
    for source in same["source"].unique(maintain_order=True):
        query = select(d.c.sha256, d.c.mapping, d.c.ontology, d.c.kind, d.c.summary).where(
            d.c.source == source, d.c.scope == scope, in_force(d)
        )
        found = ledger.read(query.order_by(d.c.fid.desc()))
        last = found.filter((pl.col("kind") == "partial") | (pl.int_range(pl.len()) == 0))
        for row in last.filter(pl.col("sha256") == digest, pl.col("ontology") == schema.version).iter_rows(named=True):
            if sources.get(row["mapping"]) == source and kind in {None, row["kind"]}:
                stored = json.loads(row["summary"])
                if stored.get("layer") != layer or stored.pop("asked", None) != asdict(circumstances):
                    continue
                if not circumstances.repair and _has_repaired(ledger, source):  # from quarantine; it leaves again
                    continue
                return FileSummary.from_json(stored).repeated()
    return None


def _has_repaired(ledger: Ledger, source: str) -> bool:
    g = t.geometry
    repaired = (in_force(g), g.c.source == source, g.c.operation.startswith(MARK))
    return not ledger.read(select(g.c.fid).where(*repaired).limit(1)).is_empty()


def register_source(context: Context, info: FileInfo) -> None:
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


def register_delivery(
    context: Context,
    name: str,
    digest: str,
    kind: str,
    info: FileInfo,
    summary: FileSummary,
    circumstances: Circumstances,
) -> None:
    """Write down what was delivered, and what became of it."""
    kept = {name: value for name, value in summary.as_json().items() if name != "seconds"}
    kept["asked"] = asdict(circumstances)
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    row = {
        "id": context.delivery,
        "source": context.source,
        "name": name,
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
