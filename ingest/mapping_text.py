"""Mapping files: YARRRML (the YAML form of RML), a documented subset; any other key is refused by name.

One mapping document serves one source. Understood of YARRRML: `prefixes`, `base`, `mappings` with `sources`, `s`,
`condition` (`equal`, `notEqual`) and `po` in the short form `[predicate, object, datatype or lang~]` and in the
long form `{p, o}`. What RML has no word for stands under `res3d` (see `Header`); docs/mapping.md has examples.
"""

import hashlib
import re
from collections.abc import Mapping as Dict
from functools import lru_cache
from pathlib import Path

import yaml

from coding import schemes
from ontology import Property, Schema, UnknownTerm

from .join import parse_join
from .mapping import SOURCE_NAMES, Condition, Header, Mapping, MappingError, PropertyRule, RecordRule, is_source_name
from .solid import Check3D, parse_check_3d
from .template import Template

_RDF_TYPE = {"a", "rdf:type", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"}
_FUNCTIONS = {"equal", "idlab-fn:equal", "notEqual", "idlab-fn:notEqual"}


Loader = type[yaml.SafeLoader] | type[yaml.CSafeLoader]
_QUICK: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # absent from a PyYAML that was built without libyaml


def load_mapping(path: Path, schema: Schema, *, is_ours: bool = False) -> Mapping:
    """Read and check one mapping file; raises MappingError naming the file and the place in it.

    One of ours is parsed by libyaml, in a sixth of the time; text nested thousands deep would crash it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} can't be read as a mapping ({error}): give a YARRRML file in UTF-8") from error
    return parse_mapping(text, path.name, schema, _QUICK if is_ours else yaml.SafeLoader)


def parse_mapping(text: str, name: str, schema: Schema, loader: Loader = yaml.SafeLoader) -> Mapping:
    """Check one mapping document against the ontology."""
    try:
        document = _document(text, is_quick=loader is _QUICK)
    except RecursionError:
        raise MappingError(f"{name}: it is nested too deep: expected a YARRRML document") from None
    except yaml.YAMLError as error:
        raise MappingError(f"{name}: {error}") from error
    reading = _Reading(name, schema)
    whole = reading.keys(document, "the document", {"prefixes", "base", "res3d", "mappings"}, {"res3d", "mappings"})
    prefixes = reading.keys(whole.get("prefixes") or {}, "prefixes", None, set())
    reading.prefixes.update({str(key): str(value) for key, value in prefixes.items()})
    header = reading.header(whole["res3d"])
    rules = reading.keys(whole["mappings"], "mappings", None, set())
    if not rules:
        raise MappingError(f"{name}: `mappings` is empty: expected at least one")
    records = tuple(reading.record(str(key), rule, header.source) for key, rule in rules.items())
    version = hashlib.sha256(text.encode()).hexdigest()
    return Mapping(name, version, text, header, records)


@lru_cache(maxsize=256)
def _document(text: str, *, is_quick: bool) -> object:
    """The plain values of a document, for reading only: every delivery and every plan asks for all built-in ones."""
    return yaml.load(text, _QUICK if is_quick else yaml.SafeLoader)  # noqa: S506 - both loaders make plain values only


class _Reading:
    """The state of reading one document: its name for messages, its prefixes, the ontology."""

    def __init__(self, name: str, schema: Schema) -> None:
        self.name = name
        self.schema = schema
        self.prefixes = dict(schema.prefixes)

    def fail(self, where: str, problem: str) -> MappingError:
        return MappingError(f"{self.name}: {where}: {problem}")

    def keys(self, found: object, where: str, known: set[str] | None, needed: set[str]) -> Dict[str, object]:
        if not isinstance(found, dict):
            raise self.fail(where, f"expected keys with values, got {found!r}")
        if known is not None and (unknown := sorted(str(key) for key in found if key not in known)):
            raise self.fail(where, f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        if missing := sorted(needed - found.keys()):
            raise self.fail(where, f"{', '.join(missing)} is missing")
        return found

    def header(self, found: object) -> Header:
        fields = set(Header.__slots__)  # type: ignore[attr-defined, unused-ignore]
        values = self.keys(found, "res3d", fields, {"source", "title", "licence"})
        for key, value in values.items():
            if isinstance(value, bool) and key != "check_3d":
                raise self.fail(f"res3d.{key}", f"YAML takes the word for {value}; put it in quotation marks")
        text = {key: None if value is None else str(value) for key, value in values.items()}
        levels = self.schema.with_ledger_column("record.scale_level").allowed
        one_of = {
            "delivery": ("snapshot", "partial"),
            "geometry": ("required", "optional"),
            "scale_level": levels,
            "access_level": ("public", "restricted"),
        }
        for key, allowed in one_of.items():
            if (value := text.get(key)) is not None and value not in allowed:
                raise self.fail(f"res3d.{key}", f"{value!r}; expected {' or '.join(allowed)}")
        source = str(text["source"])
        if not is_source_name(source):
            raise self.fail("res3d.source", f"{source!r}; expected {SOURCE_NAMES}")
        return Header(
            source=source,
            title=str(text["title"]),
            licence=str(text["licence"]),
            credit=text.get("credit"),
            issuer=text.get("issuer"),
            rank=int(self.number(text.get("rank"), "res3d.rank") or 50),
            scale_level=text.get("scale_level"),
            delivery=text.get("delivery") or "snapshot",
            update_cycle=text.get("update_cycle"),
            access_level=text.get("access_level") or "public",
            crs=text.get("crs"),
            epoch=self.number(text.get("epoch"), "res3d.epoch"),
            geometry=text.get("geometry") or "required",
            format=text.get("format"),
            layer=self.names(values.get("layer"), "res3d.layer"),
            check_3d=self.check_3d(values.get("check_3d")),
        )

    def check_3d(self, found: object) -> Check3D:
        try:
            return parse_check_3d(found)
        except ValueError as error:
            raise self.fail("res3d.check_3d", str(error)) from error

    def names(self, found: object, where: str) -> tuple[str, ...]:
        """One name or a list of them."""
        names = [] if found is None else found if isinstance(found, list) else [found]
        if not all(isinstance(name, str) and name for name in names):
            raise self.fail(where, f"{found!r}; expected the name of a layer, or a list of such")
        return tuple(map(str, names))

    def number(self, text: str | None, where: str) -> float | None:
        try:
            return None if text is None else float(text)
        except ValueError as error:
            raise self.fail(where, f"{text!r}; expected a number") from error

    def record(self, name: str, found: object, source: str) -> RecordRule:
        where = f"mappings.{name}"
        rule = self.keys(found, where, {"sources", "s", "po", "condition", "classes"}, {"s", "po"})
        subject, prefix = str(rule["s"]), f"record/{source}/"
        if not subject.startswith(prefix) or not Template(subject).references:
            raise self.fail(f"{where}.s", f"{subject!r}; expected {prefix}$(column)")
        class_: Template | None = None
        properties: list[PropertyRule] = []
        entries = rule["po"] if isinstance(rule["po"], list) else [rule["po"]]
        joins = [entry for entry in entries if isinstance(entry, dict) and "join" in entry]
        stated = [entry for entry in entries if entry not in joins] if joins else rule["po"]
        properties += [self.join(entry, f"{where}.po") for entry in joins]
        for predicate, value, kind in self.pairs(stated, f"{where}.po"):
            if predicate in _RDF_TYPE:
                class_ = self.class_template(value, f"{where}.po")
            else:
                properties.append(self.property(predicate, value, kind, f"{where}.po"))
        if class_ is None:
            raise self.fail(f"{where}.po", "no class: add [a, res:SomeClass]")
        condition = self.condition(rule["condition"], f"{where}.condition") if "condition" in rule else None
        classes, other = self.classes(rule.get("classes"), class_, f"{where}.classes")
        key = Template(subject.removeprefix(prefix))
        return RecordRule(name, key, class_, condition, tuple(properties), classes, other)

    def classes(self, found: object, template: Template, where: str) -> tuple[tuple[tuple[str, str], ...], str | None]:
        """({what the template may say: class}, class of all other words) of the table `classes` of a rule."""
        if found is None:
            return (), None
        if len(template.references) != 1:
            raise self.fail(where, f"{template.text} has not one column: give the class as [a, res:$(@class)]")
        if not isinstance(found, dict):
            raise self.fail(where, f"{found!r}; expected {{word of the source: class}}")
        try:
            meant = {str(word): self.schema.class_(self.expand(f"res:{name}")).name for word, name in found.items()}
        except UnknownTerm as error:
            raise self.fail(where, str(error)) from error
        other = meant.pop("*", None)
        before, after = template.parts[0], template.parts[-1]
        return tuple((f"{before}{word}{after}", name) for word, name in meant.items()), other

    def pairs(self, found: object, where: str) -> list[tuple[str, str, str | None]]:
        """Every (predicate, object, datatype or language) of a `po` list, short and long form alike."""
        if not isinstance(found, list):
            raise self.fail(where, f"expected a list, got {found!r}")
        pairs: list[tuple[str, str, str | None]] = []
        for entry in found:
            if isinstance(entry, list) and len(entry) in {2, 3}:
                predicates, objects, kind = entry[0], entry[1], str(entry[2]) if len(entry) == 3 else None
            elif isinstance(entry, dict):
                pair = self.keys(entry, where, {"p", "o"}, {"p", "o"})
                predicates, objects, kind = pair["p"], pair["o"], None
            else:
                raise self.fail(where, f"{entry!r}; expected [predicate, object] or {{p: ..., o: ...}}")
            for predicate in predicates if isinstance(predicates, list) else [predicates]:
                for value in objects if isinstance(objects, list) else [objects]:
                    pairs.append((str(predicate), *self.object_(value, kind, where)))
        return pairs

    def object_(self, found: object, kind: str | None, where: str) -> tuple[str, str | None]:
        if not isinstance(found, dict):
            return str(found), kind
        long = self.keys(found, where, {"value", "type", "datatype", "language"}, {"value"})
        suffix = "~iri" if long.get("type") == "iri" else ""
        if "language" in long:
            return str(long["value"]), f"{long['language']}~lang"
        return f"{long['value']}{suffix}", str(long["datatype"]) if "datatype" in long else None

    def class_template(self, value: str, where: str) -> Template:
        name = self.expand(value.removesuffix("~iri"))
        if not Template(name).references:
            try:
                return Template(self.schema.class_(name).name)
            except UnknownTerm as error:
                raise self.fail(where, str(error)) from error
        return Template(name)  # an IRI with references; `apply` finds the class of each row by it

    def property(self, predicate: str, value: str, kind: str | None, where: str) -> PropertyRule:
        try:
            declared = self.schema.property_(self.expand(predicate))
        except UnknownTerm as error:
            raise self.fail(where, str(error)) from error
        language = kind.removesuffix("~lang") if kind and kind.endswith("~lang") else None
        said = "rdf:langString" if language else kind
        of_ontology = declared.datatype or "no datatype (it is a relation)"
        if said and self.expand(said) != self.expand(of_ontology):
            raise self.fail(where, f"{predicate} has {of_ontology} in the ontology, the mapping says {kind}")
        text = value.removesuffix("~iri")
        if declared.kind == "relation":
            self.check_reference(declared, text, where)
        return PropertyRule(declared.name, Template(text), language)

    def join(self, found: object, where: str) -> PropertyRule:
        """An entry of `po` whose object is looked for: {p: relation, join: {to: class, by: [ways]}}."""
        entry = self.keys(found, where, {"p", "join"}, {"p", "join"})
        parts = self.keys(entry["join"], f"{where}.join", {"to", "by"}, {"to", "by"})
        try:
            declared = self.schema.property_(self.expand(str(entry["p"])))
            to = self.schema.class_(self.expand(str(parts["to"])))
        except UnknownTerm as error:
            raise self.fail(where, str(error)) from error
        if declared.kind != "relation":
            raise self.fail(where, f"{declared.name} is no relation: what a join finds is a thing")
        join = parse_join(to.name, parts["by"], lambda problem: self.fail(f"{where}.join", problem))
        return PropertyRule(declared.name, join.carrier, None, join)

    def check_reference(self, declared: Property, text: str, where: str) -> None:
        found = re.match(r"(record|code)/([^/$]+)/", text)
        if found and found[1] == "code" and found[2] not in schemes():
            raise self.fail(where, f"no code scheme is called {found[2]}; known are {', '.join(sorted(schemes()))}")
        if not found:
            raise self.fail(
                where,
                f"{declared.name} is a relation, its object {text!r} names nothing: "
                "expected record/SOURCE/$(column) or code/SCHEME/$(column)",
            )

    def condition(self, found: object, where: str) -> Condition:
        call = self.keys(found, where, {"function", "parameters"}, {"function", "parameters"})
        function, parameters = str(call["function"]), call["parameters"]
        if function not in _FUNCTIONS:
            raise self.fail(where, f"unknown function {function}; known are {', '.join(sorted(_FUNCTIONS))}")
        pairs = parameters if isinstance(parameters, list) else []
        values = [part[-1] if isinstance(part, list) and len(part) == 2 else part for part in pairs]
        one_of = values[1] if len(values) == 2 and isinstance(values[1], list) and values[1] else values[1:]
        if len(values) != 2 or not all(isinstance(value, str | int | float) for value in (values[0], *one_of)):
            raise self.fail(where, f"expected two parameters [name, value], got {parameters!r}")
        left, right, *others = (Template(str(value)) for value in (values[0], *one_of))
        return Condition(left, right, function.endswith("equal"), tuple(others))

    def expand(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else name
