"""Differences by meaning: layout never matters, everything else is found, renames are told from new terms."""

import random
import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology import OntologyError, OntologyText, packaged_texts
from ontology.diff import Difference, as_json, as_kgcl, as_markdown, as_text, difference, statements

from .texts import PREFIXES

OURS = "https://res3d.example/ontology#"
QUAY = """:Quay a owl:Class ; rdfs:subClassOf :Construction ; rdfs:label "码头"@zh, "quay"@en ;
    skos:definition "A wall that ships lie at."@en .
:quayDepth a owl:DatatypeProperty ; rdfs:domain [ a owl:Class ; owl:unionOf ( :Quay :Dyke ) ] ; rdfs:range xsd:double .
"""
# The commands as kgcl-schema 0.7.0 parses them (it is no dependency: it brings a plug-in of 2015 for pytest along).
ENTITY = r"(?:[a-z]+:[A-Za-z_][\w-]*|<\S+>)"
TEXT = r"'[^']*'"
TAGGED = rf"{TEXT}@[\w-]+"
COMMANDS = (
    rf"create {ENTITY}",
    rf"create node {ENTITY} {TAGGED}",
    rf"create synonym {TAGGED} for {ENTITY}",
    rf"delete {ENTITY}",
    rf"obsolete {ENTITY} with replacement {ENTITY}",
    rf"rename {ENTITY} from {TAGGED} to {TAGGED}",
    rf"add definition {TEXT} to {ENTITY}",
    rf"change definition of {ENTITY} from {TEXT} to {TEXT}",
    rf"move {ENTITY} {ENTITY} {ENTITY} from {ENTITY} to {ENTITY}",
    rf"(create|delete) edge {ENTITY} {ENTITY} {ENTITY}",
    r"# [-+] .*",
)


def text(turtle: str) -> OntologyText:
    return OntologyText("mine.ttl", PREFIXES + turtle)


def changed(before: str, after: str) -> tuple[Difference, ...]:
    return difference([text(before)], [text(after)])


def shuffled(seed: int) -> list[OntologyText]:
    """The packaged model as N-Triples in another order and with other names of blank nodes."""
    quads = [
        quad
        for each in packaged_texts()
        for quad in ox.parse(each.text, format=ox.RdfFormat.TURTLE, base_iri=OURS.rstrip("#"), rename_blank_nodes=True)
    ]
    random.Random(seed).shuffle(quads)
    names: dict[str, ox.BlankNode] = {}

    def other(node: object) -> object:
        return names.setdefault(str(node), ox.BlankNode()) if isinstance(node, ox.BlankNode) else node

    lines = [f"{other(quad.subject)} {quad.predicate} {other(quad.object)} ." for quad in quads]
    return [OntologyText("shuffled.ttl", "\n".join(lines))]


@settings(max_examples=5, deadline=None)
@given(st.integers())
def test_order_and_names_of_blank_nodes_never_matter(seed: int) -> None:
    assert difference(packaged_texts(), shuffled(seed)) == ()


TRIPLE = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from("pq"),
    st.sampled_from([":a", ":b", '"x"', '"x"@en', "( 1 :a )", "[ :p 1 ]"]),
)


@settings(deadline=None)
@given(st.lists(TRIPLE), st.lists(TRIPLE))
def test_what_is_reported_leads_from_one_to_the_other(
    first: list[tuple[str, str, str]], second: list[tuple[str, str, str]]
) -> None:
    before, after = ([text("\n".join(f":{s} :{p} {o} ." for s, p, o in triples))] for triples in (first, second))
    found = difference(before, after)
    removed = {said for each in found for said in each.removed}
    added = {said for each in found for said in each.added}
    assert (statements(before) - removed) | added == statements(after)
    assert removed <= statements(before)
    assert not added & statements(before)


def test_a_new_term_is_added_and_a_lost_one_removed() -> None:
    assert [(each.term, each.kind, each.change) for each in changed("", QUAY)] == [
        (OURS + "Quay", "class", "added"),
        (OURS + "quayDepth", "property", "added"),
    ]
    assert {each.change for each in changed(QUAY, "")} == {"removed"}


def test_a_term_with_another_name_is_renamed_with_all_that_mentions_it() -> None:
    (one,) = changed(QUAY, QUAY.replace(":Quay", ":Wharf"))
    assert (one.change, one.was, one.term) == ("renamed", OURS + "Quay", OURS + "Wharf")
    assert one.reason == "same definition, same label, same superclass"
    assert (one.removed, one.added) == ((), ())


def test_a_term_that_shares_but_its_superclass_is_another_one() -> None:
    other = (
        QUAY.replace(":Quay", ":Pier").replace("码头", "栈桥").replace('"quay"', '"pier"').replace("A wall", "A deck")
    )
    assert {each.change for each in changed(QUAY, other)} >= {"added", "removed"}


