"""How meshes without metadata begin: OBJ, PLY, STL or OFF, told by the first bytes, without loading what reads them."""

import re

from .files import Sample

OBJ_LOOKS = {
    "vt": "texture coordinates", "vn": "normals", "usemtl": None, "mtllib": "material libraries", "s": None,
    "usemap": None, "maplib": "map libraries", "bevel": None, "c_interp": None, "d_interp": None, "lod": None,
    "shadow_obj": None, "trace_obj": None, "mg": None, "call": "other files", "csh": "commands",
}  # fmt: skip
OBJ_OTHER_SHAPES = {
    "l": "lines", "p": "points", "vp": "free-form points", "curv": "curves", "curv2": "curves", "surf": "surfaces",
}  # fmt: skip
OBJ_FREE_FORM = frozenset({"cstype", "deg", "bmat", "step", "parm", "trim", "hole", "scrv", "sp", "end", "con", "cdc"})
OBJ_KNOWN = {"v", "f", "fo", "o", "g", *OBJ_LOOKS, *OBJ_OTHER_SHAPES, *OBJ_FREE_FORM}
_MOST_CHECKED = 200
STL_HEADER = 84
"""Bytes of a binary STL before the first triangle, with their count at the end."""
STL_TEXT = re.compile(rb"^\s*solid\b[^\n]*\n\s*(?:facet\b|endsolid\b)", re.IGNORECASE)
_STL_TRIANGLE = 50  # bytes
_OFF = re.compile(rb"^\s*(?:#[^\n]*\n\s*)*(?:ST|C|N)*OFF\b(?!\s*BINARY)")


def format_of(sample: Sample) -> str | None:
    """PLY, OFF, STL or OBJ; None for what is none of them."""
    if sample.head.startswith((b"ply\n", b"ply\r")):
        return "PLY"
    if is_off(sample.head):
        return "OFF"
    if sample.is_json:
        return None
    if is_stl(sample.head, sample.path.stat().st_size if not sample.is_gzip and sample.head else 0, sample.suffix):
        return "STL"
    return "OBJ" if is_obj(sample.head, sample.suffix) else None


def is_obj(head: bytes, suffix: str) -> bool:
    """Whether the beginning of a file has lines of OBJ and no others.

    >>> is_obj(b"# cube\\nv 0 0 0\\nv 1 0 0\\n", ""), is_obj(b"v 0 0 0\\nhello world\\n", "")
    (True, False)
    """
    lines = [line.split() for line in head.splitlines()[:_MOST_CHECKED]]
    words = [line[0].decode("latin-1") for line in lines if line and not line[0].startswith(b"#")]
    words = words[:-1] if len(words) > 1 and len(lines) == _MOST_CHECKED else words
    has_vertex = any(len(line) >= 4 and line[0] == b"v" for line in lines)
    if suffix == ".obj":
        return has_vertex or any(word in OBJ_KNOWN for word in words)
    return (has_vertex or "mtllib" in words) and set(words) <= OBJ_KNOWN


def is_stl(head: bytes, size: int, suffix: str) -> bool:
    """Whether a file of this size begins like STL: text, or a count of triangles that gives just this size.

    >>> is_stl(b"solid a\\n facet normal 0 0 1\\n", 999, ""), is_stl(bytes(80) + b"\\x01\\0\\0\\0", 134, "")
    (True, True)
    """
    if STL_TEXT.match(head):
        return True
    if len(head) < STL_HEADER:
        return False
    count = int.from_bytes(head[80:84], "little")
    if suffix == ".stl":
        return b"\0" in head
    return count > 0 and size == STL_HEADER + count * _STL_TRIANGLE


def is_off(head: bytes) -> bool:
    """Whether a text begins with the word of this format.

    >>> is_off(b"OFF\\n8 6 0\\n"), is_off(b"OFFER")
    (True, False)
    """
    return _OFF.match(head) is not None
