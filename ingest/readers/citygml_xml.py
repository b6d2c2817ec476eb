"""XML of unknown origin, read member by member: no document type, no entities, no network, limits on depth and text.

libxml2 (without its option for huge trees) ends at 256 levels and at texts of ten million characters.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias, cast

from lxml import etree

from .citygml_names import GML
from .errors import FileDamaged
from .files import Sample, open_binary

Element: TypeAlias = etree._Element

_HEAD_BYTES: Final = 64 * 1024
_AGAIN: Final = "Get the file again; it may be cut off"
_MEMBERS: Final = ("cityObjectMember", "featureMember", "featureMembers", "member")
_SURFACE_DATA: Final = ("surfaceDataMember", "surfaceData")
_OF_ANY_NAMESPACE: Final = ("appearanceMember", "versionMember", "versionTransitionMember", *_SURFACE_DATA)
_INDOOR: Final = (
    "cellSpaceMember", "cellSpaceBoundaryMember", "stateMember", "transitionMember", "spaceLayerMember",
    "interLayerConnectionMember",
)  # fmt: skip
MEMBER_NAMES: Final = frozenset((*_MEMBERS, *_OF_ANY_NAMESPACE, "boundedBy", *_INDOOR))


def root_of(sample: Sample) -> tuple[str, str | None] | None:
    """The tag of the root element and of the first thing in a member, as far as the beginning of a file shows them."""
    parser = etree.XMLPullParser(events=("start",), **_options())
    tags: list[str] = []
    with suppress(etree.XMLSyntaxError, ValueError):  # what was seen before counts
        parser.feed(sample.head)
    within_member = False
    for _, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
        if not isinstance(element.tag, str):
            continue
        if tags and within_member:
            return tags[0], element.tag
        within_member = element.tag.rpartition("}")[2] in _MEMBERS
        tags.append(element.tag)
    return (tags[0], None) if tags else None


def with_document_type(path: str) -> FileDamaged:
    """The error for a file that defines elements or entities of its own, which may be a trap and never is GML."""
    return FileDamaged(path, "it has a document type (DTD)", "Remove it; GML is described by schemas")


def members(path: str, root_tag: str, unknown: Counter[str]) -> Iterator[Element]:
    """The elements of member names, complete, in the order in which they end; each is emptied after its turn.

    Children of the root that are of no known name are counted in ``unknown``. Raises `FileDamaged` with the place for
    broken XML, and for a document type, which neither standard has.
    """
    namespaces = {*GML, root_tag[1:].partition("}")[0], "http://www.opengis.net/wfs/2.0", "http://www.opengis.net/wfs"}
    tags = [root_tag, *(f"{{{namespace}}}{name}" for namespace in namespaces for name in _MEMBERS)]
    tags += _GML_BOUNDS
    tags += [f"{{*}}{name}" for name in (*_OF_ANY_NAMESPACE, *_INDOOR)]
    events: etree.iterparse[tuple[str, Element]] | None = None
    try:
        with open_binary(Path(path)) as stream:
            events = etree.iterparse(stream, events=("start", "end"), tag=tags, **_options())
            for event, element in events:
                if event == "start":
                    if element.getparent() is None and element.getroottree().docinfo.doctype:
                        raise with_document_type(path)
                    continue
                parent = element.getparent()
                if parent is None:
                    _forget_before(element, unknown)
                    continue
                is_of_root = parent.getparent() is None
                if not is_of_root and element.tag.rpartition("}")[2] not in _ANYWHERE:
                    continue
                yield element
                if element.tag not in _GML_BOUNDS:
                    element.clear()
                    if is_of_root:
                        _forget_siblings(element, unknown)
    except etree.XMLSyntaxError as error:
        # the error itself often speaks of what followed from the first one, and its log holds those of other files
        first = next(iter(events.error_log), None) if events is not None else None
        what = first.message if first else error.msg or "it ends at once"
        place = f"line {first.line}, column {first.column}" if first else None
        raise FileDamaged(path, f"the XML is broken: {what.strip()[:200]}", _AGAIN, place=place) from None
    except (UnicodeError, LookupError) as error:
        raise FileDamaged(path, f"its encoding is not what it says: {error}", "Save it as UTF-8") from None


_ANYWHERE: Final = frozenset((*_SURFACE_DATA, *_INDOOR))
_GML_BOUNDS: Final = tuple(f"{{{namespace}}}boundedBy" for namespace in GML)


def _forget_siblings(element: Element, unknown: Counter[str]) -> None:
    """Take out what stands before a member of the root: it is done with."""
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        _count(before, unknown)
        parent.remove(before)


def _forget_before(root: Element, unknown: Counter[str]) -> None:
    for child in root:
        _count(child, unknown)


def _count(child: Element, unknown: Counter[str]) -> None:
    local = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
    if local and local not in MEMBER_NAMES and local not in _HARMLESS:
        unknown[local] += 1


_HARMLESS: Final = frozenset(
    {
        "name",
        "description",
        "identifier",
        "metaDataProperty",
        "primalSpaceFeatures",
        "multiLayeredGraph",
        "engineeringCRS",
    }
)


def _options() -> dict[str, bool]:
    return {
        "resolve_entities": False,
        "load_dtd": False,
        "no_network": True,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
    }
