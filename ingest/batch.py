"""One batch of a delivery on its way into the ledger: map, check, merge, compare, match, write."""

import polars as pl

from kg.ledger import tables as t
from kg.ledger.canonical import json_object, sha256_column

from .apply import Mapped, apply_mapping
from .context import Context, Progress
from .geometry import geometry_problems, ledger_geometries, merge_geometries
from .geometry_3d import solid_errors
from .link.claims import canonical_references, write_codes
from .link.entities import entity_state
from .link.former import former_members
from .link.identity import assign_entities
from .link.stated import state_relations
from .plausible import odd_times
from .readers import Batch
from .reasons import Reason
from .repair import MARK, repaired, unrepaired
from .set_aside import set_aside
from .units import declared_areas, declared_heights

_BATCHES_FOR_UNITS = 50  # enough to tell in which unit values are
_SAID = ["key", "class", "attributes", "unmapped", "valid_from", "valid_to"]


def take_batch(context: Context, batch: Batch, progress: Progress) -> None:
    """Take one batch into the open changeset; every row ends in exactly one of the counts."""
    progress.columns.update(dict.fromkeys(batch.features.columns))
    problems = settle_batch(context, batch, progress)
    if not context.repair and context.is_known_source:
        progress.given_again.append(_repaired_before(context, batch, problems))
    set_aside(context, batch, problems, progress)


def settle_batch(context: Context, batch: Batch, progress: Progress) -> pl.DataFrame:
    """Take the rows of a batch that can be taken; gives what is wrong with the others: @row, key, reason, detail."""
    mapped = apply_mapping(context.mapping, batch.features, context.schema)
    progress.remarks.update(dict(mapped.remarks.group_by("said").len().rows()))
    progress.remarks.update(odd_times(mapped.records, context.today))
    required = context.mapping.header.geometry == "required"
    whole = repaired(batch.geometries) if context.repair else unrepaired(batch.geometries)
    problems = [mapped.problems, geometry_problems(whole, mapped.records, context.schema, required=required)]
    solids = solid_errors(batch.features, whole, context.crs, context.check_3d, is_whole=context.is_whole)
    problems.append(_without(solids.problems(mapped.records), pl.concat(problems)))
    records, first_row, duplicates = _merge_duplicates(_without(mapped.records, pl.concat(problems)), progress)
    problems.append(duplicates)
    geometries = whole.join(mapped.records.select("@row"), on="@row", how="semi")
    geometries = merge_geometries(_without(geometries, pl.concat(problems)), first_row)
    geometries = geometries.join(records.select("@row"), on="@row", how="semi")
    records = _with_hash(records, geometries)

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
    codes = mapped.codes.join(fresh.select("@row"), on="@row", how="semi")
    stored = _stored_geometries(context, geometries.join(fresh.select("@row"), on="@row", how="semi"))
    _note_units(fresh, stored, progress)
    fresh, members, conflicts = _members(context, fresh, codes, stored, progress)
    problems += [conflicts, _with_their_first(conflicts, first_row)]
    progress.remarks.update(solids.remarks(_without(records, conflicts)))
    _write(context, fresh, members, _without(codes, conflicts), _without(stored, conflicts), progress)
    state_relations(context, progress, _claims(mapped, fresh, context), fresh.filter(was_there)["key"])
    progress.seen.add(records["key"])
    progress.count("rows", batch.features.height)
    progress.count("merged", len(first_row) - problems[-1].height)
    progress.count("unchanged", records.filter(same).height)
    progress.count("taken", fresh.filter(~was_there).height)
    progress.count("changed", fresh.filter(was_there).height)
    bad = pl.concat(problems)
    progress.count("repaired", _without(whole.filter(pl.col("@repair").is_not_null()), bad)["@row"].n_unique())
    return bad


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


