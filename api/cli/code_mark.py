"""`res3d code mark`: a code's IRI as a QR code or a Data Matrix."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .common import JsonOption, WorkspaceOption, find_workspace
from .output import print_json, print_line


def mark(
    code: Annotated[str, typer.Argument(help="The code.", show_default=False)],
    scheme: Annotated[str, typer.Option("--scheme", "-s", help="Its scheme.")],
    kind: Annotated[str, typer.Option("--kind", help="qr or datamatrix.")] = "qr",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The SVG file to write; else it is shown.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """A code's IRI as a QR code or Data Matrix (SVG), for a plate, a deed or a plan."""
    from api.marks import MARKS, mark_svg
    from coding import get_scheme
    from kg.resolve.iris import code_iri

    chosen = next((each for each in MARKS if each == kind), None)
    if chosen is None:
        raise typer.BadParameter(f"{kind!r}: expected {' or '.join(MARKS)}", param_hint="--kind")
    iri = code_iri(find_workspace(workspace).base, scheme, get_scheme(scheme).validate(code))
    drawing = mark_svg(iri, chosen)
    if output is not None:
        output.write_text(drawing, encoding="utf-8")
    if as_json:
        print_json({"iri": iri, "svg": drawing})
    elif output is not None:
        print_line(f"{output}: {iri}")
    else:
        sys.stdout.write(drawing + "\n")
