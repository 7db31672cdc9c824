"""Console input step by step, from scripts and from Python."""

from __future__ import annotations

import pytest

from emulator import Board
from emulator.boards.console import Console
from emulator.boards.dialogue import Send, Step, Stop, Wait, read_script
from emulator.errors import InputError
from tests.support.firmware import build_text


def test_scripts_are_a_step_a_line() -> None:
    script = '# greet\n\nwait m-ready\nsend name%\n  send " two\\r\\n\\x41\\\\"\nstop\n'
    assert read_script(script) == (Wait(b"m-ready"), Send(b"name%"), Send(b" two\r\nA\\"), Stop())


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("wait", "line 1: wait; want wait TEXT"),
        ("\nhello there", "line 2: hello there; want"),
        ("stop now", "line 1: stop now"),
        ('wait ""', "line 1: wait for no text"),
        ("send a\\q", r"line 1: \\q is no escape"),
        ("send a\\", r"line 1: \\ is no escape"),
    ],
)
def test_wrong_scripts_say_which_line(script: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_script(script)


def test_steps_wait_for_output_behind_the_last_found() -> None:
    console = Console([Wait(b"ready"), Send(b"one"), Wait(b"ready"), Send(b"two")])
    console.write(b"rea", "uart")
    assert not console.waits()
    console.write(b"dy", "uart")
    assert console.read(9) == b"one"
    assert console.waits_for == b"ready"
    console.write(b"y ready", "uart")
    assert console.read(9) == b"two"
    console.write(b"ready", "uart")
    assert not console.waits()


ECHO = """
#include "firmware.h"
static volatile uint32_t seen;
void IRQ0_Handler(void) {
    char c = REG(0x40004000u);
    REG(0x4000400Cu) = 2;
    if (c == '%') { print("\\r\\ncommand %u\\r\\nready\\r\\n", ++seen); } else { put_char(c); }
}
int main(void) {
    REG(0x40004008u) = 1 | 2 | 8;
    NVIC_ISER = 1;
    put_text("ready\\r\\n");
    for (;;) __asm volatile("wfi");
}
"""


def board(tracer: str, source: list[Step] | None = None) -> Board:
    made = Board("mps2-an386", tracer=tracer, source=source or b"")
    made.load(build_text(ECHO))
    return made


def test_a_script_talks_to_firmware(tracer: str) -> None:
    steps: list[Step] = [
        Wait(b"ready"),
        Send(b"ab%"),
        Wait(b"command 1"),
        Wait(b"ready"),
        Send(b"c%"),
        Wait(b"2"),
        Stop(),
    ]
    result = board(tracer, steps).run(max_cycles=1_000_000)
    assert (result.end, result.warnings) == ("stopped", ())
    assert result.output == b"ready\r\nab\r\ncommand 1\r\nready\r\nc\r\ncommand 2\r\nready\r\n"


def test_answers_come_a_millisecond_later(tracer: str) -> None:
    firmware = board(tracer, [Wait(b"ready"), Send(b"%"), Wait(b"command"), Stop()])
    before = board(tracer).run(until="ready").cycles
    assert 2 * 25_000 <= firmware.run(max_cycles=1_000_000).cycles - before < 2 * 25_000 + 2_000


def test_python_talks_to_firmware(tracer: str) -> None:
    firmware = board(tracer)
    assert firmware.run(until="ready\r\n").output == b"ready\r\n"
    for number in (1, 2, 3):
        firmware.send("x%")
        result = firmware.run(max_cycles=100_000, until=f"command {number}")
        assert result.end == "stopped"
        assert result.output.endswith(f"command {number}".encode())
    assert firmware.run().end == "idle"


def test_what_never_came_is_said(tracer: str) -> None:
    result = board(tracer, [Wait(b"password"), Send(b"1234")]).run(max_cycles=1_000_000)
    assert result.end == "idle"
    assert result.warnings == ("input still waits for 'password'",)
