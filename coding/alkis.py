"""`de.flurstueck`: German parcel (Flurstückskennzeichen of ALKIS), twenty characters filled with underscores."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongValue

_LENGTH: Final = 20
# name, length, may be absent, labels
_SEGMENTS: Final[tuple[tuple[str, int, bool, Labels], ...]] = (
    ("land", 2, False, {"zh": "州", "en": "state (Land)"}),
    ("gemarkung", 4, False, {"zh": "地籍辖区", "en": "cadastral district (Gemarkung)"}),
    ("flur", 3, True, {"zh": "地籍分区", "en": "cadastral section (Flur)"}),
    ("numerator", 5, False, {"zh": "宗地号分子", "en": "parcel number, numerator"}),
    ("denominator", 4, True, {"zh": "宗地号分母", "en": "parcel number, denominator"}),
    ("sequence", 2, True, {"zh": "顺序号", "en": "sequence (Folge)"}),
)


@dataclass(frozen=True, slots=True)
class Flurstueck(BaseScheme):
    """Parcel identifiers; absent parts are filled with underscores and numbers are never reused.

    >>> [part.value for part in Flurstueck().parse("152450008007460284__").parts]
    ['15', '2450', '008', '00746', '0284', '__']
    """

    id: ClassVar[str] = "de.flurstueck"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "德国宗地标识", "en": "German parcel identifier (ALKIS)"}
    certainty: ClassVar[float] = 0.8  # where nothing is absent it is any number of 20 digits

    @property
    def canonical_pattern(self) -> str:
        return "".join(
            f"(?:[0-9]{{{length}}}|_{{{length}}})" if optional else f"[0-9]{{{length}}}"
            for _, length, optional, _ in _SEGMENTS
        )

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != _LENGTH:
            hint = "Write every part in full length with leading zeros, absent parts as underscores."
            raise given.wrong_length("20 characters", hint)
        parts, start = [], 0
        for name, length, optional, labels in _SEGMENTS:
            stop = start + length
            value = code[start:stop]
            given.check_characters(start, stop, string.digits + "_" if optional else string.digits, labels["en"])
            if "_" in value and value != "_" * length:
                hint = "Fill a number with leading zeros; underscores stand for a part that is absent as a whole."
                problem = f"mixes digits and underscores in the {labels['en']}"
                raise given.error(WrongValue, problem, f"{length} digits or {length} underscores", hint, start + 1)
            parts.append(Part(name, value, labels, _meaning(value)))
            start = stop
        return ParsedCode(self.id, code, None, tuple(parts))


def display(text: str) -> str:
    """The identifier as people quote it, not readable back without loss, or a `CodeError`.

    >>> display("152450008007460284__")
    '152450-008-746/284'
    """
    land, gemarkung, flur, numerator, denominator, _ = (part.value for part in Flurstueck().parse(text).parts)
    section = "" if "_" in flur else f"-{flur}"
    divisor = "" if re.fullmatch("_+|0+", denominator) else f"/{int(denominator)}"
    return f"{land}{gemarkung}{section}-{int(numerator)}{divisor}"


def _meaning(value: str) -> Labels:
    if "_" in value:
        return {"zh": "无", "en": "absent"}
    return {"zh": f"第 {int(value)} 号", "en": f"number {int(value)}"}
