"""Conformance of a delivery: what fails is counted under its element of ISO 19157-1, and placed."""

import pytest

from ingest.conformance import conformance
from ingest.conformance_table import IN_CHINESE, OF_REASONS
from ingest.quarantine import QuarantineError
from ingest.reasons import Reason

from .deliveries import Desk, square


def test_every_reason_has_its_element() -> None:
    assert set(OF_REASONS) == set(Reason)
    assert {name for _, name in OF_REASONS.values()} <= set(IN_CHINESE)


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
