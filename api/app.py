"""The service, composed from its parts."""

from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from ontology.docs import STATIC as ONTOLOGY_ASSETS

from . import problems
from .guard import Guard
from .pages import Pages
from .parts import Parts
from .routes import codes, cypher, entities, health, names, ontology, reconcile, resolve, sparql, start, workbench
from .settings import HttpSettings

_DESCRIPTION = (
    "Knowledge graph and semantic service for geographic entities: resolves codes, shows entities, answers SPARQL and "
    "Cypher. Errors are problem documents (RFC 9457). Nothing here writes."
)


def create_app(parts: Parts, settings: HttpSettings) -> FastAPI:
    """An app over these parts. It holds nothing of its own: who makes the parts also ends them."""
    app = FastAPI(
        title="ReS3D",
        version=_version(),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    pages = Pages(parts.workspace.languages)
    problems.install(app, pages.problem)
    limits = {"/resolve": settings.table_bytes}
    app.add_middleware(Guard, host_names=settings.host_names, body_bytes=settings.body_bytes, larger=limits)
    app.mount("/ontology/assets", StaticFiles(directory=str(ONTOLOGY_ASSETS)), name="ontology assets")
    app.mount("/static", StaticFiles(directory=str(files("api.pages") / "static")), name="static")
    for router in (
        start.router(parts, pages),
        health.router(parts),
        resolve.router(parts, pages, settings.codes_at_once),
        entities.router(parts, pages),
        codes.router(parts, pages),
        names.router(parts, pages),
        reconcile.router(parts, pages, settings.origins),
        workbench.router(parts),
        ontology.router(parts),
        sparql.router(parts, pages, settings),
        cypher.router(parts, settings),
    ):
        app.include_router(router)
    return app


def _version() -> str:
    try:
        return version("res3d")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
