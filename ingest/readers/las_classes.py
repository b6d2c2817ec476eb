"""Names of the classes of points: ASPRS LAS 1.4 R15, table 9 (formats 0 to 5) and table 17 (formats 6 to 10)."""

GROUND = 2
_COMMON = (
    "Created, never classified", "Unclassified", "Ground", "Low vegetation", "Medium vegetation", "High vegetation",
    "Building", "Low point (noise)",
)  # fmt: skip
_OLD = dict(enumerate((*_COMMON, "Model key-point (mass point)", "Water"))) | {12: "Overlap points"}
_NEW = dict(enumerate((*_COMMON, "Reserved", "Water", "Rail", "Road surface", "Reserved"))) | {
    13: "Wire - guard (shield)", 14: "Wire - conductor (phase)", 15: "Transmission tower",
    16: "Wire-structure connector", 17: "Bridge deck", 18: "High noise", 19: "Overhead structure",
    20: "Ignored ground", 21: "Snow", 22: "Temporal exclusion",
}  # fmt: skip
_FIRST_OF_USERS = 64
_OWN_NAME = 16  # bytes of an entry of the file's own list: code and 15 characters


def class_name(code: int, point_format: int) -> str:
    """The standard's name of a class.

    >>> class_name(2, 1), class_name(10, 6), class_name(26, 1), class_name(80, 6)
    ('Ground', 'Rail', 'Reserved', 'User definable')
    """
    if point_format >= 6 and code >= _FIRST_OF_USERS:
        return "User definable"
    return (_NEW if point_format >= 6 else _OLD).get(code, "Reserved")


def own_names(record: bytes | None) -> dict[int, str]:
    """The file's own names of classes, from its record LASF_Spec 0 (table 12).

    >>> own_names(bytes([65]) + b"Quay wall".ljust(15, bytes(1)))
    {65: 'Quay wall'}
    """
    found = {}
    for place in range(0, len(record or b"") - _OWN_NAME + 1, _OWN_NAME):
        entry = (record or b"")[place : place + _OWN_NAME]
        if name := entry[1:].split(b"\0")[0].decode("latin-1").strip():
            found[entry[0]] = name
    return found
