"""`/ontology/plan`, `/validate`, `/map`, ...: the questions of the workbench over HTTP; none of them writes.

Putting an ontology into force is left to the command line: the service answers questions, and changes nothing.
"""

import re
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import JSONResponse, Response

from ingest.draft import NothingToDraft, draft_of_file
from ingest.draft import as_json as draft_json
from ingest.migrate import plan_ontology
from ingest.readers import ReaderError
from kg.ontologies import find_version, ontology_findings, ontology_versions, version_texts
from kg.ontology_texts import known_texts
from kg.rdf.validate import validate_view
from ontology import as_sarif
from ontology import diff as by_meaning
from ontology.read import read
from ontology.shacl import as_graph, as_rows, conforms, shapes_of

from ..negotiation import JSON, TURTLE, chosen_form
from ..parts import Parts
from ..problems import BadRequest

_SUFFIXES = re.compile(r"(\.[a-z0-9]{1,12}){1,3}")
_Which = Annotated[str, Query(description="packaged, workspace, in-force, or a version that /ontology/log lists.")]


def router(parts: Parts) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["ontology"])

    @routes.get("/ontology/log", summary="Which ontology was in force since when, the newest first")
    def log() -> JSONResponse:
        members = ("version", "changeset", "time", "actor", "reason", "files")
        versions = ontology_versions(parts.ledger)
        return JSONResponse([{name: getattr(each, name) for name in members} for each in versions])

    @routes.get("/ontology/versions/{version}", summary="The texts of a version, by its first characters")
    def version_(version: str) -> JSONResponse:
        found = find_version(parts.ledger, version)
        texts = version_texts(parts.ledger, found)
        return JSONResponse({"version": found.version, "texts": {text.name: text.text for text in texts}})

    @routes.get("/ontology/check", summary="What is wrong with the workspace's ontology, as SARIF")
    def check() -> JSONResponse:
        return JSONResponse(as_sarif(ontology_findings(parts.workspace, parts.ontology())))

    @routes.get("/ontology/diff", summary="What differs between two ontologies by meaning")
    def diff(a: _Which = "in-force", b: _Which = "workspace") -> JSONResponse:
        old, new = (known_texts(name, parts.workspace, parts.ledger) for name in (a, b))
        return JSONResponse(by_meaning.as_json(by_meaning.difference(old, new)))

    @routes.get("/ontology/plan", summary="What applying the workspace's ontology would do to the data")
    def plan() -> JSONResponse:
        return JSONResponse(plan_ontology(parts.workspace, parts.ledger).as_json())

    @routes.get(
        "/ontology/validate",
        summary="What is stored and breaks a shape; as JSON, or in Turtle as a sh:ValidationReport",
        responses={200: {"content": {form.media_types[0]: {} for form in (JSON, TURTLE)}}},
    )
    def validate(
        request: Request,
        shapes: _Which = "in-force",
        format_: Annotated[str | None, Query(alias="format", description="json or turtle.")] = None,
    ) -> Response:
        form = chosen_form(request.headers.get("accept"), format_, (JSON, TURTLE))
        used = shapes_of(read(known_texts(shapes, parts.workspace, parts.ledger)))
        results = validate_view(parts.workspace.rdf, used)
        if form == TURTLE:
            return Response(as_graph(results, used), media_type="text/turtle; charset=utf-8")
        rows = list(as_rows(results, used))
        return JSONResponse({"conforms": conforms(results), "shapes": len(used), "results": rows})

    @routes.post("/ontology/map", summary="A first mapping for an unknown file: the body is the file")
    def map_(
        body: Annotated[bytes, Body(media_type="application/octet-stream")],
        name: Annotated[str, Query(description="The file's name; its ending tells the format.")],
        layer: str | None = None,
    ) -> JSONResponse:
        suffix = _SUFFIXES.search(name.lower())
        with tempfile.TemporaryDirectory(prefix="res3d-map-") as folder:
            path = Path(folder) / f"file{suffix[0] if suffix else ''}"  # nothing else of the name gets into a path
            path.write_bytes(body)
            try:
                found = draft_of_file(parts.workspace, parts.ledger, parts.ontology(), path, name=name, layer=layer)
            except (NothingToDraft, ReaderError) as error:
                raise BadRequest(str(error).replace(str(path), name).replace(path.name, name)) from error
        return JSONResponse(draft_json(found.draft) | {"mapping": found.mapping})

    return routes
