"""New properties whose values are there already, in columns that a mapping reads now and records kept as unmapped."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass

import polars as pl

from ontology import Property, Schema

from ..apply import property_values
from ..mapping import Mapping, PropertyRule


@dataclass(frozen=True, slots=True)
class Pickup:
    """What one mapping rule reads of one property; `classes` is None when rows of any class are read by it."""

    source: str
    classes: frozenset[str] | None
    declared: Property
    rules: tuple[PropertyRule, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's columns that the values come from."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.value.references))

    def values(self, source: pl.Series, classes: pl.Series, unmapped: pl.Series) -> tuple[pl.Series, pl.Series]:
        """(lists of values, which rows have one) of records; a value that the property can't have stays unmapped."""
        is_read = source == self.source
        if self.classes is not None:
            is_read &= classes.is_in(list(self.classes)).fill_null(value=False)
        found = {name: unmapped.str.json_path_match(f'$["{name}"]') for name in self.columns}
        rows = pl.DataFrame(found).with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("@row"), pl.lit(None, dtype=pl.String).alias("@@key")
        )
        read = property_values(self.declared, self.rules, rows)
        values = read.values
        if values.dtype != pl.List:
            values = pl.select(pl.when(values.is_not_null()).then(pl.concat_list(values))).to_series()
        picked = is_read & values.is_not_null() & ~rows["@row"].is_in(read.wrong["@row"].implode())
        return pl.select(pl.when(picked).then(values)).to_series(), picked


def pickups(mappings: Dict[str, Mapping], schema: Schema, added: frozenset[str]) -> list[Pickup]:
    """What the mappings, each under its source, read of the added properties out of columns of that source."""
    found = []
    for source, mapping in mappings.items():
        for rule in mapping.records:
            if rule.made is None and len(mapping.records) > 1:
                continue  # which rule took a record is told by its class only
            names = {term.iri: term.name for term in schema.classes.values()}
            classes = None if rule.made is None else frozenset(names.get(each, each) for each in rule.made)
            for name in sorted({part.property for part in rule.properties} & added):
                rules = tuple(part for part in rule.properties if part.property == name)
                pickup = Pickup(source, classes, schema.properties[name], rules)
                is_told = all(part.value.references for part in rules)
                if is_told and not any(set(column) & set('@"\\') for column in pickup.columns):
                    found.append(pickup)
    return found
