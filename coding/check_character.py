"""ISO 7064 MOD 37-36 for whole columns; single codes use `stdnum.iso7064.mod_37_36`, tests hold the two together."""

from __future__ import annotations

import string
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Values = npt.NDArray[np.uint8]  # one row per code, one value 0-35 per character

_ALPHABET: Final = np.frombuffer((string.digits + string.ascii_uppercase).encode(), dtype=np.uint8)
_MODULUS: Final = 36
_START: Final = _MODULUS // 2
_VALUE_OF_BYTE: Final = np.zeros(256, dtype=np.uint8)
_VALUE_OF_BYTE[_ALPHABET] = np.arange(_MODULUS, dtype=np.uint8)


def to_values(texts: pl.Series, length: int) -> Values:
    """Character values of texts that all consist of `length` characters of 0-9 and A-Z."""
    joined = "".join(texts.to_list()) if len(texts) == 0 else str(texts.str.join("").item())
    return _VALUE_OF_BYTE[np.frombuffer(joined.encode(), dtype=np.uint8).reshape(-1, length)]


def to_text(values: Values) -> pl.Series:
    """The texts that these character values spell."""
    return text_column(_ALPHABET[values])


def text_column(characters: npt.NDArray[np.uint8]) -> pl.Series:
    """One text per row of ASCII codes; a zero byte ends a text early."""
    rows, width = characters.shape
    if rows and characters.all():
        # Texts of one length lie in memory as Arrow wants them: no text is made one by one.
        offsets = pa.py_buffer(np.arange(0, rows * width + 1, width, dtype=np.int64))
        texts = pa.LargeStringArray.from_buffers(rows, offsets, pa.py_buffer(np.ascontiguousarray(characters)))
        return pl.Series(pl.from_arrow(texts), dtype=pl.String)
    return pl.Series(np.ascontiguousarray(characters).view(f"S{width}").ravel().astype(f"U{width}"), dtype=pl.String)


def check_values(values: Values) -> Values:
    """The value of the check character to append to each row.

    >>> to_text(check_values(to_values(pl.Series(["A12425GABC1234002"]), 17)).reshape(-1, 1)).to_list()
    ['M']
    """
    doubled = _doubled(_checksums(values))
    return ((1 - doubled) % _MODULUS).astype(np.uint8)


def is_checked(values: Values) -> npt.NDArray[np.bool_]:
    """True for each row whose last character is the check character of the others."""
    return np.asarray(_checksums(values) == 1)


def _checksums(values: Values) -> npt.NDArray[np.int16]:
    checksums = np.full(len(values), _START, dtype=np.int16)
    for position in range(values.shape[1]):
        checksums = (_doubled(checksums) + values[:, position]) % _MODULUS
    return checksums


def _doubled(checksums: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    return np.where(checksums == 0, _MODULUS, checksums) * np.int16(2) % np.int16(_MODULUS + 1)
