"""What can go wrong with a ledger, each with the next step in its message."""


class LedgerError(RuntimeError):
    """Base of every refusal of the ledger."""


class LedgerMissing(LedgerError):
    """There is no ledger at the given place."""


class LedgerLocked(LedgerError):
    """Another process is writing; a ledger has one writer at a time."""


class LedgerFull(LedgerError):
    """The disk (or the quota) is full; the transaction was rolled back."""


class LedgerDamaged(LedgerError):
    """The file is no ledger of ours, or rows do not agree with the digest chain."""
