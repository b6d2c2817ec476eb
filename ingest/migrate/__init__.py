"""What an edit of the ontology does to data: foreseen by `plan_ontology`."""

from .errors import EditRefused
from .plan import Plan, plan_ontology
from .tally import Effect

__all__ = ["EditRefused", "Effect", "Plan", "plan_ontology"]
