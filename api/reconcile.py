"""Answers of the Reconciliation Service API 0.2 (W3C entity reconciliation community group): codes to entities.

An entity is known by its id, a type is a class of the ontology, a property an attribute or relation of it or a fixed
one: `state`, `successors`, `ladder`, `codes`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from kg.resolve import Candidate, Resolver, Thing
from kg.resolve.entity_view import EntityView
from kg.resolve.things import class_labels
from kg.resolve.view import view_entity
from ontology import Schema

Document: TypeAlias = dict[str, object]

AT_MOST: Final = 25
_SCORES: Final = {"current": 100.0, "proposed": 80.0, "retired": 60.0}
_SUCCESSOR: Final = 50.0
_NEAR: Final = 30.0
_OWN_PROPERTIES: Final = {
    "state": {"zh": "状态", "en": "state"},
    "codes": {"zh": "编码", "en": "codes"},
    "ladder": {"zh": "上级", "en": "lies in"},
    "successors": {"zh": "后继", "en": "successors"},
}


def manifest(root: str, base: str, language: str) -> Document:
    """What the service offers; `root` is its own address, `base` that of the entities' IRIs."""
    suggest = {
        kind: {"service_url": root, "service_path": f"/reconcile/suggest/{kind}"}
        for kind in ("entity", "property", "type")
    }
    return {
        "versions": ["0.2"],
        "name": {"zh": "ReS3D 编码", "en": "ReS3D codes"}[language],
        "identifierSpace": f"{base}entity/",
        "schemaSpace": "https://res3d.example/ontology#",
        "documentation": f"{root}/docs",
        "view": {"url": root + "/entities/{{id}}"},
        "defaultTypes": [{"id": "Entity", "name": {"zh": "实体", "en": "entity"}[language]}],
        "suggest": suggest,
        "preview": {"url": root + "/reconcile/preview?id={{id}}", "width": 420, "height": 220},
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/reconcile/properties"},
            "property_settings": [],
        },
    }


def reconciled(resolver: Resolver, query: Mapping[str, object], language: str) -> Document:
    """The candidates of one query: what bears the code, what took its place, what is close to it.

    A type leaves only entities of it and its subclasses; the code of a property, when it is borne too, settles which.
    """
    text = str(query.get("query", ""))
    limit = _limit(query.get("limit"))
    resolution = resolver.resolve(text)
    scored: dict[str, tuple[float, Thing, str]] = {}
    for candidate in resolution.candidates:
        for score, thing, why in _of_candidate(candidate):
            if thing.id not in scored:
                scored[thing.id] = (score, thing, why)
    for miss in resolution.near_misses:
        scored.setdefault(miss.entity.id, (_NEAR, miss.entity, f"{miss.why}: {miss.scheme} {miss.code}"))
    wanted = _types(query.get("type"))
    kept = [each for each in scored.values() if _is_of(resolver.schema, each[1].class_, wanted)]
    confirmed = _confirmed(resolver, query.get("properties"))
    sure = [each[1].id for each in kept if each[0] == _SCORES["current"]]
    result = [
        {
            **_entity(resolver.schema, thing, language),
            "description": why,
            "score": score + (10.0 if thing.id in confirmed else 0.0),
            "match": (sure == [thing.id]) or (thing.id in sure and thing.id in confirmed),
            "features": [{"id": "state", "value": score}, {"id": "confirmed", "value": thing.id in confirmed}],
        }
        for score, thing, why in kept
    ]
    result.sort(key=lambda each: -each["score"])  # type: ignore[operator]
    return {"result": result[:limit]}


def suggested_entities(resolver: Resolver, prefix: str, language: str) -> Document:
    """Entities with a code that begins with what has been typed so far."""
    things = resolver.beginning_with(prefix.strip(), AT_MOST)
    return {
        "result": [
            {**_entity(resolver.schema, thing, language, "notable"), "description": code} for code, thing in things
        ]
    }


def suggested_types(schema: Schema, prefix: str, language: str) -> Document:
    """Classes of the ontology whose name or label has the text in it."""
    found = [
        {"id": name, "name": class_labels(schema, name)[language], "description": term.definition}
        for name, term in schema.classes.items()
        if _fits(prefix, name, term.labels.values())
    ]
    return {"result": found[:AT_MOST]}


def suggested_properties(schema: Schema, prefix: str, language: str) -> Document:
    """Properties whose name or label has the text in it."""
    found = [each for each in _properties(schema, None, language) if _fits(prefix, each["id"], [each["name"]])]
    return {"result": list(found[:AT_MOST])}


