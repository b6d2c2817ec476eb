"""Reference codes: offsets from another cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import CodeError
from coding.beidou import GridError, encode, neighbours, reference_code, resolve_reference

from ..texts import HOSTILE

# vectors.json, beidou_reference (printed in the standard)
KNOWN = [
    ("N50J475492E", "N50J475493E", "10"),
    ("N50J475491E", "N50J475493E", "20"),
    ("N50J475493E", "N50J475491E", "B0"),
]


@pytest.mark.parametrize(("reference", "target", "span"), KNOWN)
def test_known_cells_have_their_reference_code(reference: str, target: str, span: str) -> None:
    assert reference_code(reference, target) == f"{reference}-{span}"
    assert resolve_reference(f"{reference}-{span}") == target


@given(
    st.integers(-180, 179), st.integers(-87, 87), st.integers(5, 10), st.text("01234567ABCDEFG", min_size=2, max_size=2)
)
def test_resolved_cell_is_seen_by_the_same_code(lon: int, lat: int, level: int, span: str) -> None:
    code = f"{encode(lon, lat, level)}-{span}"
    reference, target = code.split("-")[0], resolve_reference(code)
    assert reference_code(reference, target) == code


@pytest.mark.parametrize(("lon", "lat"), [(0, 0), (-180, 0), (116, 39), (-57, -31)])
def test_offsets_agree_with_neighbours(lon: int, lat: int) -> None:
    cell = encode(lon, lat, 6)
    spans = {"N": "01", "NE": "11", "E": "10", "SE": "1A", "S": "0A", "SW": "AA", "W": "A0", "NW": "A1"}
    assert {way: resolve_reference(f"{cell}-{span}") for way, span in spans.items()} == neighbours(cell)


@pytest.mark.parametrize(
    ("reference", "target", "message"),
    [
        ("N50J47539", "N50J47539", "level 5 or finer"),
        ("N50J475492E", "N50J475492E0", "cells of one level"),
        ("N50J4754900", "N50J475498E", "at most 7"),
        ("N00010", "N00010", "level 5 or finer"),
    ],
)
def test_cells_without_a_reference_code_are_refused(reference: str, target: str, message: str) -> None:
    with pytest.raises(GridError, match=message):
        reference_code(reference, target)


def test_offset_into_a_polar_cap_is_refused() -> None:
    with pytest.raises(GridError, match="polar cap"):
        resolve_reference(f"{encode('10', '87.99999', 5)}-07")


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", [*HOSTILE, "N50J475492E10", "N50J475492E-18", "N50J475492E-10-34", "XXXXXXXXXXX-10"])
def test_other_text_is_refused_shortly(text: str) -> None:
    with pytest.raises((GridError, CodeError)) as caught:
        resolve_reference(text)
    assert len(str(caught.value)) < 600
