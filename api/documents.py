"""One entity as a document for programs: RDF in three forms, and a GeoJSON Feature."""

import json
from functools import cache
from typing import Any  # JSON

import numpy as np
import pyoxigraph
import shapely
from pyproj import CRS, Transformer
from rdflib import Graph, Namespace, URIRef

from ingest.datum import to_degrees
from kg.facts import facts_of
from kg.rdf.render import render_stated
from kg.resolve import Resolver
from kg.resolve.answer import code_json, succession_json
from kg.resolve.entity_view import EntityView, StatedValue
from kg.resolve.iris import entity_iri
from kg.resolve.pointing import pointing_at
from kg.views import without_boxes

from .negotiation import JSONLD, NTRIPLES, TURTLE, Form

_SYNTAX = {TURTLE.name: "turtle", JSONLD.name: "json-ld", NTRIPLES.name: "nt"}


def rdf_document(resolver: Resolver, entity: str, form: Form) -> str:
    """What the RDF view states of an entity, its records, codes and geometries, and current relations to it."""
    graph = entity_graph(resolver, entity)
    if form == JSONLD:
        context = {prefix or "@vocab": str(namespace) for prefix, namespace in graph.namespaces()}
        return str(graph.serialize(format="json-ld", context=context, auto_compact=False, ensure_ascii=False))
    return str(graph.serialize(format=_SYNTAX[form.name]))


def entity_graph(resolver: Resolver, entity: str) -> Graph:
    """The triples of an entity's document, with the prefixes of the ontology."""
    day = resolver.at or resolver.today()
    facts = facts_of(resolver.ledger, resolver.schema, [entity], today=day, as_of=resolver.as_of)
    facts = without_boxes(facts, resolver.schema)
    text = b"".join(render_stated(facts, resolver.schema, resolver.base))
    graph = Graph(bind_namespaces="none")
    for prefix, iri in resolver.schema.prefixes.items():
        graph.bind(prefix, Namespace(iri))
    triples = (quad.triple for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_QUADS))
    graph.parse(data=pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES), format="nt")
    this = URIRef(entity_iri(resolver.base, entity))
    for other, predicate in pointing_at(resolver, entity):
        if term := resolver.schema.properties.get(predicate):
            graph.add((URIRef(entity_iri(resolver.base, other)), URIRef(term.iri), this))
    return graph


def geojson_document(view: EntityView) -> str:
    """A Feature: the plane shape in longitude and latitude, and as properties what the entity shows.

    Coordinates in a geographic storage CRS are given as they are: CGCS2000 and WGS 84 agree within a few centimetres.
    """
    shapes = [geometry for record in view.records for geometry in record.geometries]
    best = min(shapes, key=lambda geometry: geometry.dimension, default=None)
    shape = lon_lat(best.shape, best.crs) if best else None
    attributes = {
        attribute.term.name: [_native(value) for value in attribute.values if value.is_shown]
        for attribute in view.attributes
    }
    heights = [h for geometry in shapes for h in (geometry.lowest, geometry.highest) if h is not None]
    feature: dict[str, Any] = {
        "type": "Feature",
        "id": view.thing.iri,
        "geometry": json.loads(shapely.to_geojson(shape)) if shape is not None else None,
        "properties": {
            "id": view.thing.id,
            "iri": view.thing.iri,
            "class": view.thing.class_,
            "labels": dict(view.thing.labels),
            "state": view.known.state,
            "valid_from": view.valid_from,
            "valid_to": view.valid_to,
            "lowest": min(heights, default=None),
            "highest": max(heights, default=None),
            "codes": [code_json(code) for code in view.known.codes],
            "attributes": {name: values[0] if len(values) == 1 else values for name, values in attributes.items()},
            "successors": [succession_json(step) for step in view.known.successions],
        },
    }
    if shape is not None:
        feature["bbox"] = shapely.bounds(shape).tolist()
    return json.dumps(feature, ensure_ascii=False)


def _native(stated: StatedValue) -> bool | int | float | str:
    """A value as JSON has it; text stays text, with no language."""
    if stated.datatype == "xsd:boolean":
        return stated.value == "true"
    if stated.datatype == "xsd:integer":
        return int(stated.value)
    if stated.datatype in {"xsd:decimal", "xsd:double", "xsd:float"}:
        return float(stated.value)
    return stated.value


def lon_lat(wkb: bytes, crs: str) -> shapely.Geometry:
    """A stored shape in the plane of longitude and latitude."""
    shape = shapely.force_2d(shapely.from_wkb(wkb))
    project = _to_lon_lat(crs)
    if project is None:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(project.transform(xy[:, 0], xy[:, 1])))


@cache
def _to_lon_lat(crs: str) -> Transformer | None:
    if CRS.from_user_input(crs).is_geographic:
        return None
    return to_degrees(crs)
