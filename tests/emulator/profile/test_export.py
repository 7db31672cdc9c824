"""Exports of a profile, read by the tools they are for, or held against the rules of their formats."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Board, EmulatorError
from emulator.profile.export import formats, render
from emulator.profile.tree import Profile
from tests.support.firmware import FOLDER, build
from tests.support.json_schema import check_schema

SPEEDSCOPE = {
    "required": {
        "$schema": {"enum": ["https://www.speedscope.app/file-format-schema.json"]},
        "shared": {
            "required": {
                "frames": {"items": {"required": {"name": {"type": str}}, "optional": {"file": {"type": str}}}}
            }
        },
        "profiles": {
            "items": {
                "required": {
                    "type": {"enum": ["sampled"]},
                    "name": {"type": str},
                    "unit": {"enum": ["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]},
                    "startValue": {"type": (int, float)},
                    "endValue": {"type": (int, float)},
                    "samples": {"items": {"items": {"type": int}}},
                    "weights": {"items": {"type": (int, float)}},
                }
            }
        },
    },
    "optional": {"name": {"type": str}, "activeProfileIndex": {"type": int}, "exporter": {"type": str}},
}
"""Sampled files of speedscope 1.x, from its src/lib/file-format-spec.ts."""


@pytest.fixture(scope="module")
def profile() -> Profile:
    return profile_of("nesting")


def profile_of(program: str) -> Profile:
    board = Board("mps2-an386", profile=True)
    board.load(build(program))
    assert board.run(max_cycles=20_000_000).end == "exit"
    return board.profile()


@pytest.fixture
def annotate(tmp_path: Path, profile: Profile) -> Callable[..., str]:
    """Runs callgrind_annotate with some options on the profile."""
    tool = shutil.which("callgrind_annotate")
    if tool is None:
        pytest.skip("needs callgrind_annotate (Debian package valgrind)")
    (tmp_path / "out").write_text(render(profile, "callgrind"))

    def run(*arguments: str) -> str:
        command = [tool, "--threshold=100", *arguments, str(tmp_path / "out")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert "WARNING" not in done.stdout + done.stderr
        return done.stdout

    return run


def test_formats_are_found(profile: Profile) -> None:
    assert formats() == ["callgrind", "chrome", "collapsed", "speedscope"]
    with pytest.raises(EmulatorError, match="no profile format perf; there are: callgrind"):
        render(profile, "perf")


def test_callgrind_functions(profile: Profile, annotate: Callable[..., str]) -> None:
    inclusive, own = annotate("--inclusive=yes"), annotate("--inclusive=no")
    for row in profile.functions():
        for text, cycles in ((inclusive, row.inclusive), (own, row.cycles)):
            if cycles:
                assert re.search(rf"^\s*{cycles:,} \(.*:{row.name}\b", text, re.MULTILINE), row


def test_callgrind_lines(profile: Profile, annotate: Callable[..., str]) -> None:
    """Every line of startup.c that cost something stands in front of its source text with its cycles."""
    text = annotate("--auto=yes", "--context=1000")
    source = (FOLDER / "startup.c").read_text().splitlines()
    costs: dict[int, int] = {}
    for row in profile.lines:
        if row.file.endswith("/startup.c"):
            costs[row.line] = costs.get(row.line, 0) + row.cycles
    assert len(costs) > 20
    for line, cycles in costs.items():
        assert re.search(rf"^\s*{cycles:,} \(.*  {re.escape(source[line - 1])}$", text, re.MULTILINE), line


def test_callgrind_calls_are_on_the_line_that_calls(profile: Profile, annotate: Callable[..., str]) -> None:
    lines = annotate("--auto=yes", "--context=1000").splitlines()
    position = next(n for n, line in enumerate(lines) if line.endswith("while (*text) put_char(*text++);"))
    assert re.search(r"=> .*startup.c:put_char \(\d+x\)", lines[position + 1])


def test_collapsed_stacks(profile: Profile) -> None:
    rows = [line.rsplit(" ", 1) for line in render(profile, "collapsed").splitlines()]
    assert sum(int(cycles) for _, cycles in rows) == profile.cycles - profile.elsewhere
    assert any(path == "IRQ1_Handler;enter;print;put_char" for path, _ in rows)


def test_speedscope_keeps_to_its_schema(profile: Profile) -> None:
    document = json.loads(render(profile, "speedscope"))
    check_schema(document, SPEEDSCOPE)
    frames, (sampled,) = document["shared"]["frames"], document["profiles"]
    assert len(sampled["samples"]) == len(sampled["weights"])
    assert all(0 <= index < len(frames) for sample in sampled["samples"] for index in sample)
    assert sampled["endValue"] - sampled["startValue"] == sum(sampled["weights"])


def load_trace(text: str) -> list[tuple[str, float, float, int]]:
    """(name, start, duration, depth) of each slice, as a trace viewer builds them; raises where it would complain."""
    slices: list[tuple[str, float, float, int]] = []
    stacks: dict[tuple[int, int], list[Any]] = {}
    last = float("-inf")
    for event in json.loads(text)["traceEvents"]:
        if event["ph"] == "M":
            assert event["name"] in ("process_name", "thread_name") and event["args"]["name"]
            continue
        stack = stacks.setdefault((event["pid"], event["tid"]), [])
        if event["ph"] == "X":
            slices.append((event["name"], event["ts"], event["dur"], 0))
            continue
        assert event["ts"] >= last
        last = event["ts"]
        if event["ph"] == "B":
            stack.append(event)
        else:
            begun = stack.pop()
            assert event["ph"] == "E" and event.get("name", begun["name"]) == begun["name"]
            slices.append((begun["name"], begun["ts"], event["ts"] - begun["ts"], len(stack) + 1))
    assert not any(stacks.values())
    return slices


@pytest.mark.parametrize("program", ["nesting", "scheduler"])
def test_chrome_trace(program: str) -> None:
    profile = profile_of(program)
    run, *handlers = load_trace(render(profile, "chrome"))
    microsecond = profile.clock_hz / 1_000_000
    assert run == ("run", 0.0, profile.cycles / microsecond, 0)
    for row in profile.exceptions:
        found = [(duration, depth) for name, _, duration, depth in handlers if name == row.name]
        assert len(found) == row.count
        assert max(depth for _, depth in found) == row.depth_max
        assert sum(duration for duration, _ in found) * microsecond == pytest.approx(row.total)
