"""Rows of the quarantine tried again, as they came or corrected, under the mapping and the ontology in force."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, field

import orjson
import polars as pl
from sqlalchemy import func, select

from kg.ledger import Changes, Ledger, in_force
from kg.ledger import tables as t
from kg.workspace import Workspace
from ontology import Schema

from .apply import apply_mapping
from .context import Progress
from .layers import refresh_layers
from .mapping import Mapping
from .migrate.errors import SumsDisagree
from .migrate.mappings import Mappings
from .migrate.retry import by_delivery, placed, settle, waiting_of
from .quarantine import QuarantineFilter, put, rows_in, with_content
from .quarantine_standing import standing_records
from .quarantine_table import Row, corrected
from .reasons import HINTS, Reason
from .set_aside import personal_columns


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of rows that were tried again; each is taken, unchanged or still in quarantine.

    >>> Retried(tried=3, taken=2, quarantined=1).unchanged
    0
    """

    tried: int = 0
    taken: int = 0
    """Rows whose content is in records now."""
    changed: int = 0
    """Those of the taken that gave a record which was there another content."""
    unchanged: int = 0
    """Rows whose record is there and says the same."""
    quarantined: int = 0
    repaired: int = 0
    """Those of the taken and unchanged whose outline was invalid and is repaired."""
    reasons: Dict[str, int] = field(default_factory=dict)
    """Why the rows that are still in quarantine can't be taken."""
    left_out: Dict[str, int] = field(default_factory=dict)
    """How many rows were not tried, and why."""
    changeset: int | None = None

    def __post_init__(self) -> None:
        total = self.taken + self.unchanged + self.quarantined
        if self.tried != total:
            raise SumsDisagree(
                f"{self.tried:,} rows were tried, {total:,} are accounted for: nothing was changed; please report this"
            )

    def as_json(self) -> dict[str, object]:
        """The members that the command line prints."""
        members = asdict(self)
        return {**members, "transaction": members.pop("changeset")}


def retry(
    workspace: Workspace, ledger: Ledger, schema: Schema, wanted: QuarantineFilter, *, actor: str, repair: bool = False
) -> Retried:
    """Try open rows again as they came; `repair`: invalid outlines repaired, where that is offered.

    Raises QuarantineError, DatumError; nothing is written then.
    """
    with ledger.writing(actor, "quarantine: rows tried again") as changes:
        rows = with_content(changes, rows_in(changes, wanted))
        again = _Again(changes, workspace, schema, actor, None, repair=repair)
        done = again.done(rows.with_columns(pl.col("content").alias("was")))
    return _committed(workspace, ledger, schema, done)


def retry_corrected(
    workspace: Workspace,
    ledger: Ledger,
    schema: Schema,
    table: Iterable[Row],
    name: str,
    *,
    actor: str,
    repair: bool = False,
) -> Retried:
    """Take the rows of an exported table with a person's corrections; what is still bad stays open, as corrected."""
    with ledger.writing(actor, f"quarantine: corrected rows of {name}") as changes:
        rows = corrected(changes, table, name)
        was = with_content(changes, rows.drop("content"))["content"]
        done = _Again(changes, workspace, schema, actor, f"corrected in {name}", repair=repair).done(
            rows.with_columns(was.alias("was"))
        )
    return _committed(workspace, ledger, schema, done)


def _committed(workspace: Workspace, ledger: Ledger, schema: Schema, done: Retried) -> Retried:
    if done.taken:
        refresh_layers(workspace, ledger, schema)
    return done


