"""Coverage-guided fuzzing of one scheme: `python -m tests.coding.fuzz SCHEME SECONDS`, run by `make soak`.

Whatever text comes: a canonical code that stays as it is and reads the same in a column, or a `CodeError`; nothing else
is raised, and nothing takes long (libFuzzer's own limit of five seconds for one text).
"""

import sys

import atheris

with atheris.instrument_imports(include=["coding"]):
    from coding import CodeError, get_scheme


def main() -> None:
    """Feed texts to the scheme until the time is over."""
    scheme, seconds = get_scheme(sys.argv[1]), int(sys.argv[2])

    def once(content: bytes) -> None:
        text = atheris.FuzzedDataProvider(content).ConsumeUnicodeNoSurrogates(600)
        try:
            code = scheme.validate(text)
        except CodeError as error:
            str(error)
            return
        assert scheme.validate(code) == code
        assert "".join(part.value for part in scheme.parse(code).parts) == code
        assert scheme.validate(scheme.format(code)) == code

    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-timeout=5", "-max_len=2000", "-verbosity=0"], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
