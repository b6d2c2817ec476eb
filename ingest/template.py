"""Templates of a mapping: text with references to columns of the source."""

import re
from dataclasses import dataclass

import polars as pl

_REFERENCE = re.compile(r"\$\(([^()]+)\)")


@dataclass(frozen=True, slots=True)
class Template:
    """Text with references to columns of the source: `record/nl-bag/$(identificatie)`.

    >>> Template("a/$(b)-$(c)").references
    ('b', 'c')
    """

    text: str

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(_REFERENCE.findall(self.text))

    @property
    def parts(self) -> tuple[str, ...]:
        """Literal text and column names in turn, beginning with literal text."""
        return tuple(_REFERENCE.split(self.text))


def text_of(rows: pl.DataFrame, template: Template) -> pl.Expr:
    """A template as a text expression; null where a referred value is null, empty or its column missing."""
    pieces: list[pl.Expr] = []
    for place, part in enumerate(template.parts):
        if place % 2 == 0:
            if part:
                pieces.append(pl.lit(part))
        elif part not in rows.columns:
            return pl.lit(None, dtype=pl.String)
        else:
            # by its place, for `pl.col` takes a name such as "^a$" for a pattern
            value = pl.nth(rows.columns.index(part)).cast(pl.String)
            pieces.append(pl.when(value.str.len_bytes() > 0).then(value))
    return pl.concat_str(pieces) if pieces else pl.lit(None, dtype=pl.String)
