"""Differences for people (text, Markdown), for programs (JSON), and as commands of KGCL.

KGCL, the Knowledge Graph Change Language, is that of INCATools/kgcl; what it can't say stands as a comment.
"""

from __future__ import annotations

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
_MARKS = {"added": "+", "removed": "-", "renamed": ">", "changed": "~"}
_KNOWN_PREFIXES = {**v.WELL_KNOWN_PREFIXES, "skos": v.SKOS, "dcterms": "http://purl.org/dc/terms/",
                   "schema": "https://schema.org/", "sh": v.SHACL, "": v.BASE}  # fmt: skip


def as_text(differences: Sequence[Difference]) -> list[str]:
    """A line for each term and, below it, a line for each statement that is gone (-) or new (+)."""
    lines = []
    for each in differences:
        lines.append(f"{_MARKS[each.change]} {_title(each)}")
        if each.change in ("changed", "renamed"):
            lines += [f"    - {_statement(said)}" for said in each.removed]
            lines += [f"    + {_statement(said)}" for said in each.added]
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
    return {"counts": counts, "terms": [_members(each) for each in differences]}


def as_kgcl(differences: Sequence[Difference]) -> list[str]:
    """One command a line, in an order in which they can be carried out; the rest as comments."""
    return [line for each in differences for line in _commands(each)]


def _members(each: Difference) -> dict[str, object]:
    members = asdict(each)
    for side in ("removed", "added"):
        members[side] = [{"predicate": said.predicate, "object": said.object} for said in getattr(each, side)]
    return members


def _title(each: Difference) -> str:
    name = f"{each.kind} {_short(each.term)}"
    return f"{each.kind} {_short(each.was)} is now {_short(each.term)} ({each.reason})" if each.was else name


def _statement(said: Said) -> str:
    return f"{_WORDS.get(said.predicate) or _short(said.predicate)} {_shortened(said.object)}"


def _code(said: Said) -> str:
    text = _shortened(said.object).replace("`", "'")
    return f"{_WORDS.get(said.predicate) or _short(said.predicate)} `{text}`"


def _commands(each: Difference) -> Iterator[str]:
    iri = f"<{each.term}>"
    left = list(each.added)
    gone = list(each.removed)
    if each.term.startswith("["):
        yield from _comments(gone, left)
        return
    if each.change == "removed":
        yield f"delete {iri}"
        return
    if each.change == "renamed":
        yield f"obsolete <{each.was}> with replacement {iri}"
    if each.change == "added":
        label = next((said for said in left if said.predicate == v.LABEL and _quoted(said.object, "'")), None)
        if label is None:
            yield f"create {iri}"
        else:
            left.remove(label)
            yield f"create node {iri} {_quoted(label.object, chr(39))}"
    for predicate, form in ((v.LABEL, "'"), (v.DEFINITION, '"')):
        for old, new in _pairs(gone, left, predicate, form):
            gone.remove(old)
            left.remove(new)
            before, after = _quoted(old.object, form), _quoted(new.object, form)
            if predicate == v.LABEL:
                yield f"rename {iri} from {before} to {after}"
            else:
                yield f"change annotation of {iri} with <{predicate}> from {before} to {after}"
    for said in [said for said in left if said.predicate == v.DEFINITION and _quoted(said.object, "'")]:
        left.remove(said)
        yield f"add definition {str(_quoted(said.object, chr(39))).rpartition('@')[0]} to {iri}"
    for command, side in (("delete edge", gone), ("create edge", left)):
        for said in [said for said in side if said.object.startswith("<")]:
            side.remove(said)
            yield f"{command} {iri} <{said.predicate}> {said.object}"
    yield from _comments(gone, left)


def _comments(gone: Sequence[Said], come: Sequence[Said]) -> Iterator[str]:
    for mark, side in (("-", gone), ("+", come)):
        for said in side:
            yield f"# {mark} {_short(said.subject)} {_statement(said)}".replace("\n", " ")


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


def _short(iri: str | None) -> str:
    if iri is None or iri.startswith("["):
        return _shortened(iri or "")
    fitting = [(prefix, space) for prefix, space in _KNOWN_PREFIXES.items() if iri.startswith(space)]
    return f"{fitting[0][0]}:{iri.removeprefix(fitting[0][1])}" if fitting else f"<{iri}>"


def _shortened(text: str) -> str:
    """A text of IRIs, literals and brackets, with prefixes in place of the namespaces that everybody knows."""
    if text.startswith('"'):
        return text.removesuffix(f"^^<{v.XSD}string>")
    words = (_short(word[1:-1]) if word.startswith("<") and word.endswith(">") else word for word in text.split(" "))
    return " ".join(words)
