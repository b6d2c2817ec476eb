"""What is known of column names: words of the ontology, fields named in its sources, columns of other mappings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ontology import OntologyText, Property, Schema
from ontology.docs.content import Content

from ..mapping import Mapping as MappingFile

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[\u4e00-\u9fff]+")
_FIELD = re.compile(r"\b[A-Z][A-Z0-9]*(?:\.[A-Z][A-Z0-9]*)?\b|\b[a-z]+_[a-z0-9_]+\b")
_FIELD_ALONE = re.compile(r"[;,]\s*([a-z]{8,})\s*(?=[;,]|$)")  # as in "BAG, identificatie"

_CAPITALS = re.compile(r"[A-Z][A-Z0-9]+")
_CODE_OF = re.compile(r"code/([^/$]+)/")

OTHER_MAPPING, LABEL, FIELD = 0.95, 0.85, 0.9
ENDING = 0.7  # of a name in capitals that ends as several others of one property do
MOST_BY_WORDS = 0.75  # for names that share words, whatever their number: less than any exact name


@dataclass(frozen=True, slots=True)
class Named:
    """That a name stands for a property: how sure, and why."""

    property: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Names by their canonical form, and properties by the words of their names."""

    exact: Mapping[str, Sequence[Named]]
    by_word: Mapping[str, Sequence[str]]
    words_of: Mapping[str, Sequence[frozenset[str]]]
    by_ending: Mapping[str, Mapping[str, int]]
    """How often columns with such an ending, in tables that abbreviate to capitals, stand for a property."""
    relations: Mapping[str, Mapping[str, int]]
    """How often codes of a scheme name the objects of a relation."""

    def names(self, column: str) -> dict[str, Named]:
        """For each property that the column's name may stand for the best reason."""
        found: dict[str, Named] = {}
        for named in self.exact.get(canonical(column), ()):
            _keep(found, named)
        for length in (4, 3, 2):
            said = self.by_ending.get(column[-length:], {}) if _CAPITALS.fullmatch(column) else {}
            total = sum(said.values())
            for name, number in said.items():
                if number > 1:
                    reason = f"{number} of {total} columns that end in {column[-length:]} are so"
                    _keep(found, Named(name, round(ENDING * number / total, 3), reason))
        words = frozenset(words_in(column))
        near = {name for word in words for name in self.by_word.get(word, ())}
        for name in near:
            share = max(len(words & other) / len(words | other) for other in self.words_of[name])
            shared = ", ".join(sorted(words & frozenset().union(*self.words_of[name])))
            _keep(found, Named(name, round(MOST_BY_WORDS * share, 3), f"shares the words {shared}"))
        return found


def knowledge(schema: Schema, texts: Sequence[OntologyText], mappings: Iterable[MappingFile]) -> Knowledge:
    """Everything that names properties: the ontology's words and sources, and what mappings read.

    >>> from ontology import compile_schema, packaged_texts
    >>> known = knowledge(compile_schema(packaged_texts()), packaged_texts(), [])
    >>> known.names("ZDMJ")["parcelArea"].reason
    'ZDMJ is named as its source'
    """
    exact: dict[str, list[Named]] = defaultdict(list)
    phrases: dict[str, list[str]] = defaultdict(list)
    content = Content(texts, ())
    for term in schema.properties.values():
        if not _is_drafted(term):
            continue
        words = content.words(term)
        labels = [*term.labels.values(), *(label for _, label in words.other_labels), term.name]
        phrases[term.name] += labels
        for label in labels:
            exact[canonical(label)].append(Named(term.name, LABEL, f"is called {label!r}"))
        for source in words.sources:
            for field in (*_FIELD.findall(source), *_FIELD_ALONE.findall(source)):
                own = field.rpartition(".")[2]
                exact[canonical(own)].append(Named(term.name, FIELD, f"{own} is named as its source"))
    by_ending: dict[str, Counter[str]] = defaultdict(Counter)
    relations: dict[str, Counter[str]] = defaultdict(Counter)
    read: set[tuple[str, str, str]] = set()  # a column that several rules of a mapping read counts once
    for mapping in mappings:
        for rule in mapping.records:
            for part in rule.properties:
                if part.property in schema.properties and (match := _CODE_OF.match(part.value.text)):
                    relations[match[1]][part.property] += 1
                    continue
                for column in part.value.references:
                    if (mapping.name, column, part.property) not in read and _CAPITALS.fullmatch(column):
                        read.add((mapping.name, column, part.property))
                        for length in range(2, min(len(column), 4) + 1):
                            by_ending[column[-length:]][part.property] += 1
                if len(part.value.references) == 1 and part.property in schema.properties:
                    column = part.value.references[0]
                    reason = f"{mapping.name} reads {column} so"
                    exact[canonical(column)].append(Named(part.property, OTHER_MAPPING, reason))
                    phrases[part.property].append(column)
    words_of = {name: [frozenset(words_in(phrase)) for phrase in said] for name, said in phrases.items()}
    by_word: dict[str, list[str]] = defaultdict(list)
    for name, groups in words_of.items():
        for word in frozenset().union(*groups):
            by_word[word].append(name)
    return Knowledge(exact, by_word, words_of, by_ending, relations)


def canonical(name: str) -> str:
    """A name without case, spaces and punctuation.

    >>> canonical("Year_of Construction") == canonical("yearOfConstruction")
    True
    """
    return re.sub(r"[\W_]", "", name).casefold()


def words_in(name: str) -> list[str]:
    """The words of a name; Chinese text by pairs of characters.

    >>> words_in("yearOfConstruction"), words_in("建成年份")
    (['year', 'of', 'construction'], ['建成', '成年', '年份'])
    """
    found: list[str] = []
    for word in _WORD.findall(name):
        if "\u4e00" <= word[0] <= "\u9fff":
            found += [word[place : place + 2] for place in range(max(len(word) - 1, 1))]
        else:
            found.append(word.casefold())
    return found


def _is_drafted(term: Property) -> bool:
    """Whether a source may state the property: what shows the ledger's own columns is none, but for valid time."""
    return term.ledger_column is None or term.ledger_column in ("any.valid_from", "any.valid_to")


def _keep(found: dict[str, Named], named: Named) -> None:
    if named.property not in found or found[named.property].score < named.score:
        found[named.property] = named
