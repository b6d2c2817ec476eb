"""`/resolve`: statuses, many codes, the search form."""

import httpx
import pytest

P1 = "340123002004GB00011"
B1 = "340123002004GB00031F0001"


def test_a_code_that_is_in_use_answers_200_with_its_entity(client: httpx.Client) -> None:
    answer = client.get(f"/resolve/{B1}")
    assert answer.status_code == 200
    assert answer.json()["candidates"][0]["entity"]["class"] == "Building"


def test_a_retired_code_answers_410_with_its_successors(client: httpx.Client) -> None:
    answer = client.get(f"/resolve/{P1}")
    assert answer.status_code == 410
    successors = answer.json()["candidates"][0]["successors"]
    assert [each["code"] for each in successors] == ["340123002004GB00031", "340123002004GB00032"]
    assert successors[0]["event"]["legal_reference"] == "B2024-17"


def test_a_code_that_nobody_bears_answers_404_with_near_misses(client: httpx.Client) -> None:
    answer = client.get(f"/resolve/{B1}0009")
    assert answer.status_code == 404
    assert answer.json()["candidates"][0]["state"] == "unregistered"
    assert answer.json()["near_misses"][0]["code"] == B1


def test_a_text_that_is_no_code_answers_404(client: httpx.Client) -> None:
    answer = client.get("/resolve/no code at all")
    assert (answer.status_code, answer.json()["candidates"]) == (404, [])


def test_an_ambiguous_text_and_a_place_answer_200(client: httpx.Client) -> None:
    assert client.get("/resolve/210000").status_code == 200
    assert len(client.get("/resolve/210000").json()["candidates"]) == 3
    place = client.get("/resolve/N50J47539B8255346152")
    assert place.status_code == 200
    assert place.json()["candidates"][0]["entity"] is None


def test_a_code_with_slashes_and_an_iri_are_taken_as_they_are(client: httpx.Client, building: str) -> None:
    assert client.get("/resolve/MA%2F1%2F2").json()["query"] == "MA/1/2"
    iri = f"https://res3d.example/entity/{building}"
    assert client.get("/resolve/https%3A%2F%2Fres3d.example%2Fentity%2F" + building).json()["query"] == iri


def test_the_search_form_leads_to_the_address_of_the_code(client: httpx.Client) -> None:
    answer = client.get("/resolve", params={"code": " 340123 002004/x ", "lang": "en"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/resolve/340123%20002004%2Fx?lang=en"


def test_many_codes_are_answered_in_their_order(client: httpx.Client) -> None:
    answer = client.post("/resolve", json=[P1, "?", B1])
    assert answer.status_code == 200
    assert [each["query"] for each in answer.json()] == [P1, "?", B1]
    assert [len(each["candidates"]) for each in answer.json()] == [1, 0, 1]


@pytest.mark.parametrize(("body", "status"), [('{"codes": 1}', 422), ("[1]", 422), ("[", 422), ("[]", 200)])
def test_a_wrong_list_is_refused_with_its_place(client: httpx.Client, body: str, status: int) -> None:
    answer = client.post("/resolve", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status


def test_more_codes_than_allowed_are_refused_before_any_work(client: httpx.Client) -> None:
    answer = client.post("/resolve", json=["x"] * 100_001)
    assert answer.status_code == 400
    assert "at most 100,000" in answer.json()["detail"]


def test_an_unknown_scheme_lists_the_known_ones(client: httpx.Client) -> None:
    answer = client.get(f"/resolve/{P1}", params={"scheme": "nope"})
    assert answer.status_code == 404
    assert "cn.bdcdyh" in answer.json()["detail"]


def test_a_code_is_answered_at_a_date_and_as_it_was_known(client: httpx.Client) -> None:
    assert client.get(f"/resolve/{P1}", params={"at": "2024-01-01"}).json()["candidates"][0]["state"] == "current"
    assert client.get(f"/resolve/{P1}", params={"as_of": "0"}).status_code == 404
    assert client.get(f"/resolve/{P1}", params={"as_of": "2000-01-01"}).status_code == 404
    assert client.get(f"/resolve/{P1}", params={"as_of": "2999-01-01T00:00:00Z"}).status_code == 410


@pytest.mark.parametrize(
    ("name", "value"), [("at", "yesterday"), ("at", "2024-02-30"), ("as_of", "1' OR 1=1"), ("as_of", "2024-13-01")]
)
def test_what_names_no_moment_is_refused(client: httpx.Client, name: str, value: str) -> None:
    answer = client.get(f"/resolve/{P1}", params={name: value})
    assert answer.status_code == 400
    assert "expected" in answer.json()["detail"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_csv_comes_back_with_what_is_behind_its_codes(client: httpx.Client, encoding: str) -> None:
    table = f"名称;code\n甲;{P1}\n乙;\n丙;{B1}\n丁;?\n"
    headers = {"content-type": "text/csv"}
    answer = client.post("/resolve", params={"column": "code"}, content=table.encode(encoding), headers=headers)
    assert answer.status_code == 200
    header, *rows = [line.split(",") for line in answer.text.splitlines()]
    assert header[2:5] == ["res3d_scheme", "res3d_code", "res3d_state"]
    assert [row[0] for row in rows] == ["甲", "乙", "丙", "丁"]
    assert [row[4] for row in rows] == ["retired", "", "current", ""]
    assert rows[0][7] == "340123002004GB00031 340123002004GB00032"
    assert rows[3][8] == "no code of a known scheme"


def test_a_column_says_the_same_as_each_code_alone(client: httpx.Client) -> None:
    cells = ["N50J47539B8255346152", "8931aa50107ffff", "G001310322", "NE104J"]
    codes = [P1, B1, "210000", *cells, "?", "340123002004GB00031F00010099", "R3DIRUTX2M4UUIP"]
    alone = [
        each["candidates"][0] if each["candidates"] else None for each in client.post("/resolve", json=codes).json()
    ]
    answer = client.post("/resolve", content="\n".join(["code", *codes]), headers={"content-type": "text/csv"})
    rows = [line.split(",") for line in answer.text.splitlines()[1:]]
    assert [row[1:4] for row in rows] == [
        [best["scheme"], best["code"], best["state"]] if best else ["", "", ""] for best in alone
    ]
    assert [row[4] for row in rows] == [best["entity"]["id"] if best and best["entity"] else "" for best in alone]


@pytest.mark.parametrize(
    ("content", "column", "message"),
    [
        (b"", None, "no header line"),
        (b"a,b\n1,2\n", None, "Name the column with the codes; the table has a, b"),
        (b"a,b\n1,2\n", "c", "There is no column 'c'"),
        (b"a\x00b\n\xff\xff", None, "no text in UTF-8"),
        (b"," * 1_000_000, None, "more than 2,000 columns"),
    ],
)
def test_a_table_that_can_not_be_read_is_refused(
    client: httpx.Client, content: bytes, column: str | None, message: str
) -> None:
    headers = {"content-type": "text/csv"}
    answer = client.post("/resolve", params={"column": column} if column else {}, content=content, headers=headers)
    assert answer.status_code == 422
    assert message in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json", "text/csv"])
def test_an_unknown_scheme_is_refused_before_the_answer_begins(client: httpx.Client, kind: str) -> None:
    content = "[]" if kind == "application/json" else "code\n1\n"
    answer = client.post("/resolve", params={"scheme": "nope"}, content=content, headers={"content-type": kind})
    assert answer.status_code == 404


def test_a_body_of_another_kind_is_refused(client: httpx.Client) -> None:
    assert client.post("/resolve", content=b"<codes/>", headers={"content-type": "text/xml"}).status_code == 415
