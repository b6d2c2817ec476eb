"""`res3d ontology`: check the workspace's own terms, put them into force, and look things up in what is in force."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .common import JsonOption, Opened, WorkspaceOption, opened_workspace
from .ontology_apply import apply, undo
from .ontology_diff import diff
from .ontology_docs import docs
from .ontology_map import map_
from .ontology_plan import plan
from .ontology_validate import validate
from .output import notice, print_facts, print_json, print_line, print_table

if TYPE_CHECKING:
    from kg.ontologies import Version
    from kg.workspace import Workspace
    from ontology import Class, Finding, OntologyText, Property, Schema

_VERSION = re.compile("[0-9a-fA-F]{4,64}")
"""How the beginning of a version looks."""

FindingFormat = Literal["text", "json", "sarif"]

app = typer.Typer(help="The ontology in force, and your own additions to it.", no_args_is_help=True)
app.command()(diff)
app.command()(docs)
app.command("map")(map_)
app.command()(plan)
app.command()(apply)
app.command()(undo)
app.command()(validate)


@app.command()
def check(
    output: Annotated[FindingFormat, typer.Option("--format", help="For people, programs or code reviews.")] = "text",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for everything that is wrong with the workspace's terms and mappings (exit code 1: an error)."""
    from kg.ontologies import ontology_findings

    with opened_workspace(workspace) as opened:
        findings = ontology_findings(opened.workspace, opened.schema)
        if not any(finding.severity == "error" for finding in findings):
            findings += _mapping_findings(opened.workspace)
    _show_findings(findings, "json" if as_json else output)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


