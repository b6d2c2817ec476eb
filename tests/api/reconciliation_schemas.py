"""What answers of the Reconciliation Service API 0.2 must look like, restated from its text as JSON schemas.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/ (manifest 3, results 4.2, suggest 6,
extend 7). The group's own schema files name no licence, so they are not kept here; `RES3D_RECONCILIATION_SCHEMAS` may
name a directory that holds them, and then answers are checked against those, too.
"""

import json
import os
from pathlib import Path
from typing import Final

import jsonschema_rs

_NAMED: Final = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
_ID_AND_NAME: Final = {**_NAMED, "required": ["id", "name"]}
_TYPES: Final = {"type": "array", "items": {"oneOf": [{**_NAMED, "required": ["id"]}, {"type": "string"}]}}
_SERVICE: Final = {
    "type": "object",
    "properties": {"service_url": {"type": "string"}, "service_path": {"type": "string"}},
}
_DESCRIBED: Final = {
    "type": "object",
    "properties": {**_NAMED["properties"], "description": {"type": "string"}},  # type: ignore[dict-item]
    "required": ["id", "name"],
}
_CELL: Final = [
    {"type": "object", "maxProperties": 0},
    {**_DESCRIBED, "additionalProperties": False},
    *(
        {"type": "object", "properties": {name: {"type": kind}}, "required": [name], "additionalProperties": False}
        for name, kind in (("str", "string"), ("float", "number"), ("int", "integer"), ("date", "string"))
    ),
]


def _list_of(name: str, item: object) -> dict[str, object]:
    return {"type": "object", "properties": {name: {"type": "array", "items": item}}, "required": [name]}


SCHEMAS: Final[dict[str, dict[str, object]]] = {
    "manifest": {
        "type": "object",
        "properties": {
            "versions": {"type": "array", "items": {"type": "string"}, "contains": {"const": "0.2"}},
            **{name: {"type": "string"} for name in ("name", "identifierSpace", "schemaSpace", "documentation")},
            "defaultTypes": {"type": "array", "items": _ID_AND_NAME, "uniqueItems": True},
            "view": {"type": "object", "properties": {"url": {"pattern": r"\{\{id\}\}"}}, "required": ["url"]},
            "preview": {
                "type": "object",
                "properties": {
                    "url": {"pattern": r"\{\{id\}\}"}, "width": {"type": "integer"}, "height": {"type": "integer"},
                },
                "required": ["url", "width", "height"],
            },
            "suggest": {"type": "object", "additionalProperties": _SERVICE},
            "extend": {"type": "object", "properties": {"propose_properties": _SERVICE}},
        },
        "required": ["versions", "name", "identifierSpace", "schemaSpace"],
    },
    "reconciliation-result-batch": {
        "type": "object",
        "additionalProperties": _list_of(
            "result",
            {
                "type": "object",
                "properties": {
                    **_DESCRIBED["properties"],  # type: ignore[dict-item]
                    "score": {"type": "number"}, "match": {"type": "boolean"}, "type": _TYPES,
                    "features": {"type": "array", "items": {"required": ["id", "value"]}},
                },
                "required": ["id", "name", "score"],
            },
        ),
    },
    "suggest-entities-response": _list_of("result", _DESCRIBED),
    "suggest-properties-response": _list_of("result", _DESCRIBED),
    "suggest-types-response": _list_of("result", _ID_AND_NAME),
    "data-extension-property-proposal": _list_of("properties", _ID_AND_NAME),
    "data-extension-response": {
        "type": "object",
        "properties": {
            "meta": {"type": "array", "items": _ID_AND_NAME},
            "rows": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"oneOf": _CELL}},
                },
            },
        },
        "required": ["meta", "rows"],
    },
}  # fmt: skip


def check(name: str, document: object) -> None:
    """Raise where a document is not as the specification says."""
    jsonschema_rs.validate(SCHEMAS[name], document)
    if folder := os.environ.get("RES3D_RECONCILIATION_SCHEMAS"):
        known = {path.name: json.loads(path.read_text("utf-8")) for path in Path(folder).glob("*.json")}
        uris = {each["$id"]: each for each in known.values() if "$id" in each}
        registry = jsonschema_rs.Registry(list(uris.items()))
        jsonschema_rs.Draft7Validator(known[f"{name}.json"], registry=registry).validate(document)