@pytest.mark.parametrize(
    ("edit", "to", "line"),
    [
        ("rdfs:subClassOf :Construction", "rdfs:subClassOf :Dyke", "    + superclass :Dyke"),
        ('"quay"@en', '"wharf"@en', '    - label "quay"@en'),
        (
            "( :Quay :Dyke )",
            "( :Dyke :Quay :Dam )",
            "    + domain [ rdf:type owl:Class ; owl:unionOf ( :Dyke :Quay :Dam ) ]",
        ),
        ("rdfs:range xsd:double", "rdfs:range xsd:integer", "    - range xsd:double"),
    ],
)
def test_a_changed_statement_is_shown_in_words(edit: str, to: str, line: str) -> None:
    lines = as_text(changed(QUAY, QUAY.replace(edit, to)))
    assert lines[0].startswith("~ ")
    assert line in lines


def test_an_axiom_about_no_single_term_is_compared_too() -> None:
    (one,) = changed("", "[] a owl:AllDisjointClasses ; owl:members ( :River :Dyke ) .")
    assert (one.kind, one.change) == ("other", "added")
    assert "owl:members ( :River :Dyke )" in as_text([one])[0]


def test_a_review_has_a_section_for_each_kind_of_change() -> None:
    before, after = QUAY, QUAY.replace("xsd:double", "xsd:integer") + ":Pier a owl:Class ."
    lines = as_markdown(changed(before, after))
    assert [line for line in lines if line.startswith("##")] == ["## Changed (1)", "## Added (1)"]
    assert "  - was: range `xsd:double`" in lines
    assert as_markdown(()) == ["No difference."]


def test_json_counts_the_changes() -> None:
    document = as_json(changed(QUAY, QUAY + ":Pier a owl:Class ."))
    assert document["counts"] == {"added": 1, "removed": 0, "renamed": 0, "changed": 0}


@pytest.mark.parametrize(
    ("edit", "to", "aspects"),
    [
        (":Construction", ":Building", ("moved",)),
        ("xsd:double", "xsd:integer", ("range",)),
        ('"quay"@en', '"wharf"@en', ("label",)),
        (":Construction ;", ":Construction, [ owl:onProperty :quayDepth ; owl:maxCardinality 1 ] ;", ("restriction",)),
        ("( :Quay :Dyke )", "( :Quay )", ("domain",)),
    ],
)  # fmt: skip
def test_what_of_a_term_changed_is_named(edit: str, to: str, aspects: tuple[str, ...]) -> None:
    (one,) = changed(QUAY, QUAY.replace(edit, to))
    assert one.aspects == aspects
    assert as_json([one])["aspects"] == dict.fromkeys(aspects, 1)
    assert f"({', '.join(aspects)})" in as_text([one])[0]


def test_a_changed_shape_is_a_shape_that_changed() -> None:
    shape = "@prefix sh: <http://www.w3.org/ns/shacl#> . :S a sh:NodeShape ; sh:property [ sh:minCount 1 ] ."
    (one,) = changed(shape, shape.replace("1", "2"))
    assert (one.kind, one.aspects) == ("shape", ("shape",))


def test_shared_blank_nodes_are_written_once() -> None:
    nested = "".join(f"_:b{n} :p _:b{n + 1} ; :q _:b{n + 1} . " for n in range(60))
    assert changed(nested, nested) == ()


@pytest.mark.parametrize(
    ("before", "after", "command"),
    [
        ("", QUAY, "create node res:Quay 'quay'@en"),
        ("", QUAY, "add definition 'A wall that ships lie at.' to res:Quay"),
        ("", QUAY, "create edge res:quayDepth rdf:type owl:DatatypeProperty"),
        ("", ":Pier a owl:Class .", "create res:Pier"),
        (QUAY, "", "delete res:Quay"),
        (QUAY, QUAY.replace('"quay"', '"wharf"'), "rename res:Quay from 'quay'@en to 'wharf'@en"),
        (QUAY, QUAY.replace(":Quay", ":Wharf"), "obsolete res:Quay with replacement res:Wharf"),
        (
            QUAY,
            QUAY.replace("A wall", "A deck"),
            "change definition of res:Quay from 'A wall that ships lie at.' to 'A deck that ships lie at.'",
        ),
        (
            QUAY,
            QUAY.replace(":Construction", ":Building"),
            "move res:Quay rdfs:subClassOf res:Construction from res:Construction to res:Building",
        ),
        (QUAY, QUAY + ':Quay skos:altLabel "pier"@en .', "create synonym 'pier'@en for res:Quay"),
        (QUAY, QUAY + ':Quay skos:definition "墙"@zh .', '# + :Quay definition "墙"@zh'),
        (QUAY, QUAY.replace('"quay"', '"ship\'s wall"'), '# + :Quay label "ship\'s wall"@en'),
    ],
)
def test_kgcl_says_it_as_a_command(before: str, after: str, command: str) -> None:
    assert command in as_kgcl(changed(before, after))


def test_every_line_of_kgcl_is_a_command_of_its_grammar_or_a_comment() -> None:
    lines = as_kgcl(difference([text(QUAY)], packaged_texts())) + as_kgcl(difference(packaged_texts(), [text(QUAY)]))
    assert len(lines) > 1000
    odd = [line for line in lines if not any(re.fullmatch(command, line) for command in COMMANDS)]
    assert odd == []


def test_a_broken_text_is_refused_with_its_place() -> None:
    with pytest.raises(OntologyError, match=r"mine\.ttl:\d+:\d+: error syntax"):
        changed("", ":Quay a")
