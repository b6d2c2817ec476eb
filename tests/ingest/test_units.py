"""Times that can't be and values in other units than they should be in: told, with the rows taken or kept waiting."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyogrio
import pytest
import shapely
from sqlalchemy import select

from ingest.apply import typed_values
from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from ingest.units import unit_of_areas
from kg.ledger import in_force
from kg.ledger import tables as t
from ontology import OntologyText, Schema, compile_schema, packaged_texts

from .deliveries import MAPPING, Desk, Square, square, write_squares

DATA = Path(__file__).parent / "data"
AREAS = MAPPING.replace("[res:status, $(status)]", "[res:footprintArea, $(area)]\n      - [res:height, $(height)]")
MU = 2000 / 3


def dates(schema: Schema, *texts: str) -> list[str | None]:
    own = OntologyText("town.ttl", (DATA / "town.ttl").read_text(encoding="utf-8"))
    inspected = compile_schema([*packaged_texts(), own]).property_("town__inspected")
    assert inspected.datatype == "xsd:dateTime"
    found = [typed_values(each, pl.Series(texts), None) for each in (inspected, schema.property_("validFrom"))]
    for values, wrong, _ in found:
        assert (values.is_null() == wrong).all()
    assert found[0][0].to_list()[:-1] == found[1][0].to_list()[:-1]  # the hour of the last is not judged in both
    return found[0][0].to_list()


def test_days_that_are_in_no_calendar_are_no_dates(schema: Schema) -> None:
    good = ("2024-02-29", "2024-02-29T23:59:59Z", "1900-02-28", "-0044-03-15", "2024-01-01T24:00:00")
    assert dates(schema, *good) == list(good)
    bad = ("2023-02-29", "1900-02-29", "2024-02-31T10:00:00Z", "0000-00-00", "2024-13-01", "2024-01-01T25:00:00Z")
    assert dates(schema, *bad) == [None] * len(bad)


def test_the_row_waits_with_what_was_expected(desk: Desk) -> None:
    text = MAPPING.replace("[res:status, $(status)]", "[res:validFrom, $(from)]\n      - [res:validTo, $(to)]")
    path = desk.mapping("town", text=text)
    times: dict[str, tuple[str, str | None]] = {
        "a": ("2021-02-31", None),
        "b": ("2021-03-01", "2020-01-01"),
        "c": ("2021-03-01", "2021-03-01"),
        "d": ("1/5/99", "1990"),
    }
    squares = [
        {**square(key, 20.0 * n), "from": since, "to": until} for n, (key, (since, until)) in enumerate(times.items())
    ]
    summary = hand_in(desk, squares, path)
    assert (summary.taken, summary.quarantined, dict(summary.reasons)) == (3, 1, {"wrong_datatype": 1})
    assert "1 x a record that ends before it begins; such rows are taken" in summary.warnings
    assert sum("not written as ISO 8601" in warning and warning[:4] == "1 x " for warning in summary.warnings) == 1
    detail = desk.ledger.read(select(t.quarantine.c.detail).where(in_force(t.quarantine)))["detail"][0]
    assert detail == "validFrom is 2021-02-31: expected a day that there is"


def hand_in(desk: Desk, squares: Sequence[Square], mapping: Path) -> FileSummary:
    path = write_squares(desk.workspace.directory / "squares.geojson", squares)
    return ingest_files(desk.workspace, desk.ledger, desk.schema, [path], Options(mapping=mapping))[0]


@pytest.mark.parametrize(
    ("year", "said"),
    [(2999, "a year of construction after"), (999, "before 1000 or after 2100"), (0, "before 1000 or after 2100")],
)
def test_years_that_can_not_be_are_told_and_taken(desk: Desk, year: int, said: str) -> None:
    summary = desk.hand_in([square("a", 0, year=year), square("b", 20)])
    assert summary.taken == 2
    assert [w[:4] for w in summary.warnings if said in w] == ["1 x "]


@pytest.mark.parametrize(
    ("factor", "unit"),
    [
        (10.7639, "square feet"),
        (1e6, "square millimetres"),
        (1e-6, "square kilometres"),
        (1 / MU, "mu (亩)"),
        (1e-4, "hectares"),
        (1.02, None),
    ],
)
def test_areas_in_another_unit_are_told_with_its_name(desk: Desk, factor: float, unit: str | None) -> None:
    squares = [square(f"s{n}", n * 20, area=100 * factor * (1 + n / 1000), height=3000) for n in range(8)]
    summary = hand_in(desk, squares, desk.mapping("town", text=AREAS))
    told = [w for w in summary.warnings if "footprintArea" in w]
    assert [str(unit) in w for w in told] == ([True] if unit else [])
    assert any("height is 3,000" in w and "millimetres" in w for w in summary.warnings)


def test_few_or_scattered_values_tell_nothing() -> None:
    measured = pl.Series([100.0] * 6)
    assert unit_of_areas(measured[:4] * 10.7639, measured[:4]) is None
    assert unit_of_areas(pl.Series([100.0, 300, 900, 1076, 5000, 90]), measured) is None


def test_real_parcels_are_in_square_metres(shared_data: Path) -> None:
    _, _, wkb, values = pyogrio.raw.read(shared_data / "es-catastro-tenerife" / "parcel.gpkg", columns=["areaValue"])
    declared, measured = pl.Series(values[0]).cast(pl.Float64), pl.Series(shapely.area(shapely.from_wkb(wkb)))
    assert len(declared) == 186
    assert unit_of_areas(declared, measured) is None
    assert unit_of_areas(declared * 10.7639, measured) == "square feet"
