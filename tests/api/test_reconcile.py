"""`/reconcile`: what OpenRefine asks, answered as the Reconciliation Service API 0.2 says."""

import json
from typing import Any

import httpx
import pytest

from .reconciliation_schemas import check

P1, P2 = "340123002004GB00011", "340123002004GB00031"
B1 = P2 + "F0001"


def asked(client: httpx.Client, **queries: dict[str, Any]) -> Any:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    check("reconciliation-result-batch", answer.json())
    return {name: found["result"] for name, found in answer.json().items()}


def test_the_manifest_names_addresses_that_answer(client: httpx.Client, building: str) -> None:
    manifest = client.get("/reconcile").json()
    check("manifest", manifest)
    for kind in ("entity", "type", "property"):
        service = manifest["suggest"][kind]
        found = client.get(service["service_url"] + service["service_path"], params={"prefix": "3401"})
        assert found.status_code == 200
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        assert client.get(template.replace("{{id}}", building)).status_code == 200
    proposed = manifest["extend"]["propose_properties"]
    assert client.get(proposed["service_url"] + proposed["service_path"]).status_code == 200


def test_a_code_in_use_is_a_match(client: httpx.Client, building: str) -> None:
    found = asked(client, q0={"query": B1, "type": "Building", "limit": 3})["q0"]
    assert [(each["id"], each["match"], each["score"]) for each in found[:1]] == [(building, True, 100)]
    assert found[0]["type"][0]["id"] == "Building"


def test_a_retired_code_brings_its_successors_and_no_match(client: httpx.Client) -> None:
    found = asked(client, q0={"query": P1})["q0"]
    assert [each["match"] for each in found] == [False] * len(found)
    assert found[0]["description"] == f"retired: cn.bdcdyh {P1}"
    assert found[1]["description"] == f"split of {P1}"


def test_a_mistyped_code_brings_what_is_close(client: httpx.Client, building: str) -> None:
    found = asked(client, q0={"query": B1.replace("F0001", "FOOO1")}, q1={"query": "nothing"})
    assert building in {each["id"] for each in found["q0"]}
    assert found["q1"] == []


def test_types_and_other_columns_narrow(client: httpx.Client, building: str) -> None:
    assert asked(client, q0={"query": B1, "type": ["Parcel"]})["q0"] == []
    assert (
        asked(client, q0={"query": B1, "type": "https://res3d.example/ontology#Construction"})["q0"][0]["id"]
        == building
    )
    with_column = asked(client, q0={"query": B1, "properties": [{"pid": "buildingKey", "v": B1}]})["q0"][0]
    assert with_column["score"] == 110


def test_what_is_typed_brings_entities_types_and_properties(client: httpx.Client, building: str) -> None:
    entities = client.get("/reconcile/suggest/entity", params={"prefix": B1}).json()
    check("suggest-entities-response", entities)
    assert entities["result"][0]["id"] == building
    types = client.get("/reconcile/suggest/type", params={"prefix": "buil", "lang": "en"}).json()
    check("suggest-types-response", types)
    assert ("Building", "building") in {(each["id"], each["name"]) for each in types["result"]}
    properties = client.get("/reconcile/suggest/property", params={"prefix": "storey"}).json()
    check("suggest-properties-response", properties)
    assert properties["result"]
    assert client.get("/reconcile/suggest/entity", params={"prefix": ""}).json() == {"result": []}


def test_values_are_fetched(client: httpx.Client, building: str, retired: str) -> None:
    proposal = client.get("/reconcile/properties", params={"type": "Building", "limit": 5}).json()
    check("data-extension-property-proposal", proposal)
    assert len(proposal["properties"]) == 5
    names = ["state", "codes", "ladder", "successors", "buildingKey", "nothing"]
    wish = {"ids": [building, retired, "R3D0"], "properties": [{"id": name} for name in names]}
    found = client.post("/reconcile", data={"extend": json.dumps(wish)}).json()
    check("data-extension-response", found)
    assert [each["id"] for each in found["meta"]] == names
    assert found["rows"][building]["state"] == [{"str": "current"}]
    assert {"str": B1} in found["rows"][building]["buildingKey"]
    assert found["rows"][building]["ladder"]
    assert found["rows"][retired]["successors"]
    assert found["rows"]["R3D0"] == {name: [] for name in names}


def test_all_attributes_of_a_building_have_values_of_the_right_kind(client: httpx.Client, building: str) -> None:
    every = client.get("/reconcile/properties", params={"type": "Building"}).json()["properties"]
    wish = {"ids": [building], "properties": every}
    found = client.get("/reconcile", params={"extend": json.dumps(wish)}).json()
    check("data-extension-response", found)
    assert any(found["rows"][building].values())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Expected a form with the field"),
        ({"queries": "["}, "queries is no JSON"),
        ({"queries": "[1]"}, "queries is no JSON object"),
        ({"queries": '{"q0": 1}'}, "'q0' is no object"),
        ({"queries": json.dumps({str(number): {} for number in range(1001)})}, "at most 1,000"),
        ({"extend": '{"ids": "x", "properties": []}'}, "extend: expected"),
    ],
)
def test_a_wrong_question_is_refused_with_what_was_expected(
    client: httpx.Client, data: dict[str, str], message: str
) -> None:
    answer = client.post("/reconcile", data=data)
    assert answer.status_code == 400
    assert message in answer.json()["detail"]


def test_only_pages_of_known_origins_may_read(client: httpx.Client) -> None:
    refine = client.get("/reconcile", headers={"Origin": "http://127.0.0.1:3333"})
    assert refine.headers["access-control-allow-origin"] == "http://127.0.0.1:3333"
    other = client.get("/reconcile", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
