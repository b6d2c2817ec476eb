"""Place names made comparable: as written, folded, and without the word for their kind (省, 市, 県, County of ...)."""

import polars as pl

from .folding import folded

_KINDS = r"(?:特别行政区|自治区|自治州|自治县|地区|街道办事处|街道|省|市|区|區|县|縣|県|镇|鎮|乡|鄉|郡|町|村|都|府)$"
_WORDS = r"^(?:city|county|town|municipality|gemeente|stadt|landkreis|kreis|commune|ville|ciudad|comune) "
_WORDS += r"(?:of |de |di |d')?|"
_WORDS += r" (?:city|county|district|province|town|township|municipality|prefecture)$"


def folded_names(names: pl.Expr) -> pl.Expr:
    """Names without case, accents, width, spaces and punctuation.

    >>> pl.select(folded_names(pl.lit(" Saint-Étienne  "))).item()
    'saintetienne'
    """
    return folded(names).str.replace_all(r"[^\p{L}\p{N}\p{M}ー]", "")


def bare_names(names: pl.Expr) -> pl.Expr:
    """Folded names without the word for the kind of place; whole where one character or less would be left.

    >>> pl.select(bare_names(pl.lit("肥东县"))).item(), pl.select(bare_names(pl.lit("Bexar County"))).item()
    ('肥东', 'bexar')
    """
    plain = folded(names)
    bare = folded_names(plain.str.replace(_WORDS, "").str.replace(_KINDS, ""))
    return pl.when(bare.str.len_chars() > 1).then(bare).otherwise(folded_names(plain))
