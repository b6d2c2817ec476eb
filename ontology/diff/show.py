"""Differences for people (text, Markdown), for programs (JSON), and as commands of KGCL.

KGCL, the Knowledge Graph Change Language, is that of INCATools/kgcl; what it can't say stands as a comment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from .. import vocabulary as v
from .compare import Difference, Said

_WORDS = {
    v.TYPE: "type",
    v.LABEL: "label",
    v.DEFINITION: "definition",
    v.SUBCLASS_OF: "superclass",
    v.SUBPROPERTY_OF: "superproperty",
    v.RDFS + "domain": "domain",
    v.DOMAINS[1]: "used for",
    v.RDFS + "range": "range",
    v.INVERSE_OF: "inverse",
    v.CHAIN: "chain",
    v.UNIT: "unit",
    v.ALT_LABEL: "other label",
    v.EQUIVALENT_CLASS: "same as",
    v.OWL + "disjointWith": "disjoint with",
}
_LOCAL = re.compile(r"[A-Za-z_][\w-]*")
_MARKS = {"added": "+", "removed": "-", "renamed": ">", "changed": "~"}
_KNOWN_PREFIXES = {**v.WELL_KNOWN_PREFIXES, "skos": v.SKOS, "dcterms": "http://purl.org/dc/terms/",
                   "schema": "https://schema.org/", "sh": v.SHACL, "": v.BASE}  # fmt: skip


def as_text(differences: Sequence[Difference]) -> list[str]:
    """A line for each term and, below it, a line for each statement that is gone (-) or new (+)."""
    lines = []
    for each in differences:
        lines.append(f"{_MARKS[each.change]} {_title(each)}")
        if each.change in ("changed", "renamed"):
            lines += [f"    - {statement(said)}" for said in each.removed]
            lines += [f"    + {statement(said)}" for said in each.added]
    return lines


def as_markdown(differences: Sequence[Difference]) -> list[str]:
    """Sections for a review: what is added, removed, renamed and changed, each term with its statements."""
    if not differences:
        return ["No difference."]
    lines = []
    for change in ("removed", "renamed", "changed", "added"):
        group = [each for each in differences if each.change == change]
        if group:
            lines += ["", f"## {change.capitalize()} ({len(group)})", ""]
        for each in group:
            lines.append(f"- **{_title(each)}**")
            shown = [f"  - was: {_code(said)}" for said in each.removed if change != "added"]
            shown += [f"  - {'' if change == 'added' else 'now: '}{_code(said)}" for said in each.added]
            lines += shown
    return lines[1:]


def as_json(differences: Sequence[Difference]) -> dict[str, object]:
    """Everything, with counts by kind of change."""
    counts = {change: sum(each.change == change for each in differences) for change in _MARKS}
    aspects = Counter(aspect for each in differences for aspect in each.aspects)
    return {
        "counts": counts,
        "aspects": dict(sorted(aspects.items())),
        "terms": [_members(each) for each in differences],
    }


def as_kgcl(differences: Sequence[Difference]) -> list[str]:
    """One command a line, in an order in which they can be carried out; the rest as comments."""
    return [line for each in differences for line in _commands(each)]


def _members(each: Difference) -> dict[str, object]:
    members = asdict(each) | {"aspects": each.aspects}
    for side in ("removed", "added"):
        members[side] = [{"predicate": said.predicate, "object": said.object} for said in getattr(each, side)]
    return members


def _title(each: Difference) -> str:
    name = f"{each.kind} {short(each.term)}"
    if each.was:
        return f"{each.kind} {short(each.was)} is now {short(each.term)} ({each.reason})"
    return f"{name} ({', '.join(each.aspects)})" if each.aspects else name


def statement(said: Said) -> str:
    """A statement in words, without its subject."""
    return f"{_WORDS.get(said.predicate) or short(said.predicate)} {_shortened(said.object)}"


def _code(said: Said) -> str:
    text = _shortened(said.object).replace("`", "'")
    return f"{_WORDS.get(said.predicate) or short(said.predicate)} `{text}`"


def _commands(each: Difference) -> Iterator[str]:
    iri = _curie(each.term)
    left = list(each.added)
    gone = list(each.removed)
    if each.term.startswith("["):
        yield from _comments(gone, left)
        return
    if each.change == "removed":
        yield f"delete {iri}"
        return
    if each.change == "renamed":
        yield f"obsolete {_curie(each.was or '')} with replacement {iri}"
    if each.change == "added":
        label = next((said for said in left if said.predicate == v.LABEL and _quoted(said.object, "'")), None)
        if label is not None:
            left.remove(label)
            yield f"create node {iri} {_quoted(label.object, chr(39))}"
        elif each.kind == "class":
            yield f"create {iri}"  # of others the edge to their type tells that they are there
    yield from _moves(iri, gone, left)
    yield from _words(iri, gone, left)
    for command, side in (("delete edge", gone), ("create edge", left)):
        for said in [said for said in side if said.object.startswith("<")]:
            side.remove(said)
            yield f"{command} {iri} {_curie(said.predicate)} {_curie(said.object[1:-1])}"
    yield from _comments(gone, left)


def _moves(iri: str, gone: list[Said], come: list[Said]) -> Iterator[str]:
    """A term that changes its one superclass is moved; several are deleted and created."""
    for predicate in (v.SUBCLASS_OF, v.SUBPROPERTY_OF):
        old, new = ([said for said in side if said.predicate == predicate and said.object.startswith("<")]
                    for side in (gone, come))  # fmt: skip
        if len(old) == len(new) == 1:
            gone.remove(old[0])
            come.remove(new[0])
            before, after = _curie(old[0].object[1:-1]), _curie(new[0].object[1:-1])
            yield f"move {iri} {_curie(predicate)} {before} from {before} to {after}"


def _words(iri: str, gone: list[Said], come: list[Said]) -> Iterator[str]:
    """Labels and definitions; KGCL knows definitions without a language, which are English here as everywhere."""
    for predicate, form in ((v.LABEL, "'"), (v.DEFINITION, "'")):
        for old, new in _pairs(gone, come, predicate, form):
            before, after = _quoted(old.object, form), _quoted(new.object, form)
            if predicate == v.LABEL:
                command = f"rename {iri} from {before} to {after}"
            elif old.object.endswith("@en"):
                command = f"change definition of {iri} from {_untagged(before)} to {_untagged(after)}"
            else:
                continue
            gone.remove(old)
            come.remove(new)
            yield command
    for said in [said for said in come if said.predicate == v.DEFINITION and said.object.endswith("@en")]:
        if text := _quoted(said.object, "'"):
            come.remove(said)
            yield f"add definition {_untagged(text)} to {iri}"
    for said in [said for said in come if said.predicate == v.ALT_LABEL and _quoted(said.object, "'")]:
        come.remove(said)
        yield f"create synonym {_quoted(said.object, chr(39))} for {iri}"


def _untagged(text: str | None) -> str:
    return str(text).rpartition("@")[0]


def _curie(iri: str) -> str:
    """An IRI with a prefix: KGCL's own parser loses what stands in angle brackets."""
    for prefix, space in _KNOWN_PREFIXES.items():
        local = iri.removeprefix(space)
        if local != iri and _LOCAL.fullmatch(local):
            return f"{prefix or 'res'}:{local}"
    return f"<{iri}>"


