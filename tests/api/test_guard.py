"""What holds for every request and answer."""

import httpx
import pytest

PATHS = ["/", "/docs", "/health", "/openapi.json", "/static/style.css", "/nowhere", "/resolve/x", "/sparql"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""])
def test_a_request_to_another_host_is_refused(client: httpx.Client, host: str) -> None:
    answer = client.get("/health", headers={"host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost", "LOCALHOST:80", "[::1]:8080"])
def test_the_loopback_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


LIMITS = [("/cypher", 1_000_000), ("/sparql", 1_000_000), ("/reconcile", 1_000_000), ("/resolve", 16_000_000)]


@pytest.mark.parametrize(("path", "limit"), LIMITS)
def test_a_body_that_is_too_large_is_refused_by_its_announced_length(
    client: httpx.Client, path: str, limit: int
) -> None:
    answer = client.post(path, content=b"a" * (limit + 1), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert f"{limit:,}" in answer.json()["detail"]


@pytest.mark.parametrize(("path", "limit"), LIMITS)
def test_a_body_that_hides_its_length_is_refused_when_it_has_come(client: httpx.Client, path: str, limit: int) -> None:
    answer = client.post(
        path,
        content=(b"a" * 100_000 for _ in range(limit // 100_000 + 1)),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


def test_nothing_can_be_written(client: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.request(method, "/entities/x").status_code == 405


def test_deeply_nested_json_is_refused(client: httpx.Client) -> None:
    answer = client.post("/resolve", content="[" * 100_000, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