def proposed_properties(schema: Schema, type_: str | None, limit: int | None, language: str) -> Document:
    """What can be fetched of entities of a class."""
    found = _properties(schema, type_, language)
    shown = list(found if limit is None else found[: max(limit, 0)])
    return {"properties": shown, **({"type": type_} if type_ else {}), **({} if limit is None else {"limit": limit})}


def extended(resolver: Resolver, ids: Sequence[str], properties: Sequence[str], language: str) -> Document:
    """The values of properties of entities; an id that is none has no values."""
    names = {each["id"]: each["name"] for each in _properties(resolver.schema, None, language)}
    meta = [{"id": name, "name": names.get(name, name)} for name in properties]
    rows: dict[str, dict[str, list[dict[str, object]]]] = {}
    for id_ in ids:
        view = view_entity(resolver, resolver.survivor_of(id_) or id_)
        rows[id_] = {
            name: [] if view is None else _values(resolver.schema, view, name, language) for name in properties
        }
    return {"meta": meta, "rows": rows}


def _of_candidate(candidate: Candidate) -> Iterable[tuple[float, Thing, str]]:
    if candidate.entity is not None:
        yield _SCORES[candidate.state], candidate.entity, f"{candidate.state}: {candidate.scheme} {candidate.code}"
    for step in candidate.successions:
        yield _SUCCESSOR, step.successor, f"{step.kind} of {step.predecessor.code or step.predecessor.id}"


def _entity(schema: Schema, thing: Thing, language: str, types: str = "type") -> Document:
    name = thing.labels[language]
    return {
        "id": thing.id,
        "name": f"{name} {thing.code}" if thing.code and thing.code not in name else name,
        types: [{"id": thing.class_, "name": class_labels(schema, thing.class_)[language]}],
    }


def _limit(given: object) -> int:
    return min(max(int(given), 1), AT_MOST) if isinstance(given, int | float) else AT_MOST


def _types(given: object) -> frozenset[str]:
    listed = given if isinstance(given, list) else [given]
    return frozenset(str(each).rsplit("#", 1)[-1] for each in listed if each)


def _is_of(schema: Schema, class_: str, wanted: frozenset[str]) -> bool:
    term = schema.classes.get(class_)
    return not wanted or class_ in wanted or bool(term and wanted.intersection(term.ancestors))


def _confirmed(resolver: Resolver, properties: object) -> frozenset[str]:
    """The entities that other columns of the row name by a code of theirs."""
    found = set()
    for each in properties if isinstance(properties, list) else []:
        values = each.get("v") if isinstance(each, dict) else None
        for value in values if isinstance(values, list) else [values]:
            text = value.get("id") if isinstance(value, dict) else value
            if isinstance(text, str) and text:
                candidates = resolver.resolve(text).candidates
                found |= {candidate.entity.id for candidate in candidates if candidate.entity}
    return frozenset(found)


def _properties(schema: Schema, type_: str | None, language: str) -> list[dict[str, str]]:
    class_ = schema.classes.get(type_ or "")
    above = {type_, *class_.ancestors} if class_ else None
    own = [{"id": name, "name": labels[language]} for name, labels in _OWN_PROPERTIES.items()]
    stated = [
        {"id": name, "name": term.labels.get(language, name), "description": term.definition}
        for name, term in schema.properties.items()
        if not term.personal and (above is None or not term.domain or above.intersection(term.domain))
    ]
    return own + stated


def _values(schema: Schema, view: EntityView, name: str, language: str) -> list[dict[str, object]]:
    known = view.known
    if name == "state":
        return [{"str": known.state}]
    if name == "codes":
        return [{"str": code.code} for code in known.codes]
    if name == "ladder":
        return [_reference(rung.thing, language) for rung in known.ladder]
    if name == "successors":
        return [_reference(step.successor, language) for step in known.successions]
    related = [each.other for each in view.relations if each.predicate == name and each.is_outgoing and each.is_current]
    if related:
        return [_reference(thing, language) for thing in related if thing]
    term = schema.properties.get(name)
    if term is not None and term.code_scheme is not None:
        return [{"str": code.code} for code in known.codes if code.scheme == term.code_scheme]
    return [
        _typed(value.value, value.datatype)
        for attribute in view.attributes
        if attribute.term.name == name
        for value in attribute.values
        if value.is_shown
    ]


def _reference(thing: Thing, language: str) -> dict[str, object]:
    return {"id": thing.id, "name": thing.code or thing.labels[language]}


def _typed(value: str, datatype: str) -> dict[str, object]:
    if datatype == "xsd:integer":
        return {"int": int(value)}
    if datatype in {"xsd:double", "xsd:decimal", "xsd:float"}:
        return {"float": float(value)}
    return {"str": value}


def _fits(prefix: str, name: str, labels: Iterable[str]) -> bool:
    text = prefix.strip().casefold()
    return any(text in each.casefold() for each in (name, *labels))
