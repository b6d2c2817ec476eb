"""The common path of all cadastral codes: county, district, sub-district, parcel, fixture, read left to right."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Final, Literal

from .base import Given
from .contract import Labels, Part, WrongCharacter, WrongValue
from .divisions import full_name
from .real_estate_letters import FIXTURES, NEW_IN_2019, OWNERSHIPS, USE_RIGHTS, USUAL_FIXTURES

Edition = Literal["2019", "2015"]
MULTI_FIXTURE: Final = "9999"
_LEVELS_ZH: Final = {"province": "省级", "prefecture": "地级", "county": "县级"}
_ASK: Final = "Compare with the certificate or the cadastral map."


@dataclass(frozen=True, slots=True)
class LetterRules:
    """Which parcel feature codes are allowed: those of an edition and two-letter extensions such as "YW"."""

    edition: Edition = "2019"
    extensions: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for extension in self.extensions:
            if not re.fullmatch("[A-Z]{2}", extension):
                raise ValueError(
                    f"extension {extension!r} is no parcel feature code; expected two letters A-Z such as YW"
                )

    @property
    def use_rights(self) -> str:
        return "".join(letter for letter in USE_RIGHTS if self.edition == "2019" or letter not in NEW_IN_2019)

    @property
    def parcel_feature_pattern(self) -> str:
        free = self.use_rights.replace("A", "")
        return "|".join([f"[{''.join(OWNERSHIPS)}][{free}]", "JA", *sorted(self.extensions)])


STANDARD_RULES: Final = LetterRules()


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts read so far and what is doubtful about them."""

    parts: tuple[Part, ...] = ()
    warnings: tuple[Labels, ...] = ()

    def __add__(self, other: Reading) -> Reading:
        return Reading(self.parts + other.parts, self.warnings + other.warnings)


def number_pattern(digits: int) -> str:
    """A regex for numbers of so many digits that are not all zero, without look-ahead, which Rust lacks."""
    choices = (f"[0-9]{{{digits - 1 - zeros}}}[1-9]" + "0" * zeros for zeros in range(digits))
    return f"(?:{'|'.join(choices)})"


def read_area(given: Given) -> Reading:
    """County, district and sub-district: as many of them as the code has characters for, up to 12."""
    code = given.code[:12]
    given.check_digits(0, len(code), "county, district and sub-district digits")
    parts = [
        Part("county", code[:6], {"zh": "县级行政区划代码", "en": "county-level division"}, division_meaning(code[:6]))
    ]
    warnings: list[Labels] = []
    if len(code) >= 9:
        meaning: Labels = {"zh": f"地籍区 {code[:9]}", "en": f"cadastral district {code[:9]}"}
        parts.append(Part("district", code[6:9], {"zh": "地籍区代码", "en": "cadastral district"}, meaning))
        if code[6:9] == "000":
            warnings.append({"zh": "地籍区为 000", "en": "cadastral district is 000"})
    if len(code) == 12:
        meaning = {"zh": f"地籍子区 {code}", "en": f"cadastral sub-district {code}"}
        parts.append(Part("sub_district", code[9:], {"zh": "地籍子区代码", "en": "cadastral sub-district"}, meaning))
    return Reading(tuple(parts), tuple(warnings))


def division_level(division: str) -> Literal["province", "prefecture", "county"]:
    """The level of a six-digit division code, by its trailing zeros."""
    if division.endswith("0000"):
        return "province"
    return "prefecture" if division.endswith("00") else "county"


def division_meaning(division: str) -> Labels:
    level = division_level(division)
    name = full_name(division)
    return {
        "zh": f"{_LEVELS_ZH[level]}行政区 {division}" + (f" {name}" if name else ""),
        "en": f"{level}-level division {division}" + (f" ({name})" if name else ""),
    }


def read_parcel(given: Given, rules: LetterRules) -> Reading:
    """Feature code and sequence of a parcel or sea parcel, characters 13 to 19."""
    ownership, use_right, sequence = given.code[12], given.code[13], given.code[14:19]
    is_extension = given.code[12:14] in rules.extensions
    if not is_extension:
        _check_parcel_feature(given, rules)
    given.check_digits(14, 19, "parcel sequence")
    if sequence == "00000":
        raise given.error(WrongValue, "has the parcel sequence 00000", "00001 to 99999", _ASK, 15)
    extension: Labels = {"zh": "扩展特征码", "en": "extension, not of the standard"}
    parts = (
        Part(
            "ownership",
            ownership,
            {"zh": "所有权类型", "en": "ownership"},
            extension if is_extension else OWNERSHIPS[ownership],
        ),
        Part(
            "use_right",
            use_right,
            {"zh": "宗地（宗海）类型", "en": "kind of parcel"},
            extension if is_extension else USE_RIGHTS[use_right],
        ),
        Part(
            "parcel_sequence",
            sequence,
            {"zh": "宗地（宗海）顺序号", "en": "parcel sequence"},
            {"zh": f"第 {int(sequence)} 宗", "en": f"number {int(sequence)} of its feature code in the sub-district"},
        ),
    )
    if given.code[12:14] == "GC" and not is_extension:
        unusual: Labels = {
            "zh": "特征码 GC：宅基地实际上为集体所有",
            "en": "parcel feature GC: homesteads are in practice collective (JC)",
        }
        return Reading(parts, (unusual,))
    return Reading(parts)


