"""Series: codes that an office hands out one after another, and where in the code their number stands.

Real-estate codes: GB/T 37346-2019 and the trial rule before it (segments 5 to 7); BAG: identification, catalogue 2018.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .contract import CodeError
from .registry import get_scheme


class NoSuchSeries(ValueError):
    """No series of codes begins like this; the message says what would."""


@dataclass(frozen=True, slots=True)
class Series:
    """Codes of one scheme that share all but a number.

    `counted_over` characters of the prefix bound the codes whose numbers must differ: all of them where each prefix
    counts by itself, fewer where an office counts several prefixes together.
    """

    scheme: str
    prefix: str
    digits: int
    first: int
    last: int
    counted_over: int

    @property
    def counted_prefix(self) -> str:
        """What all codes begin with whose numbers must differ."""
        return self.prefix[: self.counted_over]

    @property
    def length(self) -> int:
        """How many characters each of the codes has."""
        return len(self.prefix) + self.digits

    def code(self, number: int) -> str:
        """The code of a number; raises NoSuchSeries for a number outside the series, CodeError for a bad prefix.

        >>> series("cn.bdcdyh", "340123002004GB").code(12)
        '340123002004GB00012'
        """
        if not self.first <= number <= self.last:
            raise NoSuchSeries(
                f"{self.prefix} has no number {number}: expected {self.first} to {self.last}. "
                "The series is used up: open another prefix."
            )
        return get_scheme(self.scheme).validate(f"{self.prefix}{number:0{self.digits}d}")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What series with prefixes of one length look like: digits, first and last number."""

    prefix: int
    digits: int
    first: int
    last: int
    ends: str = ""
    what: str = ""


_RULES: Final[dict[str, tuple[_Rule, ...]]] = {
    "cn.djq": (_Rule(6, 3, 1, 999, "", "a county code"),),
    "cn.djzq": (_Rule(9, 3, 1, 999, "", "a cadastral district"),),
    "cn.zrzh": (_Rule(20, 4, 1, 9998, "F", "a parcel code and F"),),
    "cn.bdcdyh": (
        _Rule(14, 5, 1, 99_999, "", "a cadastral sub-district and two feature letters"),
        _Rule(20, 8, 1, 99_999_999, "LQ", "a parcel code and L or Q"),
        _Rule(20, 8, 0, 0, "W", "a parcel code and W (the one unit without fixture)"),
        _Rule(24, 4, 1, 9_999, "", "a building number"),
    ),
    "nl.bag": (_Rule(6, 10, 1, 9_999_999_999, "", "a municipality and an object type"),),
}
_PARCEL_PREFIX: Final = 14


def series(scheme: str, prefix: str, *, across_features: bool = False) -> Series:
    """The series whose codes begin with `prefix`; raises NoSuchSeries.

    `across_features`: parcel numbers count over all feature codes of a sub-district, as some offices do; by the trial
    rule each feature code counts by itself.

    >>> series("cn.bdcdyh", "340123002004GB", across_features=True).counted_prefix
    '340123002004'
    """
    rules = _RULES.get(scheme)
    if rules is None:
        known = ", ".join(sorted(_RULES))
        raise NoSuchSeries(f"Codes of {scheme} are not numbered one after another; those of {known} are.")
    prefix = get_scheme(scheme).compact(prefix)
    for rule in rules:
        if len(prefix) == rule.prefix and (not rule.ends or prefix[-1] in rule.ends):
            is_pooled = across_features and scheme == "cn.bdcdyh" and rule.prefix == _PARCEL_PREFIX
            found = Series(scheme, prefix, rule.digits, rule.first, rule.last, 12 if is_pooled else len(prefix))
            try:
                found.code(rule.first)
            except CodeError as error:
                raise NoSuchSeries(f"{prefix!r} begins no code of {scheme}: {error.problem}") from error
            return found
    expected = "; ".join(f"{rule.what} ({rule.prefix} characters)" for rule in rules)
    raise NoSuchSeries(f"{prefix!r} begins no series of {scheme}. Expected {expected}.")


def series_rules(scheme: str) -> tuple[tuple[int, int, str], ...]:
    """Of each kind of series of a scheme: characters of its prefix, digits of its numbers, what the prefix is."""
    return tuple((rule.prefix, rule.digits, rule.what) for rule in _RULES.get(scheme, ()))


def series_of(scheme: str, code: str, *, across_features: bool = False) -> tuple[Series, int]:
    """The series that a code is of, and its number there.

    >>> series_of("cn.bdcdyh", "340123002004GB00011F00010003")[1]
    3
    """
    for rule in _RULES.get(scheme, ()):
        if len(code) == rule.prefix + rule.digits and (not rule.ends or code[rule.prefix - 1] in rule.ends):
            return series(scheme, code[: rule.prefix], across_features=across_features), int(code[rule.prefix :])
    raise NoSuchSeries(f"{code} is of no series that {scheme} numbers.")
