"""The tables of the ledger; their names are the vocabulary of the whole code base.

Every table but `changeset` is *versioned*: rows are only added. `changeset` says which transaction added a row and
`superseded` which later transaction added its successor. `superseded` is an index over rows that can be made again
from them; it is the one column that is ever updated and no part of the digest.

Times: `valid_from` / `valid_to` say when it was so in the world (ISO 8601 text, null = unknown or open), the
changeset's `time` when we came to know (UTC, microseconds). Reading "as of" is a filter on both.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

# SQLite counts rows in a column of type INTEGER only; elsewhere a big integer holds the same numbers.
_Number = BigInteger().with_variant(Integer(), "sqlite")

changeset = Table(
    "changeset",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("time", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rows", Text, nullable=False),  # {"table": {"first": fid, "rows": n, "sha256": hex}}
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)


def _versioned(name: str, *columns: Column[object], key: tuple[str, ...]) -> Table:
    """A table of versions with its logical key; the key with `superseded IS NULL` finds the row in force."""
    return Table(
        name,
        metadata,
        Column("fid", _Number, primary_key=True, autoincrement=False),
        Column("changeset", _Number, nullable=False),
        Column("superseded", _Number),
        *columns,
        Index(f"{name}_key", *key),
        info={"key": key},
    )


def _valid_time() -> tuple[Column[object], Column[object]]:
    return Column("valid_from", Text), Column("valid_to", Text)


source = _versioned(
    "source",
    Column("id", Text, nullable=False),
    Column("title", Text),
    Column("licence", Text),
    Column("credit", Text),
    Column("crs_declared", Text),
    Column("crs_believed", Text),
    Column("epoch", Float),
    Column("access_level", Text, nullable=False),
    Column("update_cycle", Text),
    Column("rank", Integer, nullable=False),  # precedence of what its records say: the lowest rank wins
    Column("issuer", Text),
    key=("id",),
)

delivery = _versioned(
    "delivery",
    Column("id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kind", Text, nullable=False),  # snapshot | partial
    Column("scope", Text, nullable=False),
    Column("at", Text),
    Column("format", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("ontology", Text, nullable=False),
    Column("summary", Text, nullable=False),  # what became of every row, canonical JSON
    key=("source", "sha256"),
)

record = _versioned(
    "record",
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("class", Text, nullable=False),
    Column("scale_level", Text),
    Column("dimension", Integer, nullable=False),  # 0 = no geometry
    Column("lod", Text),
    Column("attributes", Text, nullable=False),  # by ontology names, canonical JSON
    Column("unmapped", Text, nullable=False),  # by the source's names: what the mapping does not know
    Column("scope", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    *_valid_time(),
    key=("source", "key"),
)

geometry = _versioned(
    "geometry",
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("lod", Text, nullable=False),  # "" where the source names none
    Column("geometry", LargeBinary, nullable=False),  # ISO WKB, storage CRS, x-y order
    Column("crs", Text, nullable=False),
    Column("original", LargeBinary),  # null where it is `geometry` itself
    Column("original_crs", Text, nullable=False),
    Column("operation", Text, nullable=False),  # "none" or how `geometry` came from `original`
    Column("accuracy_m", Float),  # of that operation; null = unknown
    Column("ballpark", Boolean, nullable=False),
    Column("surfaces", Text),  # semantic type per polygon, JSON list
    Column("footprint", LargeBinary),  # of a 3D geometry, storage CRS
    Column("west", Float, nullable=False),  # box and inner point in the storage CRS, so that no reader parses WKB
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
    Column("lowest", Float),
    Column("highest", Float),
    Column("volume", Float),
    Column("area", Float),  # of the footprint, m2 in the original CRS where that is projected
    Column("withdrawn", Boolean, nullable=False),
    key=("source", "key"),
)

Index("geometry_box", geometry.c.west, geometry.c.east, geometry.c.south, geometry.c.north)

entity = _versioned(
    "entity",
    Column("id", Text, nullable=False),
    Column("class", Text, nullable=False),
    Column("state", Text, nullable=False),  # proposed | active | retired
    *_valid_time(),
    key=("id",),
)

membership = _versioned(
    "membership",
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("verdict", Text, nullable=False),  # machine | person
    Column("withdrawn", Boolean, nullable=False),
    key=("source", "key"),
)
Index("membership_entity", membership.c.entity)

code = _versioned(
    "code",
    Column("scheme", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("property", Text, nullable=False),
    Column("source", Text, nullable=False),  # the record that says so
    Column("key", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("state", Text, nullable=False),  # proposed | current | retired
    *_valid_time(),
    Column("withdrawn", Boolean, nullable=False),
    key=("value", "scheme"),
)
Index("code_entity", code.c.entity)
Index("code_record", code.c.source, code.c.key)

relation = _versioned(
    "relation",
    Column("subject", Text, nullable=False),
    Column("predicate", Text, nullable=False),
    Column("object", Text),  # null while the thing referred to is not known
    Column("reference", Text, nullable=False),  # record/… or code/… as the source has it, entity/… from a rule
    Column("origin", Text, nullable=False),  # the rule, or the record that says so
    Column("evidence", Text, nullable=False),
    *_valid_time(),
    Column("withdrawn", Boolean, nullable=False),
    key=("subject", "predicate"),
)
Index("relation_object", relation.c.object)
Index("relation_reference", relation.c.reference)
Index("relation_origin", relation.c.origin)

lineage = _versioned(
    "lineage",
    Column("event", Text, nullable=False),
    Column("kind", Text, nullable=False),  # split | merge | replace | retire
    Column("predecessor", Text, nullable=False),
    Column("successor", Text),
    Column("legal_reference", Text),
    Column("date", Text),
    Column("origin", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    key=("event",),
)
Index("lineage_predecessor", lineage.c.predecessor)
Index("lineage_successor", lineage.c.successor)

correction = _versioned(
    "correction",
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # merge | split
    Column("survivor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    key=("id",),
)

quarantine = _versioned(
    "quarantine",
    Column("source", Text, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("position", _Number, nullable=False),  # the row's place in the file, from 1
    Column("key", Text),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("content", Text, nullable=False),  # the row as it came, JSON
    Column("state", Text, nullable=False),  # open | retried | waived
    Column("actor", Text),
    Column("note", Text),
    key=("source", "key"),
)

ontology_version = _versioned(
    "ontology_version",
    Column("version", Text, nullable=False),
    Column("texts", Text, nullable=False),  # {"file name": "Turtle"}
    key=("version",),
)

mapping_version = _versioned(
    "mapping_version",
    Column("version", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    key=("name",),
)

sequence = _versioned(
    "sequence",
    Column("scope", Text, nullable=False),
    Column("last", _Number, nullable=False),
    key=("scope",),
)

proposal = _versioned(
    "proposal",
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("state", Text, nullable=False),  # open | accepted | refused
    key=("id",),
)

issuer = _versioned(
    "issuer",
    Column("id", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("across_features", Boolean, nullable=False),  # parcel numbers count over all feature codes
    Column("four_eyes", Boolean, nullable=False),  # who applied may not approve
    key=("id",),
)

delegation = _versioned(
    "delegation",
    Column("issuer", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("first", _Number),  # numbers of a series; null = all of them
    Column("last", _Number),
    Column("giver", Text),  # the issuer whose prefix this is a part of; null = given by the workspace
    *_valid_time(),
    Column("withdrawn", Boolean, nullable=False),
    key=("scheme", "prefix"),
)

application = _versioned(
    "application",
    Column("id", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),  # issue | split | merge | replace | recode | retire
    Column("state", Text, nullable=False),  # applied | approved | issued | refused
    Column("content", Text, nullable=False),  # what is asked for, canonical JSON
    Column("codes", Text, nullable=False),  # what was allotted, JSON list
    Column("date", Text),  # of effect, from the issue on
    Column("note", Text),
    key=("id",),
)

VERSIONED: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if table is not changeset)
