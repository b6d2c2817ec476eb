"""Findings as SARIF: the members that the standard demands (OASIS SARIF 2.1.0, 3.13, 3.14, 3.27) and our places."""

import json

from ontology import Finding, OntologyText, as_sarif, check, packaged_texts

from .texts import PREFIXES


def test_a_finding_is_a_result_at_its_line_that_refers_to_its_rule() -> None:
    text = OntologyText("mine.ttl", PREFIXES + "my:Quay a owl:Class .")
    findings = check((*packaged_texts(), text))
    log = json.loads(json.dumps(as_sarif(findings)))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "ReS3D"
    assert len(run["results"]) == len(findings) > 2
    for result, finding in zip(run["results"], findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert result["level"] in {"error", "warning"}
        assert finding.message in result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "mine.ttl"
        assert place["physicalLocation"]["region"]["startLine"] == finding.line


def test_a_finding_without_a_place_has_no_location() -> None:
    finding = Finding(severity="error", code="removed", term="Quay", file="", message="is gone")
    (run,) = json.loads(json.dumps(as_sarif([finding])))["runs"]
    (result,) = run["results"]
    assert "locations" not in result


def test_no_finding_is_a_run_without_results() -> None:
    (run,) = json.loads(json.dumps(as_sarif(())))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
