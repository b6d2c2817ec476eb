"""Incremental change of the durable store: touched nodes are replaced as a whole, in one transaction."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from ontology import Schema

from ..facts import Facts, Standing
from .errors import StoreBusy, StoreOutdated
from .names import INFERRED, RDF_TYPE, graph_iri
from .render import converses, render_stated
from .store import Delta, current_directory, read_state, state_quad, turn

__all__ = ["Delta", "apply_changes"]

Relation = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]

_TYPE = ox.NamedNode(RDF_TYPE)


def apply_changes(path: Path, facts: Facts, schema: Schema, base: str, position: Standing) -> Delta:
    """Replace the nodes of the facts, remove the removed ones, and move the store to the position, all or nothing.

    The facts hold the touched nodes only, each with all its values and outgoing edges. Doing it again changes nothing.
    Raises `StoreMissing`, `StoreOutdated` (other base: rebuild) and `StoreBusy` (another process writes).
    """
    with current_directory(path) as directory, turn(path, fcntl.LOCK_EX):
        try:
            store = ox.Store(str(directory))
        except OSError as error:
            raise StoreBusy(f"The RDF view in {path} can't be opened for writing: {error}. Try again.") from error
        stored_base, before = read_state(store, path)
        if stored_base != base:
            raise StoreOutdated(
                f"The RDF view in {path} was made for {stored_base}, not for {base}. `res3d rebuild rdf` makes it anew."
            )
        change = _Change(store, schema, base, facts)
        delete, insert = change.quads()
        state = (state_quad(base, before), state_quad(base, position))
        store.update(_update_text(chain(delete, state[:1]), chain(insert, state[1:])))
        store.flush()
        del store, change  # closes it, before others take their turn
    return Delta(before, position, _text(delete), _text(insert))


class _Change:
    """Works out which quads differ, keeping the rule that no triple is in two graphs."""

    def __init__(self, store: ox.Store, schema: Schema, base: str, facts: Facts) -> None:
        self._store = store
        self._inferred = ox.NamedNode(graph_iri(base, INFERRED))
        self._converses = _converse_terms(schema)
        keys = chain(facts.nodes["key"].to_list(), facts.removed)
        self._touched = {ox.NamedNode(base + key) for key in keys}
        text = b"".join(render_stated(facts, schema, base))
        self._new = set(ox.parse(text, ox.RdfFormat.N_QUADS)) if text else set()
        self._new_triples = {quad.triple for quad in self._new if quad.graph_name != self._inferred}

    def quads(self) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Quads to delete and quads to insert."""
        old = set(self._old())
        delete, insert = old - self._new, self._new - old
        for subject, predicate, object_ in self._flipping(delete ^ insert):
            consequence = ox.Quad(subject, predicate, object_, self._inferred)
            is_there = consequence in self._store
            is_due = self._follows(subject, predicate, object_) and not self._is_stated(subject, predicate, object_)
            if is_due and not is_there:
                insert.add(consequence)
            elif is_there and not is_due:
                delete.add(consequence)
        return sorted(delete, key=str), sorted(insert, key=str)

    def _old(self) -> Iterable[ox.Quad]:
        """What the touched nodes state now; inferred relations of theirs may be consequences of other nodes' edges."""
        graphs = list(self._store.named_graphs())
        for node in self._touched:
            for graph in graphs:
                predicate = _TYPE if graph == self._inferred else None
                yield from self._store.quads_for_pattern(node, predicate, None, graph)

    def _flipping(self, changed: Iterable[ox.Quad]) -> set[Relation]:
        """Relations that may have become or ceased to be consequences: changed edges and their converses."""
        found: set[Relation] = set()
        for quad in changed:
            subject, object_ = quad.subject, quad.object
            others = self._converses.get(quad.predicate, ())
            if others and isinstance(subject, ox.NamedNode) and isinstance(object_, ox.NamedNode):
                found.update((object_, other, subject) for other in others)
                found.add((subject, quad.predicate, object_))
        return found

    def _follows(self, subject: ox.NamedNode, predicate: ox.NamedNode, object_: ox.NamedNode) -> bool:
        return any(self._is_stated(object_, other, subject) for other in self._converses[predicate])

    def _is_stated(self, subject: ox.NamedNode, predicate: ox.NamedNode, object_: ox.NamedNode) -> bool:
        """Whether an asserted or source graph will hold the triple after the change."""
        if subject in self._touched:
            return ox.Triple(subject, predicate, object_) in self._new_triples
        found = self._store.quads_for_pattern(subject, predicate, object_, None)
        return any(quad.graph_name != self._inferred for quad in found)


def _converse_terms(schema: Schema) -> Mapping[ox.NamedNode, tuple[ox.NamedNode, ...]]:
    def term(name: str) -> ox.NamedNode:
        return ox.NamedNode(schema.property_(name).iri)

    return {term(name): tuple(map(term, sorted(others))) for name, others in converses(schema).items()}


def _update_text(delete: Iterable[ox.Quad], insert: Iterable[ox.Quad]) -> str:
    """One SPARQL update, which is one transaction; the literals of both languages are written alike."""
    named: list[ox.Quad] = []
    blank: list[ox.Quad] = []
    for quad in delete:
        (blank if isinstance(quad.object, ox.BlankNode) else named).append(quad)
    foreign = "".join(f"{_delete_blank(quad)} ;\n" for quad in blank)
    return f"{foreign}DELETE DATA {{ {_data(named)} }} ;\nINSERT DATA {{ {_data(insert)} }}"


def _delete_blank(quad: ox.Quad) -> str:
    """We never write a blank node, but a hand may have, and DELETE DATA can't name one."""
    pattern = f"GRAPH {quad.graph_name} {{ {quad.subject} {quad.predicate} ?blank }}"
    return f"DELETE {{ {pattern} }} WHERE {{ {pattern} FILTER(isBlank(?blank)) }}"


def _data(quads: Iterable[ox.Quad]) -> str:
    return "\n".join(
        f"{quad.triple} ." if quad.graph_name == ox.DefaultGraph() else f"GRAPH {quad.graph_name} {{ {quad.triple} }}"
        for quad in quads
    )


def _text(quads: Iterable[ox.Quad]) -> bytes:
    return "".join(f"{quad} .\n" for quad in quads).encode()