class _Again:
    """Rows of the quarantine on their way into one open changeset; `note` says of corrected ones by what."""

    def __init__(
        self, changes: Changes, workspace: Workspace, schema: Schema, actor: str, note: str | None, *, repair: bool
    ) -> None:
        self.changes, self.workspace, self.schema = changes, workspace, schema
        self.actor, self.note, self.repair = actor, note, repair
        self.mappings = Mappings(changes, workspace, schema)
        self.left_out: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def done(self, rows: pl.DataFrame) -> Retried:
        """Try rows (all columns of the quarantine; `was`: the content before corrections)."""
        records, waiting = self._records(), self._waiting()
        tried = 0
        for group in by_delivery(self._ready(rows)):
            mapping = self.mappings.of_version(group["mapping"][0], group["source"][0])
            if mapping is None:
                self.left_out["no mapping of theirs fits the ontology"] += group.height
                continue
            self._group(group.sort("position"), mapping)
            tried += group.height
        _agree("records in force", self._records(), records + self.counts["new"])
        _agree("open rows", self._waiting(), waiting - self.counts["taken"] - self.counts["unchanged"])
        counts = {name: self.counts[name] for name in ("taken", "changed", "unchanged", "quarantined", "repaired")}
        changeset = None if self.changes.is_empty else self.changes.number
        reasons = dict(sorted(self.reasons.items()))
        return Retried(tried, **counts, reasons=reasons, left_out=dict(self.left_out), changeset=changeset)

    def _ready(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Those rows that can be tried, with what is known of their delivery; the others are counted."""
        is_gone = pl.col("reason") == str(Reason.NO_LONGER_FITS)
        for why, is_meant in (
            ("taken before", pl.col("state") == "retried"),
            ("waived", pl.col("state") == "waived"),
            ("left by an edit of the ontology; another edit brings them back", is_gone),
            ("kept without their geometries by an earlier build", ~pl.col("content").str.contains('"@geometries":')),
        ):
            self._leave(why, rows.filter(is_meant))
            rows = rows.filter(~is_meant)
        known = placed(self.changes, rows.rename({"changeset": "since"}))
        self._leave("a later snapshot of their source has overtaken them", rows.join(known, on="fid", how="anti"))
        if self.note is not None:
            came_again = known.filter(pl.col("since") < pl.col("changeset"))
            self._leave("taken since, when their file came again", came_again)
            known = known.join(came_again, on="fid", how="anti", maintain_order="left")
        return known

    def _leave(self, why: str, rows: pl.DataFrame) -> None:
        if not rows.is_empty():
            self.left_out[why] += rows.height

    def _group(self, group: pl.DataFrame, mapping: Mapping) -> None:
        """Rows of one delivery: `@row` is their position in it, so that problems name it."""
        waiting = waiting_of(group.with_columns(pl.col("position").alias("fid")), mapping)
        mapped = apply_mapping(mapping, waiting.batch.features, self.schema).records
        same, standing = standing_records(self.changes, waiting, mapped, group)
        rest = group.select(pl.col("position").alias("@row"))
        rest = rest.join(pl.concat([same, standing.select("@row")]), on="@row", how="anti")
        progress, problems = Progress(self.changes), standing
        if not rest.is_empty():
            found = settle(self.changes, self.workspace, self.schema, waiting.only(rest), progress, repair=self.repair)
            problems = pl.concat([standing, found.select(standing.columns)])
        told = _told(problems)
        self._write(group, mapping, mapped, told)
        new, changed, merged, unchanged = (
            progress.counts.get(name, 0) for name in ("taken", "changed", "merged", "unchanged")
        )
        self.counts.update(
            new=new,
            taken=new + changed + merged,
            changed=changed,
            unchanged=unchanged + same.height,
            quarantined=told.height,
            repaired=progress.counts.get("repaired", 0),
        )
        self.reasons.update(told["reason"])

    def _write(self, group: pl.DataFrame, mapping: Mapping, mapped: pl.DataFrame, told: pl.DataFrame) -> None:
        """New versions of rows that are in now, and of those of which something else is to be said than before."""
        personal = personal_columns(mapping, self.schema)
        rows = group.with_columns(
            pl.Series("content", [_without(content, personal) for content in group["content"]], dtype=pl.String)
        )
        who, text = pl.lit(self.actor).alias("actor"), pl.String
        keys = mapped.select(pl.col("@row").alias("position"), pl.col("key").alias("now"))
        done = rows.join(told, on="position", how="anti", maintain_order="left")
        done = done.join(keys, on="position", how="left", maintain_order="left").with_columns(
            pl.coalesce("now", "key").alias("key"),
            pl.lit("retried").alias("state"),
            who,
            pl.lit(self.note or f"fits version {self.schema.version[:12]} of the ontology").alias("note"),
        )
        bad = rows.join(told, on="position", suffix="_now", maintain_order="left")
        said = ("key", "reason", "detail")
        is_other = ~pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in said)
        bad = bad.filter(is_other | (pl.col("content") != pl.col("was")))
        bad = bad.with_columns(
            *(pl.col(f"{name}_now").alias(name) for name in said),
            pl.col("reason_now").replace_strict(_HINTS, return_dtype=text).alias("hint"),
        )
        if self.note is not None:
            bad = bad.with_columns(who, pl.lit(self.note).alias("note"))
        put(self.changes, done)
        put(self.changes, bad)

    def _records(self) -> int:
        query = select(func.count()).select_from(t.record).where(in_force(t.record))
        return int(self.changes.connection.execute(query).scalar_one())

    def _waiting(self) -> int:
        return rows_in(self.changes, QuarantineFilter("open")).height


_HINTS = {str(reason): hint for reason, hint in HINTS.items()}


def _told(problems: pl.DataFrame) -> pl.DataFrame:
    """What is said of each row with a problem, as at its delivery: position, key, reason, detail."""
    by_row = problems.sort("@row", maintain_order=True).group_by("@row", maintain_order=True)
    return by_row.agg(
        pl.col("key").drop_nulls().first(),
        pl.col("reason").first(),
        pl.col("detail").unique(maintain_order=True).str.join("; "),
    ).rename({"@row": "position"})


def _without(content: str, names: frozenset[str]) -> str:
    if not names:
        return content
    return orjson.dumps({name: value for name, value in orjson.loads(content).items() if name not in names}).decode()


def _agree(what: str, number: int, expected: int) -> None:
    if number != expected:
        raise SumsDisagree(
            f"To try the rows again would leave {number:,} {what}, expected {expected:,}: nothing was changed; "
            "please report this"
        )
