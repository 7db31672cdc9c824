"""`microinfer emulate`: what goes where, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from microinfer.cli.main import main
from tests.support.firmware import build, build_text

HEAD = '#include "firmware.h"\n'


@pytest.fixture
def elf(tmp_path: Path) -> Path:
    path = tmp_path / "nesting.elf"
    path.write_bytes(build("nesting"))
    return path


def write(folder: Path, body: str) -> str:
    path = folder / "firmware.elf"
    path.write_bytes(build_text(HEAD + body))
    return str(path)


def test_output_goes_to_standard_output_and_the_rest_to_standard_error(
    elf: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["emulate", str(elf), "--board", "mps2-an386"]) == 0
    captured = capfdbinary.readouterr()
    assert captured.out.startswith(b"low in at depth 1")
    assert b"exit code 0\n" in captured.err
    assert b" cycles (" in captured.err


def test_json(elf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emulate", str(elf), "--board", "mps2-an386", "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["board"], document["end"]) == ("microinfer.emulate", "mps2-an386", "exit")
    assert document["channels"]["uart0"] == document["output"]
    assert document["milliseconds"] == document["cycles"] / 25_000


def test_the_firmwares_exit_code_is_ours(tmp_path: Path) -> None:
    assert main(["emulate", write(tmp_path, "int main(void) { return 42; }"), "--board", "mps2-an386"]) == 42


def test_a_fault_is_a_paragraph_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "int main(void) { return *(volatile int *)0x30000000; }")
    assert main(["emulate", path, "--board", "mps2-an386"]) == 1
    text = capsys.readouterr().err
    assert "fault: main+0x" in text
    assert "main.c:2: read of 4 bytes at 0x30000000. Fault status: PRECISERR." in text


def test_a_limit_says_where_it_was_and_is_status_124(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "int main(void) { for (volatile int n = 0;; n++) {} }")
    assert main(["emulate", path, "--board", "mps2-an386", "--max-cycles", "1e5"]) == 124
    text = capsys.readouterr().err
    assert "cycle limit reached at main+0x" in text
    assert "called from Reset_Handler+0x" in text


def test_input_comes_from_a_file(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = write(
        tmp_path,
        "int main(void) { REG(0x40004008u) = 3;\n"
        "  while (REG(0x40004004u) & 2) put_char(REG(0x40004000u) + 1); return 0; }",
    )
    (tmp_path / "in").write_bytes(b"HAL")
    assert main(["emulate", path, "--board", "mps2-an386", "--input", str(tmp_path / "in")]) == 0
    assert capfdbinary.readouterr().out == b"IBM"


def test_profile_and_exports(elf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "stacks.txt"
    arguments = ["--profile", "--export", f"collapsed={target}"]
    assert main(["emulate", str(elf), "--board", "mps2-an386", *arguments]) == 0
    assert "IRQ2_Handler" in capsys.readouterr().err
    assert "IRQ1_Handler;enter;print" in target.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--board", "mps2-an387"], "error: no board mps2-an387; did you mean mps2-an38"),
        (
            ["--board", "mps2-an386", "--export", "perf=x"],
            "error: --export perf=x: want FORMAT=FILE with FORMAT out of",
        ),
        (["--board", "mps2-an386", "--input", "absent"], "error: cannot read absent: No such file or directory"),
        (["--board", "nrf52840-dk", "--base", "0x7f000000"], "0x7f000000, where the board has no memory; it has flash"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str], message: str, elf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["emulate", str(elf), *arguments]) == 2
    text = capsys.readouterr().err
    assert message in text
    assert text.count("\n") == 1


def test_foreign_code_is_refused_unless_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "firmware.elf"
    body = 'int main(void) { if (REG(0x20000100u)) __asm volatile("smlad r0, r0, r0, r0" ::: "r0"); return 7; }'
    path.write_bytes(build_text(HEAD + body, "cortex-m4"))
    assert main(["emulate", str(path), "--board", "mps2-an385"]) == 2
    assert "--foreign" in capsys.readouterr().err
    assert main(["emulate", str(path), "--board", "mps2-an385", "--foreign"]) == 7


def test_foreign_code_faults_when_it_is_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "firmware.elf"
    body = 'int main(void) { __asm volatile("smlad r0, r0, r0, r0" ::: "r0"); return 7; }'
    path.write_bytes(build_text(HEAD + body, "cortex-m4"))
    assert main(["emulate", str(path), "--board", "mps2-an385", "--foreign"]) == 1
    assert "undefined instruction smlad r0, r0, r0, r0" in capsys.readouterr().err
