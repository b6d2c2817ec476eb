"""The head of a LAS or LAZ file, checked against the file's real size before any parser believes it.

Sizes and places: ASPRS LAS 1.4 R15, tables 3 (public header block) and 4, 5 (variable length records). laspy and laz-rs
reserve what a header says, so that a lie of it would cost memory or hours.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .errors import FileDamaged, UnknownFormat

_HEAD = struct.Struct("<4sHH16sBB32s32sHHHIIBHI")
_POINT_BYTES = (20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67)  # least length of a point of format 0 to 10
_OLD_HEADER, _HEADER_BYTES = 227, {0: 227, 1: 227, 2: 227, 3: 235, 4: 375}
_VLR, _EVLR = struct.Struct("<H16sHH32s"), struct.Struct("<H16sHQ32s")
_CHUNK_PLACE, _CHUNK_TABLE = struct.Struct("<q"), struct.Struct("<II")
_VARIABLE = 2**32 - 1  # chunk size of files whose chunks have different numbers of points (COPC)
_LONGEST = 16 * 2**20  # of a record that we look into
_AGAIN = "Get the file again"


@dataclass(frozen=True, slots=True)
class Part:
    """A variable length record: whose it is, its number, where its content begins and how long it is."""

    owner: str
    number: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class LasHead:
    """What decides how the file is read; `parts` are its variable length records, extended ones too."""

    version: str
    point_format: int
    point_bytes: int
    points: int
    is_compressed: bool
    has_standard_time: bool
    is_copc: bool
    parts: tuple[Part, ...]
    more: int  # points that follow those that the header counts; 0 where that is not known


def read_head(path: Path) -> LasHead:
    """Read and check the head. Raises `FileDamaged` for what can't be, `UnknownFormat` for an unknown version."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        block = stream.read(_HEADER_BYTES[4])
        if len(block) < _OLD_HEADER:
            raise FileDamaged(str(path), f"its header ends after {len(block)} bytes", _AGAIN)
        fields = _HEAD.unpack_from(block)
        encoding, major, minor = fields[2], fields[4], fields[5]
        header_bytes, points_start, vlrs, kind, point_bytes, points = fields[10:16]
        if (major, minor) not in {(1, each) for each in _HEADER_BYTES}:
            raise UnknownFormat(str(path), f"its LAS version is {major}.{minor}", "Convert it to one of 1.0 to 1.4")
        is_compressed, point_format = bool(kind & 0x80), kind & 0x3F
        if point_format >= len(_POINT_BYTES):
            raise UnknownFormat(str(path), f"its points have the format {point_format}", "Convert it to one of 0 to 10")
        _check(path, header_bytes >= _HEADER_BYTES[minor], f"its header says that it has {header_bytes} bytes")
        _check(
            path,
            header_bytes <= points_start <= size,
            f"its points are said to begin at byte {points_start:,} of {size:,}",
        )
        _check(
            path,
            point_bytes >= _POINT_BYTES[point_format],
            f"a point of format {point_format} is said to have {point_bytes} bytes",
        )
        parts = list(_parts(path, stream, header_bytes, points_start, vlrs, _VLR))
        if minor == 4:
            first, count, points = struct.unpack_from("<QIQ", block, 235)
            if count:
                parts += _parts(path, stream, first, size, count, _EVLR)
        if is_compressed:
            end, more = size, _check_chunks(path, stream, points_start, parts, points)
        else:
            places = [part.start - _EVLR.size for part in parts if part.start > points_start]
            if minor >= 3:
                places += struct.unpack_from("<Q", block, _OLD_HEADER)  # of the waveforms
            end = min([size, *(place for place in places if place >= points_start)])
            held = (end - points_start) // point_bytes
            if held < points:
                what = f"its header counts {points:,} points, but there is room for {held:,}: it is cut off"
                raise FileDamaged(str(path), what, _AGAIN)
            more = held - points
    is_copc = any(part.owner == "copc" and part.number == 1 for part in parts)
    return LasHead(
        f"{major}.{minor}", point_format, point_bytes, points, is_compressed, bool(encoding & 1), is_copc,
        tuple(parts), more,
    )  # fmt: skip


def content_of(path: Path, head: LasHead, owner: str, number: int) -> bytes | None:
    """The content of a variable length record, None where the file has none such (or one that is absurdly long)."""
    for part in head.parts:
        if (part.owner, part.number) == (owner, number) and part.length <= _LONGEST:
            with path.open("rb") as stream:
                stream.seek(part.start)
                return stream.read(part.length)
    return None


def _check(path: Path, holds: bool, what: str) -> None:
    if not holds:
        raise FileDamaged(str(path), what, _AGAIN)


def _parts(path: Path, stream: BinaryIO, place: int, end: int, count: int, record: struct.Struct) -> Iterator[Part]:
    """The records from a place on, each of which has to end before `end`."""
    for number in range(count):
        stream.seek(place)
        head = stream.read(record.size)
        where = f"variable length record {number + 1} of {count:,}"
        _check(path, len(head) == record.size and place + record.size <= end, f"{where} is not there")
        _, owner, kind, length, _ = record.unpack(head)
        start = place + record.size
        _check(path, start + length <= end, f"{where} is said to have {length:,} bytes, more than there are")
        yield Part(owner.split(b"\0")[0].decode("latin-1"), kind, start, length)
        place = start + length


def _check_chunks(path: Path, stream: BinaryIO, points_start: int, parts: list[Part], points: int) -> int:
    """Hold the count of points against the table of chunks; gives the chunks' points that the header leaves out.

    The table's place stands before the points, or (-1) in the last bytes of a file that was written in one go.
    """
    packing = next((part for part in parts if part.owner == "laszip encoded" and part.number == 22204), None)
    if packing is None or packing.length < 34:
        raise FileDamaged(str(path), "its points are packed, but it does not say how (no LASzip record)", _AGAIN)
    stream.seek(packing.start)
    compressor, chunk_points = struct.unpack_from("<H10xI", stream.read(34))
    if not points:
        return 0
    if compressor == 1:  # one stream without chunks
        return 0
    size = stream.seek(0, 2)
    stream.seek(points_start)
    place = _of(_CHUNK_PLACE, path, stream)[0]
    if place == -1:
        stream.seek(size - _CHUNK_PLACE.size)
        place = _of(_CHUNK_PLACE, path, stream)[0]
    _check(
        path,
        points_start + _CHUNK_PLACE.size <= place <= size - _CHUNK_TABLE.size,
        f"its table of chunks is said to be at byte {place:,} of {size:,}: it is cut off or damaged",
    )
    stream.seek(place)
    _, chunks = _of(_CHUNK_TABLE, path, stream)
    _check(path, chunks <= place - points_start, f"its table counts {chunks:,} chunks, more than there are bytes")
    if chunk_points == _VARIABLE:
        return 0
    _check(
        path,
        0 < points <= chunks * chunk_points,
        f"its header counts {points:,} points, but its {chunks:,} chunks hold {chunks * chunk_points:,} at most",
    )
    return max(0, int((chunks - 1) * chunk_points + 1 - points))


def _of(record: struct.Struct, path: Path, stream: BinaryIO) -> tuple[int, ...]:
    content = stream.read(record.size)
    _check(path, len(content) == record.size, "it is cut off")
    return record.unpack(content)
