"""Records seen under an edit of the ontology: what becomes of each, whole columns at once, nothing written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from polars._typing import PolarsDataType

from kg.facts.attributes import attribute_names, json_type
from kg.ledger.canonical import json_object
from ontology import Edit, Property, carries

from ..shapes import newly_demanded
from .errors import EditRefused
from .parked import park, parked_names, parked_values, without
from .pickup import Pickup
from .values import converted, json_texts, misfits, typed

EVENT = {"fid": pl.Int64, "what": pl.String, "term": pl.String, "detail": pl.String}
_PAIR = ["source", "key"]


@dataclass(frozen=True, slots=True)
class Assessed:
    """What becomes of some records; one that stays as it is is in none of the frames.

    changed: the ledger's columns with class, attributes and unmapped as they are to be
    gone:    the ledger's columns as they are, and why they don't fit (`detail`)
    events:  fid, what, term - a line for everything that happens to a record
    misfits: fid, what, term, detail - a line for every reason why a record does not fit
    """

    changed: pl.DataFrame
    gone: pl.DataFrame
    events: pl.DataFrame
    misfits: pl.DataFrame


class Assessor:
    """How one edit changes records; `pickups` are what mappings read of new properties."""

    def __init__(self, edit: Edit, pickups: Sequence[Pickup] = ()) -> None:
        self.edit = edit
        self.pickups = pickups
        self.looked_at = edit.looked_at
        self.narrowed_geometries = edit.narrowed_geometries
        self.classes_after = {name: edit.class_after(name) for name in edit.old.classes}
        self.out_of_domain: dict[str, list[str]] = {}
        for class_name, property_name in sorted(edit.out_of_domain):
            self.out_of_domain.setdefault(property_name, []).append(class_name)
        self.demanded = {
            name: after
            for name, after in self.looked_at.items()
            if after is not None and after.domain and after.minimum > edit.old.properties[name].minimum
        }
        self.shapes, self.shaped_classes = newly_demanded(edit)
        """Shapes that demand more than before, and the old classes of records that they are for."""
        self.properties = self.looked_at.keys() | self.out_of_domain.keys()
        """Old properties of which stored values may change."""

    def carriers(self, property_: Property) -> list[str]:
        """The new classes whose things may have a property."""
        return [name for name in self.edit.new.classes if carries(self.edit.new, name, property_)]

    def assess(self, records: pl.DataFrame, kinds: pl.DataFrame) -> Assessed:
        """records: the ledger's columns; kinds: source, key, kinds - of each geometry that may not fit any more.

        Raises EditRefused when the records state what the old schema does not know.
        """
        return _Assessment(self, records, kinds).done()


class _Assessment:
    """One run over some records: lists of values by new property, and what happened to whom."""

    def __init__(self, rules: Assessor, records: pl.DataFrame, kinds: pl.DataFrame) -> None:
        self.rules = rules
        self.edit = rules.edit
        self.records = records
        self.kinds = kinds
        self.class_after = records["class"].replace_strict(rules.classes_after, default=None, return_dtype=pl.String)
        self.unmapped = records["unmapped"]
        self.said: dict[str, list[pl.Series]] = {}
        self.events: list[pl.DataFrame] = [pl.DataFrame(schema=EVENT)]
        self.failures: list[pl.DataFrame] = [pl.DataFrame(schema=EVENT)]

    def done(self) -> Assessed:
        self._classes()
        for name, values in self._stated():
            self._property(name, values)
        for name in parked_names(self.records["unmapped"]):
            self._return(name)
        for pickup in self.rules.pickups:
            self._pick_up(pickup)
        attributes = self._encoded()
        self._demands()
        self._shapes(attributes)
        self._geometries()
        failures = pl.concat(self.failures)
        details = failures.group_by("fid", maintain_order=True).agg(pl.col("detail").unique(maintain_order=True))
        details = details.with_columns(pl.col("detail").list.join("; "))
        after = self.records.with_columns(
            self.class_after.alias("class"), attributes.alias("attributes"), self.unmapped.alias("unmapped")
        )
        is_same = pl.all_horizontal(
            after[name].eq_missing(self.records[name]).alias(name) for name in ("class", "attributes", "unmapped")
        )
        changed = after.filter(~after.select(is_same).to_series()).join(details, on="fid", how="anti")
        gone = self.records.join(details, on="fid", maintain_order="left")
        # Of a record that does not fit nothing else is told.
        events = pl.concat(self.events).join(details, on="fid", how="anti")
        return Assessed(changed, gone, events.drop("detail"), failures)

    def _classes(self) -> None:
        before, after = self.records["class"], self.class_after
        detail = pl.select(pl.format("the ontology has no class {}", before)).to_series()
        self._fails(after.is_null(), "class removed", before, detail)
        self._happens((before != after).fill_null(value=False), "class moves to " + after, before)

    def _stated(self) -> Iterator[tuple[str, pl.Series]]:
        names = attribute_names(self.records["attributes"])
        if unknown := sorted(names - self.edit.old.properties.keys()):
            raise EditRefused(
                f"Records state {', '.join(unknown)}, which the ontology in force does not have: nothing was changed; "
                "run `res3d verify` to see whether the ledger is whole"
            )
        terms = [self.edit.old.properties[name] for name in sorted(names)]
        if terms:
            # A single value is read as a list of one, in whichever form it is stored.
            dtype = pl.Struct({term.name: _list_of(term) for term in terms})
            wide = self.records["attributes"].str.json_decode(dtype).struct.unnest()
            yield from ((term.name, wide[term.name]) for term in terms)

    def _property(self, name: str, values: pl.Series) -> None:
        before, after_name = self.edit.old.properties[name], self.edit.property_after(name)
        after = None if after_name is None else self.edit.new.properties[after_name]
        has = values.is_not_null()
        if after is not None and after.personal and not before.personal:
            self._happens(has, "personal data is dropped", name)
            return
        parked = has if after is None else has & self.records["class"].is_in(self.rules.out_of_domain.get(name, []))
        if parked.any():
            texts = json_texts(values, is_single=before.maximum == 1)
            self.unmapped = park(self.unmapped, name, pl.select(pl.when(parked).then(texts)).to_series())
            self._happens(parked, "attribute moves to unmapped", name)
            values = pl.select(pl.when(~parked).then(values)).to_series()
        if after is None:
            return
        if name in self.rules.looked_at:
            has &= ~parked
            values, detail = converted(values, before, after)
            self._fails(detail.is_not_null(), f"datatype {after.datatype or 'of a relation'}", name, detail)
            detail = misfits(values, before, after)
            self._fails(detail.is_not_null(), "values", name, detail)
            self._happens(has & (after.name != name), f"attribute moves to {after.name}", name)
            self._happens(has & (after.datatype != before.datatype), f"datatype becomes {after.datatype}", name)
        self.said.setdefault(after.name, []).append(values)

    def _return(self, name: str) -> None:
        """A parked value comes back when its property is there again, for the class of the record."""
        after = self.edit.new.properties.get(self.edit.moves.get(name, name))
        if after is None or after.personal:
            return
        values, detail = typed(parked_values(self.records["unmapped"], name), after, has_language=True)
        stated = self._together(after.name)
        back = values.is_not_null() & detail.is_null() & misfits(values, after, after).is_null() & stated.is_null()
        back &= self.class_after.is_in(self.rules.carriers(after)).fill_null(value=False)
        self.unmapped = without(self.unmapped, f"@{name}", back)
        self._happens(back, "attribute comes back from unmapped", after.name)
        self.said.setdefault(after.name, []).append(pl.select(pl.when(back).then(values)).to_series())

    def _pick_up(self, pickup: Pickup) -> None:
        values, picked = pickup.values(self.records["source"], self.class_after, self.records["unmapped"])
        for column in pickup.columns:
            self.unmapped = without(self.unmapped, column, picked)
        self._happens(picked, "value comes from an unmapped column", pickup.declared.name)
        self.said.setdefault(pickup.declared.name, []).append(values)

    def _encoded(self) -> pl.Series:
        columns: dict[str, pl.Series] = {}
        for name, parts in self.said.items():
            term, together = self.edit.new.properties[name], self._together(name)
            if len(parts) > 1 and term.maximum is not None:
                detail = pl.repeat(f"{name} has more values than it may have", self.records.height, eager=True)
                self._fails((together.list.len() > term.maximum).fill_null(value=False), "values", name, detail)
            columns[name] = together.list.first() if term.maximum == 1 else together
        if not columns:
            return pl.repeat("{}", self.records.height, dtype=pl.String, eager=True)
        return json_object(pl.DataFrame(columns), list(columns), keep_null=False)

    def _together(self, name: str) -> pl.Series:
        """The values of a property from all that gave some; null where there is none."""
        parts = self.said.get(name)
        if not parts:
            return pl.repeat(None, self.records.height, dtype=pl.List(pl.String), eager=True)
        if len(parts) == 1:
            return parts[0]
        frame = pl.DataFrame({str(place): part for place, part in enumerate(parts)})
        joined = frame.select(pl.concat_list(pl.all().fill_null([])).list.unique(maintain_order=True)).to_series()
        return pl.select(pl.when(joined.list.len() > 0).then(joined)).to_series()

    def _demands(self) -> None:
        for name, after in self.rules.demanded.items():
            number = self._together(after.name).list.len().fill_null(0)
            short = self.class_after.is_in(self.rules.carriers(after)).fill_null(value=False)
            detail = pl.repeat(f"{after.name} needs at least {after.minimum} value", len(number), eager=True)
            self._fails(short & (number < after.minimum), "values", name, detail)

    def _shapes(self, attributes: pl.Series) -> None:
        columns = (pl.col("fid").alias("@row"), self.class_after.alias("class"), attributes.alias("attributes"))
        looked_at = self.records.filter(pl.col("class").is_in(list(self.rules.shaped_classes)))
        records = self.records.select(*columns).join(
            looked_at.select("fid"), left_on="@row", right_on="fid", how="semi"
        )
        broken = self.rules.shapes.broken(records)
        named = broken.select(pl.col("@row").alias("fid"), pl.col("shape").alias("term"), "severity", "detail")
        is_grave = pl.col("severity") == "Violation"
        grave, light = named.filter(is_grave), named.filter(~is_grave)
        self.failures.append(grave.select("fid", pl.lit("shape").alias("what"), "term", "detail"))
        told = pl.lit(None, dtype=pl.String).alias("detail")
        self.events.append(light.select("fid", pl.lit("breaks a shape, is kept").alias("what"), "term", told))

    def _geometries(self) -> None:
        if self.kinds.is_empty():
            return
        left = {name: "|".join(kinds) for name, kinds in self.rules.narrowed_geometries.items()}
        told = self.kinds.join(self.records.select("fid", *_PAIR, "class"), on=_PAIR).with_columns(
            pl.col("class").replace_strict(left, default=None, return_dtype=pl.String).alias("allowed")
        )
        fits = pl.col("allowed").str.split("|").list.set_intersection(pl.col("kinds")).list.len() > 0
        shape = pl.col("kinds").list.first()
        odd = told.filter(~fits).select("fid", pl.format("{} for a {}: expected {}", shape, "class", "allowed"))
        found = self.records.join(odd.unique("fid", keep="first"), on="fid", how="left", maintain_order="left")
        detail = found[odd.columns[-1]]
        self._fails(detail.is_not_null(), "kind of geometry", self.records["class"], detail)

    def _fails(self, rows: pl.Series, what: str, term: str | pl.Series, detail: pl.Series) -> None:
        self._note(self.failures, rows, what, term, detail)

    def _happens(self, rows: pl.Series, what: str | pl.Series, term: str | pl.Series) -> None:
        self._note(self.events, rows, what, term, None)

    def _note(
        self,
        notes: list[pl.DataFrame],
        rows: pl.Series,
        what: str | pl.Series,
        term: str | pl.Series,
        detail: pl.Series | None,
    ) -> None:
        if rows.any():
            columns = {"what": what, "term": term, "detail": detail}
            told = [
                (value if isinstance(value, pl.Series) else pl.lit(value, dtype=pl.String)).alias(name)
                for name, value in columns.items()
            ]
            notes.append(self.records.select("fid", *told).filter(rows))


def _list_of(term: Property) -> PolarsDataType:
    kind = json_type(term)
    return kind if isinstance(kind, pl.List) else pl.List(kind)
