"""The ledger: the one record of every change; all else is projected from it."""

from .errors import LedgerDamaged, LedgerError, LedgerFull, LedgerLocked, LedgerMissing
from .noted import Noted
from .read import in_force
from .snapshot import Snapshot
from .store import GENESIS, Ledger, Position, count_rows
from .verify import broken_rows
from .write import Changes

__all__ = [
    "GENESIS",
    "Changes",
    "Ledger",
    "LedgerDamaged",
    "LedgerError",
    "LedgerFull",
    "LedgerLocked",
    "LedgerMissing",
    "Noted",
    "Position",
    "Snapshot",
    "broken_rows",
    "count_rows",
    "in_force",
]
