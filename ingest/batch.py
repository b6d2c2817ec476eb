"""One prepared batch of a delivery into the ledger: compare, match, write."""

import polars as pl

from kg.ledger import tables as t
from kg.ledger.canonical import json_object

from .apply import Mapped
from .context import Context, Progress
from .link.claims import canonical_references, write_codes
from .link.entities import entity_state
from .link.former import former_members
from .link.identity import assign_entities
from .link.stated import state_relations
from .prepare import SAID, Prepared, duplicates, stored_geometries, without
from .readers import Batch
from .reasons import Reason
from .repair import MARK
from .set_aside import set_aside
from .units import declared_areas, declared_heights

_BATCHES_FOR_UNITS = 50  # enough to tell in which unit values are


def take_batch(context: Context, prepared: Prepared, progress: Progress) -> None:
    """Take one batch into the open changeset; every row ends in exactly one of the counts."""
    batch = prepared.batch
    progress.columns.update(dict.fromkeys(batch.features.columns))
    problems = settle_batch(context, prepared, progress)
    if not context.repair and context.is_known_source:
        progress.given_again.append(_repaired_before(context, batch, problems))
    set_aside(context, batch, problems, progress)


def settle_batch(context: Context, prepared: Prepared, progress: Progress) -> pl.DataFrame:
    """Take the rows of a batch that can be taken; gives what is wrong with the others: @row, key, reason, detail."""
    progress.remarks.update(prepared.remarks)
    late = _given_before(prepared, progress)
    problems = [prepared.problems, late]
    records = without(prepared.records, late)

    known = records if context.is_known_source else records.clear()
    old = context.changes.matching(t.record, _keys(context, known), ["fid", "key", "content_hash", "valid_to"]).rename(
        {"fid": "old_fid", "content_hash": "old_hash", "valid_to": "old_valid_to"}
    )
    records = records.join(old, on="key", how="left", maintain_order="left")
    was_there = pl.col("old_fid").is_not_null()
    same = (pl.col("old_hash") == pl.col("content_hash")).fill_null(value=False)
    same &= pl.col("old_valid_to").eq_missing(pl.col("valid_to"))
    if context.was_elsewhere:
        placed = context.changes.matching(t.geometry, _keys(context, known), ["key", "original_crs"])
        same &= ~pl.col("key").is_in(placed.filter(pl.col("original_crs") != context.crs)["key"].implode())
    fresh = records.filter(~same)
    codes = prepared.mapped.codes.join(fresh.select("@row"), on="@row", how="semi")
    if prepared.stored is None:
        stored = stored_geometries(context, prepared.geometries.join(fresh.select("@row"), on="@row", how="semi"))
    else:
        stored = prepared.stored.join(fresh.select("@row"), on="@row", how="semi")
    _note_units(fresh, stored, progress)
    fresh, members, conflicts = _members(context, fresh, codes, stored, progress)
    problems += [conflicts, _with_their_first(conflicts, prepared.first_row)]
    progress.remarks.update(prepared.solids.remarks(without(records, conflicts)))
    _write(context, fresh, members, without(codes, conflicts), without(stored, conflicts), progress)
    state_relations(context, progress, _claims(prepared.mapped, fresh, context), fresh.filter(was_there)["key"])
    progress.seen.add(records["key"])
    bad = pl.concat(problems)
    progress.count("rows", prepared.batch.features.height)
    merged = pl.Series("@row", [*prepared.first_row], dtype=pl.Int64).to_frame()
    progress.count("merged", without(merged, bad).height)
    progress.count("unchanged", records.filter(same).height)
    progress.count("taken", fresh.filter(~was_there).height)
    progress.count("changed", fresh.filter(was_there).height)
    is_repaired = pl.col("@repair").is_not_null()
    progress.count("repaired", without(prepared.whole.filter(is_repaired), bad)["@row"].n_unique())
    return bad


def _given_before(prepared: Prepared, progress: Progress) -> pl.DataFrame:
    """The problems of rows whose key an earlier batch had, and of those that were merged into them."""
    seen = progress.seen.among(prepared.records["key"])
    late = prepared.records.filter(pl.col("key").is_in(seen.implode()))
    problems = duplicates(late, pl.format("an earlier part of the file has the key {}, too", "key"))
    return pl.concat([problems, _with_their_first(problems, prepared.first_row)])


