"""From a code to those of whole, parts and neighbours."""

from kg.resolve import Resolver
from kg.resolve.related import GROUPS, related_json, related_things


def codes(resolver: Resolver, code: str, scheme: str) -> dict[str, list[str | None]]:
    entity = resolver.resolve(code, scheme=scheme).candidates[0].entity
    found = related_things(resolver, entity.id) if entity else None
    assert found is not None
    assert tuple(found) == GROUPS
    assert related_json(found).keys() == found.keys()
    return {group: [each.thing.code for each in members] for group, members in found.items()}


def test_a_parcel_has_buildings_as_parts_and_parcels_beside_it(resolver: Resolver) -> None:
    found = codes(resolver, "340123002004GB00031", "cn.bdcdyh")
    assert found["whole"] == ["340123002004", "340123002", "340123"]
    assert "340123002004GB00031F0001" in found["parts"]
    assert "340123002004GB00032" in found["beside"]


def test_a_building_lies_on_its_parcel(resolver: Resolver) -> None:
    found = codes(resolver, "340123002004GB00031F0001", "cn.zrzh")
    assert "340123002004GB00031" in found["whole"]
    assert found["parts"]
    assert "340123002004GB00031" not in found["others"]


def test_what_is_no_entity_has_no_relations(resolver: Resolver) -> None:
    assert related_things(resolver, "R3D0") is None
