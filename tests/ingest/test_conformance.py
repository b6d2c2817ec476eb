"""Conformance of a delivery: what fails is counted under its element of ISO 19157-1, and placed."""

import pytest

from ingest.conformance import conformance
from ingest.conformance_table import AREAS, GAPS, IN_CHINESE, OF_REASONS, OVERLAPS, REPAIRED
from ingest.pipeline import Options, ingest_files
from ingest.quarantine import QuarantineError
from ingest.reasons import Reason

from .deliveries import MAPPING, Desk, square, write_squares


def test_every_reason_has_its_element() -> None:
    assert set(OF_REASONS) == set(Reason)
    assert {name for _, name in OF_REASONS.values()} <= set(IN_CHINESE)


def test_every_layer_of_a_source_counts(desk: Desk) -> None:
    """Of each scope the last delivery; what came before of the same scope does not count again."""
    desk.hand_in([square("a", 0), square("b", 20, year="old")], scope="north", name="n.geojson")
    desk.hand_in([square("c", 100)], scope="south", name="s.geojson")
    desk.hand_in([square("a", 0), square("b", 20, year="older"), square("d", 40)], scope="north", name="n2.geojson")
    with desk.ledger.reading() as snapshot:
        (found,) = conformance(snapshot, desk.schema, "town")
    assert (found.rows, found.taken, found.delivery) == (4, 3, "n2.geojson")
    assert [(each.scope, each.rows, each.taken) for each in found.layers] == [("south", 1, 1), ("north", 3, 2)]


def test_parcels_that_do_not_fit_are_counted_and_placed(desk: Desk) -> None:
    """Squares of 10 m: two that overlap by half, two apart; of buildings nothing is said, they may overlap."""
    text = MAPPING.replace("res:Building", "res:Parcel").replace("[res:status, $(status)]", "[res:parcelArea, $(area)]")
    path = write_squares(
        desk.workspace.directory / "parcels.geojson",
        [square("a", 0, area=100), square("b", 5, area=100), square("c", 100, area=120), square("d", 110, area=101)],
    )
    (summary,) = ingest_files(
        desk.workspace, desk.ledger, desk.schema, [path], Options(mapping=desk.mapping("land", text=text))
    )
    desk.hand_in([square("x", 0), square("y", 5)])
    assert summary.taken == 4
    with desk.ledger.reading() as snapshot:
        land, town = conformance(snapshot, desk.schema)
    said = {measure.measure: measure for measure in land.measures}
    assert (said[OVERLAPS].count, said[OVERLAPS].of, said[GAPS].count) == (1, 4, 0)
    assert said[OVERLAPS].detail.startswith("50.0 m2 in all")
    assert (said[AREAS].count, said[AREAS].of) == (1, 4)
    assert "root mean square 10.0 m2" in said[AREAS].detail
    (place,) = land.places
    assert (place.fault, place.key, place.reason) == ("overlap", "a / b", "overlap of 50.0 m2, 3.33 m wide")
    assert (round(place.longitude, 4), round(place.latitude, 3)) == (117.0001, 31.623)
    assert not {OVERLAPS, GAPS, AREAS} & {measure.measure for measure in town.measures}


def test_outlines_that_were_taken_repaired_are_counted(desk: Desk) -> None:
    spike = {"type": "Polygon", "coordinates": [[[500_000, 3_500_000], [500_010, 3_500_000], [500_010, 3_500_010],
             [500_005, 3_500_010], [500_005, 3_500_012], [500_005, 3_500_010], [500_000, 3_500_010],
             [500_000, 3_500_000]]]}  # fmt: skip
    desk.hand_in([square("a", 50), square("s", 0, geometry=spike)], repair=True)
    with desk.ledger.reading() as snapshot:
        (found,) = conformance(snapshot, desk.schema)
    assert [(each.count, each.of) for each in found.measures if each.measure == REPAIRED] == [(1, 2)]


def test_what_fails_is_counted_and_placed(desk: Desk) -> None:
    bow = {"type": "Polygon", "coordinates": [[[500_000, 3_500_000], [500_010, 3_500_010], [500_010, 3_500_000],
                                               [500_000, 3_500_010], [500_000, 3_500_000]]]}  # fmt: skip
    rows = [square("a", 0), square("b", 20, year="long ago"), square("c", 40, geometry=bow), square("d", 60, bag="1")]
    desk.hand_in(rows, delivery="partial")
    with desk.ledger.reading() as snapshot:
        (found,) = conformance(snapshot, desk.schema, "town")
        with pytest.raises(QuarantineError, match="no delivery of 'nowhere'"):
            conformance(snapshot, desk.schema, "nowhere")
    assert (found.rows, found.taken, found.still_open, found.delivery) == (4, 1, 3, "squares.geojson")
    counts = {measure.measure.partition(":")[0]: measure.count for measure in found.measures if measure.count}
    assert counts == {"omission": 3, "domain consistency": 1, "topological consistency": 1, "temporal validity": 1}
    assert sum(measure.count for measure in found.measures if measure.measure.startswith("domain")) == 2
    places = {place.key: (round(place.longitude, 3), round(place.latitude, 2)) for place in found.places}
    assert places.keys() == {"b", "c", "d"}
    assert places["c"] == (117.0, 31.62)
