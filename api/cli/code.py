"""`res3d code`: what a code says, which codes a text could be, and what is behind a code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from . import code_register
from .code_bundle import BundleOption, bundle, resolver_of
from .code_grid import cell, cover
from .code_mark import mark
from .code_table import table
from .common import CommandFailed, JsonOption, WorkspaceOption, opened_workspace
from .output import print_facts, print_json, print_line, print_table
from .resolution import class_text, show_resolution, show_succession

if TYPE_CHECKING:
    from coding import ParsedCode, Scheme

_Tried: TypeAlias = tuple[str, str | None, str | None, str | None]
"""A text, its scheme, and either what came of it or what is wrong with it."""

app = typer.Typer(help="Read, check and look up codes of any scheme.", no_args_is_help=True)

app.command()(cell)
app.command()(cover)
app.command()(table)
app.command()(bundle)
app.command()(mark)
for command in code_register.COMMANDS:
    app.command()(command)

_CodesArgument = Annotated[list[str], typer.Argument(help="Codes, each as one argument.", show_default=False)]
_CodeArgument = Annotated[str, typer.Argument(help="The code.", show_default=False)]
_AtOption = Annotated[str | None, typer.Option("--at", help="As the world was on this date, YYYY-MM-DD; else today.")]
_AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="As it was known then: a changeset, a date, or a time in UTC; else now.")
]
_SchemeOption = Annotated[
    str | None, typer.Option("--scheme", "-s", help="Scheme of the codes; else it is told from each text.")
]


@app.command()
def validate(
    codes: _CodesArgument, scheme: _SchemeOption = None, _workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """The canonical form of each code, or what is wrong with it (exit code 1)."""
    results = [_tried(text, scheme, lambda found, code: found.validate(code)) for text in codes]
    _show(results, "code", as_json=as_json)


@app.command()
def format(  # noqa: A001 - the verb's name
    codes: _CodesArgument, scheme: _SchemeOption = None, _workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Each code as it is printed for people."""
    results = [_tried(text, scheme, lambda found, code: found.format(code)) for text in codes]
    _show(results, "printed", as_json=as_json)


