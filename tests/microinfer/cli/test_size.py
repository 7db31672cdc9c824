"""`microinfer size`: tables, a board's memories, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from microinfer.cli.main import main
from tests.support.firmware import build


@pytest.fixture
def elf(tmp_path: Path) -> str:
    path = tmp_path / "scheduler.elf"
    path.write_bytes(build("scheduler"))
    return str(path)


def test_all_tables(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", elf, "--board", "mps2-an386"]) == 0
    text = capsys.readouterr().out
    for words in ("sections", "object files", "scheduler.c", "stacks", "2,048", "ssram1: ", " of 4,194,304 bytes"):
        assert words in text


def test_one_table_is_whole(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", elf, "--by", "symbol"]) == 0
    text = capsys.readouterr().out
    assert "PendSV_Handler" in text and "more" not in text and "object files" not in text
    assert main(["size", elf, "--by", "symbol", "--top", "1"]) == 0
    assert "more" in capsys.readouterr().out


def test_json(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", elf, "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["schema_version"]) == ("microinfer.size", 1)
    assert document["ram"] == sum(row["ram"] for row in document["symbols"])
    assert {row["symbol"]: row["ram"] for row in document["symbols"]}["stacks"] == 2048


def test_mistakes_are_one_line(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["size", elf, "--board", "mps2"], ["size", elf, "--map", elf], ["size", "absent.elf"]):
        assert main(arguments) == 2
        assert capsys.readouterr().err.count("\n") == 1
