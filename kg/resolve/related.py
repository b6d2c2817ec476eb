"""From the code of a thing to the codes of its whole, its parts, its neighbours and what else is related to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from .answer import Members, thing_json
from .entity_view import EntityView, Relation
from .resolver import Resolver
from .values import Labels, Thing
from .view import view_entity

GROUPS: Final = ("whole", "parts", "beside", "others")
"""Above it on the ladder, from near to far; one step below it; related both ways alike; all else."""


@dataclass(frozen=True, slots=True)
class Related:
    """A thing that another one is related to, with the relation in the words of the other one."""

    relation: str
    labels: Labels
    thing: Thing


def related_things(resolver: Resolver, entity: str) -> Mapping[str, tuple[Related, ...]] | None:
    """What is related to an entity now, by group, each thing once in a group; None when there is no such entity."""
    view = view_entity(resolver, entity)
    if view is None:
        return None
    climbing = {name for name, term in resolver.schema.properties.items() if term.ladder}
    symmetric = {name for name, term in resolver.schema.properties.items() if term.symmetric}
    current = [each for each in view.relations if each.is_current and each.other is not None]
    parts = [each for each in current if each.predicate in climbing and not each.is_outgoing]
    beside = [each for each in current if each.predicate in symmetric]
    others = [each for each in current if each not in parts and each not in beside and each.predicate not in climbing]
    return {"whole": _whole(view, current), "parts": _told(parts), "beside": _told(beside), "others": _told(others)}


def related_json(found: Mapping[str, Iterable[Related]]) -> Members:
    """The groups with the things in them."""
    return {
        group: [
            {"relation": each.relation, "relation_labels": dict(each.labels), **thing_json(each.thing)}
            for each in members
        ]
        for group, members in found.items()
    }


def _whole(view: EntityView, current: list[Relation]) -> tuple[Related, ...]:
    """The ladder; a rung further up is told by the relation of the nearest one."""
    direct = {each.other.id: each.term for each in current if each.other and each.is_outgoing}
    nearest = next((direct[rung.thing.id] for rung in view.known.ladder if rung.thing.id in direct), None)
    told = []
    for rung in view.known.ladder:
        term = direct.get(rung.thing.id, nearest)
        told.append(Related(term.name if term else "", term.labels if term else {}, rung.thing))
    return tuple(told)


def _told(relations: Iterable[Relation]) -> tuple[Related, ...]:
    found: dict[tuple[str, str], Related] = {}
    for each in relations:
        if each.other is not None:
            found.setdefault((each.term.name, each.other.id), Related(each.term.name, each.term.labels, each.other))
    return tuple(found.values())
