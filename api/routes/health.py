"""`/health`: the state of the ledger and of every view, and how far each is behind."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from kg.ledger import Position

from ..parts import Parts, ViewState


def router(parts: Parts) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["service"])

    @routes.get("/health", summary="State of the ledger and of the views")
    def health() -> JSONResponse:
        """Answers 200 even when a view lags or is missing: codes and entities come from the ledger.

        503 only when the ledger can't be read.
        """
        position = parts.ledger.position()
        views = {name: _view(state, position) for name, state in parts.views().items()}
        is_ok = all(view["state"] == "current" for view in views.values())
        content = {
            "status": "ok" if is_ok else "degraded",
            "ledger": {"changeset": position.number, "digest": position.digest},
            "ontology": parts.ontology().version,
            "views": views,
        }
        return JSONResponse(content, headers={"Cache-Control": "no-store"})

    return routes


def _view(state: ViewState, position: Position) -> dict[str, object]:
    if state.problem is not None:
        word = "failed"
    elif state.changeset is None:
        word = "missing"
    else:
        word = "current" if state.changeset >= position.number else "behind"
    behind = None if state.changeset is None else max(position.number - state.changeset, 0)
    return {"state": word, "changeset": state.changeset, "behind": behind, "problem": state.problem}
