"""`ch.egrid`: federal identification of a property in Switzerland, "CH" and twelve digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part

_COUNTRY: Final = "CH"
_LENGTH: Final = 14


@dataclass(frozen=True, slots=True)
class Egrid(BaseScheme):
    """E-GRID of a parcel or an independent right. No check rule is published, so only the form is checked.

    >>> Egrid().validate("ch 1234 5678 9012")
    'CH123456789012'
    """

    id: ClassVar[str] = "ch.egrid"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "瑞士不动产标识", "en": "Swiss property identification (E-GRID)"}

    @property
    def canonical_pattern(self) -> str:
        return f"{_COUNTRY}[0-9]{{12}}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != _LENGTH:
            raise given.wrong_length("CH and 12 digits", "Copy the whole E-GRID; a building number (EGID) is shorter.")
        for place, letter in enumerate(_COUNTRY):
            given.check_characters(place, place + 1, letter, "country", "An E-GRID begins with CH.")
        given.check_digits(len(_COUNTRY), _LENGTH, "number")
        country, number = code[:2], code[2:]
        return ParsedCode(
            self.id,
            code,
            None,
            (
                Part("country", country, {"zh": "国家", "en": "country"}, {"zh": "瑞士", "en": "Switzerland"}),
                Part(
                    "number",
                    number,
                    {"zh": "编号", "en": "number"},
                    {"zh": "无含义，一次分配", "en": "assigned once, without meaning"},
                ),
            ),
        )
