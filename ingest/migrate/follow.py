"""Data following an edit of the ontology, in the open changeset that will put the new version into force."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import ColumnElement, Table, func, select

from kg.ledger import Changes, in_force
from kg.ledger import tables as t
from kg.workspace import Workspace
from ontology import Edit

from ..link.claims import resolve_dangling
from ..link.entities import has_ended
from ..link.spatial import derive_relations
from .assess import Assessor
from .errors import SumsDisagree
from .leave import absent, close_quarantine, come_back, last_rows, leave, restore_lineage, settle_entities
from .links import add_rows, columns_of, move_links, standing_links, stated_links, withdraw, write_links
from .prepare import Prepared
from .records import affected, geometry_kinds
from .retry import fitting, take
from .tally import Effect, Tally, record_ids

_PAIR = ["source", "key"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What an edit did to the data. Records in force: as many as before, less `quarantined`, and `returned` and
    `retried` more; every one that is less is a row of the quarantine.
    """

    changed: int
    quarantined: int
    returned: int
    """Records that an earlier edit had put into quarantine, and that fit again."""
    retried: int
    """Rows of deliveries that had waited in quarantine, and came in."""
    vanished: int
    """Entities that are shown no more since none of their records is in force."""
    effects: tuple[Effect, ...]


def follow(workspace: Workspace, changeset: Changes, prepared: Prepared, actor: str) -> Moved:
    """Let all data follow an edit; raises SumsDisagree rather than lose a record."""
    return _Migration(workspace, changeset, prepared, actor).done()


