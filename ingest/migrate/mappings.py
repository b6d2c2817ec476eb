"""Which mapping reads what under an ontology: the files as they are now, else the text that was used before."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t
from kg.workspace import Workspace
from ontology import Schema, UnknownTerm

from ..mapping import Mapping, MappingError
from ..mapping_text import load_mapping, parse_mapping
from ..mappings import is_ours, mapping_files


@dataclass(frozen=True, slots=True)
class BrokenMapping:
    """A mapping file that does not fit an ontology: the first place, and the term when one is missing."""

    file: str
    term: str | None
    problem: str


class Mappings:
    """The mappings of a workspace under one schema, for sources and deliveries that are in the ledger."""

    def __init__(self, snapshot: Snapshot, workspace: Workspace, schema: Schema) -> None:
        self.schema = schema
        self._files = mapping_files(workspace)
        m, d = t.mapping_version, t.delivery
        self._stored = snapshot.read(select(m.c.version, m.c.name, m.c.text).order_by(m.c.fid.desc()))
        self._deliveries = snapshot.read(select(d.c.source, d.c.mapping).where(in_force(d)).order_by(d.c.fid.desc()))
        self._by_name: dict[str, Mapping | None] = {}

    def of_version(self, version: str, source: str) -> Mapping | None:
        """The mapping that a delivery of a source was read with, as it is now; None when none of that name fits."""
        named = self._stored.filter(pl.col("version") == version)["name"]
        if named.is_empty():
            return None
        name = str(named[0])
        if name not in self._by_name:
            self._by_name[name] = next(self._fitting(name), None)
        mapping = self._by_name[name]
        return mapping and mapping.under(source)

    def by_source(self) -> dict[str, Mapping]:
        """For each source that has delivered the mapping of its last delivery."""
        last = self._deliveries.unique("source", keep="first", maintain_order=True)
        found = {source: self.of_version(version, source) for source, version in last.rows()}
        return {source: mapping for source, mapping in found.items() if mapping is not None}

    def _fitting(self, name: str) -> Iterator[Mapping]:
        texts = self._stored.filter(pl.col("name") == name)["text"].to_list()
        if name in self._files:
            texts.insert(0, self._files[name].read_text(encoding="utf-8", errors="replace"))
        for text in texts:
            try:
                yield parse_mapping(text, name, self.schema)
            except MappingError:
                continue  # `plan` tells about it; an older text may fit an older ontology


def broken_mappings(workspace: Workspace, schema: Schema) -> tuple[BrokenMapping, ...]:
    """The built-in mappings and those of the workspace that do not fit a schema."""
    found = []
    for path in mapping_files(workspace).values():
        try:
            load_mapping(path, schema, is_ours=is_ours(path))
        except MappingError as error:
            found.append(_told(path, error))
    return tuple(found)


def _told(path: Path, error: MappingError) -> BrokenMapping:
    term = error.__cause__.given if isinstance(error.__cause__, UnknownTerm) else None
    return BrokenMapping(path.name, term, str(error).removeprefix(f"{path.name}: "))
