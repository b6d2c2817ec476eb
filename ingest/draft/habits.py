"""Habits by which tables name their columns, whatever they are about: beginnings and ends, codes beside their words.

The abbreviations are initials of pinyin, as the tables of GB/T registration and cadastral standards use them: KS 开始,
QS 起始, QY 启用; JS 结束, ZZ 终止, TY 停用, ZX 注销; SJ 时间, RQ 日期; MC 名称.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

Limit = Literal["valid_from", "valid_to"]

_BEGIN = re.compile(
    r"(?:KS|QS|QY)(?:SJ|RQ)$|^(?:begin|start|from|since|valid_?from|von|ab|gueltig_?ab|debut|d[eé]but|inicio)"
    r"|(?:_begin|_start|_from|_since)$|开始|起始|启用|生效"
)
_END = re.compile(
    r"(?:JS|ZZ|TY|ZX)(?:SJ|RQ)$|^(?:end|eind|until|to_|valid_?to|bis|gueltig_?bis|fin)|(?:_end|_until|_to)$"
    r"|结束|终止|停用|注销|失效"
)
_NAME = re.compile(r"[A-Z][A-Z0-9]*?MC|MC|.*名称")


def limit_of_time(column: str) -> Limit | None:
    """Whether a column of dates is called as the beginning or the end of a time.

    >>> limit_of_time("ZWLXQSSJ"), limit_of_time("eindgeldigheid"), limit_of_time("DJSJ")
    ('valid_from', 'valid_to', None)
    """
    text = column if column.isupper() else column.casefold()
    if _END.search(text):
        return "valid_to"
    return "valid_from" if _BEGIN.search(text) else None


def is_called_name(column: str) -> bool:
    """Whether a column is called as one of names.

    >>> is_called_name("JZWMC"), is_called_name("建筑物名称"), is_called_name("MCA")
    (True, True, False)
    """
    return _NAME.fullmatch(column) is not None


def twin_in_words(column: str, columns: Collection[str]) -> str | None:
    """The column that has in words what another has as a code.

    >>> twin_in_words("DYFS", {"DYFS", "DYFSMC"})
    'DYFSMC'
    """
    for ending in ("MC", "_name", "_label", "_text", "名称"):
        if column + ending in columns:
            return column + ending
    return None