@app.command()
def log(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Which ontology was in force since when, the newest first."""
    from kg.ontologies import ontology_versions

    with opened_workspace(workspace) as opened:
        versions = ontology_versions(opened.ledger)
    if as_json:
        members = ("version", "changeset", "time", "actor", "reason", "files")
        print_json([{name: getattr(each, name) for name in members} for each in versions])
    elif versions:
        rows = [
            (each.changeset, each.time[:19], each.actor, each.reason, each.version[:12], ", ".join(each.files))
            for each in versions
        ]
        print_table(("changeset", "time (UTC)", "by", "reason", "version", "files"), rows)
    else:
        print_line("The packaged ontology is in force; no version was applied to this ledger yet.")


@app.command()
def show(
    term: Annotated[
        str | None,
        typer.Argument(help="A class or property, by name or IRI, or a version as in `log`; else all terms in force."),
    ] = None,
    texts: Annotated[bool, typer.Option("--texts", help="Of a version: its texts in Turtle.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The terms in force or of an earlier version, or all about one of them."""
    from kg.ontologies import version_texts
    from ontology import compile_schema

    with opened_workspace(workspace) as opened:
        schema = opened.schema
        version = _version(opened, term, schema, is_wanted=texts)
        documents = version_texts(opened.ledger, version) if version else ()
    if version is not None and texts:
        _show_texts(documents, as_json=as_json)
    elif version is not None:
        _show_all(compile_schema(documents), as_json=as_json)
    elif term is None:
        _show_all(schema, as_json=as_json)
    else:
        found = _term(schema, term)
        facts = _facts(schema, found)
        if as_json:
            print_json(facts)
        else:
            print_facts((name, _text(value)) for name, value in facts.items() if value not in (None, "", (), []))


def _version(opened: Opened, name: str | None, schema: Schema, *, is_wanted: bool) -> Version | None:
    """The version that is meant, when a version is; a term of that name goes before."""
    from kg.ontologies import find_version, ontology_versions
    from ontology import UnknownTerm

    if is_wanted:
        return find_version(opened.ledger, name or ontology_versions(opened.ledger)[0].version)
    if name is None or not _VERSION.fullmatch(name):
        return None
    with suppress(UnknownTerm):
        _term(schema, name)
        return None
    return find_version(opened.ledger, name)


def _show_texts(documents: Sequence[OntologyText], *, as_json: bool) -> None:
    if as_json:
        print_json({document.name: document.text for document in documents})
    else:
        for document in documents:
            print_line(f"# {document.name}")
            print_line(document.text)


def _mapping_findings(workspace: Workspace) -> tuple[Finding, ...]:
    """What is wrong with the first mapping that does not fit the ontology as it will be, if any."""
    from ingest.mapping import MappingError
    from ingest.mappings import known_mappings
    from kg.ontologies import workspace_texts
    from ontology import Finding, compile_schema

    try:
        known_mappings(workspace, compile_schema(workspace_texts(workspace)))
    except MappingError as error:
        file, _, message = str(error).partition(": ")
        return (Finding(severity="error", code="mapping", term="the mapping:", file=file, message=message),)
    return ()


def _show_findings(findings: Sequence[Finding], output: FindingFormat) -> None:
    from ontology import as_sarif

    if output == "json":
        members = ("severity", "code", "term", "file", "line", "column", "message")
        print_json({"findings": [{name: getattr(found, name) for name in members} for found in findings]})
    elif output == "sarif":
        print_json(as_sarif(findings))
    else:
        for finding in findings:
            print_line(str(finding).removeprefix(": "))
        errors = sum(finding.severity == "error" for finding in findings)
        notice(f"{errors} errors, {len(findings) - errors} warnings")


def _show_all(schema: Schema, *, as_json: bool) -> None:
    if as_json:
        names = {"classes": list(schema.classes), "properties": list(schema.properties)}
        print_json({"version": schema.version, **names})
        return
    print_table(
        ("class", "English", "中文", "below"),
        [
            (each.name, each.labels.get("en"), each.labels.get("zh"), ", ".join(each.parents))
            for each in schema.classes.values()
        ],
    )
    print_table(
        ("property", "kind", "English", "中文", "of", "value"),
        [
            (each.name, each.kind, each.labels.get("en"), each.labels.get("zh"), ", ".join(each.domain), _value(each))
            for each in schema.properties.values()
        ],
    )


def _term(schema: Schema, term: str) -> Class | Property:
    from ontology import UnknownTerm

    for look_up in (schema.class_, schema.property_):
        with suppress(UnknownTerm):
            return look_up(term)
    raise UnknownTerm(term, "class or property", sorted({*schema.classes, *schema.properties}))


def _facts(schema: Schema, term: Class | Property) -> dict[str, object]:
    """What is worth knowing about a term, by name."""
    from ontology import Property

    facts: dict[str, object] = {
        "name": term.name,
        "iri": term.iri,
        "labels": term.labels,
        "definition": term.definition,
    }
    if isinstance(term, Property):
        return facts | {
            "kind": term.kind,
            "of": term.domain,
            "value": _value(term),
            "allowed": term.allowed,
            "unit": term.unit,
            "at least": term.minimum or None,
            "at most": term.maximum,
            "inverse": term.inverse,
            "in Cypher": schema.relationship_type(term.name) if term.kind == "relation" else term.name,
            "personal data": term.personal or None,
        }
    line = {term.name, *term.ancestors}
    return facts | {
        "class code": term.code,
        "superclasses": term.ancestors,
        "subclasses": sorted(schema.subclasses(term.name) - {term.name}),
        "scale levels": term.scale_levels,
        "geometry": term.geometry_kinds,
        "properties": [each.name for each in schema.properties.values() if line & set(each.domain)],
    }


def _value(term: Property) -> str | None:
    if term.kind == "relation":
        return ", ".join(term.range)
    return f"{term.datatype}, code of {term.code_scheme}" if term.code_scheme else term.datatype


def _text(value: object) -> object:
    if isinstance(value, dict):
        return " / ".join(str(each) for each in value.values())
    return ", ".join(str(each) for each in value) if isinstance(value, list | tuple) else value
