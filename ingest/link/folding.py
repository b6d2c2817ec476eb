"""Texts made comparable: width, case, accents, dashes and the numerals of East Asia, as whole columns."""

import re

import polars as pl

_DASHES = "‐‑‒–—―−ｰー－~〜"
_NUMERAL = "〇零一二三四五六七八九十百"
_COUNTED = "丁目|番地|番|号|號|弄|幢|栋|棟|单元|室|层|巷|组|村民组"
_COUNTER = re.compile(rf"([{_NUMERAL}]+)(?={_COUNTED})")
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}


def folded(texts: pl.Expr) -> pl.Expr:
    """Texts in lower case, without accents, full-width forms and double spaces.

    Umlauts lose their dots (ü is u, not ue); traditional characters are not made simplified ones.

    >>> pl.select(folded(pl.lit("  ＣＡＦÉ　Straße "))).item()
    'cafe strasse'
    """
    plain = texts.str.normalize("NFKC").str.to_lowercase().str.replace_all("ß", "ss").str.normalize("NFKD")
    plain = plain.str.replace_all(r"[\u0300-\u036f]", "").str.normalize("NFKC")  # not the voicing marks of kana
    plain = plain.str.replace_many({"栋": "幢", "棟": "幢", "ヶ": "ケ", "ヵ": "カ", "’": "'", "ʼ": "'"})
    return plain.str.replace_all(r"\s+", " ").str.strip_chars()


def with_digits(texts: pl.Series) -> pl.Series:
    """Numerals before a counter as digits, dashes after a digit as hyphens; only texts that have numerals cost Python.

    >>> with_digits(pl.Series(["塚原二丁目6ー1", "人民路二十五号", "三里屯路7号"])).to_list()
    ['塚原2丁目6-1', '人民路25号', '三里屯路7号']
    """
    has = texts.str.contains(rf"[{_NUMERAL}](?:{_COUNTED})").fill_null(value=False)
    several = texts.filter(has).unique()
    if len(several):
        made = [_COUNTER.sub(lambda found: str(number_of(found[1])), text) for text in several.to_list()]
        texts = texts.replace(several, pl.Series(made, dtype=pl.String))
    return texts.str.replace_all(rf"(\d)\s?[{_DASHES}]", "$1-")


def number_of(numeral: str) -> int:
    """A Chinese or Japanese numeral up to 999, place by place or with 十 and 百.

    >>> [number_of(text) for text in ("十二", "二十", "一百零五", "二〇三", "三")]
    [12, 20, 105, 203, 3]
    """
    if "十" not in numeral and "百" not in numeral:
        return int("".join(str(_DIGITS[sign]) for sign in numeral))
    total, digit = 0, 0
    for sign in numeral:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit
