"""Facts: what both views hold, made from the ledger."""

from ..standing import Standing
from .build import Projection, all_facts, changed_facts, facts_of
from .frames import Facts, joined

__all__ = ["Facts", "Projection", "Standing", "all_facts", "changed_facts", "facts_of", "joined"]