class _Migration:
    """Data following an edit, in an open changeset."""

    def __init__(self, workspace: Workspace, changeset: Changes, prepared: Prepared, actor: str) -> None:
        self.workspace = workspace
        self.changeset = changeset
        self.prepared = prepared
        self.edit = prepared.edit
        self.actor = actor
        self.today = datetime.now(UTC).date().isoformat()
        self.note = f"fits version {self.edit.new.version[:12]} of the ontology"
        self.tally = Tally()
        self.touched: list[pl.Series] = [pl.Series("entity", [], dtype=pl.String)]

    def done(self) -> Moved:
        records, waiting = self._number(t.record), self._waiting()
        move_links(self.changeset, self.edit)
        changed, quarantined = self._records()
        returned, left_at = self._returning()
        vanished = settle_entities(self.changeset, self.edit.new, self._ids(), self.today)
        restore_lineage(self.changeset, left_at)
        retried = self._retrying()
        self._relations()
        # Nothing is lost: what is not in force any more waits in quarantine, and what came in waits there no more.
        _agree("records in force", self._number(t.record), records - quarantined + returned + retried)
        _agree("rows in quarantine", self._waiting(), waiting + quarantined - returned - retried)
        return Moved(changed, quarantined, returned, retried, vanished, self.tally.effects)

    def _records(self) -> tuple[int, int]:
        changed = quarantined = 0
        for records, kinds in affected(self.changeset, self.prepared.rules):
            assessed = self.prepared.rules.assess(records, kinds)
            before = records.join(assessed.changed, on="fid", how="semi")
            self._touch(assessed.gone)
            leave(self.changeset, assessed.gone, self.edit.old.version)
            self.changeset.supersede(t.record, assessed.changed["fid"])
            add_rows(self.changeset, t.record, assessed.changed)
            self._links(self.prepared.rules, before, assessed.changed)
            self._touch(assessed.changed.join(before, on=["fid", "class"], how="anti"))
            self.tally.add(record_ids(records, assessed.events))
            self.tally.add(record_ids(records, assessed.misfits))
            changed += assessed.changed.height
            quarantined += assessed.gone.height
        return changed, quarantined

    def _links(self, rules: Assessor, before: pl.DataFrame, after: pl.DataFrame) -> None:
        """Codes and relations of changed records; those of moved properties have their new name already."""
        told = stated_links(before, rules.edit.old)
        names = {name: rules.edit.property_after(name) or name for name in told["property"].unique()}
        told = told.with_columns(pl.col("property").replace(names))
        write_links(self.changeset, told, stated_links(after, rules.edit.new), after, self.today)

    def _returning(self) -> tuple[int, list[int]]:
        """Records that left in an earlier edit and fit again; gives how many, and in which changesets they had left."""
        returned, left_at = 0, []
        left = absent(self.changeset).filter(pl.col("changeset") < self.changeset.number)
        for (number,), group in left.sort("changeset").group_by("changeset", maintain_order=True):
            changeset = int(str(number))
            rules = self.prepared.from_version(self.changeset, changeset)
            records = last_rows(self.changeset, group)
            g = t.geometry
            closed = g.c.withdrawn & g.c.superseded.is_(None) & (g.c.changeset == changeset)
            assessed = rules.assess(records, geometry_kinds(self.changeset, rules, records, closed))
            same = records.join(
                pl.concat([part.select("fid") for part in (assessed.changed, assessed.gone)]), on="fid", how="anti"
            )
            back = pl.concat([same, assessed.changed.select(same.columns)])
            if back.is_empty():
                continue
            come_back(self.changeset, rules.edit, back, changeset)
            standing = standing_links(self.changeset, back.select(_PAIR))
            stated = stated_links(back, rules.edit.new)
            # What a record said that has ended, has ended with it.
            lasting = back.filter(~has_ended(self.today)).select(_PAIR)
            stated = pl.concat(
                [stated.join(lasting, on=_PAIR, how="semi"), standing.join(lasting, on=_PAIR, how="anti")]
            )
            write_links(self.changeset, standing, stated, back, self.today)
            self._touch(back)
            done = group.join(back.select(position="fid"), on="position", how="semi")
            close_quarantine(self.changeset, done["fid"], self.actor, self.note)
            events = back.select("fid", pl.lit("comes back").alias("what"), pl.col("source").alias("term"))
            self.tally.add(record_ids(back, events))
            returned += back.height
            left_at.append(changeset)
        return returned, left_at

    def _retrying(self) -> int:
        retried = 0
        for waiting in fitting(self.changeset, self.prepared.mappings):
            fids = take(self.changeset, self.workspace, self.edit.new, waiting)
            close_quarantine(self.changeset, fids, self.actor, self.note)
            retried += len(fids)
        return retried

    def _relations(self) -> None:
        """Relations that wait for their object, and those of rules that changed or whose things did."""
        resolve_dangling(self.changeset)
        old, new = self.edit.old, self.edit.new
        for name in sorted(old.spatial_rules.keys() - new.spatial_rules.keys()):
            origin = pl.DataFrame({"origin": [f"rule/{name}"]})
            rows = self.changeset.matching(t.relation, origin, columns_of(t.relation))
            withdraw(self.changeset, t.relation, rows)
        classes = {
            class_
            for name, rule in new.spatial_rules.items()
            if name not in old.spatial_rules
            or rule != old.spatial_rules[name]
            or _covers_others(self.edit, rule.subject, rule.object)
            for top in (rule.subject, rule.object)
            for class_ in new.subclasses(top)
        }
        e = t.entity
        query = select(e.c.id.label("entity")).where(in_force(e), e.c["class"].in_(sorted(classes)))
        ids = pl.concat([self.changeset.read(query)["entity"], self._ids()]).unique()
        derive_relations(self.changeset, new, ids, self.workspace.storage_crs, None)

    def _touch(self, records: pl.DataFrame) -> None:
        """Remember the entities of records that came, left or have another class."""
        self.touched.append(self.changeset.matching(t.membership, records.select(_PAIR), ["entity"])["entity"])

    def _ids(self) -> pl.Series:
        """The touched entities, and those whose class may be another one since the hierarchy is."""
        depth = {name: len(term.ancestors) for name, term in self.edit.new.classes.items()}
        moved = [
            after
            for name, term in self.edit.old.classes.items()
            if (after := self.edit.class_after(name)) is not None and depth[after] != len(term.ancestors)
        ]
        e = t.entity
        query = select(e.c.id.label("entity")).where(in_force(e), e.c["class"].in_(moved))
        return pl.concat([*self.touched, self.changeset.read(query)["entity"]]).unique()

    def _number(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(table).where(in_force(table), *conditions)
        return int(self.changeset.connection.execute(query).scalar_one())

    def _waiting(self) -> int:
        return self._number(t.quarantine, t.quarantine.c.state == "open")


def _agree(what: str, found: int, expected: int) -> None:
    if found != expected:
        raise SumsDisagree(
            f"The edit would leave {found:,} {what}, expected {expected:,}: nothing was changed; please report this "
            "with the answer of `res3d ontology plan --json`"
        )


def _covers_others(edit: Edit, *tops: str) -> bool:
    """Whether a rule's classes have others below them than before."""
    return any(
        top not in edit.old.classes
        or {edit.class_after(name) for name in edit.old.subclasses(top)} != set(edit.new.subclasses(top))
        for top in tops
    )
