"""What is behind a code: the answers of the competency questions, from the ledger alone."""

import pytest

from coding import UnknownScheme
from coding.beidou import encode, parent
from kg.resolve import Candidate, Resolver, resolution_json

P1 = "340123002004GB00011"
P2 = "340123002004GB00031"
P3 = "340123002004GB00032"
B1 = "340123002004GB00031F0001"


def best(resolver: Resolver, text: str) -> Candidate:
    return resolver.resolve(text).candidates[0]


def codes(candidate: Candidate) -> list[str | None]:
    return [rung.thing.code for rung in candidate.ladder]


def test_a_split_parcel_is_retired_and_names_its_successors_with_the_event(resolver: Resolver) -> None:
    parcel = best(resolver, P1)
    assert (parcel.scheme, parcel.form, parcel.state) == ("cn.bdcdyh", "parcel", "retired")
    assert [step.successor.code for step in parcel.successions] == [P2, P3]
    assert {(step.kind, step.legal_reference, step.date) for step in parcel.successions} == {
        ("split", "B2024-17", "2024-05-01")
    }


def test_a_successor_names_where_it_came_from(resolver: Resolver) -> None:
    parcel = best(resolver, P3)
    assert parcel.state == "current"
    assert [step.predecessor.code for step in parcel.origins] == [P1]


def test_a_retired_thing_keeps_the_ladder_that_it_had(resolver: Resolver) -> None:
    assert codes(best(resolver, P1)) == ["340123002004", "340123002", "340123"]


def test_a_component_climbs_the_ladder_to_the_county(resolver: Resolver) -> None:
    building = best(resolver, B1).entity
    assert building
    door = next(thing for thing in _things_of_class(resolver, "Door") if best(resolver, thing).ladder)
    ladder = best(resolver, door).ladder
    assert [rung.thing.class_ for rung in ladder][:2] == ["Storey", "Building"]
    assert [rung.thing.code for rung in ladder if rung.level >= 60] == [P2, "340123002004", "340123002", "340123"]
    assert building.id in {rung.thing.id for rung in ladder}
    assert [rung.level for rung in ladder] == sorted(rung.level for rung in ladder)


def _things_of_class(resolver: Resolver, name: str) -> list[str]:
    with resolver.ledger.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id FROM entity WHERE class = ? AND superseded IS NULL", (name,))
        return [id_ for (id_,) in rows]


def test_one_building_has_its_2d_and_3d_records_with_all_levels_of_detail(resolver: Resolver) -> None:
    records = best(resolver, B1).records
    assert {(record.dimension, record.lod, record.scale_level) for record in records} == {
        (2, None, "city"),
        (3, "1.3", "city"),
        (3, "3", "component"),
    }


@pytest.mark.parametrize("text", ["340123 002004 GB00031 F0001", "３４０１２３002004gb00031f0001"])
def test_a_code_is_found_however_it_is_written(resolver: Resolver, text: str) -> None:
    assert best(resolver, text).code == B1
    assert best(resolver, text).state == "current"


def test_an_entity_id_and_the_iris_of_entity_and_code_lead_to_the_same_thing(resolver: Resolver) -> None:
    building = best(resolver, B1).entity
    assert building
    for text in (building.id, building.iri, f"{resolver.base}code/cn.zrzh/{B1}"):
        found = best(resolver, text)
        assert found.entity == building
        assert found.state == "current"


def test_an_ambiguous_text_has_all_its_readings(resolver: Resolver) -> None:
    assert {candidate.scheme for candidate in resolver.resolve("210000").candidates} == {
        "cn.entity-class",
        "cn.feature-code",
        "cn.xzq",
    }


def test_a_registered_reading_comes_before_others(resolver: Resolver) -> None:
    county, *others = resolver.resolve("340123").candidates
    assert county.scheme == "cn.xzq"
    assert county.entity
    assert others
    assert not any(other.entity for other in others)


def test_only_the_readings_of_a_scheme_are_given_when_it_is_named(resolver: Resolver) -> None:
    candidates = resolver.resolve("210000", scheme="cn.entity-class").candidates
    assert [candidate.scheme for candidate in candidates] == ["cn.entity-class"]
    assert candidates[0].meaning
    with pytest.raises(UnknownScheme, match="known are"):
        resolver.resolve("210000", scheme="nope")


