"""The ontology of a workspace: our packaged texts and the workspace's own, put into force as versions in the ledger.

Here a new version may only add: what was declared stays, with the same meaning, so that all data still fits. An edit
that data has to follow is made by `ingest.migrate`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import select

from coding import schemes
from ontology import (
    Changes,
    Finding,
    OntologyError,
    OntologyText,
    Schema,
    additive_problems,
    changes,
    check,
    compile_schema,
    folder_texts,
    packaged_texts,
    replacements,
)

from .ledger import Changes as OpenChangeset
from .ledger import Ledger, Snapshot
from .ledger import tables as t
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Applied:
    """The ontology in force after `apply_ontology`; `changeset` is None when it was in force already."""

    schema: Schema
    changeset: int | None
    changes: Changes
    """What it changes in the one before; before the first version that is the packaged one."""


class UnknownVersion(LookupError):
    """The ledger has no such version of the ontology, or several."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the ontology and how it came into force."""

    version: str
    changeset: int
    time: str
    actor: str
    reason: str
    files: tuple[str, ...]


def schema_in_force(ledger: Ledger) -> Schema:
    """The ontology that the ledger holds, compiled; the packaged one before the first version was applied."""
    texts = ledger.ontology_texts()
    if texts is None:
        return compile_schema(packaged_texts())
    return compile_schema(tuple(OntologyText(name, text) for name, text in texts.items()))


def workspace_texts(workspace: Workspace) -> tuple[OntologyText, ...]:
    """The packaged texts and the workspace's own; raises OntologyError when two of them have one name."""
    packaged, own = packaged_texts(), folder_texts(workspace.ontology)
    taken = {text.name for text in packaged}
    if clashes := [_name_taken(text.name) for text in own if text.name in taken]:
        raise OntologyError(clashes)
    return (*packaged, *own)


def ontology_findings(workspace: Workspace, in_force: Schema) -> tuple[Finding, ...]:
    """What is wrong with the workspace's ontology, in itself and as the successor of the one in force; errors first."""
    try:
        texts = workspace_texts(workspace)
    except OntologyError as error:
        return error.findings
    findings = check(texts, schemes())
    if any(finding.severity == "error" for finding in findings):
        return findings
    taken_away = additive_problems(in_force, compile_schema(texts))
    # What `apply` asks consent for is no error of the texts.
    return (*findings, *(replace(found, severity="warning") for found in taken_away))


def apply_ontology(workspace: Workspace, ledger: Ledger, *, reason: str, actor: str = "res3d") -> Applied:
    """Put the packaged ontology with the workspace's own terms into force where no data has to follow: in a new ledger,
    or by an edit that only adds; the views have to follow.

    Raises OntologyError with every error, and then changed nothing.
    """
    before = schema_in_force(ledger)
    texts = workspace_texts(workspace)
    if errors := [finding for finding in check(texts, schemes()) if finding.severity == "error"]:
        raise OntologyError(errors)
    schema = compile_schema(texts)
    if problems := additive_problems(before, schema):
        raise OntologyError(problems)
    if ledger.ontology_texts() is not None and schema.version == before.version:
        return Applied(schema, None, changes(before, schema))
    with ledger.writing(actor, reason) as written:
        store_version(written, schema, texts)
    return Applied(schema, written.number, changes(before, schema))


def store_version(changeset: OpenChangeset, schema: Schema, texts: tuple[OntologyText, ...]) -> None:
    """Put a version into force with an open changeset."""
    document = json.dumps({text.name: text.text for text in texts}, sort_keys=True, ensure_ascii=False)
    changeset.add(t.ontology_version, pl.DataFrame({"version": [schema.version], "texts": [document]}))


def texts_in_force(snapshot: Snapshot | Ledger, before: int | None = None) -> tuple[OntologyText, ...]:
    """The texts in force, or those that were before some changeset; the packaged ones before the first version."""
    o = t.ontology_version
    query = select(o.c.texts).order_by(o.c.fid.desc()).limit(1)
    found = snapshot.read(query if before is None else query.where(o.c.changeset < before))["texts"]
    return packaged_texts() if found.is_empty() else _texts(found[0])


def ontology_versions(ledger: Ledger | Snapshot) -> tuple[Version, ...]:
    """Every version that was put into force, the newest first."""
    o, c = t.ontology_version, t.changeset
    query = (
        select(o.c.version, o.c.changeset, c.c.time, c.c.actor, c.c.reason, o.c.texts)
        .join_from(o, c, c.c.number == o.c.changeset)
        .order_by(o.c.fid.desc())
    )
    return tuple(
        Version(version, changeset, time, actor, reason, tuple(json.loads(texts)))
        for version, changeset, time, actor, reason, texts in ledger.read(query).rows()
    )


def find_version(ledger: Ledger | Snapshot, name: str) -> Version:
    """The version of that name, of which the first characters are enough; the latest time that it came into force.

    Raises UnknownVersion, which lists those that there are.
    """
    known = ontology_versions(ledger)
    found = [each for each in known if each.version.startswith(name.lower())] if name else []
    if len({each.version for each in found}) == 1:
        return found[0]
    shown = ", ".join(dict.fromkeys(each.version[:12] for each in known)) or "none yet"
    said = "several versions begin" if found else "no version begins"
    raise UnknownVersion(f"{said} with {name!r}; known are {shown} (`res3d ontology log` tells more)")


def version_texts(ledger: Ledger | Snapshot, version: Version) -> tuple[OntologyText, ...]:
    """The texts of a version, ours as they were then included."""
    o = t.ontology_version
    query = select(o.c.texts).where(o.c.changeset == version.changeset, o.c.version == version.version)
    return _texts(ledger.read(query)["texts"][0])


def known_replacements(ledger: Ledger | Snapshot) -> tuple[Mapping[str, str], ...]:
    """Which term replaced which, as each version that was ever in force states it; the newest first."""
    o = t.ontology_version
    query = select(o.c.texts).where(o.c.texts.contains("isReplacedBy")).order_by(o.c.fid.desc())
    return tuple(replacements(_texts(document)) for document in ledger.read(query)["texts"].unique(maintain_order=True))


def _texts(document: str) -> tuple[OntologyText, ...]:
    return tuple(OntologyText(name, text) for name, text in json.loads(document).items())


def _name_taken(name: str) -> Finding:
    advice = "has the name of a packaged one; rename it, since a workspace adds to the ontology and replaces nothing"
    return Finding(severity="error", code="name-taken", term="the file", file=name, message=advice)