def _check_parcel_feature(given: Given, rules: LetterRules) -> None:
    given.check_characters(12, 13, "".join(OWNERSHIPS), "parcel feature code", _ASK)
    use_right = given.code[13]
    if rules.edition == "2015" and use_right in NEW_IN_2019:
        hint = "Validate with edition 2019, which added L and N."
        problem = f"has the kind of parcel {use_right}, which the 2015 edition lacks"
        raise given.error(WrongCharacter, problem, f"one of {rules.use_rights}", hint, 14)
    given.check_characters(13, 14, rules.use_rights, "parcel feature code", _ASK)
    if use_right == "A" and given.code[12] != "J":
        problem = f"has the parcel feature {given.code[12:14]}"
        raise given.error(WrongValue, problem, "JA: an ownership parcel (A) needs collective ownership (J)", _ASK, 13)


def read_fixture(given: Given) -> Reading:
    """Fixture feature code, character 20."""
    given.check_characters(19, 20, "".join(FIXTURES), "fixture feature code", _ASK)
    fixture, use_right = given.code[19], given.code[13]
    part = Part("fixture", fixture, {"zh": "定着物特征码", "en": "fixture feature code"}, FIXTURES[fixture])
    if fixture in USUAL_FIXTURES.get(use_right, "".join(FIXTURES)):
        return Reading((part,))
    unusual: Labels = {
        "zh": f"宗地类型 {use_right} 上一般没有定着物 {fixture}",
        "en": f"fixture {fixture} is unusual on a parcel of kind {use_right}",
    }
    return Reading((part,), (unusual,))


def read_building(given: Given) -> Reading:
    """Building number of an F fixture, characters 21 to 24."""
    given.check_digits(20, 24, "building number")
    building = given.code[20:24]
    if building == "0000":
        raise given.error(WrongValue, "has the building number 0000", "0001 to 9999", _ASK, 21)
    meaning: Labels = {"zh": f"第 {int(building)} 幢", "en": f"building {int(building)}"}
    if building == MULTI_FIXTURE:
        meaning = {"zh": "多个定着物一并登记", "en": "several fixtures registered together as one unit"}
    return Reading((Part("building", building, {"zh": "幢号", "en": "building number"}, meaning),))


def read_unit(given: Given) -> Reading:
    """Unit within the building of an F fixture, characters 25 to 28."""
    given.check_digits(24, 28, "unit number")
    building, unit = given.code[20:24], given.code[24:28]
    if unit == "0000":
        hint = "A building registered as a single unit has the unit number 0001."
        raise given.error(WrongValue, "has the unit number 0000", "0001 to 9999", hint, 25)
    meaning: Labels = {"zh": f"第 {int(unit)} 户", "en": f"unit {int(unit)}"}
    part = Part("unit", unit, {"zh": "户号", "en": "unit number"}, meaning)
    if building == MULTI_FIXTURE and unit != "0001":
        unusual: Labels = {"zh": "F9999 的户号不是 0001", "en": "F9999 with a unit number other than 0001"}
        return Reading((part,), (unusual,))
    return Reading((part,))


def read_serial(given: Given) -> Reading:
    """Serial of an L, Q or W fixture, characters 21 to 28."""
    given.check_characters(20, 28, string.digits, "fixture serial")
    fixture, serial = given.code[19], given.code[20:28]
    is_zero = serial == "00000000"
    if fixture == "W" and not is_zero:
        raise given.error(WrongValue, f"has no fixture (W) but the number {serial}", "00000000 after W", _ASK, 21)
    if fixture != "W" and is_zero:
        raise given.error(WrongValue, "has the fixture serial 00000000", "00000001 to 99999999", _ASK, 21)
    meaning: Labels = {"zh": f"第 {int(serial)} 号", "en": f"number {int(serial)}"}
    if is_zero:
        meaning = {"zh": "无定着物", "en": "no fixture"}
    return Reading((Part("serial", serial, {"zh": "定着物单元号", "en": "fixture unit number"}, meaning),))
