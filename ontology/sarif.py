"""Findings as SARIF 2.1.0 (OASIS standard), which code review services and editors show beside the lines."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from .errors import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(findings: Sequence[Finding]) -> dict[str, object]:
    """A SARIF log with one run; file names are relative to where the ontology's files are.

    >>> finding = Finding(severity="error", code="cycle", term=":A", file="a.ttl", line=3, message="is above itself")
    >>> as_sarif([finding])["runs"][0]["results"][0]["message"]
    {'text': ':A is above itself'}
    """
    codes = sorted({finding.code for finding in findings})
    driver = {
        "name": "ReS3D",
        "version": version("res3d"),
        "rules": [{"id": code, "shortDescription": {"text": code.replace("-", " ")}} for code in codes],
    }
    results = [_result(finding, codes.index(finding.code)) for finding in findings]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: Finding, rule: int) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": f"{finding.term} {finding.message}"},
    }
    if finding.file:
        place: dict[str, object] = {"artifactLocation": {"uri": finding.file}}
        if finding.line:
            place["region"] = {"startLine": finding.line} | ({"startColumn": finding.column} if finding.column else {})
        result["locations"] = [{"physicalLocation": place}]
    return result
