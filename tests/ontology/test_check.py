"""Every bad file names, in its first line, the finding that it must cause and the line of that finding."""

import re
from pathlib import Path

import pytest

from coding import schemes
from ontology import Finding, OntologyError, OntologyText, check, compile_schema, folder_texts, packaged_texts

from .texts import DATA, PREFIXES, file_text

BAD_FILES = sorted((DATA / "bad").glob("*.ttl"))
GOOD_FILES = sorted((DATA / "good").glob("*.ttl"))
EXPECTATION = re.compile(r"# (?P<severity>error|warning): (?P<code>[\w-]+)(?:, line (?P<line>\d+))?\n")


def findings_about(path: Path) -> tuple[Finding, ...]:
    return check((*packaged_texts(), file_text(path)), schemes())


def test_there_are_good_and_bad_files() -> None:
    assert len(BAD_FILES) > 30
    assert GOOD_FILES


@pytest.mark.parametrize("path", BAD_FILES, ids=lambda path: path.stem)
def test_a_bad_file_causes_the_finding_that_it_names_and_no_other(path: Path) -> None:
    expected = EXPECTATION.match(path.read_text(encoding="utf-8"))
    assert expected, "the first line must read '# error: code, line n'"
    found = [finding for finding in findings_about(path) if finding.severity == expected["severity"]]
    assert {finding.code for finding in found} == {expected["code"]}
    if expected["line"]:
        assert (found[0].file, found[0].line) == (path.name, int(expected["line"]))


@pytest.mark.parametrize("path", GOOD_FILES, ids=lambda path: path.stem)
def test_a_good_file_causes_no_finding(path: Path) -> None:
    assert findings_about(path) == ()


def test_the_packaged_model_causes_no_finding() -> None:
    assert check(packaged_texts(), schemes()) == ()


def test_compiling_a_bad_file_raises_all_its_errors_and_no_warning() -> None:
    text = OntologyText("mine.ttl", PREFIXES + "my:Quay a owl:Class ; :ladderRank 'x' ; rdfs:subClassOf :Bilding .")
    with pytest.raises(OntologyError) as raised:
        compile_schema((*packaged_texts(), text))
    assert sorted(finding.code for finding in raised.value.findings) == ["bad-value", "undefined-term"]
    assert "mine.ttl:8: error undefined-term: my:Quay uses :Bilding, which no text declares" in str(raised.value)


def test_a_syntax_error_tells_file_line_and_column() -> None:
    with pytest.raises(OntologyError) as raised:
        compile_schema([OntologyText("broken.ttl", "@prefix : <a:b> .\n:a :b ; .\n:c :d")])
    assert (raised.value.file, raised.value.line, raised.value.column) == ("broken.ttl", 2, 7)
    assert str(raised.value).startswith("broken.ttl:2:7: error syntax: the text is not Turtle:")


def test_a_file_in_another_encoding_is_refused_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "old.ttl").write_bytes("# 码头".encode("gbk"))
    with pytest.raises(OntologyError, match=r"old\.ttl: error encoding: the file is not UTF-8 \(byte 2\); save it"):
        folder_texts(tmp_path)


def test_a_folder_that_is_not_there_has_no_texts(tmp_path: Path) -> None:
    assert folder_texts(tmp_path / "ontology") == ()


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "bom.ttl").write_bytes(b"\xef\xbb\xbf@prefix : <a:b> .")
    assert folder_texts(tmp_path) == (OntologyText("bom.ttl", "@prefix : <a:b> ."),)


def test_two_cycles_are_both_reported() -> None:
    turtle = "my:A a owl:Class ; rdfs:subClassOf my:A . my:B a owl:Class ; rdfs:subClassOf my:B ."
    found = check((*packaged_texts(), OntologyText("mine.ttl", PREFIXES + turtle)))
    assert [finding.term for finding in found if finding.code == "cycle"] == ["my:A", "my:B"]
    assert "is its own superclass: my:A -> my:A; drop one of these statements" in found[0].message
