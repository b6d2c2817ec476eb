"""The OpenAPI document against the service: whatever it allows ends in no server error."""

from typing import Any  # the operation of a case, which this test does not look at

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

EXAMPLES = 15
OUT_OF_TIME = 504  # a query that was made up may be a heavy one


def test_whatever_the_document_allows_ends_in_no_server_error(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) > 10
    for operation in operations:

        @settings(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
        )
        @given(case=operation.as_strategy())
        def no_server_error(case: schemathesis.Case[Any]) -> None:
            response = case.call(allow_redirects=False)
            assert response.status_code < 500 or response.status_code == OUT_OF_TIME, (case, response.text)

        no_server_error()


@pytest.mark.parametrize("path", ["/health", "/resolve/{code}", "/entities/{entity}", "/sparql", "/cypher"])
def test_the_document_describes_every_answer(client: httpx.Client, path: str) -> None:
    for operation in client.get("/openapi.json").json()["paths"][path].values():
        assert operation["summary"]
        assert all(answer["description"] for answer in operation["responses"].values())