def test_a_grid_code_is_a_place_and_not_an_entity(resolver: Resolver) -> None:
    cell = best(resolver, "N50J47539B8255346152")
    assert (cell.scheme, cell.form, cell.entity) == ("cn.beidou", "level 10", None)
    assert cell.place
    assert cell.place.level == 10


def test_the_cell_of_a_building_holds_it_and_the_parent_cell_holds_no_less(resolver: Resolver) -> None:
    code = encode(117.10015, 31.70017, 5)
    cell, outer = (best(resolver, text).place for text in (code, str(parent(code))))
    assert cell
    assert outer
    inside = {thing.id for thing in cell.entities}
    assert {"Building", "Parcel"} <= {thing.class_ for thing in cell.entities}
    assert inside <= {thing.id for thing in outer.entities}


def test_the_retired_parcel_is_in_no_cell(resolver: Resolver) -> None:
    place = best(resolver, encode(117.10015, 31.70017, 5)).place
    assert place
    assert P1 not in {thing.code for thing in place.entities}


def test_a_unit_that_is_not_registered_names_the_building_and_the_parcel_that_are(resolver: Resolver) -> None:
    resolution = resolver.resolve(f"{B1}0009")
    assert not resolution.is_known
    assert resolution.candidates[0].state == "unregistered"
    held = [miss.code for miss in resolution.near_misses if miss.why == "part of"]
    assert held == [B1, P2, "340123002004", "340123002", "340123"]
    assert f"{B1}0001" in {miss.code for miss in resolution.near_misses if miss.why == "similar"}


@pytest.mark.parametrize(
    "slip",
    [
        P2[:-1],  # a character lost
        P2[:5] + P2[5] + P2[5:],  # doubled
        P2[:-2] + "13",  # exchanged
        P2[:12] + "QB" + P2[14:],  # a letter that the scheme does not know
    ],
)
def test_a_slip_of_the_pen_still_finds_the_code(resolver: Resolver, slip: str) -> None:
    resolution = resolver.resolve(slip)
    assert not resolution.is_known
    assert P2 in {miss.code for miss in resolution.near_misses}


def test_a_mistyped_entity_id_finds_the_entity(resolver: Resolver) -> None:
    building = best(resolver, B1).entity
    assert building
    wrong = building.id[:5] + ("A" if building.id[5] != "A" else "B") + building.id[6:]
    assert building.id in {miss.entity.id for miss in resolver.resolve(wrong).near_misses}


@pytest.mark.parametrize("text", ["", " ", "no code at all", "\x00", "'; DROP TABLE code; --", "𝟙" * 100, "A" * 10_000])
def test_a_text_that_is_no_code_has_no_reading(resolver: Resolver, text: str) -> None:
    resolution = resolver.resolve(text)
    assert resolution.candidates == ()
    assert not resolution.is_known


def test_the_entity_of_a_code_is_found_by_one_read(resolver: Resolver) -> None:
    found = resolver.entity_of("cn.zrzh", B1)
    building = best(resolver, B1).entity
    assert found
    assert building
    assert (found.entity, found.state) == (building.id, "current")
    assert resolver.entity_of("cn.zrzh", "340123002004GB00031F0007") is None


def test_the_json_has_the_members_of_the_design(resolver: Resolver) -> None:
    answer = resolution_json(resolver.resolve(P1))
    assert {"query", "candidates", "near_misses"} <= answer.keys()
    candidates = answer["candidates"]
    assert isinstance(candidates, list)
    candidate = candidates[0]
    assert isinstance(candidate, dict)
    assert {
        "scheme", "code", "probability", "state", "entity", "codes", "records", "ladder", "successors",
    } <= candidate.keys()  # fmt: skip
    for member, names in {
        "codes": {"scheme", "code", "state"},
        "records": {"iri", "source", "dimension", "lod", "scale_level"},
        "ladder": {"level", "iri", "class", "labels"},
    }.items():
        entries = candidate[member]
        assert isinstance(entries, list)
        assert isinstance(entries[0], dict)
        assert names <= entries[0].keys()
    entity = candidate["entity"]
    assert isinstance(entity, dict)
    assert {"id", "iri", "class", "labels"} <= entity.keys()
