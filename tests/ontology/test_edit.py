"""An edit that only adds is accepted; one that data may not survive is refused with the reason."""

import pytest

from ontology import Changes, Schema, TermChange, additive_problems, changes

from .texts import replaced, with_statements


def test_adding_terms_is_accepted_and_listed(packaged: Schema, harbour: Schema) -> None:
    assert additive_problems(packaged, harbour) == ()
    found = changes(packaged, harbour)
    assert TermChange("class", "harbour__Quay") in found.added
    assert TermChange("property", "harbour__berths") in found.added
    assert (found.removed, found.changed) == ((), ())


def test_the_same_schema_has_no_changes(packaged: Schema) -> None:
    assert changes(packaged, packaged) == Changes((), (), ())
    assert not changes(packaged, packaged)


def test_removing_terms_is_refused_by_name(packaged: Schema, harbour: Schema) -> None:
    problems = additive_problems(harbour, packaged)
    assert {problem.code for problem in problems} == {"removed"}
    assert "error removed: harbour__Quay (class) is no longer there; put it back, data may use it" in map(str, problems)
    assert len(problems) == len(changes(harbour, packaged).removed)


def test_a_new_label_is_accepted_as_relabelling(packaged: Schema) -> None:
    new = replaced("building.ttl", '"房屋"@zh, "building"@en', '"房屋"@zh, "house"@en')
    assert additive_problems(packaged, new) == ()
    assert changes(packaged, new).relabelled == (TermChange("class", "Building", ("labels",)),)


@pytest.mark.parametrize(
    "turtle",
    [
        "my:Shed a owl:Class ; rdfs:subClassOf :Building .",
        ":Door rdfs:subClassOf my:Opening . my:Opening a owl:Class .",
        ":partOf rdfs:subPropertyOf my:near . my:near a owl:ObjectProperty .",
        ":adjacentTo a owl:TransitiveProperty .",
        ":bagId <https://schema.org/domainIncludes> :BuildingPart .",
        ":locatedIn owl:propertyChainAxiom ( :standsOn :standsOn ) .",
        "my:rule a :LinkRule ; :linkedClass :Parcel ; :minimumOverlap 0.9 .",
    ],
)
def test_what_widens_the_model_is_accepted(packaged: Schema, turtle: str) -> None:
    new = with_statements(turtle)
    assert additive_problems(packaged, new) == ()
    assert changes(packaged, new)


def test_widening_a_domain_to_a_superclass_is_accepted(packaged: Schema) -> None:
    new = replaced(
        "cadastre.ttl",
        "domainIncludes :Parcel, :SeaParcel ; rdfs:range xsd:d",
        "domainIncludes :Entity ; rdfs:range xsd:d",
    )
    assert additive_problems(packaged, new) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        (
            "building.ttl",
            ":Window a owl:Class ; rdfs:subClassOf :BuildingComponent",
            ":Window a owl:Class ; rdfs:subClassOf :Construction",
            "narrowed: Window no longer has the superclass BuildingComponent",
        ),
        (
            "building.ttl",
            ":Construction ; rdfs:range xsd:integer",
            ":Construction ; rdfs:range xsd:string",
            "changed: yearOfConstruction had the datatype 'xsd:integer', now 'xsd:string'",
        ),
        (
            "building.ttl",
            ':Construction ; rdfs:range xsd:double ; :unit "m2"',
            ':Construction ; rdfs:range xsd:double ; :unit "har"',
            "changed: footprintArea had the unit 'm2', now 'har'",
        ),
        (
            "building.ttl",
            ':codeScheme "nl.bag"',
            ':codeScheme "cn.zrzh"',
            "changed: bagId had the code scheme 'nl.bag', now 'cn.zrzh'",
        ),
        (
            "building.ttl",
            "domainIncludes :Construction ; rdfs:range xsd:integer",
            "domainIncludes :Building ; rdfs:range xsd:integer",
            "narrowed: yearOfConstruction no longer has Construction in its domain",
        ),
        (
            "core.ttl",
            ":validFrom a",
            ":validFrom rdfs:domain :Code . :validFrom a",
            "narrowed: validFrom had no domain, now only Code",
        ),
        (
            "core.ttl",
            '"above" "surface" "below"',
            '"above" "below"',
            "narrowed: stratum no longer has the allowed value surface",
        ),
        (
            "core.ttl",
            ":status a owl:DatatypeProperty",
            ":status a owl:DatatypeProperty, owl:FunctionalProperty",
            "narrowed: status allowed any number of values, now at most 1",
        ),
        (
            "core.ttl",
            ":partOf a owl:ObjectProperty, owl:TransitiveProperty",
            ":partOf a owl:ObjectProperty",
            "narrowed: partOf no longer has the mark transitive",
        ),
        (
            "core.ttl",
            ", ( :partOf :standsOn )",
            "",
            "narrowed: locatedIn no longer has the chain partOf o standsOn",
        ),
        (
            "cadastre.ttl",
            ":personal true",
            ":personal false",
            "changed: holderName had the personal True, now False",
        ),
        (
            "cadastre.ttl",
            "rdfs:range :AdministrativeUnit",
            "rdfs:range :County",
            "narrowed: administers no longer has AdministrativeUnit in its range",
        ),
        (
            "rules.ttl",
            ":linkedClass :Building ; :minimumOverlap 0.5",
            ":linkedClass :Building ; :minimumOverlap 0.6",
            "changed: building_footprints had the minimum overlap 0.5, now 0.6",
        ),
    ],
)
def test_what_data_may_not_survive_is_refused_with_the_reason(
    packaged: Schema, file: str, old: str, new: str, reason: str
) -> None:
    problems = additive_problems(packaged, replaced(file, old, new))
    assert f"error {reason}" in map(str, problems)


def test_a_term_may_not_move_to_another_iri_under_its_name() -> None:
    old = with_statements("@prefix port: <https://a.example/> . port:Quay a owl:Class .")
    new = with_statements("@prefix port: <https://b.example/> . port:Quay a owl:Class .")
    (problem,) = additive_problems(old, new)
    assert str(problem) == "error changed: port__Quay had the IRI https://a.example/Quay, now https://b.example/Quay"
