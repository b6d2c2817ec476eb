"""`/cypher`: Cypher statements that only read, answered in the shape of Neo4j's Query API."""

from typing import Annotated, Any  # parameters are any JSON

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from ..parts import Parts
from ..problems import ViewAbsent
from ..settings import HttpSettings
from .queries import QueryRoom, seconds_allowed

_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"description": "`data.fields` and `data.values`; `truncated` when there were more rows than are given."},
    400: {"description": "Neo4j does not understand the statement."},
    403: {"description": "The statement does more than read."},
    503: {"description": "The property graph can't answer now."},
    504: {"description": "The statement reached its time limit."},
}


class Statement(BaseModel):
    """A statement with its parameters."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"statement": "MATCH (n:Code {codeValue: $code}) RETURN n", "parameters": {"code": "340123"}}
        },
    )

    statement: str = Field(min_length=1, max_length=100_000)
    parameters: dict[str, Any] = Field(default_factory=dict)


def router(parts: Parts, settings: HttpSettings) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["queries"])
    room = QueryRoom(settings.waiting_queries)

    @routes.post("/cypher", summary="A Cypher statement", responses=_ANSWERS)
    async def ask(
        body: Statement, timeout: Annotated[str | None, Query(description="Seconds.")] = None
    ) -> JSONResponse:
        """Only statements that read the graph are answered; administration, files and the network are refused."""
        seconds = seconds_allowed(timeout, settings)
        if parts.cypher is None:
            raise ViewAbsent("The property graph does not run here; `res3d serve` starts it.")
        source = parts.cypher
        answer = await room.run(
            lambda: source(body.statement, body.parameters, seconds=seconds, max_rows=settings.query_rows)
        )
        content: dict[str, object] = {"data": {"fields": list(answer.fields), "values": answer.values}}
        if answer.truncated:
            content["truncated"] = True
        return JSONResponse(content)

    return routes
