"""`res3d ontology apply` and `undo`: another version of the ontology in force, and all data after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import JsonOption, Opened, WorkspaceOption, opened_workspace
from .ontology_plan import show_plan
from .output import complain, notice, print_facts, print_json, print_line
from .views import keep_up_after_commit

if TYPE_CHECKING:
    from ingest.migrate import EditApplied, Plan

YesOption = Annotated[
    bool, typer.Option("--yes", help="Also when something is taken away, or records go to quarantine.")
]
BaseOption = Annotated[
    str | None,
    typer.Option(help="The version that your edit starts from; refused when another one is in force by now."),
]


def apply(
    reason: Annotated[str, typer.Option(help="Why, for the log.")] = "res3d ontology apply",
    base: BaseOption = None,
    yes: YesOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the workspace's terms into force and let all data follow; what takes something away needs --yes."""
    from ingest.migrate import apply_edit, plan_ontology

    with opened_workspace(workspace) as opened:
        if not yes:
            plan = plan_ontology(opened.workspace, opened.ledger)
            base = base or plan.base
            if plan.needs_consent and base == plan.base:
                _refuse(plan, "res3d ontology apply", as_json=as_json)
        applied = apply_edit(opened.workspace, opened.ledger, reason=reason, base=base, accept_loss=yes)
        _show(applied, as_json=as_json)
        _tell_about_mappings(opened, applied)
    _follow(applied, workspace)


def undo(
    version: Annotated[
        str | None,
        typer.Argument(
            help="The version to go back to, by its first characters; else the one before.", metavar="VERSION"
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the log.")] = None,
    base: BaseOption = None,
    yes: YesOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put an earlier version into force again, as a new entry of the log; records that came since are mapped anew."""
    from ingest.migrate import earlier_version, plan_ontology, undo_edit
    from kg.ontologies import version_texts

    with opened_workspace(workspace) as opened:
        if not yes:
            chosen = earlier_version(opened.ledger, version)
            plan = plan_ontology(opened.workspace, opened.ledger, version_texts(opened.ledger, chosen))
            version, base = chosen.version, base or plan.base
            if plan.quarantined and base == plan.base:
                _refuse(plan, f"res3d ontology undo {chosen.version[:12]}", as_json=as_json)
        applied = undo_edit(opened.workspace, opened.ledger, version, reason=reason, base=base, accept_loss=yes)
        _show(applied, as_json=as_json)
        _tell_about_files(opened, applied)
        _tell_about_mappings(opened, applied)
    _follow(applied, workspace)


def _refuse(plan: Plan, command: str, *, as_json: bool) -> None:
    """Show what would be lost, and end with exit code 1: nobody may be there to answer a question."""
    if as_json:
        print_json({"transaction": None, "plan": plan.as_json()})
    else:
        show_plan(plan)
    complain(
        "Nothing was changed, for this takes something away (see above). "
        f"If that is what you want: `{command} --yes --base {plan.base[:12]}`"
    )
    raise typer.Exit(1)


def _show(applied: EditApplied, *, as_json: bool) -> None:
    moved = applied.moved
    numbers = {
        "records changed": moved.changed,
        "records to quarantine": moved.quarantined,
        "records back from quarantine": moved.returned,
        "rows retried": moved.retried,
        "entities shown no more": moved.vanished,
    }
    members = {
        "version": applied.schema.version,
        "transaction": applied.changeset,
        **{
            what: [f"{change.kind} {change.name}" for change in getattr(applied.changes, what)]
            for what in ("added", "changed", "removed")
        },
    }
    if as_json:
        print_json(members | {name.replace(" ", "_"): number for name, number in numbers.items()})
    elif applied.changeset is None:
        print_line("Nothing new: this ontology is in force already.")
    else:
        shown = {name: ", ".join(value) if isinstance(value, list) else value for name, value in members.items()}
        counted = {name: f"{number:,}" for name, number in numbers.items() if number}
        print_facts((name, value) for name, value in (shown | counted).items() if value)


def _tell_about_files(opened: Opened, applied: EditApplied) -> None:
    """The workspace's own texts are the editor's: an undo leaves them as they are, and says so."""
    from kg.ontologies import workspace_texts
    from ontology import OntologyError, compile_schema

    try:
        is_same = compile_schema(workspace_texts(opened.workspace)).version == applied.schema.version
    except OntologyError:
        is_same = False
    if not is_same:
        notice(
            f"The texts in {opened.workspace.ontology} are as they were, and no longer what is in force: "
            "`res3d ontology show VERSION --texts` prints those of a version, `apply` would put yours into force again"
        )


def _tell_about_mappings(opened: Opened, applied: EditApplied) -> None:
    """Files that read no delivery any more until they are corrected."""
    from ingest.migrate import broken_mappings

    for broken in broken_mappings(opened.workspace, applied.schema):
        notice(f"The mapping {broken.file} does not fit the ontology in force; correct it: {broken.problem}")


def _follow(applied: EditApplied, workspace: Path | None) -> None:
    if applied.changeset is not None:
        with opened_workspace(workspace) as opened:  # with the ontology that is in force now
            keep_up_after_commit(opened)
