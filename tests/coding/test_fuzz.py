"""Parsers of all schemes, fuzzed for a while."""

import subprocess
import sys

import pytest

from coding import schemes

SECONDS = 15


@pytest.mark.soak
@pytest.mark.parametrize("scheme", sorted(schemes()))
def test_no_text_breaks_a_parser(scheme: str) -> None:
    pytest.importorskip("atheris", reason="`make soak` installs it")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.coding.fuzz", scheme, str(SECONDS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
