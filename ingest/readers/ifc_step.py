"""IFC files as ifcopenshell takes them: unpacked, whole, of a known schema; and what its parser noted of them.

The frame is looked at before the parser sees the file, because it takes one that breaks off for a smaller one.
"""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from .errors import FileDamaged, UnknownFormat
from .files import is_gzip, open_binary

# An ifcopenshell entity, file or shape: the library has no types that mypy could check.
Entity = Any
Model = Any

SCHEMAS: Final = ("IFC2X3", "IFC4", "IFC4X3_ADD2")  # those that the parser has been built with
_MAGIC: Final = b"ISO-10303-21"
_END: Final = re.compile(rb"END-ISO-10303-21\s*;\s*(?:/\*.*?\*/\s*)*\Z", re.DOTALL)
_SCHEMA: Final = re.compile(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", re.IGNORECASE)
_XML: Final = re.compile(rb"<(?:\w+:)?(?:ifcXML|iso_10303_28|uos)\b|/ifcXML/", re.IGNORECASE)
_HEADER_BYTES: Final = 256 * 1024
_TAIL_BYTES: Final = 4096
_MOST_UNPACKED: Final = 8 * 1024**3
_MOST_TIMES: Final = 200  # as much as the packed file has; STEP text is packed to a fifth
_SMALL: Final = 100 * 1024**2  # below it no ratio is looked at
_CHUNK: Final = 1024**2
# What the parser logs, by what it means; the rest of such a line is a place.
_NOTES: Final = (
    (re.compile(r"Entity with name '(\w+)' not found in schema"), "entity {} unknown to the schema"),
    (re.compile(r"Instance reference #\d+ used by instance #\d+ .*not found"), "reference to an entity that is absent"),
    (re.compile(r"Overwriting instance with name #\d+"), "entity number used twice (the last one is kept)"),
    (re.compile(r"Expected \d+ attribute values, found \d+"), "entity with too few or too many attributes"),
)
_TIME_AND_PLACE: Final = re.compile(r"^(?:\[[^\]]*\] ?)+| at offset \d+")
_MOST_NOTES: Final = 20
_ENTITY_LINE: Final = re.compile(rb"(?m)^[ \t]*#\d+[ \t]*=")
_LOST: Final = frozenset({"entity number used twice (the last one is kept)"})


@dataclass(frozen=True, slots=True)
class StepFile:
    """A parsed file: where its text is, the model, the schema in the file's words, the parser's notes by count."""

    path: Path
    model: Model
    schema: str
    notes: Counter[str]


def is_step(head: bytes) -> bool:
    """Whether the text is the exchange structure of STEP with a schema of IFC, as far as the beginning shows.

    >>> is_step(b"ISO-10303-21;HEADER;FILE_SCHEMA(('IFC4'));"), is_step(b"ISO-10303-21;FILE_SCHEMA(('AP242'));")
    (True, False)
    """
    if not head.lstrip().startswith(_MAGIC):
        return False
    schema = _SCHEMA.search(head)
    return schema is None or schema[1].upper().startswith(b"IFC")


def is_zip(head: bytes) -> bool:
    """Whether the first member of a zip archive is an IFC file by its name."""
    name_length = int.from_bytes(head[26:28], "little")
    return head.startswith(b"PK\3\4") and head[30 : 30 + name_length].lower().endswith((b".ifc", b".ifcxml"))


def is_xml(head: bytes) -> bool:
    """Whether the beginning is that of ifcXML.

    >>> is_xml(b'<ifcXML xmlns="http://www.buildingsmart-tech.org/ifcXML/IFC4/final">')
    True
    """
    return head.lstrip().startswith(b"<") and _XML.search(head) is not None


@contextmanager
def unpacked(path: str) -> Iterator[tuple[Path, str]]:
    """The text of a file, plain for as long as it is needed, and its schema in the file's words.

    Raises `UnknownFormat` for ifcXML and for other schemas, `FileDamaged` for a file that is cut off or no STEP.
    """
    with TemporaryDirectory(prefix="res3d-ifc-") as place:
        text = _plain(Path(path), Path(place) / "model.ifc", path)
        yield text, _checked_frame(text, path)


def _plain(path: Path, target: Path, name: str) -> Path:
    """The file itself, or its text unpacked from gzip or ifcZIP."""
    most = min(_MOST_UNPACKED, max(_SMALL, _MOST_TIMES * path.stat().st_size))
    if is_gzip(path):
        with open_binary(path) as packed, target.open("wb") as out:
            _copy(packed, out, most, name)
        return target
    with path.open("rb") as stream:
        is_packed = stream.read(4) == b"PK\3\4"
    if not is_packed:
        return path
    try:
        with zipfile.ZipFile(path) as archive:
            models = [each for each in archive.infolist() if each.filename.lower().endswith((".ifc", ".ifcxml"))]
            if len(models) != 1:
                what = f"the ifcZIP holds {len(models)} models, expected one"
                raise FileDamaged(name, what, "Unpack it and give the files")
            with archive.open(models[0]) as packed, target.open("wb") as out:
                _copy(packed, out, most, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise FileDamaged(name, f"the ifcZIP can't be unpacked: {error}", "Get the file again") from None
    return target


def _copy(packed: IO[bytes], out: IO[bytes], most: int, name: str) -> None:
    written = 0
    while chunk := packed.read(_CHUNK):
        written += len(chunk)
        if written > most:
            raise FileDamaged(name, f"it unpacks to more than {most:,} bytes", "Unpack it yourself if it is sound")
        out.write(chunk)


def _checked_frame(text: Path, name: str) -> str:
    """The schema in the file's words, once beginning and end are those of a whole file."""
    with text.open("rb") as stream:
        head = stream.read(_HEADER_BYTES)
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL_BYTES))
        tail = stream.read()
    if is_xml(head):
        what = "it is ifcXML, which is not read"
        raise UnknownFormat(name, what, "Save it as STEP text (.ifc), by the program that wrote it or by IfcConvert")
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_MAGIC):
        raise FileDamaged(name, "it does not begin with ISO-10303-21", "Give an IFC file in STEP text")
    found = _SCHEMA.search(head)
    if found is None:
        raise FileDamaged(name, "its header names no schema (FILE_SCHEMA)", "Get the file again; it may be cut off")
    schema = found[1].decode("latin-1").upper()
    if schema not in SCHEMAS:
        hint = f"Save it as one of {', '.join(SCHEMAS)} in the program that wrote it"
        raise UnknownFormat(name, f"its schema is {schema[:40]}", hint)
    if not _END.search(tail):
        what = "it breaks off: the last line is not END-ISO-10303-21"
        raise FileDamaged(name, what, "Get the file again", place=f"after {size:,} bytes")
    return schema


