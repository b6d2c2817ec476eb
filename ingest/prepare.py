"""One batch of a delivery before the ledger is asked: mapped, checked, merged, hashed, measured.

This needs nothing but the batch, so a thread does it for one batch while the one before is written; the libraries that
do the work leave the interpreter free meanwhile.
"""

from collections import Counter
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from kg.ledger.canonical import escaped, json_object, sha256_column

from .apply import Mapped, apply_mapping
from .context import Context
from .geometry import geometry_problems, ledger_geometries, merge_geometries
from .geometry_3d import SolidErrors, solid_errors
from .plausible import odd_times
from .readers import Batch
from .reasons import Reason
from .repair import repaired, unrepaired

SAID = ("key", "class", "attributes", "unmapped", "valid_from", "valid_to")
"""What the source says of a record in words: the columns of the ledger."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch that is ready for the ledger; every row is in `records`, in `first_row` or in `problems`.

    batch: as it came; mapped: in the ontology's words
    whole: its geometries as they are to be taken, repaired where that is wished
    records: @row, what is `SAID`, content_hash, dimension, lod - one for each key
    first_row: rows that were merged into another of the same key -> that row
    geometries: those of `records`; stored: the same with the ledger's columns, None where it is worth asking first
        which of them are new
    problems: @row, key, reason, detail; solids: errors of 3D geometries; remarks: what is said of rows all the same
    """

    batch: Batch
    mapped: Mapped
    whole: pl.DataFrame
    records: pl.DataFrame
    first_row: dict[int, int]
    geometries: pl.DataFrame
    stored: pl.DataFrame | None
    problems: pl.DataFrame
    solids: SolidErrors
    remarks: Counter[str]


def prepared_ahead(context: Context, batches: Iterable[Batch]) -> Generator[Prepared]:
    """Each batch prepared while the caller works on the one before, and waits here for the one after.

    Close it when it isn't read to its end.
    """
    with ThreadPoolExecutor(1, "prepare") as pool:
        earlier: Future[Prepared] | None = None
        for batch in batches:
            following = pool.submit(prepare, context, batch)
            if earlier is not None:
                yield earlier.result()
            earlier = following
        if earlier is not None:
            yield earlier.result()


def prepare(context: Context, batch: Batch) -> Prepared:
    """Map and check a batch, merge its rows of one key, and measure what can be taken."""
    mapped = apply_mapping(context.mapping, batch.features, context.schema)
    remarks = Counter(dict(mapped.remarks.group_by("said").len().rows()))
    remarks.update(odd_times(mapped.records, context.today))
    required = context.mapping.header.geometry == "required"
    whole = repaired(batch.geometries) if context.repair else unrepaired(batch.geometries)
    problems = [mapped.problems, geometry_problems(whole, mapped.records, context.schema, required=required)]
    solids = solid_errors(batch.features, whole, context.crs, context.check_3d, is_whole=context.is_whole)
    problems.append(without(solids.problems(mapped.records), pl.concat(problems)))
    records, first_row, duplicates = _merge_duplicates(without(mapped.records, pl.concat(problems)))
    problems.append(duplicates)
    geometries = whole.join(mapped.records.select("@row"), on="@row", how="semi")
    geometries = merge_geometries(without(geometries, pl.concat(problems)), first_row)
    geometries = geometries.join(records.select("@row"), on="@row", how="semi")
    return Prepared(
        batch=batch,
        mapped=mapped,
        whole=whole,
        records=_with_hash(records, geometries),
        first_row=first_row,
        geometries=geometries,
        stored=None if context.is_known_source else stored_geometries(context, geometries),
        problems=pl.concat(problems),
        solids=solids,
        remarks=remarks,
    )


def stored_geometries(context: Context, geometries: pl.DataFrame) -> pl.DataFrame:
    """Geometries with the ledger's columns; only @row where the delivery has no place on Earth."""
    if context.operation is None or context.crs is None:
        return pl.DataFrame(schema={"@row": pl.Int64})
    return ledger_geometries(geometries, context.crs, context.operation)


def without(rows: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """Rows that have none of the problems."""
    return rows.join(problems.select("@row"), on="@row", how="anti", maintain_order="left")


def duplicates(rows: pl.DataFrame, detail: pl.Expr) -> pl.DataFrame:
    """The problem of rows (@row, key) that have the key of another one."""
    return rows.select("@row", "key", pl.lit(str(Reason.DUPLICATE_KEY)).alias("reason"), detail.alias("detail"))


def _merge_duplicates(records: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, int], pl.DataFrame]:
    """(first rows, merged row -> first row, problems): rows of one key that say the same but for the geometry are
    parts of one thing; rows of one key that say different things can't both be right, so the later ones wait.
    """
    first = records.unique("key", keep="first", maintain_order=True)
    repeated = records.join(first.select("@row"), on="@row", how="anti", maintain_order="left")
    compared = repeated.join(first, on="key", suffix="_first", maintain_order="left")
    says_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_first")) for name in SAID if name != "key")
    merged, different = compared.filter(says_same), compared.filter(~says_same)
    problems = duplicates(different, pl.format("row {} has the key {}, too", "@row_first", "key"))
    return first, dict(zip(merged["@row"], merged["@row_first"], strict=True)), problems


def _with_hash(records: pl.DataFrame, geometries: pl.DataFrame) -> pl.DataFrame:
    """Records with the hash of all that their source says: words and original coordinates."""
    none = pl.lit("")
    shape = geometries.sort("@row", "@dimension", "@lod").select(
        "@row",
        pl.concat_str(
            pl.col("@dimension").cast(pl.String),
            escaped(pl.col("@lod").fill_null(none)),
            pl.when(pl.col("@repair").is_null())
            .then(pl.col("@geometry").bin.encode("hex"))
            .otherwise(pl.col("@original").bin.encode("hex") + " " + escaped(pl.col("@repair"))),
            escaped(pl.col("@surfaces").list.join(",").fill_null(none)),
            separator=" ",
        ).alias("shape"),
    )
    # JSON already: hexadecimal digits need no escapes.
    lines = ('"' + pl.col("shape").str.join("\\n") + '"').alias("shape")
    shapes = shape.group_by("@row", maintain_order=True).agg(lines)
    summary = geometries.group_by("@row").agg(
        pl.col("@dimension").max().cast(pl.Int64).alias("dimension"), pl.col("@lod").max().alias("lod")
    )
    joined = records.join(shapes, on="@row", how="left", maintain_order="left")
    joined = joined.join(summary, on="@row", how="left", maintain_order="left")
    said = json_object(joined, [*SAID, "shape"], keep_null=True, ready=["shape"])
    return joined.drop("shape").with_columns(
        sha256_column(said).alias("content_hash"), pl.col("dimension").fill_null(0)
    )
