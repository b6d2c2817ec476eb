"""The outline of a VCT file - its encoding and where its sections lie - and a section's lines in pieces.

A section stands between the lines ``XxxBegin`` and ``XxxEnd``. Offsets are those of the unpacked content. Both
encodings that occur keep line ends apart from parts of characters, so that a section can be cut into lines as bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from .errors import FileDamaged
from .files import open_binary

_PIECE_BYTES: Final = 1024**2
_HEAD_BYTES: Final = 64
_MARK: Final = re.compile(rb"^[ \t]*([A-Za-z]{1,40})(Begin|End)[ \t]*\r?$", re.MULTILINE)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_ENCODINGS: Final = ("utf-8", "gb18030")  # the second takes nearly all that the first does, so the first is tried first


@dataclass(frozen=True, slots=True)
class Section:
    """One section: the bytes between its two marks, and the number of the line of the first mark."""

    name: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file consists of."""

    path: Path
    encoding: str
    sections: tuple[Section, ...]

    def of(self, name: str) -> tuple[Section, ...]:
        """The sections of that name, in the order of the file; usually one or none."""
        return tuple(section for section in self.sections if section.name == name)

    def text_lines(self, stream: BinaryIO, name: str) -> Iterator[tuple[int, str]]:
        """Number and text of each line that is not blank, of all sections of that name."""
        for section in self.of(name):
            for first, lines in section_lines(stream, section):
                for number, line in enumerate(lines, start=first):
                    if text := line.decode(self.encoding).strip():
                        yield number, text


def outline_of(path: Path) -> Outline:
    """The outline, by one pass over the file.

    Raises `FileDamaged` for a section that does not end, for an end without its begin, and for text in no encoding
    that is known here.
    """
    found: list[Section] = []
    encodings = list(_ENCODINGS)
    opened: tuple[str, int, int] | None = None  # name, offset behind the first mark, its line
    line, offset = 1, 0
    with open_binary(path) as stream:
        for piece in _pieces(stream):
            if offset == 0 and b"\x00" in piece[:_HEAD_BYTES]:
                raise FileDamaged(str(path), "its text is UTF-16, or no text", "Save it as UTF-8 or GB 18030")
            encodings = _still_possible(encodings, piece, path, line)
            counted = 0
            for mark in _MARK.finditer(piece):
                line += piece.count(b"\n", counted, mark.start())
                counted = mark.start()
                name, kind = mark[1].decode(), mark[2]
                if opened is None and kind == b"Begin":
                    opened = (name, offset + mark.end(), line)
                elif opened is not None and kind == b"End" and opened[0] == name:
                    found.append(Section(name, opened[1], offset + mark.start(), opened[2]))
                    opened = None
                elif opened is None:
                    what = f"{name}End has no {name}Begin before it"
                    raise FileDamaged(str(path), what, "Get the file again", place=f"line {line}")
            line += piece.count(b"\n", counted)
            offset += len(piece)
    if opened is not None:
        what = f"its section {opened[0]} has no end"
        raise FileDamaged(str(path), what, "Get the file again; it may be cut off", place=f"line {opened[2]}")
    return Outline(path, encodings[0], tuple(found))


def section_lines(stream: BinaryIO, section: Section) -> Iterator[tuple[int, list[bytes]]]:
    """Lines without the blanks around them, in pieces, each with the number of its first line."""
    stream.seek(section.start)
    left, number = section.end - section.start, section.line
    while left > 0 and (block := stream.read(min(left, _PIECE_BYTES))):
        block += stream.readline(left - len(block))
        left -= len(block)
        lines = block.removesuffix(b"\n").split(b"\n")
        yield number, [line.strip() for line in lines]
        number += len(lines)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The content in pieces that end with a line; a byte order mark is made blank."""
    rest = stream.read(len(_BYTE_ORDER_MARK))
    rest = b"   " if rest == _BYTE_ORDER_MARK else rest
    while block := stream.read(_PIECE_BYTES):
        cut = block.rfind(b"\n") + 1
        if cut == 0:
            rest += block
            continue
        yield rest + block[:cut]
        rest = block[cut:]
    if rest:
        yield rest


def _still_possible(encodings: list[str], piece: bytes, path: Path, line: int) -> list[str]:
    if piece.isascii():
        return encodings
    possible = []
    for encoding in encodings:
        try:
            piece.decode(encoding)
            possible.append(encoding)
        except UnicodeDecodeError as error:
            last = error  # Python forgets the name of the clause behind it
    if not possible:
        what = f"its text is neither UTF-8 nor GB 18030 throughout ({last.reason})"
        place = line + piece.count(b"\n", 0, last.start)
        raise FileDamaged(str(path), what, "Save it in one of the two", place=f"line {place}")
    return possible