def _note_units(fresh: pl.DataFrame, stored: pl.DataFrame, progress: Progress) -> None:
    if len(progress.heights) == _BATCHES_FOR_UNITS:
        return
    if "dimension" in stored.columns:
        progress.areas.append(declared_areas(fresh, stored.join(fresh.select("@row", "key"), on="@row")))
    progress.heights.append(declared_heights(fresh))


def _repaired_before(context: Context, batch: Batch, problems: pl.DataFrame) -> pl.Series:
    """Keys of invalid rows whose record has the repair of the very geometry that they bring."""
    invalid = problems.filter(pl.col("reason") == str(Reason.INVALID_GEOMETRY)).drop_nulls("key")
    there = context.changes.matching(t.geometry, _keys(context, invalid), ["key", "original", "operation"])
    there = there.filter(pl.col("operation").str.starts_with(MARK)).select("key", pl.col("original").alias("@geometry"))
    given = batch.geometries.join(invalid.select("@row", "key"), on="@row")
    return given.join(there, on=["key", "@geometry"], how="semi")["key"]


def _keys(context: Context, records: pl.DataFrame) -> pl.DataFrame:
    return records.select(pl.lit(context.source).alias("source"), "key")


def _with_their_first(conflicts: pl.DataFrame, first_row: dict[int, int]) -> pl.DataFrame:
    """The problems of first rows as those of the rows that were merged into them: they are not in either."""
    merged = pl.DataFrame(
        {"merged": [*first_row], "@row": [*first_row.values()]}, schema=dict.fromkeys(("merged", "@row"), pl.Int64)
    )
    return conflicts.join(merged, on="@row", maintain_order="left").select(
        pl.col("merged").alias("@row"), *(name for name in conflicts.columns if name != "@row")
    )


