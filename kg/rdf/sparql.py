"""What must be known about a SPARQL text before it may run: its form, its dataset, and that it stays in the store.

The real parser is the store's. This reader of tokens only has to be right where it says "allowed": the store would
carry out a SERVICE call over the network, so whatever might be one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from .errors import QueryInvalid, QueryRefused


class Form(Enum):
    """The four forms of a query."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def gives_graph(self) -> bool:
        """The answer is a graph and not a table or a boolean."""
        return self in (Form.CONSTRUCT, Form.DESCRIBE)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What `inspect` found."""

    form: Form
    names_graphs: bool
    """The text has FROM or FROM NAMED, which replace the usual dataset."""


_TOKEN = re.compile(
    r"""
      (?P<space>[\s\ufeff]+|\#[^\n\r]*)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<string>'''(?:'{0,2}(?:[^'\\]|\\.))*'''|\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"
                |'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*")
    | (?P<label>_:[\w.\-\u00b7]+|[?$]\w+|@[a-zA-Z][a-zA-Z0-9\-]*)
    | (?P<word>(?=[^\W\d]|:)(?P<plain>[^\W\d](?:[\w\-\u00b7]|\.+(?=[\w\-\u00b7]))*+)?
               (?P<local>:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)(?:[\w:.\-\u00b7]|%[0-9A-Fa-f]{2}|\\.)*+)?)?)
    | (?P<other>[\d.eE]+|\^\^|&&|\|\||<=|>=|!=|<<\(|\)>>|<<|>>|\{\||\|\}|[{}()\[\].,;*/|^?+!=<>\-~])
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_KEYWORD = re.compile(r"\w+")
_NO_SERVICE = (
    "SERVICE would send a part of the query to another server; this service reaches no network. Ask the other server "
    "yourself and put its answer into the query with VALUES. (A prefix must not have the word in its name either.)"
)
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH", "USING")


def inspect(text: str) -> Inspection:
    """The form of a query and whether it names its graphs.

    Raises `QueryRefused` for an update and for SERVICE, `QueryInvalid` for a text that starts like neither.

    >>> inspect("PREFIX : <https://a/> # comment\\nask { ?s :service 'SERVICE' }")
    Inspection(form=<Form.ASK: 'ASK'>, names_graphs=False)
    """
    _refuse_service(text)
    plain_words = (token["plain"].upper() for token in _TOKEN.finditer(text) if token["plain"] and not token["local"])
    words = [word for plain in plain_words for word in _KEYWORD.findall(plain)]
    first = next((word for word in words if word not in ("BASE", "PREFIX", "VERSION")), "nothing")
    if first in _UPDATES:
        raise QueryRefused(f"{first} is an update: data changes by `res3d ingest`. Here one can only ask.")
    if first not in Form.__members__:
        raise QueryInvalid(f"A query starts with SELECT, ASK, CONSTRUCT or DESCRIBE; this one has {first}.")
    return Inspection(Form[first], any(word.startswith("FROM") for word in words))


def undeclared_prefix(text: str, known: Collection[str] = ()) -> tuple[str, int] | None:
    """The first prefix that is used but neither declared nor known, and where its use begins; None when all are.

    >>> undeclared_prefix("PREFIX a: <https://a/> ASK { ?s a:p b:o }")
    ('b', 36)
    """
    declared = set(known)
    is_declaration = False
    for token in _TOKEN.finditer(text):
        if token["local"]:
            prefix = token["plain"] or ""
            if is_declaration:
                declared.add(prefix)
            elif prefix not in declared:
                return prefix, token.start()
        if not token["space"]:
            is_declaration = (token["plain"] or "").upper() == "PREFIX" and not token["local"]
    return None


def _refuse_service(text: str) -> None:
    plain = _CODE_POINT.sub(_character, text)
    if "service" not in text.lower() and "service" not in plain.lower():
        return
    for reading in {text, plain}:
        end = 0
        for token in _TOKEN.finditer(reading):
            if token.start() != end or _may_call(token):
                raise QueryRefused(_NO_SERVICE)
            end = token.end()
        if end != len(reading):
            raise QueryRefused(_NO_SERVICE)


def _may_call(token: re.Match[str]) -> bool:
    """The store's parser needs no blank between a keyword and the next word: `SERVICESILENT`, `SERVICEex:there {`."""
    if token.lastgroup == "iri":
        return "'" in token.group()  # or is it `?a <'...`, a comparison with a string? Then all behind it is misread
    return "service" in (token["plain"] or "").lower()


def _character(escape: re.Match[str]) -> str:
    number = int(escape.group(1) or escape.group(2), 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"
