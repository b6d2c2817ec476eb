"""Addresses as texts made comparable: Chinese, Japanese and European ways of writing one, as whole columns.

An address becomes a *line* (street and house number, or district and block number) that must be equal, a postcode and
the regions around it, largest first, which must not contradict each other. No gazetteer is asked: what is a region is
told by its last character (省, 市, 区, 県, 町 ...), or by its place after the street.
"""

import csv
from functools import lru_cache
from importlib.resources import files

import polars as pl

from .folding import folded, with_digits

COLUMNS = {"line": pl.String, "postcode": pl.String, "regions": pl.List(pl.String)}

_CJK = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_REGION = (
    r"(?:東京都|京都府|大阪府|北海道|[^\d-]{1,14}?"
    r"(?:特别行政区|自治区|自治州|自治县|地区|新区|省|市|区|區|县|縣|県|镇|鎮|乡|鄉|街道|郡|町|村|旗|盟))"
)
_KEPT = {"小区": "小\u0001", "园区": "园\u0001", "社区": "社\u0001"}  # estates and parks, not regions
_POSTCODE = r"(?:[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}|\d{4}\s?[a-z]{2}|\d{3}\s\d{2}|\d{4,6}(?:-\d{3,4})?)"
_NUMBER = r"\d+[a-z]{0,6}(?:[-/]\d+[a-z]?)?"


def address_text(fields: pl.DataFrame) -> pl.Series:
    """One text for each address: `address` where there is one, else of street, number, postcode and locality."""
    parts = {name: pl.col(name).fill_null("") for name in ("street", "number", "postcode", "locality")}
    joined = pl.concat_str(*parts.values()).str.contains(_CJK)
    east = pl.concat_str(parts["postcode"], parts["locality"], parts["street"], parts["number"])
    line = pl.concat_str(parts["street"].str.replace_all(",", " "), parts["number"], separator=" ").str.strip_chars()
    region = pl.concat_str(parts["postcode"], parts["locality"], separator=" ").str.strip_chars()
    west = pl.concat_str(line, region, separator=", ")
    made = pl.when(joined).then(east).otherwise(west)
    given = pl.when(pl.col("address").str.len_bytes() > 0).then(pl.col("address"))
    has_part = pl.any_horizontal(pl.col("street").is_not_null(), pl.col("locality").is_not_null())
    return fields.select(pl.coalesce(given, pl.when(has_part).then(made)).alias("text")).to_series()


def address_keys(texts: pl.Series) -> pl.DataFrame:
    """What addresses are compared by: `line`, `postcode`, `regions`; the line is null where the text is no address.

    >>> keys = address_keys(pl.Series(["Hauptstraße 5a, 1010 Wien", "安徽省合肥市人民路十二号", "塚原二丁目6番1号"]))
    >>> keys["line"].to_list(), keys["regions"].to_list()
    (['hauptstr 5a', '人民路12', '塚原2-6-1'], [['wien'], ['安徽省', '合肥市'], []])
    """
    distinct = texts.drop_nulls().unique()
    plain = pl.DataFrame({"text": distinct}).with_columns(folded(pl.col("text")).alias("plain"))
    plain = plain.with_columns(with_digits(plain["plain"]).alias("plain"))
    is_east = pl.col("plain").str.contains(_CJK)
    keys = pl.concat([_east(plain.filter(is_east)), _west(plain.filter(~is_east))])
    rows = pl.DataFrame({"text": texts}).join(keys, on="text", how="left", maintain_order="left")
    return rows.select(pl.col("line"), "postcode", pl.col("regions").fill_null([]))


def normal_addresses(texts: pl.Series) -> pl.Series:
    """Each address in one way of writing it, null where it is none; its own normal form is itself.

    >>> normal_addresses(pl.Series(["5 a Haupt-Straße; A-1010 Wien", "〒391-8501 長野県茅野市塚原2-6-1"])).to_list()
    ['haupt-str 5a, 1010 wien', '3918501長野県茅野市塚原2-6-1']
    """
    keys = address_keys(texts)
    postcode = pl.col("postcode").fill_null("")
    east = pl.concat_str(postcode, pl.col("regions").list.join(""), "line")
    regions = pl.concat_str(postcode, pl.col("regions").list.join(", "), separator=" ").str.strip_chars()
    west = pl.concat_str("line", pl.when(regions != "").then(", " + regions).otherwise(pl.lit("")))
    written = pl.when(pl.col("line").str.contains(_CJK)).then(east).otherwise(west)
    return keys.select(written.alias("address")).to_series()


