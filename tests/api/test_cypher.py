"""`/cypher`: the shape of Neo4j's Query API, and statements that are not answered."""

import httpx
import pytest


def ask(client: httpx.Client, statement: str, **parameters: object) -> dict[str, object]:
    answer = client.post("/cypher", json={"statement": statement, "parameters": parameters})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_answer_has_fields_and_values(client: httpx.Client) -> None:
    answer = ask(client, "MATCH (c:Code {codeValue: $code})<-[:HAS_CODE]-(e) RETURN e.entityId AS id, 1 + 1 AS two",
                 code="340123002004GB00031F0001")  # fmt: skip
    data = answer["data"]
    assert isinstance(data, dict)
    assert data["fields"] == ["id", "two"]
    assert data["values"][0][1] == 2


def test_a_cut_answer_says_so(client: httpx.Client) -> None:
    answer = ask(client, "UNWIND range(1, 5000) AS n RETURN n")
    assert answer["truncated"] is True
    data = answer["data"]
    assert isinstance(data, dict)
    assert len(data["values"]) == 1_000


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("MATCH (n) DETACH DELETE n", 403),
        ("CREATE (n:X)", 403),
        ("MATCH (n) SET n.x = 1", 403),
        ("SHOW USERS", 403),
        ("SHOW SETTINGS", 403),
        ("CALL dbms.listConfig()", 403),
        ("LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line", 403),
        ("LOAD CSV FROM 'http://127.0.0.1:1/' AS line RETURN line", 403),
        ("CREATE INDEX FOR (n:X) ON (n.y)", 403),
        ("RETUR 1", 400),
        ("RETURN $absent", 400),
    ],
)
def test_what_writes_administers_or_reaches_out_is_refused(client: httpx.Client, statement: str, status: int) -> None:
    answer = client.post("/cypher", json={"statement": statement})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_statement_is_ended_at_its_time_limit(client: httpx.Client) -> None:
    endless = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a + b < 0 RETURN count(*)"
    answer = client.post("/cypher?timeout=1", json={"statement": endless})
    assert answer.status_code == 504
    assert client.get("/health").status_code == 200
    assert ask(client, "RETURN 1 AS one")["data"] == {"fields": ["one"], "values": [[1]]}


@pytest.mark.parametrize("body", ["[1]", "{", '{"statement": ""}', '{"statement": "RETURN 1", "more": 1}', "null"])
def test_a_body_of_another_shape_is_refused(client: httpx.Client, body: str) -> None:
    answer = client.post("/cypher", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_without_the_view_the_answer_says_so(viewless: httpx.Client) -> None:
    assert viewless.post("/cypher", json={"statement": "RETURN 1"}).status_code == 503
