"""Records that no shape can fault are not checked in full; none that the full check faults may be among them."""

from collections.abc import Callable
from typing import Any, TypeAlias

import orjson
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import ingest.shapes
from ingest.shapes import record_shapes
from ingest.suspects import suspects
from kg.facts.attributes import json_type
from ontology import Property, compile_schema, packaged_texts
from ontology.shacl import Constraint, Predicate, Shape, Target, properties_of

Test: TypeAlias = Callable[..., None]
SCHEMA = compile_schema(packaged_texts())
SHAPES = record_shapes(SCHEMA)
CLASSES = ["Building", "Parcel", "BoundaryPoint", "WallSurface", "Storey"]
TEXTS = st.sampled_from(["", "1990", "2001-02-30", "about 1990", "北京@zh", "Town@en", "Village@en", "@"])


def value_of(term: Property) -> st.SearchStrategy[Any]:
    """Values as a record keeps them."""
    dtype = json_type(term)
    inner = dtype.inner if isinstance(dtype, pl.List) else dtype
    numbers = {pl.Int64: st.integers(-5, 3000), pl.Float64: st.floats(-5, 3000), pl.Boolean: st.booleans()}
    one = next((strategy for kind, strategy in numbers.items() if inner == kind), TEXTS)
    return st.lists(one, min_size=1, max_size=3) if isinstance(dtype, pl.List) else one


def said_of(class_name: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """A class and some values that its shapes look at: few, for a record with many is suspected anyway."""
    terms = [SCHEMA.property_(iri) for iri in sorted(properties_of(SHAPES.of_class(class_name)))]
    some = st.lists(st.sampled_from(terms), max_size=2, unique_by=lambda term: term.name)
    said = some.flatmap(lambda chosen: st.fixed_dictionaries({term.name: value_of(term) for term in chosen}))
    return st.tuples(st.just(class_name), said)


RECORD = st.sampled_from(CLASSES).flatmap(said_of)


def each_just_broken(examples: list[dict[str, Any]]) -> Callable[[Test], Test]:
    """Decorator: buildings that break one constraint by the least, which random ones seldom do."""

    def decorate(test: Test) -> Test:
        for said in examples:
            test = example(records=[("Building", said)])(test)
        return test

    return decorate


@each_just_broken(
    [
        {"bagId": ["1", "2"]},
        {"name": ["Town@en", "Village@en"]},
        {"storeysAboveGround": [-1, 4]},
        {"numberOfStoreys": [3, 201]},
        {"floorArea": [0.0]},
        {"completionDate": ["12 May"]},
        {"roofHeightMinimum": [3.0, 9.0], "roofHeightMaximum": [8.0, 11.0]},
    ]
)
@settings(max_examples=25)  # of many records: a check costs by its shapes, not by its records
@given(records=st.lists(RECORD, min_size=12, max_size=80))
def test_all_that_the_full_check_finds_is_found(records: list[tuple[str, dict[str, Any]]]) -> None:
    frame = pl.DataFrame(
        {
            "@row": range(1, len(records) + 1),
            "class": [name for name, _ in records],
            "attributes": [orjson.dumps(said).decode() for _, said in records],
        },
        schema={"@row": pl.Int64, "class": pl.String, "attributes": pl.String},
    )
    found = SHAPES.broken(frame)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest.shapes, "suspects", lambda rows, *_: pl.repeat(value=True, n=rows.height, eager=True))
        in_full = SHAPES.broken(frame)
    assert_frame_equal(found, in_full)


def test_suspects_are_found_in_records_that_come_in_pieces() -> None:
    """As those of a mapping with several rules do."""
    bad = '{"yearOfConstruction":[2990]}'
    kinds = [("WallSurface", 5, "{}"), ("RoofSurface", 3, "{}"), ("GroundSurface", 2, "{}"), ("Building", 1, bad)]
    pieces, row = [], 1
    for name, count, said in [*kinds, ("BuildingPart", 1, bad)]:
        columns = {"@row": range(row, row + count), "class": [name] * count, "attributes": [said] * count}
        pieces.append(pl.DataFrame(columns, schema_overrides={"@row": pl.Int64}))
        row += count
    assert SHAPES.broken(pl.concat(pieces))["@row"].to_list() == [11, 12]


def test_plain_records_are_not_suspected() -> None:
    attributes = '{"bagId":["0503100000030264"],"yearOfConstruction":[1972],"floorArea":[120.5]}'
    rows = pl.DataFrame({"@row": [1], "class": ["Building"], "attributes": [attributes]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest.shapes, "validate", lambda *_: pytest.fail("checked in full"))
        assert SHAPES.broken(rows).is_empty()


@pytest.mark.parametrize("constraint", [Constraint("MinCount", number=1), Constraint("HasValue", ('"a"',))])
def test_what_an_absent_value_breaks_suspects_all(constraint: Constraint) -> None:
    name = Shape("n", Predicate("urn:n"), (), (constraint,), "Violation", ())
    thing = Shape("t", None, (Target("class", "urn:T"),), (Constraint("Property", shapes=("n",)),), "Violation", ())
    rows = pl.DataFrame({"class": ["T"], "n": [None]}, schema={"class": pl.String, "n": pl.String})
    assert suspects(rows, {"n": name, "t": thing}, {"urn:n": "n"}, {"urn:T": ["T"]}).to_list() == [True]
