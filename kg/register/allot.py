"""Numbers of series: the next ones that nobody ever had, taken in the changeset that uses them.

The ledger has one writer at a time, and the number and what it is for are committed together: two clients never get
one number, and a process that dies leaves no gap.
"""

from typing import Final

from sqlalchemy import Integer, cast, func, select

from coding.numbering import Series

from ..ledger import Changes
from ..ledger import tables as t
from .errors import RegisterError
from .issuers import Issuer, allowed_numbers
from .rows import found, keep_number

AT_ONCE: Final = 100_000


def allot(changes: Changes, issuer: Issuer, series: Series, count: int, date: str) -> list[str]:
    """The next `count` codes of a series that an issuer may hand out.

    They follow the highest number that was ever used: by the register or by any delivery, in force or retired.
    Raises NotAllowed, RegisterError when the numbers are used up.
    """
    if not 1 <= count <= AT_ONCE:
        raise RegisterError(f"{count:,} codes at once: expected 1 to {AT_ONCE:,}.")
    first, last = allowed_numbers(changes, issuer.id, series, date)
    start = max(first, _highest(changes, issuer, series, first, last) + 1)
    if start + count - 1 > last:
        raise RegisterError(
            f"{series.prefix}: {count:,} numbers from {start} on were asked for, {issuer.id} may go up to {last}. "
            "Have more numbers delegated, or open another prefix."
        )
    codes = [series.code(number) for number in range(start, start + count)]
    keep_number(changes, _scope(issuer, series), start + count - 1)
    return codes


def _scope(issuer: Issuer, series: Series) -> str:
    return f"{issuer.id}/{series.scheme}/{series.counted_prefix}"


def _highest(changes: Changes, issuer: Issuer, series: Series, first: int, last: int) -> int:
    """The highest number between first and last that was ever used; first - 1 when none was."""
    kept = found(changes, t.sequence, t.sequence.c.scope == _scope(issuer, series))
    known = max(first - 1, kept[0]["last"] if kept else first - 1)
    c = t.code
    is_pooled = series.counted_over < len(series.prefix)
    lowest = series.counted_prefix if is_pooled else f"{series.prefix}{max(known, 0):0{series.digits}d}"
    within = (
        c.c.scheme == series.scheme,
        c.c.value.between(lowest, series.counted_prefix + "\uffff"),
        func.length(c.c.value) == series.length,
    )
    number = cast(func.substr(c.c.value, len(series.prefix) + 1, series.digits), Integer)
    query = select(func.max(number)).where(*within, number <= last)
    highest = changes.connection.execute(query).scalar()
    return max(known, int(highest) if highest is not None else first - 1)
