"""Counts the cycles of one inference of a firmware image that speaks MLPerf Tiny's line protocol over its UART.

Commands end in %, answers in m-ready; an input tensor is sent as hexadecimal lines; two time stamps enclose the
inference. The input is the same each time, not one of the benchmark's.
"""

from __future__ import annotations

import struct
from pathlib import Path

from emulator.accuracy.elf_files import code_hash
from emulator.accuracy.measure import COMMAND
from emulator.accuracy.publication import FirmwareImage, Measurement
from emulator.accuracy.recorded import Recorded, rounded
from emulator.accuracy.rule_shares import rules_in_effect
from emulator.boards.board import Board
from emulator.errors import AccuracyError

SECONDS = 600.0
_BYTES_A_LINE = 32
_READY = "m-ready\r\n"
_STAMP = "m-lap-us-"


def measure_firmware(measurement: Measurement, image: FirmwareImage, path: Path, seconds: float = SECONDS) -> Recorded:
    """Our count for one inference. Raises AccuracyError when the firmware stops answering."""
    board = Board(image.board)
    code = code_hash(board.load(path, image.base))
    _until(board, _READY, seconds)
    data = _tensor(image)
    _ask(board, f"db load {len(data)}", seconds)
    for position in range(0, len(data), _BYTES_A_LINE):
        _ask(board, f"db {data[position : position + _BYTES_A_LINE].hex()}", seconds)
    board.send("infer 1 0%")
    _until(board, "m-infer-start", seconds)
    before = _until(board, _STAMP, seconds)
    counted = board.counts()
    after = _until(board, _STAMP, seconds)
    cycles, shares = after[0] - before[0], board.coverage(counted, rules_in_effect(board.core))
    return Recorded(
        key=measurement.key,
        cycles=cycles,
        instructions=after[1] - before[1],
        stalls=round(shares.stalls * cycles),
        code=code,
        command=COMMAND,
        classes=rounded(shares.classes),
        rules=rounded(shares.rules),
    )


def _ask(board: Board, command: str, seconds: float) -> None:
    board.send(f"{command}%")
    _until(board, _READY, seconds)


def _until(board: Board, text: str, seconds: float) -> tuple[int, int]:
    """Cycles and instructions when the text has been printed."""
    result = board.run(until=text, timeout=seconds)
    if result.end != "stopped":
        raise AccuracyError(f"the firmware did not print {text.strip()}: {result.end} at {result.where}")
    return result.cycles, result.instructions


def _tensor(image: FirmwareImage) -> bytes:
    values = [n * 37 & 0x7F for n in range(image.input_bytes)]
    if image.input_type == "float32":
        return struct.pack(f"<{len(values) // 4}f", *values[: len(values) // 4])
    return bytes(values)
