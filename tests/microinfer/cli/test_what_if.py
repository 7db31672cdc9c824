"""What-if options: the same names and meaning in every subcommand that counts cycles, refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from microinfer.cli.main import parser
from tests.support.cli import answer, refusal
from tests.support.firmware import build

COMMANDS = {
    "profile": ("m.tflite",),
    "recost": ("run.rec",),
    "annotate": ("lib.elf", "f"),
    "call": ("lib.elf", "f"),
    "emulate": ("fw.elf",),
}
OPTIONS = ("--wait-states", "3", "--clock", "64MHz", "--caches", "off", "--code-in", "ram", "--board", "nucleo-l4r5zi")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_them(command: str) -> None:
    args = parser().parse_args([command, *COMMANDS[command], *OPTIONS])
    assert (args.wait_states, args.clock, args.caches, args.code_in) == (3, 64_000_000, "off", "RAM")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--wait-states", "-1"), "-1 is not between 0 and 255"),
        (("--clock", "fast"), "fast is no clock; write 64MHz or 64e6"),
        (("--caches", "half"), "choose from 'on', 'off'"),
        (("--code-in", "TCM"), "choose from 'FLASH', 'RAM'"),
    ],
)
def test_nonsense_says_what_would_work(
    command: str, options: tuple[str, ...], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([command, *COMMANDS[command], "--board", "nucleo-l4r5zi", *options])
    assert error in capsys.readouterr().err


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"emulate"}))
@pytest.mark.parametrize("options", [("--wait-states", "1"), ("--caches", "off"), ("--code-in", "RAM")])
def test_they_need_a_board(command: str, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    error = refusal(capsys, command, *COMMANDS[command], *options)
    assert options[0] in error and "needs --board NAME" in error


def test_firmware_takes_another_clock_and_wait_states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elf = tmp_path / "nesting.elf"
    elf.write_bytes(build("nesting"))
    base = ("emulate", str(elf), "--board", "mps2-an386")
    document = answer(capsys, *base, "--clock", "50MHz", "--code-in", "RAM", "--caches", "off")
    assert document["clock_hz"] == 50_000_000 and document["milliseconds"] == document["cycles"] / 50_000
    assert "mps2-an386 has no memory with wait states" in refusal(capsys, *base, "--wait-states", "2")
