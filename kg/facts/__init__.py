"""Facts: what both views hold, made from the ledger."""

from .build import Projection, all_facts, changed_facts, facts_of
from .frames import Facts, joined
from .standing import Standing

__all__ = ["Facts", "Projection", "Standing", "all_facts", "changed_facts", "facts_of", "joined"]
