"""What an edit of the ontology would do to the data of a workspace: counts and samples, nothing written."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Table, and_, func, select

from kg.ledger import Ledger, Snapshot, in_force
from kg.ledger import tables as t
from kg.ontologies import workspace_texts
from kg.workspace import Workspace
from ontology import Changes, Edit, Finding, OntologyText, Schema, changes, upper_snake

from .leave import absent, last_rows
from .mappings import BrokenMapping, broken_mappings
from .prepare import Prepared, checked_schema, prepare
from .queries import BrokenQuery, broken_queries
from .records import affected, geometry_kinds
from .retry import fitting
from .tally import SAMPLES, Effect, Tally, record_ids

_PAIR = ["source", "key"]


@dataclass(frozen=True, slots=True)
class TypeChange:
    """The superclasses that things of one class gain and lose; `becomes` is the class that they have then."""

    class_: str
    becomes: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class GraphChange:
    """A name in Neo4j that goes, comes or changes, and on how many nodes or relationships it stands now."""

    kind: str
    """label, relationship type or property key"""
    before: str | None
    after: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What an edit would do; every part is empty when it does nothing of the kind."""

    base: str
    """The version in force that the plan starts from."""
    version: str
    """The version that would come into force."""
    terms: Changes
    narrowing: tuple[Finding, ...]
    entities: tuple[Effect, ...]
    types: tuple[TypeChange, ...]
    records: tuple[Effect, ...]
    misfits: tuple[Effect, ...]
    """Why records no longer fit; one record may be counted under several reasons."""
    quarantined: int
    """Records that would go to quarantine."""
    changed: int
    """Records that would get a new version."""
    retried: tuple[Effect, ...]
    """Rows in quarantine that would come in."""
    mappings: tuple[BrokenMapping, ...]
    queries: tuple[BrokenQuery, ...]
    graph: tuple[GraphChange, ...]
    relations: tuple[Effect, ...]
    rules: tuple[Effect, ...]

    @property
    def needs_consent(self) -> bool:
        """Whether something is removed or narrowed, or a record or mapping would not fit any more."""
        return bool(self.narrowing or self.quarantined or self.mappings)

    def as_json(self) -> dict[str, object]:
        """The plan as members of a JSON document."""
        members = asdict(self)
        members["narrowing"] = [f"{found.term} {found.message}" for found in self.narrowing]
        return {**members, "needs_consent": self.needs_consent}


def plan_ontology(workspace: Workspace, ledger: Ledger, texts: tuple[OntologyText, ...] | None = None) -> Plan:
    """What it would do to put texts (the workspace's own and the packaged ones when None) into force.

    Raises OntologyError with every error in the texts.

    >>> from pathlib import Path; import tempfile
    >>> from kg.workspace import create_workspace
    >>> workspace = create_workspace(Path(tempfile.mkdtemp()) / "workspace")
    >>> plan = plan_ontology(workspace, workspace.ledger())
    >>> plan.quarantined, plan.needs_consent
    (0, False)
    """
    chosen = texts or workspace_texts(workspace)
    new = checked_schema(chosen)
    with ledger.reading() as snapshot:
        prepared = prepare(snapshot, workspace, chosen, new)
        return _plan(snapshot, workspace, prepared)


