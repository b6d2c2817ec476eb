"""Which code lies in which, by the codes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import CodeError, UnknownScheme
from coding.grids import grids
from coding.hierarchy import ancestors, compare

UNIT = "340123002004GB00011F00010001"


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (("cn.bdcdyh", UNIT), ("cn.zrzh", UNIT[:24]), "within"),
        (("cn.djq", UNIT[:9]), ("cn.bdcdyh", UNIT), "contains"),
        (("cn.xzq", "340000"), ("cn.bdcdyh", UNIT), "contains"),
        (("cn.bdcdyh", UNIT), ("cn.bdcdyh", "340123 002004 GB00011 F00010001"), "equal"),
        (("cn.bdcdyh", UNIT), ("cn.bdcdyh", "340123002004GB00012"), "apart"),
        (("cn.xzq", "340123"), ("cn.xzq", "340124"), "apart"),
        (("nl.bag", "0503100000000001"), ("cn.bdcdyh", UNIT), "unknown"),
        (("h3", "8931aa42853ffff"), ("geohash", "wx4g0"), "unknown"),
    ],
)
def test_codes_are_compared(one: tuple[str, str], other: tuple[str, str], relation: str) -> None:
    assert compare(*one, *other) == relation


@given(st.sampled_from(sorted(grids())), st.floats(73, 135), st.floats(18, 53), st.data())
def test_a_cell_lies_in_each_cell_above_it(scheme: str, lon: float, lat: float, data: st.DataObject) -> None:
    grid = grids()[scheme]
    code = grid.encode(lon, lat, data.draw(st.sampled_from(grid.levels)))
    above = ancestors(scheme, code)
    levels = [grid.level_of(cell) for _, cell in above]
    assert levels == sorted(set(levels), reverse=True)
    for name, cell in above:
        assert compare(name, cell, scheme, code) == "contains"
        assert compare(scheme, code, name, cell) == "within"


def test_what_is_no_code_is_refused() -> None:
    with pytest.raises(CodeError):
        ancestors("cn.bdcdyh", "x")
    with pytest.raises(UnknownScheme):
        compare("nope", "1", "h3", "8931aa42853ffff")
