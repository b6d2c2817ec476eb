"""An edit of the ontology made: the new version and all data that has to follow, in one changeset."""

from collections.abc import Sequence
from dataclasses import dataclass

from kg.ledger import Changes as OpenChangeset
from kg.ledger import Ledger
from kg.ontologies import (
    Version,
    find_version,
    ontology_versions,
    store_version,
    texts_in_force,
    version_texts,
    workspace_texts,
)
from kg.workspace import Workspace
from ontology import Changes, OntologyText, Schema, changes, compile_schema

from ..layers import refresh_layers
from .errors import EditRefused, OntologyMoved
from .follow import Moved, follow
from .prepare import checked_schema, prepare


@dataclass(frozen=True, slots=True)
class EditApplied:
    """The ontology in force after an edit; `changeset` is None when it was in force already."""

    schema: Schema
    changeset: int | None
    changes: Changes
    moved: Moved


def apply_edit(
    workspace: Workspace,
    ledger: Ledger,
    *,
    reason: str,
    actor: str = "res3d",
    base: str | None = None,
    accept_loss: bool = False,
) -> EditApplied:
    """Put the packaged ontology with the workspace's own terms into force, and let all data follow.

    `base` is the version (or its beginning) that has to be in force still. Without `accept_loss` an edit is refused
    that takes something away or would put records into quarantine. Raises OntologyError for errors in the texts,
    OntologyMoved when another version came in between, EditRefused; nothing is changed then. The views have to follow.

    >>> from pathlib import Path; import tempfile
    >>> from kg.workspace import create_workspace
    >>> workspace = create_workspace(Path(tempfile.mkdtemp()) / "workspace")
    >>> applied = apply_edit(workspace, workspace.ledger(), reason="first version")
    >>> applied.changeset, applied.moved.quarantined
    (1, 0)
    """
    texts = workspace_texts(workspace)
    return _put(workspace, ledger, texts, reason=reason, actor=actor, base=base, accept_loss=accept_loss)


def undo_edit(
    workspace: Workspace,
    ledger: Ledger,
    version: str | None = None,
    *,
    reason: str | None = None,
    actor: str = "res3d",
    base: str | None = None,
    accept_loss: bool = False,
) -> EditApplied:
    """Put an earlier version of the ontology into force again, the one before when None; all data follows.

    It is a new changeset: nothing is taken out of the log, and records that came since are mapped anew. Raises
    UnknownVersion, and what `apply_edit` raises.
    """
    chosen = earlier_version(ledger, version)
    texts = version_texts(ledger, chosen)
    # What the later version added is taken away, as asked; whether data fits is another question.
    why = reason or f"back to version {chosen.version[:12]} of changeset {chosen.changeset}"
    return _put(
        workspace, ledger, texts, reason=why, actor=actor, base=base, accept_loss=accept_loss, accept_narrowing=True
    )


def earlier_version(ledger: Ledger, version: str | None) -> Version:
    """The version of a name, or the last one that differs from the one in force."""
    if version is not None:
        return find_version(ledger, version)
    known = ontology_versions(ledger)
    earlier = next((each for each in known if each.version != known[0].version), None)
    if earlier is None:
        raise EditRefused("There is no earlier version to go back to: `res3d ontology log` lists those that there are")
    return earlier


def _put(
    workspace: Workspace,
    ledger: Ledger,
    texts: tuple[OntologyText, ...],
    *,
    reason: str,
    actor: str,
    base: str | None,
    accept_loss: bool,
    accept_narrowing: bool = False,
) -> EditApplied:
    new = checked_schema(texts)
    with ledger.writing(actor, reason) as changeset:
        old = compile_schema(texts_in_force(changeset))
        if base is not None and not old.version.startswith(base.lower()):
            raise _moved(changeset, old, base)
        if ontology_versions(changeset) and old.version == new.version:
            return EditApplied(new, None, changes(old, new), Moved(0, 0, 0, 0, 0, ()))
        prepared = prepare(changeset, workspace, texts, new)
        if prepared.narrowing and not (accept_loss or accept_narrowing):
            raise EditRefused(_consent_needed([f"{found.term} {found.message}" for found in prepared.narrowing]))
        moved = follow(workspace, changeset, prepared, actor)
        if moved.quarantined and not accept_loss:
            raise EditRefused(_consent_needed([f"{moved.quarantined:,} records would go to quarantine"]))
        store_version(changeset, new, texts)
        number = changeset.number
    refresh_layers(workspace, ledger, new)
    return EditApplied(new, number, changes(old, new), moved)


def _moved(changeset: OpenChangeset, old: Schema, base: str) -> OntologyMoved:
    """The refusal that names the version that came in between."""
    last = next(iter(ontology_versions(changeset)), None)
    came = f" came into force at {last.time[:19]} by {last.actor} ({last.reason})" if last else " is in force"
    return OntologyMoved(
        f"Your edit starts from version {base[:12]}, but version {old.version[:12]}{came}: nothing was changed; "
        "take up what it brought, then look at `res3d ontology plan` and apply again"
    )


def _consent_needed(reasons: Sequence[str]) -> str:
    more = [f"and {len(reasons) - 5} more"] if len(reasons) > 5 else []
    return (
        f"The edit takes something away: {'; '.join([*reasons[:5], *more])}. Nothing was changed; "
        "`res3d ontology plan` tells all, and --yes makes it"
    )
