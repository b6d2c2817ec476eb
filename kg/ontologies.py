"""The ontology of a workspace: our packaged texts and the workspace's own, put into force as a version in the ledger.

A new version may only add: what was declared stays, with the same meaning, so that all data still fits.
"""

import json
from dataclasses import dataclass

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
)

from .ledger import Ledger
from .ledger import tables as t
from .views import schema_in_force
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Applied:
    """The ontology in force after `apply_ontology`; `changeset` is None when it was in force already."""

    schema: Schema
    changeset: int | None
    changes: Changes
    """What it changes in the one before; before the first version that is the packaged one."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the ontology and how it came into force."""

    version: str
    changeset: int
    time: str
    actor: str
    reason: str
    files: tuple[str, ...]


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
    return (*additive_problems(in_force, compile_schema(texts)), *findings)


def apply_ontology(workspace: Workspace, ledger: Ledger, *, reason: str, actor: str = "res3d") -> Applied:
    """Put the packaged ontology with the workspace's own terms into force; the views have to follow.

    Raises OntologyError with every error, and then changed nothing.
    """
    before = schema_in_force(ledger)
    errors = [finding for finding in ontology_findings(workspace, before) if finding.severity == "error"]
    if errors:
        raise OntologyError(errors)
    texts = workspace_texts(workspace)
    schema = compile_schema(texts)
    if ledger.ontology_texts() is not None and schema.version == before.version:
        return Applied(schema, None, changes(before, schema))
    document = json.dumps({text.name: text.text for text in texts}, sort_keys=True, ensure_ascii=False)
    with ledger.writing(actor, reason) as written:
        written.add(t.ontology_version, pl.DataFrame({"version": [schema.version], "texts": [document]}))
    return Applied(schema, written.number, changes(before, schema))


def ontology_versions(ledger: Ledger) -> tuple[Version, ...]:
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


def _name_taken(name: str) -> Finding:
    advice = "has the name of a packaged one; rename it, since a workspace adds to the ontology and replaces nothing"
    return Finding(severity="error", code="name-taken", term="the file", file=name, message=advice)