def _comments(gone: Sequence[Said], come: Sequence[Said]) -> Iterator[str]:
    for mark, side in (("-", gone), ("+", come)):
        for said in side:
            yield f"# {mark} {short(said.subject)} {statement(said)}".replace("\n", " ")


def _pairs(gone: Sequence[Said], come: Sequence[Said], predicate: str, quote: str) -> list[tuple[Said, Said]]:
    """Old and new text of one predicate in one language, where each has just one that KGCL can quote."""
    old, new = _by_language(gone, predicate, quote), _by_language(come, predicate, quote)
    return [(old[language], new[language]) for language in sorted(old.keys() & new.keys())]


def _by_language(side: Sequence[Said], predicate: str, quote: str) -> Mapping[str, Said]:
    quotable = [said for said in side if said.predicate == predicate and _quoted(said.object, quote)]
    return {said.object.rpartition("@")[2]: said for said in quotable}


def _quoted(literal: str, quote: str) -> str | None:
    """A text with language as KGCL quotes it; None for one that holds a quote, an escape or no language."""
    text, at, language = literal.rpartition('"@')
    if not at or "\\" in text or quote in text[1:]:
        return None
    return f"{quote}{text[1:]}{quote}@{language}"


def short(iri: str | None) -> str:
    """An IRI with a prefix that everybody knows; the empty one is ours."""
    if iri is None or iri.startswith("["):
        return _shortened(iri or "")
    fitting = [(prefix, space) for prefix, space in _KNOWN_PREFIXES.items() if iri.startswith(space)]
    return f"{fitting[0][0]}:{iri.removeprefix(fitting[0][1])}" if fitting else f"<{iri}>"


def _shortened(text: str) -> str:
    """A text of IRIs, literals and brackets, with prefixes in place of the namespaces that everybody knows."""
    if text.startswith('"'):
        return text.removesuffix(f"^^<{v.XSD}string>")
    words = (short(word[1:-1]) if word.startswith("<") and word.endswith(">") else word for word in text.split(" "))
    return " ".join(words)
