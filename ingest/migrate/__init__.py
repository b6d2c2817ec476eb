"""An edit of the ontology and the data: foreseen (`plan_ontology`), made (`apply_edit`), taken back (`undo_edit`)."""

from .apply import EditApplied, apply_edit, earlier_version, undo_edit
from .errors import EditRefused, OntologyMoved, SumsDisagree
from .follow import Moved
from .mappings import BrokenMapping, broken_mappings
from .plan import Plan, plan_ontology
from .tally import Effect

__all__ = [
    "BrokenMapping",
    "EditApplied",
    "EditRefused",
    "Effect",
    "Moved",
    "OntologyMoved",
    "Plan",
    "SumsDisagree",
    "apply_edit",
    "broken_mappings",
    "earlier_version",
    "plan_ontology",
    "undo_edit",
]