@app.command()
def parse(
    code: _CodeArgument, scheme: _SchemeOption = None, _workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """The parts of a code and what they mean."""
    parsed = _scheme_of(code, scheme).parse(code)
    if as_json:
        print_json(_as_json(parsed))
        return
    print_facts([("scheme", parsed.scheme), ("code", parsed.code), ("form", parsed.form)])
    rows = [
        (part.value, part.labels["en"], part.labels["zh"], part.meaning["en"], part.meaning["zh"])
        for part in parsed.parts
    ]
    print_table(("value", "part", "部分", "meaning", "含义"), rows)
    for warning in parsed.warnings:
        print_line(f"doubtful: {warning['en']} / {warning['zh']}")


@app.command()
def detect(text: _CodeArgument, _workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """The schemes that a text could be a code of, most probable first (exit code 1: none)."""
    from coding import detect as detect_code
    from coding import get_scheme

    candidates = detect_code(text)
    if as_json:
        members = ("scheme", "code", "probability", "form")
        found = [{name: getattr(each, name) for name in members} for each in candidates]
        print_json({"query": text, "candidates": found})
    elif candidates:
        rows = [
            (each.scheme, get_scheme(each.scheme).labels["en"], each.code, each.form, round(each.probability, 3))
            for each in candidates
        ]
        print_table(("scheme", "name", "code", "form", "probability"), rows)
    else:
        print_line(f"{text!r} is a code of no known scheme.")
    if not candidates:
        raise typer.Exit(1)


@app.command()
def compare(
    code: _CodeArgument,
    other: Annotated[str, typer.Argument(help="The other code.", show_default=False)],
    scheme: _SchemeOption = None,
    other_scheme: Annotated[str | None, typer.Option("--other-scheme", help="Scheme of the other code.")] = None,
    _workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Whether one code lies in the other, by what they say: equal, contains, within, apart or unknown."""
    from coding.hierarchy import compare as relation_of

    first, second = _scheme_of(code, scheme), _scheme_of(other, other_scheme)
    relation = relation_of(first.id, code, second.id, other)
    if as_json:
        print_json({"code": code, "scheme": first.id, "other": other, "other_scheme": second.id, "relation": relation})
    else:
        print_line(relation)


@app.command()
def schemes(_workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """The known schemes."""
    from coding import schemes as known_schemes

    known = known_schemes().values()
    if as_json:
        print_json([{"id": each.id, "kind": each.kind, "labels": each.labels} for each in known])
    else:
        rows = [(each.id, each.kind.value, each.labels["en"], each.labels["zh"]) for each in known]
        print_table(("scheme", "names a", "name", "名称"), rows)


@app.command()
def resolve(
    code: _CodeArgument,
    scheme: _SchemeOption = None,
    at: _AtOption = None,
    as_of: _AsOfOption = None,
    bundle: BundleOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is behind a code of any scheme: entity, ladder, successors, records (exit code 1: nothing)."""
    from kg.resolve import resolution_json

    with resolver_of(workspace, bundle, at, as_of) as resolver:
        resolution = resolver.resolve(code, scheme=scheme)
        if as_json:
            print_json(resolution_json(resolution))
        else:
            show_resolution(resolution, resolver.schema)
    if not resolution.is_known:
        raise typer.Exit(1)


@app.command()
def lineage(
    code: _CodeArgument,
    scheme: _SchemeOption = None,
    at: _AtOption = None,
    as_of: _AsOfOption = None,
    bundle: BundleOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What came of the thing with a code, and what it came from, step by step (exit code 1: it is not known)."""
    from kg.resolve.answer import lineage_json

    with resolver_of(workspace, bundle, at, as_of) as resolver:
        resolution = resolver.resolve(code, scheme=scheme)
        best = resolution.candidates[0] if resolution.candidates else None
        if as_json:
            print_json({"query": code, "lineage": None if best is None else lineage_json(best)})
        elif best is None or best.entity is None:
            print_line(f"{code!r} is the code of no thing that is known here.")
        elif best.successions or best.origins:
            show_succession(best)
        else:
            print_line(f"{best.scheme} {best.code} is {best.state}; nothing came of it, and it came of nothing.")
    if best is None or best.entity is None:
        raise typer.Exit(1)


@app.command()
def related(
    code: _CodeArgument,
    scheme: _SchemeOption = None,
    bundle: BundleOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The codes of what a thing lies in, of its parts and neighbours, and of what else is related to it."""
    from kg.resolve.related import related_json, related_things

    with resolver_of(workspace, bundle, None, None) as resolver:
        candidates = resolver.resolve(code, scheme=scheme).candidates
        best = next((each for each in candidates if each.entity is not None), None)
        found = related_things(resolver, best.entity.id) if best and best.entity else None
        if as_json:
            print_json({"query": code, "related": None if found is None else related_json(found)})
        elif found is None:
            print_line(f"{code!r} is the code of no thing that is known here.")
        else:
            rows = [
                (
                    group,
                    each.labels.get("en"),
                    each.thing.code or each.thing.id,
                    class_text(each.thing, resolver.schema),
                )
                for group, members in found.items()
                for each in members
            ]
            print_table(("group", "relation", "code", "class"), rows)
    if found is None:
        raise typer.Exit(1)


@app.command()
def repair(
    code: _CodeArgument, scheme: _SchemeOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """What a mistyped code may be meant as, the most probable first; registered codes go before others."""
    from kg.resolve import Resolver

    with opened_workspace(workspace) as opened:
        found = Resolver(opened.ledger, opened.schema, opened.workspace.base).repairs(code, scheme)
    if as_json:
        members = ("scheme", "code", "cost", "what", "is_registered")
        print_json({"query": code, "repairs": [{name: getattr(each, name) for name in members} for each in found]})
    elif found:
        rows = [
            (each.code, each.scheme, each.what["en"], each.what["zh"], "yes" if each.is_registered else "")
            for each in found
        ]
        print_table(("code", "scheme", "what was changed", "改动", "registered"), rows)
    else:
        print_line(f"No slip of one character makes {code!r} a code.")
    if not found:
        raise typer.Exit(1)


def _scheme_of(text: str, scheme: str | None) -> Scheme:
    """The scheme that was named, else the only one that the text can be a code of."""
    from coding import detect as detect_code
    from coding import get_scheme

    if scheme is not None:
        return get_scheme(scheme)
    candidates = detect_code(text)
    if not candidates:
        raise CommandFailed(
            f"{text!r} is a code of no known scheme; name the one that is meant with --scheme to learn why"
        )
    if len(candidates) > 1:
        names = ", ".join(each.scheme for each in candidates)
        raise CommandFailed(f"{text!r} could be a code of {names}; name the one that is meant with --scheme")
    return get_scheme(candidates[0].scheme)


def _tried(
    text: str, scheme: str | None, work: Callable[[Scheme, str], str]
) -> tuple[str, str | None, str | None, str | None]:
    """What `work` makes of a text in its scheme."""
    from coding import CodeError

    try:
        found = _scheme_of(text, scheme)
        return text, found.id, work(found, text), None
    except (CodeError, CommandFailed) as error:
        return text, scheme, None, str(error)


def _show(results: list[_Tried], result: str, *, as_json: bool) -> None:
    columns = ("given", "scheme", result, "error")
    has_errors = any(row[-1] for row in results)
    if as_json:
        print_json({"results": [dict(zip(columns, row, strict=True)) for row in results]})
    else:
        shown = columns if has_errors else columns[:-1]
        print_table(shown, [row[: len(shown)] for row in results])
    if has_errors:
        raise typer.Exit(1)


def _as_json(parsed: ParsedCode) -> dict[str, object]:
    return {
        "scheme": parsed.scheme,
        "code": parsed.code,
        "form": parsed.form,
        "parts": [
            {"name": part.name, "value": part.value, "labels": part.labels, "meaning": part.meaning}
            for part in parsed.parts
        ],
        "warnings": parsed.warnings,
    }
