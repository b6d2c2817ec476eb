"""Renders the pages of one ontology; where links lead is up to who shows them: files in a folder, or a service."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..diff import Difference, short, statement
from ..schema import Class, LinkRule, Property, SpatialRule
from .content import Content, Term
from .diagram import class_diagram

STATIC = Path(str(files(__package__).joinpath("static")))
"""Folder of the style sheet and the script that every page needs."""


class Pages:
    """Pages in Chinese and English at once; a switch in the page shows one of them.

    `link` gives the address of a term's page by its name ("" is the start page), `asset` that of a static file,
    `changes` is where the page of changes is, if there is one.
    """

    def __init__(
        self,
        content: Content,
        link: Callable[[str], str],
        asset: Callable[[str], str],
        home: str | None = None,
        changes: str | None = None,
    ) -> None:
        self._content = content
        self._link = link
        environment = Environment(
            loader=PackageLoader("ontology.docs"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            link=link,
            asset=asset,
            home=home,
            changes=changes,
            short=short,
            statement=statement,
            content=content,
            schema=content.schema,
            kind=kind,
            both=both,
        )
        self._environment = environment

    def terms_script(self) -> str:
        """What the search looks through, as a script: pages that are files can't fetch data."""
        return f"const TERMS = {json.dumps(self._content.search_index(), ensure_ascii=False)};\n"

    def start(self) -> str:
        """The start page: class tree, properties, rules."""
        return self._render("index.html", here="")

    def iri(self, name: str) -> str | None:
        """The IRI of a term; None when there is no such term."""
        term = self._content.term(name)
        return term.iri if term else None

    def term(self, name: str) -> str | None:
        """The page of a term; None when there is no such term."""
        term = self._content.term(name)
        if term is None:
            return None
        values: dict[str, object] = {
            "term": term,
            "words": self._content.words(term),
            "alignments": self._content.alignments(term),
        }
        if isinstance(term, Class):
            relations = self._content.relations(term)
            values |= {"relations": relations, "drawing": class_diagram(term, relations, self._content, self._link)}
        return self._render("term.html", here=name, **values)

    def changes(self, earlier: str, differences: Sequence[Difference]) -> str:
        """The page that tells what changed since an earlier version."""
        return self._render("changes.html", here="", earlier=earlier, differences=differences)

    def _render(self, template: str, **values: object) -> str:
        return self._environment.get_template(template).render(**values)


def kind(term: Term) -> str:
    """What a term is: class, relation, attribute, code or rule."""
    if isinstance(term, Class):
        return "class"
    if isinstance(term, Property):
        return term.kind
    return "rule" if isinstance(term, SpatialRule | LinkRule) else "term"


def both(zh: str, en: str) -> Markup:
    """A text in both languages; a missing one is shown in the other."""
    pair = (("zh", zh or en), ("en", en or zh))
    return Markup("").join(Markup('<span lang="{}">{}</span>').format(language, text) for language, text in pair)
