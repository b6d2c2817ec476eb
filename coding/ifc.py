"""`ifc`: GlobalId of an element in an IFC model, a UUID in 22 digits of base 64."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part

_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase + "_$"
_VALUE: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH: Final = 22
_FIRST: Final = "0123"  # 128 bits are 21 digits of six bits and two bits in front


@dataclass(frozen=True, slots=True)
class IfcGlobalId(BaseScheme):
    """GlobalIds as IFC writes them. Upper and lower case differ: never fold them.

    >>> IfcGlobalId().is_valid("0i_QRONZjFZ9mw3nujF4jQ")
    True
    """

    id: ClassVar[str] = "ifc"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "IFC 全局标识", "en": "IFC GlobalId"}
    certainty: ClassVar[float] = 0.8  # any 22 letters and digits look like one
    case_sensitive: ClassVar[bool] = True

    @property
    def canonical_pattern(self) -> str:
        return f"[{_FIRST}][0-9A-Za-z_$]{{{_LENGTH - 1}}}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != _LENGTH:
            raise given.wrong_length(
                f"{_LENGTH} digits of base 64", "Copy the whole GlobalId; a UUID is turned into one by from_uuid."
            )
        hint = "The first digit carries only two bits: compare with the model."
        given.check_characters(0, 1, _FIRST, "first digit", hint)
        given.check_characters(1, _LENGTH, _DIGITS, "GlobalId")
        uuid = _uuid(code)
        meaning: Labels = {"zh": f"UUID {uuid}", "en": f"the UUID {uuid}"}
        return ParsedCode(self.id, code, None, (Part("uuid", code, {"zh": "UUID", "en": "UUID"}, meaning),))


def to_uuid(global_id: str) -> UUID:
    """The UUID that a GlobalId writes, or a `CodeError`.

    >>> to_uuid("30$_u04ZHMU9gytl0ID5Pu")
    UUID('c0ffee00-1234-5678-9abc-def012345678')
    """
    return _uuid(IfcGlobalId().validate(global_id))


def from_uuid(uuid: UUID) -> str:
    """The GlobalId of a UUID.

    >>> from_uuid(UUID("c0ffee00-1234-5678-9abc-def012345678"))
    '30$_u04ZHMU9gytl0ID5Pu'
    """
    return "".join(_DIGITS[uuid.int >> 6 * place & 63] for place in reversed(range(_LENGTH)))


def _uuid(code: str) -> UUID:
    number = 0
    for digit in code:
        number = number << 6 | _VALUE[digit]
    return UUID(int=number)
