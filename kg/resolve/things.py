"""Entities as others refer to them: class, names, the code they are known by, and whether they still are."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from coding import Kind, UnknownScheme, get_scheme
from ontology import Schema

from . import statements as s
from .iris import code_iri, entity_iri, record_iri
from .moment import Moment
from .values import EntityCode, EntityRecord, Labels, State, Thing

CodesOf = Mapping[str, tuple[EntityCode, ...]]
_ORDER: Mapping[State, int] = {"current": 0, "proposed": 1, "retired": 2, "unregistered": 3}


def things(
    moment: Moment, schema: Schema, base: str, ids: Iterable[str], codes: CodesOf | None = None
) -> dict[str, Thing]:
    """The entities of some ids, by id; an id that is none is left out.

    `codes` are theirs, where they are read already.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    entities = moment.rows(s.ENTITIES, ids=wanted).mappings().all()
    codes = codes_of(moment, base, wanted) if codes is None else codes
    words: dict[str, list[str]] = {}
    for entity, attributes in moment.rows(s.WORDS_OF, ids=wanted):
        words.setdefault(entity, []).append(attributes)
    return {
        row["id"]: Thing(
            id=row["id"],
            iri=entity_iri(base, row["id"]),
            class_=row["class"],
            labels=_labels(schema, row["class"], words.get(row["id"], [])),
            code=_best_code(codes.get(row["id"], ())),
            is_retired=is_over(row["state"], row["valid_to"], moment.date),
            ended=row["valid_to"],
        )
        for row in entities
    }


def codes_of(moment: Moment, base: str, ids: Sequence[str]) -> dict[str, tuple[EntityCode, ...]]:
    """The codes of each entity, current ones first, each once."""
    found: dict[str, dict[tuple[str, str], EntityCode]] = {}
    for row in moment.rows(s.CODES_OF, ids=list(ids)).mappings():
        code = EntityCode(
            scheme=row["scheme"],
            code=row["value"],
            state=code_state(row["state"], row["valid_from"], row["valid_to"], moment.date),
            iri=code_iri(base, row["scheme"], row["value"]),
            issuer=row["issuer"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
        known = found.setdefault(row["entity"], {})
        before = known.get((code.scheme, code.code))
        if before is None or _ORDER[code.state] < _ORDER[before.state]:
            known[code.scheme, code.code] = code
    return {entity: tuple(sorted(codes.values(), key=_by_state)) for entity, codes in found.items()}


def records_of(moment: Moment, base: str, ids: Sequence[str]) -> dict[str, tuple[EntityRecord, ...]]:
    """The records of each entity with all their levels of detail."""
    lods: dict[tuple[str, str, str], list[str]] = {}
    rows = {}
    for row in moment.rows(s.RECORDS_OF, ids=list(ids)).mappings():
        place = (row["entity"], row["source"], row["key"])
        rows[place] = row
        if row["geometry_lod"] and row["geometry_lod"] not in lods.setdefault(place, []):
            lods[place].append(row["geometry_lod"])
    found: dict[str, list[EntityRecord]] = {}
    for (entity, source, key), row in rows.items():
        record = EntityRecord(
            iri=record_iri(base, source, key),
            source=source,
            dimension=row["dimension"],
            lod=row["lod"] or None,
            lods=tuple(lods.get((entity, source, key), ())),
            scale_level=row["scale_level"],
        )
        found.setdefault(entity, []).append(record)
    return {entity: tuple(records) for entity, records in found.items()}


def class_labels(schema: Schema, name: str) -> Labels:
    """The labels of a class; of one that the ontology does not know (any more) its name.

    >>> from ontology import compile_schema, packaged_texts
    >>> class_labels(compile_schema(packaged_texts()), "Gone")
    {'zh': 'Gone', 'en': 'Gone'}
    """
    known = schema.classes.get(name)
    return dict(known.labels) if known else {"zh": name, "en": name}


def code_state(state: str, valid_from: str | None, valid_to: str | None, date: str) -> State:
    """The state of a code on a date, whatever was written when: before its time proposed, after it retired.

    >>> code_state("retired", "2020-01-01", "2024-01-01", "2022-06-30")
    'current'
    """
    if is_over(state, valid_to, date):
        return "retired"
    is_begun = state != "proposed" and (valid_from is None or valid_from[:10] <= date)
    return "current" if is_begun else "proposed"


def is_over(state: str, valid_to: str | None, date: str) -> bool:
    """Whether what was written to be in a state until `valid_to` (null = open or not known) is over on a date."""
    return state == "retired" if valid_to is None else has_ended(valid_to, date)


def has_ended(valid_to: str | None, today: str) -> bool:
    """Whether a time that ends (or not) at `valid_to` is over.

    >>> has_ended("2024-05-01", "2024-05-01"), has_ended(None, "2024-05-01")
    (True, False)
    """
    return valid_to is not None and valid_to[:10] <= today


@cache
def kind_of(scheme: str) -> Kind | None:
    """What codes of a scheme name; None for a scheme whose plug-in is gone."""
    try:
        return get_scheme(scheme).kind
    except UnknownScheme:
        return None


def says_itself(scheme: str) -> bool:
    """Whether a code says by itself what it names, a place or a class: it needs no register to be current."""
    return kind_of(scheme) in (Kind.PLACE, Kind.CLASS)


def _best_code(codes: Sequence[EntityCode]) -> str | None:
    return next((code.code for code in codes if kind_of(code.scheme) is Kind.THING), None)


def _by_state(code: EntityCode) -> tuple[int, str, str]:
    return _ORDER[code.state], code.scheme, code.code


def _labels(schema: Schema, class_: str, words: Sequence[str]) -> Labels:
    """Names by language; where there is none in a language, any name, else the label of the class."""
    names: dict[str, str] = {}
    for text in words:
        said = json.loads(text)
        for property_ in _name_properties(schema):
            values = said.get(property_, ())
            for value in (values,) if isinstance(values, str) else values:
                name, _, language = value.rpartition("@")
                names.setdefault(language, name)
    fallback = class_labels(schema, class_)
    any_name = next(iter(names.values()), None)
    return {language: names.get(language) or any_name or label for language, label in fallback.items()}


def _name_properties(schema: Schema) -> tuple[str, ...]:
    """What is stated in a language is what people call a thing: the ontology has no other such attributes."""
    return tuple(name for name, term in schema.properties.items() if term.datatype == "rdf:langString")
