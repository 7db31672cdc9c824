"""`microinfer emulate` with --profile, --lines, --memory and --json: what is shown and what is in the document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from microinfer.cli.main import main
from tests.support.firmware import build, build_text
from tests.support.gcc import needs_gcc
from tests.support.json_schema import check_schema

NUMBER = {"type": (int, float)}
COUNT = {"type": int}
TEXT = {"type": str}
CHAIN = {"items": {"required": {"function": TEXT, "place": {}, "times": COUNT, "exception": {"enum": [True, False]}}}}
STACK = {"name": TEXT, "where": {}, "high": COUNT, "low": COUNT, "size": {}, "used": COUNT, "chain": CHAIN}
TOUCHED = {"symbol": TEXT, "object": TEXT, "section": TEXT, **dict.fromkeys(("address", "size"), COUNT)}
EVENT = {"cycles": COUNT, "number": COUNT, "name": TEXT, "entered": {}, "depth": COUNT, "latency": COUNT}
LINE = {"function": TEXT, "file": TEXT, **dict.fromkeys(("line", "executions", "instructions", "cycles"), COUNT)}
PROFILE = {
    "cycles": COUNT,
    "elsewhere": COUNT,
    "functions": {
        "items": {
            "required": {"name": TEXT, **dict.fromkeys(("calls", "cycles", "inclusive", "instructions"), COUNT)},
        }
    },
    "lines": {"items": {"required": LINE}},
    "instructions": {"items": {"required": {"kind": TEXT, "mnemonic": TEXT, "count": COUNT, "cycles": COUNT}}},
    "exceptions": {
        "items": {
            "required": {
                "name": TEXT,
                "latency_mean": NUMBER,
                **dict.fromkeys(("number", "count", "latency_max", "total", "own", "longest", "depth_max"), COUNT),
            }
        }
    },
    "timeline": {"items": {"required": EVENT}},
}
MEMORY = {
    "stacks": {"items": {"required": STACK}},
    "heap": {},
    "touched": {"items": {"required": TOUCHED | dict.fromkeys(("read", "written", "touched"), COUNT)}},
}


@pytest.fixture
def elf(tmp_path: Path) -> str:
    path = tmp_path / "nesting.elf"
    path.write_bytes(build("nesting"))
    return str(path)


def document(elf: str, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["emulate", elf, "--board", "mps2-an386", "--json", "-", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["schema_version"]) == ("microinfer.emulate", 1)
    return found


def test_profile_tables(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emulate", elf, "--board", "mps2-an386", "--profile", "--top", "3"]) == 0
    text = capsys.readouterr().err
    for words in ("functions", " more", "(exception entry and return, sleep)", "instructions", "branch", "ldr", "IRQ5"):
        assert words in text
    assert "source lines" not in text and "stacks" not in text


def test_lines_table(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emulate", elf, "--board", "mps2-an386", "--lines"]) == 0
    text = capsys.readouterr().err
    assert "startup.c:51" in text and "put_char" in text
    assert "with callees" not in text


@needs_gcc
def test_memory_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "firmware.elf"
    path.write_bytes(
        build_text(
            '#include "firmware.h"\nstatic volatile char arena[4096], pool[64];\n'
            "__attribute__((noinline)) void *pvPortMalloc(int n) { BARRIER(); return (void *)(pool + n); }\n"
            "__attribute__((noinline)) int down(int n) { return n ? n + down(n - 1) : 0; }\n"
            "int main(void) { for (int n = 0; n < 2912; n++) arena[n] = 1; pvPortMalloc(8); return down(9) != 45; }"
        )
    )
    assert main(["emulate", str(path), "--board", "mps2-an386", "--memory"]) == 0
    text = " ".join(capsys.readouterr().err.split())
    assert "Reset_Handler (startup.c:" in text and "> down x10 (main.c:4)" in text
    assert "arena │ 4,096 │ 2,912 │ 71.1 │ 0 │ 2,912 │ .bss │ main.c" in text
    assert "heap: 8 bytes allocated at most in 1 blocks; 1 allocations, 0 failed, 8 bytes never freed" in text


def test_json_holds_everything_that_was_asked_for(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain = document(elf, capsys)
    assert plain["profile"] is None and plain["memory"] is None
    profiled = document(elf, capsys, "--profile")
    assert profiled["memory"] is None
    whole = document(elf, capsys, "--lines", "--memory")
    check_schema(whole["profile"], {"required": PROFILE})
    check_schema(whole["memory"], {"required": MEMORY})
    assert whole["profile"] == profiled["profile"]
    shared = plain.keys() - {"profile", "memory"}
    assert all(plain[key] == profiled[key] == whole[key] for key in shared)
