"""IRIs of the languages in which an ontology is written: RDFS, OWL, SKOS, and our own annotations (`meta.ttl`)."""

from __future__ import annotations

BASE = "https://res3d.example/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
GEO = "http://www.opengis.net/ont/geosparql#"

TYPE = RDF + "type"
FIRST, REST, NIL = RDF + "first", RDF + "rest", RDF + "nil"
LABEL = RDFS + "label"
DEFINITION, ALT_LABEL = SKOS + "definition", SKOS + "altLabel"
DEPRECATED, IS_REPLACED_BY = OWL + "deprecated", "http://purl.org/dc/terms/isReplacedBy"
SHACL = "http://www.w3.org/ns/shacl#"
SUBCLASS_OF, SUBPROPERTY_OF = RDFS + "subClassOf", RDFS + "subPropertyOf"
EQUIVALENT_CLASS, EQUIVALENT_PROPERTY = OWL + "equivalentClass", OWL + "equivalentProperty"
UNION_OF, INTERSECTION_OF, ONE_OF = OWL + "unionOf", OWL + "intersectionOf", OWL + "oneOf"
INVERSE_OF, CHAIN = OWL + "inverseOf", OWL + "propertyChainAxiom"
ON_PROPERTY = OWL + "onProperty"

CLASS_TYPES = frozenset({OWL + "Class", RDFS + "Class"})
RELATION_TYPES = frozenset(
    OWL + name for name in ("ObjectProperty", "TransitiveProperty", "SymmetricProperty", "AsymmetricProperty")
)
ATTRIBUTE_TYPES = frozenset({OWL + "DatatypeProperty"})
PROPERTY_TYPES = RELATION_TYPES | ATTRIBUTE_TYPES | {RDF + "Property"}
DATATYPE_TYPE = RDFS + "Datatype"
SYMMETRIC, TRANSITIVE, FUNCTIONAL = (
    OWL + "SymmetricProperty",
    OWL + "TransitiveProperty",
    OWL + "FunctionalProperty",
)

# rdfs:domain lets a reasoner conclude a class; schema:domainIncludes only says where the property is used.
DOMAINS = (RDFS + "domain", "https://schema.org/domainIncludes", "http://schema.org/domainIncludes")
RANGES = (RDFS + "range", "https://schema.org/rangeIncludes", "http://schema.org/rangeIncludes")
MINIMA = (OWL + "minCardinality", OWL + "cardinality", OWL + "minQualifiedCardinality")
MAXIMA = (OWL + "maxCardinality", OWL + "cardinality", OWL + "maxQualifiedCardinality")

# Our annotations on classes and properties.
CLASS_CODE = BASE + "classCode"
AT_SCALE, GEOMETRY_KIND = BASE + "atScale", BASE + "geometryKind"
LADDER_RANK, LADDER = BASE + "ladderRank", BASE + "ladder"
LEDGER_TABLE, LEDGER_COLUMN = BASE + "ledgerTable", BASE + "ledgerColumn"
CODE_SCHEME, CODE_OF = BASE + "codeScheme", BASE + "codeOf"
UNIT, PERSONAL = BASE + "unit", BASE + "personal"
ONE_VALUE_ANNOTATIONS = (
    CLASS_CODE,
    LADDER_RANK,
    LADDER,
    LEDGER_TABLE,
    LEDGER_COLUMN,
    CODE_SCHEME,
    CODE_OF,
    UNIT,
    PERSONAL,
)

# Labels and property keys that the property graph gives its nodes besides the names of terms.
RESERVED_NAMES = frozenset({"Resource", "Current", "iri"})

# Our words for rules.
SPATIAL_RULE, LINK_RULE = BASE + "SpatialRule", BASE + "LinkRule"
RULE_SUBJECT, RULE_PREDICATE, RULE_OBJECT = BASE + "ruleSubject", BASE + "rulePredicate", BASE + "ruleObject"
RULE_RELATION = BASE + "ruleRelation"
MINIMUM_SHARE, MINIMUM_LENGTH = BASE + "minimumShare", BASE + "minimumLength"
VERTICAL, SAME_VALUE_OF = BASE + "vertical", BASE + "sameValueOf"
SUBJECT_CONDITION, OBJECT_CONDITION = BASE + "subjectCondition", BASE + "objectCondition"
CONDITION_PROPERTY = BASE + "conditionProperty"
VALUE_IS, VALUE_IS_NOT = BASE + "valueIs", BASE + "valueIsNot"
LINKED_CLASS, MINIMUM_OVERLAP, ACROSS_SOURCES = (
    BASE + "linkedClass",
    BASE + "minimumOverlap",
    BASE + "acrossSources",
)
RULE_TYPES = frozenset({SPATIAL_RULE, LINK_RULE})
RULE_RELATIONS = ("within", "touches", "intersects")

WELL_KNOWN_PREFIXES = {"rdf": RDF, "rdfs": RDFS, "owl": OWL, "xsd": XSD, "geo": GEO}
LANGUAGE_NAMESPACES = (RDF, RDFS, OWL, XSD)

_XSD_NAMES = (
    "string boolean integer decimal double float int long short byte nonNegativeInteger positiveInteger "
    "nonPositiveInteger negativeInteger unsignedInt unsignedLong dateTime dateTimeStamp date time gYear "
    "gYearMonth duration anyURI normalizedString token language base64Binary hexBinary"
)
DATATYPES = frozenset(
    {XSD + name for name in _XSD_NAMES.split()}
    | {RDF + name for name in ("langString", "PlainLiteral", "JSON", "HTML", "XMLLiteral")}
    | {RDFS + "Literal"}
    | {GEO + name for name in ("wktLiteral", "gmlLiteral", "geoJSONLiteral", "kmlLiteral")}
)
