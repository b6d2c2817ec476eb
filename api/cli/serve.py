"""`res3d serve`: the service for people and programs, on loopback unless told otherwise."""

from __future__ import annotations

from typing import Annotated

import typer

from .common import JsonOption, WorkspaceOption, find_workspace, graph_place, read_settings
from .output import print_json, print_line
from .views import provide_neo4j


def serve(
    port: Annotated[
        int | None, typer.Option(help="Port; 0 takes any free one. Else RES3D_HTTP_PORT or 8080.", min=0, max=65535)
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address. Else RES3D_HTTP_HOST or 127.0.0.1.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve pages, /resolve, /sparql and /cypher until Ctrl-C, and keep the views at the ledger meanwhile."""
    from api.serve import serve as run_service
    from api.settings import HttpSettings

    found = find_workspace(workspace)
    given = {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    settings = read_settings(HttpSettings).model_copy(update=given)
    place = graph_place()
    provide_neo4j(place)
    run_service(
        found, place, settings, report=lambda text: print_json({"status": text}) if as_json else print_line(text)
    )