def _east(rows: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("plain").str.replace_all(r"(\d)\s+(\d)", "$1-$2").str.replace_all(r"[\s,，、。．.·・()（）]", "")
    rows = rows.with_columns(text.str.replace_all("大字", "").str.strip_chars_start("〒").alias("plain"))
    head = rf"^(\d{{3}}-?\d{{4}}|\d{{6}})({_CJK}.*)$"
    rows = rows.with_columns(
        pl.col("plain").str.extract(head, 1).str.replace_all("-", "").alias("postcode"),
        pl.coalesce(pl.col("plain").str.extract(head, 2), "plain").str.replace_many(_KEPT).alias("plain"),
    )
    numbered = pl.col("plain").str.replace_all(r"(\d)(?:丁目|番地の|番地|番の|番|号|號|の)", "$1-")
    numbered = numbered.str.replace_all("-+", "-").str.strip_chars_end("-")
    rows = rows.with_columns(numbered.alias("plain"))
    whole = rf"^((?:{_REGION})*)(.*)$"
    rows = rows.with_columns(
        pl.col("plain").str.extract(whole, 1).str.extract_all(_REGION).alias("regions"),
        pl.col("plain").str.extract(whole, 2).alias("rest"),
    )
    # A number alone is told apart by the smallest region: 店埠镇12号, 神田神保町1-3.
    is_bare = pl.col("rest").str.contains(r"^\d") & (pl.col("regions").list.len() > 0)
    last = pl.when(is_bare).then(pl.col("regions").list.last()).otherwise(pl.lit(""))
    line = pl.when(pl.col("rest") != "").then(pl.concat_str(last, pl.col("rest")))
    kept = pl.when(is_bare).then(pl.col("regions").list.head(pl.col("regions").list.len() - 1)).otherwise("regions")
    return rows.select("text", line.str.replace_all("\u0001", "区").alias("line"), "postcode", kept.alias("regions"))


def _west(rows: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("plain").str.replace(r"^([^\d,;]+),\s*(\d+\s?[a-z]?)\s*([,;]|$)", "$1 $2,")  # C/ Mayor, 5, 28013
    text = text.str.replace(r"^(\d+\s?[a-z]?)\s*,\s*([^\d,;]+)", "$1 $2")  # 12, High Street
    spread = r"^([^,;]*?\d+\s?[a-z]?(?:[-/]\d+[a-z]?)?)\s+(\d{4,5}(?:\s?[a-z]{2})?)\s+([^\d,;]+)$"
    text = text.str.replace(spread, "$1, $2 $3")  # Hauptstr. 5 1010 Wien
    parts = rows.select("text", text.str.replace_all(";|\n", ",").str.split(",").alias("part")).explode("part")
    bare = pl.col("part").str.strip_chars().str.replace(r"^[a-z]{1,3}-(\d{4})", "$1")  # A-1010, the country before it
    parts = parts.with_columns(bare.alias("part")).filter(pl.col("part") != "")
    parts = parts.with_columns(
        pl.int_range(pl.len()).over("text").alias("place"),
        pl.col("part").str.contains(r"\d").alias("has_digit"),
        pl.col("part").str.contains(rf"^{_POSTCODE}(?:\s\D*)?$|^\D*\s{_POSTCODE}$").alias("like_postcode"),
    )
    numbered = parts.filter("has_digit").sort("like_postcode", "place", maintain_order=True)
    streets = numbered.unique("text", keep="first", maintain_order=True).select("text", "place", "part")
    others = parts.join(streets.select("text", "place"), on="text", suffix="_street")
    others = others.filter(pl.col("place") > pl.col("place_street")).with_columns(
        pl.col("part").str.extract(rf"(?:^|\s|-)({_POSTCODE})(?:\s|$)", 1).str.replace_all(" ", "").alias("postcode"),
        pl.col("part").str.replace(rf"(^|\s|-){_POSTCODE}(\s|$)", "\n").str.split("\n").alias("region"),
    )
    regions = others.explode("region").with_columns(pl.col("region").str.strip_chars(" -"))
    regions = regions.filter(pl.col("region") != "").group_by("text", maintain_order=True).agg("region")
    codes = others.drop_nulls("postcode").unique("text", keep="first", maintain_order=True).select("text", "postcode")
    keys = rows.select("text").join(streets, on="text", how="left").join(codes, on="text", how="left")
    keys = keys.join(regions.rename({"region": "regions"}), on="text", how="left")
    return keys.select("text", _line(pl.col("part")).alias("line"), "postcode", pl.col("regions").fill_null([]))


def _line(part: pl.Expr) -> pl.Expr:
    """Street, then number, in short words; null without a number."""
    words = part.str.replace_all(r"([a-z])/", "$1 ").str.replace_all(r"[.'’()\"°#:]", " ")
    words = words.str.replace_all(r"(\S)(?:strasse|straat)\b", "${1}str").str.replace_all(
        r"(\d) ([a-z])(\s|$)", "$1$2$3"
    )
    words = words.str.replace_all(r"(\d) (bis|ter|quater)\b", "$1$2").str.replace_all(r"\s+", " ").str.strip_chars()
    padded = pl.lit(" ") + words.str.replace_all(" ", "  ") + " "
    known = {f" {word} ": f" {short} " if short else " " for word, short in _words().items()}
    short = padded.str.replace_many(known).str.replace_all(r"\s+", " ").str.strip_chars()
    lead, trail = rf"^({_NUMBER}) (\D.*)$", rf"^(.*\S) ({_NUMBER})$"
    turned = pl.concat_str(short.str.extract(lead, 2), short.str.extract(lead, 1), separator=" ")
    written = pl.when(short.str.contains(trail)).then(short).otherwise(pl.coalesce(turned, short))
    return pl.when(written.str.contains(r"\d") & written.str.contains(r"\p{L}")).then(written)


@lru_cache
def _words() -> dict[str, str]:
    text = files(__package__).joinpath("address_words.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["word"]: row["stands_for"] for row in rows}