def _plan(snapshot: Snapshot, workspace: Workspace, prepared: Prepared) -> Plan:
    edit = prepared.edit
    happens, misfits, leaving = Tally(), Tally(), [pl.DataFrame(schema=dict.fromkeys(_PAIR, pl.String))]
    changed = 0
    for records, kinds in affected(snapshot, prepared.rules):
        assessed = prepared.rules.assess(records, kinds)
        happens.add(record_ids(records, assessed.events))
        misfits.add(record_ids(records, assessed.misfits))
        leaving.append(assessed.gone.select(_PAIR))
        changed += assessed.changed.height
    gone = pl.concat(leaving)
    number = _counts(snapshot, t.entity, "class")
    relations = _counts(snapshot, t.relation, "predicate")
    return Plan(
        base=edit.old.version,
        version=edit.new.version,
        terms=changes(edit.old, edit.new),
        narrowing=prepared.narrowing,
        entities=_entities(snapshot, edit, number, gone),
        types=_types(edit, number),
        records=happens.effects,
        misfits=misfits.effects,
        quarantined=gone.height,
        changed=changed,
        retried=_retried(snapshot, prepared),
        mappings=_newly_broken(workspace, edit),
        queries=broken_queries(workspace.directory, edit.old, edit.new),
        graph=_graph(edit, number, relations, happens.effects),
        relations=_relations(edit, relations),
        rules=_rules(edit, _counts(snapshot, t.relation, "origin", t.relation.c.origin.startswith("rule/"))),
    )


def _counts(snapshot: Snapshot, table: Table, column: str, *conditions: ColumnElement[bool]) -> dict[str, int]:
    """How many rows in force have each value of a column."""
    # Any: columns of different types, as SQLAlchemy has them.
    columns: Sequence[ColumnElement[Any]] = [table.c[column], func.count(type_=table.c.fid.type).label("number")]
    query = select(*columns).where(in_force(table), *conditions).group_by(table.c[column])
    return dict(snapshot.read(query).rows())


def _entities(snapshot: Snapshot, edit: Edit, number: dict[str, int], gone: pl.DataFrame) -> tuple[Effect, ...]:
    """Entities whose class changes, and those that would be shown no more since none of their records fits."""
    found, e, m = [], t.entity, t.membership
    wanted = snapshot.wanted(gone)
    join = and_(*(m.c[name] == wanted.c[name] for name in _PAIR))
    query = select(e.c.id, e.c["class"]).join_from(wanted, m, join).join(e, e.c.id == m.c.entity)
    touched = snapshot.read(query.where(in_force(m), in_force(e))).unique()
    # Only a thing that several records describe can lose one and stay.
    several = snapshot.read(
        select(m.c.entity.label("id")).where(in_force(m)).group_by(m.c.entity).having(func.count() > 1)
    )
    shared = touched.join(several, on="id", how="semi").select(pl.col("id").alias("entity"))
    left = snapshot.matching(m, shared, [*_PAIR, "entity"]).join(gone, on=_PAIR, how="anti")
    staying = left.join(snapshot.matching(t.record, left.select(_PAIR), _PAIR), on=_PAIR, how="semi")
    shown = touched.join(staying, left_on="id", right_on="entity", how="anti")
    tally = Tally()
    tally.add(shown.with_columns(pl.lit("is shown no more").alias("what"), pl.col("class").alias("term")))
    for name in sorted(number):
        after = edit.class_after(name)
        if after == name:
            continue
        what = f"becomes {after}" if after else "gets the class of its other records"
        leaving = shown.filter(pl.col("class") == name).height
        if number[name] > leaving:
            query = select(e.c.id, e.c["class"]).where(in_force(e), e.c["class"] == name)
            examples = snapshot.read(query.limit(SAMPLES + leaving)).join(shown, on="id", how="anti").head(SAMPLES)
            found.append(Effect(what, name, number[name] - leaving, tuple(examples.rows())))
    return (*tally.effects, *found)


def _types(edit: Edit, number: dict[str, int]) -> tuple[TypeChange, ...]:
    found = []
    for name in sorted(number):
        after = edit.class_after(name)
        if after is None or name not in edit.old.classes:
            continue
        before = {name, *edit.old.classes[name].ancestors}
        then = {after, *edit.new.classes[after].ancestors}
        if before != then:
            gained, lost = tuple(sorted(then - before)), tuple(sorted(before - then))
            found.append(TypeChange(name, after, gained, lost, number[name]))
    return tuple(found)


