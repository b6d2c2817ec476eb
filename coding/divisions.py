"""`cn.town`: administrative divisions of townships (乡级), and the names of all divisions of China by code."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part

_LENGTHS: Final = (2, 4, 6, 9)
# Names of the list that are none: "directly administered" rows stand where a level is left out.
_NO_NAMES: Final = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


@cache
def division_names() -> Mapping[str, str]:
    """Name by code: 2 digits a province, 4 a prefecture, 6 a county, 9 a township.

    >>> division_names()["340123"], len(division_names())
    ('肥西县', 44703)
    """
    packed = files(__package__).joinpath("divisions.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    pairs = (line.split(",", 1) for line in lines if not line.startswith("#"))
    next(pairs)  # the names of the columns
    return MappingProxyType(dict(pairs))


def full_name(code: str) -> str:
    """The names of a division and of all above it, the widest first; "" for one that the list has not.

    >>> full_name("340123100"), full_name("340100"), full_name("990000")
    ('安徽省合肥市肥西县上派镇', '安徽省合肥市', '')
    """
    names = division_names()
    bare = code if len(code) == 9 else code.removesuffix("00").removesuffix("00")
    if bare not in names:
        return ""
    line = [names.get(bare[:length], "") for length in _LENGTHS if length <= len(bare)]
    return "".join(name for name in line if name not in _NO_NAMES)


@dataclass(frozen=True, slots=True)
class Township(BaseScheme):
    """Nine digits: county 6 and township 3. One that the list has not is doubtful, not wrong: lists are of one year.

    >>> Township().parse("340123100").parts[1].meaning["zh"]
    '安徽省合肥市肥西县上派镇'
    """

    id: ClassVar[str] = "cn.town"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "乡级行政区划代码", "en": "township division code"}
    certainty: ClassVar[float] = 0.4  # cadastral districts have 9 digits too

    @property
    def canonical_pattern(self) -> str:
        return "[0-9]{9}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != 9:
            raise given.wrong_length("9 digits", "Six digits of the county and three of the township.")
        given.check_digits(0, 9, "code")
        county, name = full_name(code[:6]), full_name(code)
        unknown: Labels = {"zh": "行政区划表中没有此代码", "en": "the list of divisions has no such code"}
        return ParsedCode(
            self.id,
            code,
            "township",
            (
                Part("county", code[:6], {"zh": "县级", "en": "county"}, _named(code[:6], county)),
                Part("township", code[6:], {"zh": "乡级", "en": "township"}, _named(code, name)),
            ),
            () if name else (unknown,),
        )


def _named(code: str, name: str) -> Labels:
    return {"zh": name or code, "en": f"{name} ({code})" if name else code}
