"""A class among its neighbours, as SVG: superclass above, subclasses below, relations to the right."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from ..schema import Class, Property
from .content import ClassRelations, Content

_WIDTH, _HEIGHT, _GAP, _ROW = 190, 34, 12, 46
_MOST = 9  # more neighbours than this on one side are counted, not drawn


def class_diagram(term: Class, relations: ClassRelations, content: Content, link: Callable[[str], str]) -> Markup:
    """The drawing; its boxes are links, and its colours those of the page."""
    above = [one for one in relations.ancestors if one.name in term.parents]
    below = list(relations.children)
    outgoing = [each for each in relations.own if each.kind == "relation"]
    sides = max(len(outgoing[:_MOST]) + (len(outgoing) > _MOST), 1)
    lower = below[:_MOST]
    height = _ROW * (max(2 + len(lower) + (len(below) > _MOST), sides + 1)) + 10
    parts = [_box(10, 6 + _ROW, term, link, "here")]
    for place, one in enumerate(above[:2]):
        x = 10 + place * (_WIDTH + _GAP)
        parts += [_line(10 + _WIDTH / 2, 6 + _ROW, x + _WIDTH / 2, 6 + _HEIGHT), _box(x, 6, one, link, "")]
    for place, one in enumerate(lower):
        y = 6 + _ROW * (2 + place)
        parts += [_elbow(26, 6 + _ROW + _HEIGHT, 40, y + _HEIGHT / 2), _box(40, y, one, link, "")]
    if len(below) > _MOST:
        parts.append(_note(40, 6 + _ROW * (2 + _MOST), f"+ {len(below) - _MOST}"))
    for place, each in enumerate(outgoing[:_MOST]):
        y = 6 + _ROW * (1 + place)
        parts += _relation(y, each, content, link)
    if len(outgoing) > _MOST:
        parts.append(_note(310, 6 + _ROW * (1 + _MOST), f"+ {len(outgoing) - _MOST}"))
    width = 660 if outgoing else 430
    head = Markup('<svg class="diagram" viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">').format(
        width, int(height), width, term.name
    )
    return head + Markup("").join(parts) + Markup("</svg>")


def _box(x: float, y: float, term: Class, link: Callable[[str], str], css: str) -> Markup:
    words = Markup("").join(
        Markup('<text lang="{}" x="{}" y="{}">{}</text>').format(language, x + 12, y + 22, _short(label))
        for language, label in (("zh", _label(term, "zh")), ("en", _label(term, "en")))
    )
    box = Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="8"/>').format(x, y, _WIDTH, _HEIGHT)
    return Markup('<a href="{}" class="box {}">').format(link(term.name), css) + box + words + Markup("</a>")


def _relation(y: float, each: Property, content: Content, link: Callable[[str], str]) -> list[Markup]:
    """An arrow with the relation's name to a box with the classes of its objects."""
    middle = y + _HEIGHT / 2
    labels = Markup("").join(
        Markup('<text class="edge" lang="{}" x="{}" y="{}">{}</text>').format(
            language, 306, middle + 4, _short(each.labels.get(language) or each.name, 20)
        )
        for language in ("zh", "en")
    )
    return [
        _elbow(10 + _WIDTH, 6 + _ROW + _HEIGHT / 2, 300, middle),
        Markup('<a href="{}">').format(link(each.name)) + labels + Markup("</a>"),
        _targets(each, middle, content, link),
    ]


def _targets(each: Property, middle: float, content: Content, link: Callable[[str], str]) -> Markup:
    """The classes of a relation's objects in both languages, as a link to the first of them."""
    classes = [content.schema.classes[name] for name in each.range if name in content.schema.classes]
    words = Markup("").join(
        Markup('<text class="target" lang="{}" x="452" y="{}">→ {}</text>').format(
            language, middle + 4, _short(", ".join(_label(one, language) for one in classes) or "*", 26)
        )
        for language in ("zh", "en")
    )
    return Markup('<a href="{}">{}</a>').format(link(classes[0].name), words) if classes else words


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<path d="M{} {}L{} {}"/>').format(x1, y1, x2, y2)


def _elbow(x1: float, y1: float, x2: float, y2: float) -> Markup:
    if y1 == y2:
        return _line(x1, y1, x2, y2)
    if x2 - x1 < 40:
        return Markup('<path d="M{} {}V{}H{}"/>').format(x1, y1, y2, x2)
    return Markup('<path d="M{} {}H{}V{}H{}"/>').format(x1, y1, (x1 + x2) / 2, y2, x2)


def _note(x: float, y: float, text: str) -> Markup:
    return Markup('<text class="note" x="{}" y="{}">{}</text>').format(x + 12, y + 22, text)


def _label(term: Class, language: str) -> str:
    return term.labels.get(language) or term.name


def _short(text: str, most: int = 24) -> str:
    return escape(text if len(text) <= most else text[: most - 1] + "…")