def _retried(snapshot: Snapshot, prepared: Prepared) -> tuple[Effect, ...]:
    tally = Tally()
    for waiting in fitting(snapshot, prepared.mappings):
        place = pl.concat_str(pl.lit(f"{waiting.delivery} row "), pl.col("@row").cast(pl.String))
        rows = waiting.batch.features.select(place.alias("id"), pl.col("@class").fill_null("").alias("class"))
        tally.add(rows.with_columns(pl.lit("comes in").alias("what"), pl.lit(waiting.source).alias("term")))
    for changeset, group in absent(snapshot).group_by("changeset"):
        number = int(str(changeset[0]))
        rules = prepared.from_version(snapshot, number)
        records = last_rows(snapshot, group)
        g = t.geometry
        closed = g.c.withdrawn & g.c.superseded.is_(None) & (g.c.changeset == number)
        gone = rules.assess(records, geometry_kinds(snapshot, rules, records, closed)).gone
        back = records.join(gone, on="fid", how="anti")
        events = back.select("fid", pl.lit("comes back").alias("what"), pl.col("source").alias("term"))
        tally.add(record_ids(back, events))
    return tally.effects


def _newly_broken(workspace: Workspace, edit: Edit) -> tuple[BrokenMapping, ...]:
    """Mappings that fit the ontology in force and not the new one: a new file for new terms is no break."""
    before = {broken.file for broken in broken_mappings(workspace, edit.old)}
    return tuple(broken for broken in broken_mappings(workspace, edit.new) if broken.file not in before)


def _graph(
    edit: Edit, number: dict[str, int], relations: dict[str, int], records: Iterable[Effect]
) -> tuple[GraphChange, ...]:
    labels = _renamed("label", edit, edit.old.classes, edit.new.classes, _nodes_with_label(edit.old, number))
    relation_names = [name for name, term in edit.old.properties.items() if term.kind == "relation"]
    types = _renamed("relationship type", edit, relation_names, edit.new.properties, relations)
    stated: dict[str, int] = {}
    for effect in records:
        stated[effect.term] = max(stated.get(effect.term, 0), effect.count)
    attribute_names = [name for name in edit.old.properties if name not in set(relation_names)]
    keys = _renamed("property key", edit, attribute_names, edit.new.properties, stated)
    upper = [
        GraphChange(one.kind, upper_snake(one.before or ""), upper_snake(one.after) if one.after else None, one.count)
        for one in types
    ]
    return (*labels, *upper, *keys)


def _renamed(
    kind: str, edit: Edit, before: Iterable[str], after: Iterable[str], number: dict[str, int]
) -> list[GraphChange]:
    known = set(after)
    pairs = ((name, edit.moves.get(name, name)) for name in before)
    return [
        GraphChange(kind, name, then if then in known else None, number.get(name, 0))
        for name, then in pairs
        if then != name or then not in known
    ]


def _nodes_with_label(schema: Schema, number: dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in number.items():
        for label in (name, *(schema.classes[name].ancestors if name in schema.classes else ())):
            found[label] = found.get(label, 0) + count
    return found


def _relations(edit: Edit, number: dict[str, int]) -> tuple[Effect, ...]:
    found = []
    for name in sorted(number):
        after = edit.property_after(name)
        if name in edit.old.properties and after is None:
            found.append(Effect("is withdrawn", name, number[name], ()))
        elif after not in {None, name}:
            found.append(Effect(f"becomes {after}", name, number[name], ()))
    return tuple(found)


def _rules(edit: Edit, number: dict[str, int]) -> tuple[Effect, ...]:
    found = []
    sections = ((edit.old.spatial_rules, edit.new.spatial_rules), (edit.old.link_rules, edit.new.link_rules))
    for before, after in sections:
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                what = "is removed" if name not in after else "is added" if name not in before else "is changed"
                found.append(Effect(f"rule {what}", name, number.get(f"rule/{name}", 0), ()))
    return tuple(found)
