"""Facts: what both views hold, made from the ledger."""

from .build import Projection, all_facts, changed_facts
from .frames import Facts, joined

__all__ = ["Facts", "Projection", "all_facts", "changed_facts", "joined"]