def _without(rows: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    return rows.join(problems.select("@row"), on="@row", how="anti", maintain_order="left")


def _merge_duplicates(records: pl.DataFrame, progress: Progress) -> tuple[pl.DataFrame, dict[int, int], pl.DataFrame]:
    """(first rows, merged row -> first row, problems): rows of one key that say the same but for the geometry are
    parts of one thing; rows of one key that say different things can't both be right, so the later ones wait.
    """
    first = records.unique("key", keep="first", maintain_order=True)
    repeated = records.join(first.select("@row"), on="@row", how="anti", maintain_order="left")
    compared = repeated.join(first, on="key", suffix="_first", maintain_order="left")
    says_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_first")) for name in _SAID if name != "key")
    merged, different = compared.filter(says_same), compared.filter(~says_same)
    late = first.filter(pl.col("key").is_in(progress.seen.among(first["key"]).implode()))
    detail = pl.format("row {} has the key {}, too", "@row_first", "key")
    problems = pl.concat(
        [
            _duplicate(different, detail),
            _duplicate(late, pl.format("an earlier part of the file has the key {}, too", "key")),
            _duplicate(
                merged.join(late.select("key"), on="key", how="semi"),
                pl.format("an earlier part of the file has the key {}, too", "key"),
            ),
        ]
    )
    merged = merged.join(late.select("key"), on="key", how="anti")
    first = first.join(late.select("key"), on="key", how="anti", maintain_order="left")
    return first, dict(zip(merged["@row"], merged["@row_first"], strict=True)), problems


def _duplicate(rows: pl.DataFrame, detail: pl.Expr) -> pl.DataFrame:
    return rows.select("@row", "key", pl.lit(str(Reason.DUPLICATE_KEY)).alias("reason"), detail.alias("detail"))


def _with_their_first(conflicts: pl.DataFrame, first_row: dict[int, int]) -> pl.DataFrame:
    """The problems of first rows as those of the rows that were merged into them: they are not in either."""
    merged = pl.DataFrame(
        {"merged": [*first_row], "@row": [*first_row.values()]}, schema=dict.fromkeys(("merged", "@row"), pl.Int64)
    )
    return conflicts.join(merged, on="@row", maintain_order="left").select(
        pl.col("merged").alias("@row"), *(name for name in conflicts.columns if name != "@row")
    )


def _with_hash(records: pl.DataFrame, geometries: pl.DataFrame) -> pl.DataFrame:
    """Records with the hash of all that their source says: words and original coordinates."""
    shape = geometries.sort("@row", "@dimension", "@lod").select(
        "@row",
        pl.concat_str(
            pl.col("@dimension").cast(pl.String),
            pl.col("@lod").fill_null(""),
            pl.when(pl.col("@repair").is_null())
            .then(pl.col("@geometry").bin.encode("hex"))
            .otherwise(pl.col("@original").bin.encode("hex") + " " + pl.col("@repair")),
            pl.col("@surfaces").list.join(",").fill_null(""),
            separator=" ",
        ).alias("shape"),
    )
    shapes = shape.group_by("@row", maintain_order=True).agg(pl.col("shape").str.join("\n"))
    summary = geometries.group_by("@row").agg(
        pl.col("@dimension").max().cast(pl.Int64).alias("dimension"), pl.col("@lod").max().alias("lod")
    )
    joined = records.join(shapes, on="@row", how="left", maintain_order="left")
    joined = joined.join(summary, on="@row", how="left", maintain_order="left")
    said = json_object(joined.select(*_SAID, "shape"), [*_SAID, "shape"], keep_null=True)
    return joined.drop("shape").with_columns(
        sha256_column(said).alias("content_hash"), pl.col("dimension").fill_null(0)
    )


def _stored_geometries(context: Context, geometries: pl.DataFrame) -> pl.DataFrame:
    if context.operation is None or context.crs is None:
        return pl.DataFrame(schema={"@row": pl.Int64})
    return ledger_geometries(geometries, context.crs, context.operation)


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
            *_SAID,
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
