"""Detection: which schemes could a text be a code of, and how probably."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .base import name_before
from .contract import CodeError, ParsedCode, Scheme
from .registry import schemes

_SHARE_WHEN_DOUBTFUL: Final = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a text: as this canonical code of this scheme, with this probability."""

    scheme: str
    code: str
    probability: float
    form: str | None = None


def detect(text: str) -> tuple[Candidate, ...]:
    """The readings of a text, best first; none when no scheme takes it, several when it is ambiguous.

    Probabilities add up to at most 1; what is left is the chance that the text is no code at all.

    >>> [(candidate.scheme, candidate.form) for candidate in detect("340123 002004 gb00011")]
    [('cn.bdcdyh', 'parcel')]
    >>> [candidate.scheme for candidate in detect("210000")]
    ['cn.entity-class', 'cn.xzq', 'cn.feature-code']
    """
    readings = [(parsed, _certainty(scheme, parsed)) for scheme, parsed in _readings(text)]
    total = max(1.0, sum(certainty for _, certainty in readings))
    candidates = [
        Candidate(parsed.scheme, parsed.code, certainty / total, parsed.form) for parsed, certainty in readings
    ]
    return tuple(sorted(candidates, key=lambda candidate: (-candidate.probability, candidate.scheme)))


def _readings(text: str) -> list[tuple[Scheme, ParsedCode]]:
    readings = []
    for scheme in schemes().values():
        called = name_before(scheme)
        if called is not None and not text.strip().upper().startswith(called):
            continue
        try:
            readings.append((scheme, scheme.parse(text)))
        except CodeError:
            continue
    return readings


def _certainty(scheme: Scheme, parsed: ParsedCode) -> float:
    return scheme.certainty * (_SHARE_WHEN_DOUBTFUL if parsed.warnings else 1.0)