def _members(
    context: Context, fresh: pl.DataFrame, codes: pl.DataFrame, stored: pl.DataFrame, progress: Progress
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(records, their new memberships, problems); a record known before keeps its entity."""
    was_there = fresh.filter(pl.col("old_fid").is_not_null())
    known = context.changes.matching(t.membership, _keys(context, was_there), ["key", "entity"])
    fresh = fresh.join(known, on="key", how="left", maintain_order="left")
    unplaced = fresh.filter(pl.col("entity").is_null())
    former = former_members(context.changes, context.source, unplaced if context.is_known_source else unplaced.clear())
    unmatched = unplaced.join(former, on="@row", how="anti", maintain_order="left")
    assigned = assign_entities(
        context.changes,
        context.schema,
        context.source,
        unmatched.select("@row", "class"),
        codes.join(unmatched.select("@row"), on="@row", how="semi").select("@row", "scheme", "value"),
        _footprints(stored.join(unmatched.select("@row"), on="@row", how="semi")),
    )
    found = pl.concat([former, assigned.members.select(former.columns)]).rename({"class": "entity_class"})
    members = unplaced.drop("entity").join(found, on="@row")
    classes = context.schema.classes
    lines = {name: [name, *term.ancestors] for name, term in classes.items()}
    own = pl.col("class").replace_strict(lines, default=[], return_dtype=pl.List(pl.String))
    theirs = pl.col("entity_class").replace_strict(lines, default=[], return_dtype=pl.List(pl.String))
    related = own.list.contains(pl.col("entity_class")) | theirs.list.contains(pl.col("class"))
    clash = members.filter(pl.col("entity_class").is_not_null() & ~related)
    detail = pl.format("the record is a {}, the entity {} with its code is a {}", "class", "entity", "entity_class")
    conflicts = clash.select("@row", "key", pl.lit(str(Reason.CLASS_CONFLICT)).alias("reason"), detail.alias("detail"))
    members = members.join(clash.select("@row"), on="@row", how="anti", maintain_order="left")
    progress.linked += members.filter(pl.col("entity_class").is_not_null()).height
    _propose(context, assigned.conflicts)
    placed = fresh.drop("entity").join(
        pl.concat([fresh.select("@row", "entity").drop_nulls(), members.select("@row", "entity")]), on="@row"
    )
    return placed, members, conflicts


def _footprints(stored: pl.DataFrame) -> pl.DataFrame:
    """The plane geometry of each row: @row, geometry, west, south, east, north."""
    box = ["west", "south", "east", "north"]
    if "dimension" not in stored.columns:
        return pl.DataFrame(schema={"@row": pl.Int64, "geometry": pl.Binary} | dict.fromkeys(box, pl.Float64))
    plane = pl.when(pl.col("dimension") == 2).then(pl.col("geometry")).otherwise(pl.col("footprint"))
    rows = stored.sort("@row", "dimension", "lod").with_columns(plane.alias("geometry")).drop_nulls("geometry")
    return rows.unique("@row", keep="first", maintain_order=True).select("@row", "geometry", *box)


def _propose(context: Context, conflicts: pl.DataFrame) -> None:
    """A code that would join two known entities is a case for a person."""
    if conflicts.is_empty():
        return
    subject = pl.concat_str(pl.lit("code"), "scheme", "value", separator="/")
    rows = conflicts.select(subject.alias("subject"), "entity").unique(maintain_order=True)
    content = json_object(rows, ["entity"], keep_null=True)
    context.changes.add(
        t.proposal,
        rows.select(
            (pl.lit(f"{context.delivery}/") + pl.col("subject")).alias("id"),
            pl.lit("same thing?").alias("kind"),
            "subject",
            content.alias("content"),
            pl.lit("open").alias("state"),
        ),
    )


def _write(
    context: Context,
    fresh: pl.DataFrame,
    members: pl.DataFrame,
    codes: pl.DataFrame,
    stored: pl.DataFrame,
    progress: Progress,
) -> None:
    changes, source = context.changes, pl.lit(context.source).alias("source")
    no = pl.lit(value=False).alias("withdrawn")
    changed = fresh.filter(pl.col("old_fid").is_not_null())
    changes.supersede(t.record, changed["old_fid"])
    changes.add(
        t.record,
        fresh.select(
            source,
            *SAID,
            pl.lit(context.mapping.header.scale_level, dtype=pl.String).alias("scale_level"),
            "dimension",
            "lod",
            pl.lit(context.scope).alias("scope"),
            "content_hash",
        ),
    )
    _write_geometries(context, fresh, stored)
    new = members.filter(pl.col("entity_class").is_null()).group_by("entity", maintain_order=True)
    entities = new.agg(
        pl.col("class").first(),
        pl.col("valid_from").min(),
        pl.when(pl.col("valid_to").null_count() == 0).then(pl.col("valid_to").max()).alias("valid_to"),
    ).rename({"entity": "id"})
    changes.add(t.entity, entities.with_columns(entity_state(context.today)))
    changes.add(
        t.membership,
        members.select(source, "key", "entity", "evidence", "confidence", pl.lit("machine").alias("verdict"), no),
    )
    stated = codes.join(fresh.select("@row", "key", "entity", "valid_from", "valid_to"), on="@row")
    write_codes(
        changes,
        stated.select(source, pl.exclude("@row")),
        _keys(context, changed),
        context.issuer,
        context.at,
        context.today,
    )
    progress.touched.add(fresh["entity"])
    progress.known_before.add(members.filter(pl.col("entity_class").is_not_null())["entity"])
    progress.known_before.add(changed["entity"])
    progress.classes.update(dict(fresh.group_by("class").len().rows()))


def _write_geometries(context: Context, fresh: pl.DataFrame, stored: pl.DataFrame) -> None:
    """Add geometries that are new or other than before; withdraw those that a changed record no longer has."""
    changed = fresh.filter(pl.col("old_fid").is_not_null())
    columns = [column.name for column in t.geometry.columns if column.name not in {"changeset", "superseded"}]
    old = context.changes.matching(t.geometry, _keys(context, changed), columns)
    if "dimension" not in stored.columns:
        new = old.clear().drop("fid")
    else:
        rows = stored.join(fresh.select("@row", "key"), on="@row").drop("@row")
        new = rows.with_columns(pl.lit(context.source).alias("source"), pl.lit(value=False).alias("withdrawn"))
    where = ["key", "dimension", "lod", "geometry"]
    added = new.join(old, on=where, how="anti")
    gone = old.join(new, on=where, how="anti")
    context.changes.supersede(t.geometry, gone["fid"])
    replaced = gone.join(added, on=["key", "dimension", "lod"], how="anti").drop("fid")
    context.changes.add(
        t.geometry, pl.concat([added, replaced.with_columns(withdrawn=pl.lit(value=True)).select(added.columns)])
    )


def _claims(mapped: Mapped, fresh: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The relations that records state, of their entities."""
    claims = mapped.claims.join(fresh.select("@row", "key", "entity", "valid_from", "valid_to"), on="@row")
    return claims.select(
        pl.col("entity").alias("subject"),
        "predicate",
        canonical_references(claims["reference"]).alias("reference"),
        pl.concat_str(pl.lit("record"), pl.lit(context.source), "key", separator="/").alias("origin"),
        pl.lit("{}").alias("evidence"),
        "valid_from",
        "valid_to",
    )
