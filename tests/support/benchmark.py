"""Talks to firmware with the line protocol of the MLPerf Tiny benchmarks: commands end in %, answers in m-ready."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator import Board

_BYTES_A_LINE = 32
_READY = "m-ready\r\n"


@dataclass(frozen=True)
class Measurement:
    """Microseconds by the firmware's own clock, cycles by the emulator's, and the printed results."""

    microseconds: int
    cycles: int
    results: tuple[str, ...]


class Device:
    """A board with such firmware, run to its first prompt; `greeting` is what it printed up to there."""

    def __init__(self, board: Board, timeout: float = 60) -> None:
        self._board, self._timeout, self._printed = board, timeout, 0
        self.greeting = self._until(_READY)[0]

    def _until(self, text: str) -> tuple[str, int]:
        """What is printed up to the text, and the cycles then."""
        result = self._board.run(until=text, timeout=self._timeout)
        output = result.output.decode(errors="replace")
        assert result.end == "stopped", (result.end, result.where, output[-300:], [f.text for f in result.faults])
        printed, self._printed = output[self._printed :], len(output)
        return printed, result.cycles

    def ask(self, command: str) -> str:
        """What the firmware answers to one command."""
        self._board.send(f"{command}%")
        return self._until(_READY)[0]

    def load(self, data: bytes) -> None:
        """Send an input tensor."""
        answer = self.ask(f"db load {len(data)}")
        for position in range(0, len(data), _BYTES_A_LINE):
            answer = self.ask(f"db {data[position : position + _BYTES_A_LINE].hex()}")
        assert "m-load-done" in answer, answer

    def infer(self, times: int = 1, warm: int = 0) -> Measurement:
        """Inferences between the firmware's two timestamps."""
        self._board.send(f"infer {times} {warm}%")
        self._until("m-infer-start")
        begin = self._until("m-lap-us-")[1]
        first, end = self._until("m-lap-us-")
        rest = self._until(_READY)[0]
        laps = [int(re.match(r"\d+", text)[0]) for text in (first, rest)]  # type: ignore[index]
        results = re.findall(r"m-results-\[(.*?)\]", rest)[-1].split(",")
        return Measurement(laps[1] - laps[0], end - begin, tuple(results))
