"""IRIs of what the ledger holds, and back: the paths below a workspace's base."""

from urllib.parse import quote, unquote


def entity_iri(base: str, entity: str) -> str:
    """IRI of an entity."""
    return f"{base}entity/{entity}"


def record_iri(base: str, source: str, key: str) -> str:
    """IRI of a record.

    >>> record_iri("https://res3d.example/", "bag", "NL/12")
    'https://res3d.example/record/bag/NL%2F12'
    """
    return f"{base}record/{source}/{quote(key, safe='')}"


def code_iri(base: str, scheme: str, value: str) -> str:
    """IRI of a code."""
    return f"{base}code/{scheme}/{quote(value, safe='')}"


def source_iri(base: str, source: str) -> str:
    """IRI of a source."""
    return f"{base}source/{source}"


def path_below(base: str, text: str) -> tuple[str, ...] | None:
    """The decoded segments of an IRI of ours, None for any other text.

    >>> path_below("https://res3d.example/", "https://res3d.example/code/nl.bag/0503100000000001")
    ('code', 'nl.bag', '0503100000000001')
    """
    if not text.startswith(base):
        return None
    path = text[len(base) :].split("#")[0].split("?")[0]
    return tuple(unquote(segment) for segment in path.split("/"))
