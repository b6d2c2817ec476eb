"""What plan and apply both begin with: the edit from the ontology in force to other texts, and who reads what."""

from dataclasses import dataclass

from coding import schemes
from kg.ledger import Snapshot
from kg.ontologies import known_replacements, texts_in_force
from kg.workspace import Workspace
from ontology import (
    Edit,
    Finding,
    OntologyError,
    OntologyText,
    Schema,
    additive_problems,
    check,
    compile_schema,
    edit_between,
    ledger_problems,
    replacements,
)

from .assess import Assessor
from .mappings import Mappings
from .pickup import pickups


@dataclass(frozen=True, slots=True)
class Prepared:
    """An edit that can be made: checked by itself, with the rules for records and the mappings under it."""

    texts: tuple[OntologyText, ...]
    edit: Edit
    rules: Assessor
    mappings: Mappings
    narrowing: tuple[Finding, ...]
    """What the edit takes away or narrows, so that data made for the ontology in force may not fit."""

    def from_version(self, snapshot: Snapshot, before: int) -> Assessor:
        """The rules for records that were made for the ontology in force before some changeset."""
        texts = texts_in_force(snapshot, before)
        old = compile_schema(texts)
        edit = edit_between(old, self.edit.new, replacements(self.texts), known_replacements(snapshot))
        return Assessor(edit, pickups(self.mappings.by_source(), edit.new, edit.added_properties))


def checked_schema(texts: tuple[OntologyText, ...]) -> Schema:
    """The compiled texts; raises OntologyError with every error that `check` finds."""
    if errors := [finding for finding in check(texts, schemes()) if finding.severity == "error"]:
        raise OntologyError(errors)
    return compile_schema(texts)


def prepare(snapshot: Snapshot, workspace: Workspace, texts: tuple[OntologyText, ...], new: Schema) -> Prepared:
    """The edit from what is in force to texts and their schema.

    Raises OntologyError when the new schema lacks terms by which every ledger is shown.
    """
    old = compile_schema(texts_in_force(snapshot))
    if problems := ledger_problems(old, new):
        raise OntologyError(problems)
    edit = edit_between(old, new, replacements(texts), known_replacements(snapshot))
    mappings = Mappings(snapshot, workspace, new)
    found = pickups(mappings.by_source(), new, edit.added_properties)
    return Prepared(texts, edit, Assessor(edit, found), mappings, additive_problems(old, new))
