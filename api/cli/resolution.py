"""What is behind a code, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .output import print_facts, print_line, print_table

if TYPE_CHECKING:
    from kg.resolve import Candidate, Resolution, Thing
    from ontology import Schema


def show_resolution(resolution: Resolution, schema: Schema) -> None:
    """The readings of a text, all about the best one, and near misses where none is known."""
    if len(resolution.candidates) > 1:
        readings = [
            (each.scheme, each.code, each.form, each.state, round(each.probability, 3))
            for each in resolution.candidates
        ]
        print_table(("scheme", "code", "form", "state", "probability"), readings, title="It can be read as")
    if resolution.candidates:
        show_candidate(resolution.candidates[0], schema)
    else:
        print_line(f"{resolution.query!r} is a code of no known scheme.")
    if resolution.near_misses:
        near = [(each.scheme, each.code, each.why, named(each.entity)) for each in resolution.near_misses]
        print_table(("scheme", "code", "because it is", "thing"), near, title="Close to it are")


def show_candidate(candidate: Candidate, schema: Schema) -> None:
    """One reading with what is behind it: state, ladder, succession, codes and records."""
    facts: list[tuple[str, object]] = [
        ("code", candidate.code),
        ("scheme", " ".join(filter(None, (candidate.scheme, candidate.form)))),
        ("state", candidate.state),
    ]
    if candidate.meaning:
        facts.append(("means", f"{candidate.meaning['en']} / {candidate.meaning['zh']}"))
    if candidate.place:
        place = candidate.place
        facts.append(("cell", f"{place.west:.10g} {place.south:.10g} to {place.east:.10g} {place.north:.10g}"))
    if candidate.entity:
        facts += [("entity", candidate.entity.id), ("class", class_text(candidate.entity, schema))]
        facts += [("name", _own_name(candidate.entity, schema)), ("ended", candidate.entity.ended)]
    print_facts((name, value) for name, value in facts if value is not None)
    if candidate.ladder:
        show_ladder(candidate, schema)
    show_succession(candidate)
    if candidate.place and candidate.place.entities:
        there = [(named(thing), class_text(thing, schema)) for thing in candidate.place.entities]
        print_table(("thing", "class"), there, title="In this cell")
    if candidate.codes:
        codes = [(each.scheme, each.code, each.state, each.issuer) for each in candidate.codes]
        print_table(("scheme", "code", "state", "issuer"), codes, title="Its codes")
    if candidate.records:
        records = [
            (
                each.source,
                f"{each.dimension}D" if each.dimension else None,
                ", ".join(each.lods),
                each.scale_level,
                each.iri,
            )
            for each in candidate.records
        ]
        print_table(("source", "dimension", "LOD", "scale", "record"), records, title="Its records")


def show_ladder(candidate: Candidate, schema: Schema) -> None:
    """What lies above a thing, up to the county."""
    rungs = [
        (class_text(rung.thing, schema), rung.thing.code, _own_name(rung.thing, schema)) for rung in candidate.ladder
    ]
    print_table(("it is in", "code", "name"), rungs)


def show_succession(candidate: Candidate) -> None:
    """What came of a thing, and what it came from."""
    for title, steps in (("What came of it", candidate.successions), ("What it came from", candidate.origins)):
        if steps:
            rows = [
                (step.date, step.kind, step.legal_reference, named(step.predecessor), named(step.successor))
                for step in steps
            ]
            print_table(("date", "event", "business", "from", "to"), rows, title=title)


def class_text(thing: Thing, schema: Schema) -> str:
    """The class of a thing in both languages."""
    known = schema.classes.get(thing.class_)
    return " / ".join(known.labels.values()) if known else thing.class_


def named(thing: Thing) -> str:
    """What people call a thing: its code, else its name."""
    return thing.code or thing.labels.get("en") or thing.id


def _own_name(thing: Thing, schema: Schema) -> str | None:
    """The name of a thing, None when it has none and only its class would be said again."""
    name = thing.labels.get("en") or thing.labels.get("zh")
    known = schema.classes.get(thing.class_)
    return None if name == thing.class_ or (known and name in known.labels.values()) else name