def parsed(text: Path, schema: str, name: str) -> StepFile:
    """The model of a plain text. Raises `FileDamaged` for one that the parser can't read."""
    # Late, because it takes a third of a second, and every reader is loaded to know any file.
    import ifcopenshell
    from ifcopenshell import ifcopenshell_wrapper

    read_log: Any = ifcopenshell_wrapper.get_log
    read_log()  # each call gives what came since the last one
    try:
        model = ifcopenshell.open(text, ".ifc")
    except (ifcopenshell.Error, OSError, ValueError, RuntimeError) as error:
        what = f"the parser can't read it: {str(error)[:200]}"
        # Where memory ends within a line, the parser takes it for an error of syntax.
        hint = "Get the file again, or save it anew in the program that wrote it; a very large one may need more memory"
        raise FileDamaged(name, what, hint) from None
    notes = _notes(read_log())
    lost = _entity_lines(text) - len(model.entity_names()) - sum(notes[note] for note in notes if note in _LOST)
    lost -= sum(number for note, number in notes.items() if note.startswith("entity ") and "unknown" in note)
    if lost > 0:
        notes["line that begins like an entity and gave none (damaged, or within a comment)"] = lost
    return StepFile(text, model, schema, notes)


def _entity_lines(text: Path) -> int:
    """How many lines begin like an entity: most files have one entity on each line, some have several."""
    with text.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        return sum(1 for _ in _ENTITY_LINE.finditer(content))


def _notes(log: str) -> Counter[str]:
    """What the parser noted, by kind; what it says in other words as it is, without time and place.

    >>> _notes("[error] [now] Entity with name 'IFCFOO' not found in schema 'IFC4' at offset 9")
    Counter({'entity IFCFOO unknown to the schema': 1})
    """
    found: Counter[str] = Counter()
    for line in log.splitlines():
        for pattern, words in _NOTES:
            if match := pattern.search(line):
                found[words.format(*match.groups())] += 1
                break
        else:
            if line.startswith(("[error]", "[warning]")):
                found[_TIME_AND_PLACE.sub("", line)[:120]] += 1
    kept = dict(found.most_common(_MOST_NOTES))
    rest = found.total() - sum(kept.values())
    return Counter(kept) + Counter({"other notes of the parser": rest} if rest else {})


__all__ = ["Entity", "Model", "StepFile", "is_step", "is_xml", "is_zip", "parsed", "unpacked"]
