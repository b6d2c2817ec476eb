"""What a run of one town came to, as it goes from the process that ran it to the one that reports."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.processes import Taken
from tests.bench.stages import Spent


@dataclass(frozen=True, slots=True)
class TownRun:
    """One town from its files to both views. Seconds on the clock; stages and processes by name."""

    buildings: int
    ingest_seconds: float
    end_to_end_seconds: float
    ingest_stages: dict[str, Spent]
    view_stages: dict[str, Spent]
    processes: dict[str, Taken]
    ledger_bytes: int

    @property
    def rate(self) -> float:
        """Buildings a second, from the first byte read to both views filled."""
        return self.buildings / self.end_to_end_seconds

    def to_json(self) -> str:
        """One line of JSON; `town_run_from_json` makes an equal run of it."""
        return json.dumps(asdict(self))


def town_run_from_json(text: str) -> TownRun:
    """The run that `TownRun.to_json` wrote."""
    fields: dict[str, Any] = json.loads(text)  # written by ourselves
    stages = {
        name: {stage: Spent(**one) for stage, one in fields[name].items()} for name in ("ingest_stages", "view_stages")
    }
    processes = {name: Taken(**one) for name, one in fields["processes"].items()}
    return TownRun(**{**fields, **stages, "processes": processes})
