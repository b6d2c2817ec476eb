"""The comparison itself: statements of named terms, blank nodes written out, renamed terms recognised."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import pyoxigraph

from .. import vocabulary as v
from ..read import Node, OntologyText, Statements, read

Kind = Literal["class", "property", "rule", "shape", "other"]
Change = Literal["added", "removed", "renamed", "changed"]
Renames = Mapping[str, str]

_RENAMED_FROM = 0.6  # of the weights below; a name alone proves nothing, one label may be a coincidence
_LONGEST = 10_000  # characters of a blank node written out
_WEIGHTS = ((v.DEFINITION, 0.4), (v.LABEL, 0.4), (v.SUBCLASS_OF, 0.2), (v.RDFS + "range", 0.2), (v.CLASS_CODE, 0.6))
_WORDS = {v.DEFINITION: "definition", v.LABEL: "label", v.SUBCLASS_OF: "superclass", v.RDFS + "range": "range",
          v.CLASS_CODE: "class code"}  # fmt: skip


_ASPECTS = {
    v.LABEL: "label", v.ALT_LABEL: "label", v.DEFINITION: "definition", v.SKOS + "example": "example",
    v.RDFS + "range": "range", v.RDFS + "domain": "domain", v.DOMAINS[1]: "domain", v.UNIT: "unit", v.TYPE: "type",
    v.EQUIVALENT_CLASS: "same as", v.EQUIVALENT_PROPERTY: "same as", v.INVERSE_OF: "inverse", v.CHAIN: "chain",
    v.OWL + "disjointWith": "disjoint with", v.CLASS_CODE: "class code", v.CODE_SCHEME: "code scheme",
    v.GEOMETRY_KIND: "geometry kind", v.AT_SCALE: "scale level", v.PERSONAL: "personal data",
}  # fmt: skip


class Said(NamedTuple):
    """One statement as text: IRIs whole, literals as in Turtle, blank nodes written out with all they say."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that is not the same in both; `removed` and `added` are the statements about it that differ.

    Statements of a renamed term, and those that mention one, are compared under its new name.
    """

    term: str
    """Its IRI; the new one of a renamed term. Of an axiom about no single term, its text."""
    kind: Kind
    change: Change
    was: str | None
    """The IRI of a renamed term before."""
    reason: str
    """Why two IRIs are taken for one term; empty unless renamed."""
    removed: tuple[Said, ...]
    added: tuple[Said, ...]

    @property
    def aspects(self) -> tuple[str, ...]:
        """What of a term that is in both differs: moved (in the hierarchy), range, label, shape, ..."""
        if self.change in ("added", "removed"):
            return ()
        return tuple(dict.fromkeys(_aspect(self.kind, said) for said in (*self.removed, *self.added)))


def difference(before: Sequence[OntologyText], after: Sequence[OntologyText]) -> tuple[Difference, ...]:
    """What `after` says and `before` does not, and the other way round, by term in order of their IRIs.

    Raises `OntologyError` for a text that is not Turtle.

    >>> old = OntologyText("a", '@prefix : <https://x.example/> . :Quay :depth 3, 4 .')
    >>> new = OntologyText("b", '@prefix : <https://x.example/> . :Quay :depth 4 , 5 .')
    >>> [(each.change, each.removed[0].object) for each in difference([old], [new])]
    [('changed', '"3"^^<http://www.w3.org/2001/XMLSchema#integer>')]
    """
    old, new = read(before), read(after)
    old_said, new_said = _by_term(old, {}), _by_term(new, {})
    renames = _renames(old, new, old_said, new_said)
    reasons = dict(renames.values())
    names = {old_iri: new_iri for old_iri, (new_iri, _) in renames.items()}
    old_said = _by_term(old, names)
    earlier = {new_iri: old_iri for old_iri, new_iri in names.items()}
    found = []
    for term in sorted(old_said.keys() | new_said.keys()):
        gone, come = old_said.get(term, frozenset()), new_said.get(term, frozenset())
        if gone == come and term not in earlier:
            continue
        change: Change = (
            "renamed" if term in earlier else "changed" if gone and come else "added" if come else "removed"
        )
        kind = _kind(new if come else old, term)
        removed, added = tuple(sorted(gone - come)), tuple(sorted(come - gone))
        found.append(Difference(term, kind, change, earlier.get(term), reasons.get(term, ""), removed, added))
    return tuple(found)


def _aspect(kind: Kind, said: Said) -> str:
    if kind == "shape":
        return "shape"
    if said.predicate in (v.SUBCLASS_OF, v.SUBPROPERTY_OF):
        return "restriction" if said.object.startswith("[") else "moved"
    return _ASPECTS.get(said.predicate, "other")


def statements(texts: Sequence[OntologyText]) -> frozenset[Said]:
    """Everything that texts say, in the form in which it is compared."""
    return frozenset(said for group in _by_term(read(texts), {}).values() for said in group)


def _by_term(said: Statements, renames: Renames) -> dict[str, frozenset[Said]]:
    """All statements under the term that they are about; those of blank nodes under what leads to them."""
    led_to = {
        value
        for values in said.by_subject.values()
        for group in values.values()
        for value in group
        if isinstance(value, str) and value.startswith("_:")
    }
    written: dict[str, str] = {}
    found: dict[str, frozenset[Said]] = {}
    for subject, values in said.by_subject.items():
        is_blank = subject.startswith("_:")
        if is_blank and subject in led_to:
            continue
        name = _text(said, subject, renames, written) if is_blank else renames.get(subject, subject)
        found[name] = frozenset(
            Said(name, renames.get(predicate, predicate), _text(said, value, renames, written))
            for predicate, group in values.items()
            for value in group
        )
    return found


def _text(said: Statements, node: Node, renames: Renames, written: dict[str, str]) -> str:
    """A node as text; `written` keeps the texts of blank nodes, which several places may lead to."""
    if isinstance(node, pyoxigraph.Literal):
        return str(node)
    if not node.startswith("_:"):
        return f"<{renames.get(node, node)}>"
    if node not in written:
        written[node] = _blank(said, node, renames, written)
    return written[node]


def _blank(said: Statements, node: str, renames: Renames, written: dict[str, str]) -> str:
    if said.values(node, v.FIRST):
        members = (_text(said, member, renames, written) for member in said.listed(node))
        return f"( {' '.join(members)} )"
    pairs = sorted(
        f"<{renames.get(predicate, predicate)}> {_text(said, value, renames, written)}"
        for predicate, group in said.by_subject.get(node, {}).items()
        for value in group
    )
    text = f"[ {' ; '.join(pairs)} ]"
    # Nodes that share nodes double their text on each level: what nobody could read stands as its digest.
    return text if len(text) <= _LONGEST else f"[ ... {hashlib.sha256(text.encode()).hexdigest()[:16]} ]"


def _renames(
    old: Statements, new: Statements, old_said: Mapping[str, frozenset[Said]], new_said: Mapping[str, frozenset[Said]]
) -> dict[str, tuple[str, str]]:
    """Old IRI -> (new IRI, reason) for terms of one kind that say of themselves nearly the same."""
    gone = [iri for iri in old_said.keys() - new_said.keys() if not iri.startswith("[")]
    come = [iri for iri in new_said.keys() - old_said.keys() if not iri.startswith("[")]
    ranked = sorted(
        (
            (score, old_iri, new_iri, reason)
            for old_iri in gone
            for new_iri in come
            if _kind(old, old_iri) == _kind(new, new_iri)
            for score, reason in (_likeness(old_said[old_iri], new_said[new_iri]),)
            if score >= _RENAMED_FROM
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for _, old_iri, new_iri, reason in ranked:
        if old_iri not in found and new_iri not in taken:
            found[old_iri] = (new_iri, reason)
            taken.add(new_iri)
    return found


def _likeness(old: frozenset[Said], new: frozenset[Said]) -> tuple[float, str]:
    score, reasons = 0.0, []
    for predicate, weight in _WEIGHTS:
        before = {said.object for said in old if said.predicate == predicate}
        after = {said.object for said in new if said.predicate == predicate}
        if shared := before & after:
            score += weight * len(shared) / len(before | after)
            reasons.append(f"same {_WORDS[predicate]}")
    return score, ", ".join(reasons)


def _kind(said: Statements, term: str) -> Kind:
    types = frozenset(said.nodes(term, v.TYPE))
    if types & v.RULE_TYPES:
        return "rule"
    if types & v.CLASS_TYPES:
        return "class"
    if types & v.PROPERTY_TYPES:
        return "property"
    if any(type_.startswith(v.SHACL) for type_ in types):
        return "shape"
    return "other"
