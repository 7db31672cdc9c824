"""Packets that make no sense get an error or nothing, in bounded time, and never a traceback."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.gdbstub.resume_commands import parse_resume
from tests.emulator.gdbstub.program import TEXT, board_with
from tests.support.gdb_client import Client, Served

NAMES = ["g", "G", "p", "P", "m", "M", "X", "Z", "z", "H", "T", "?", "!", "qRcmd", "qXfer", "qSupported", "qC"]
NAMES += ["vFlashErase", "vFlashWrite", "vCont?", "QStartNoAckMode"]
PIECES = st.sampled_from([",", ":", ";", "=", "-", "0", "1", "ff", "20000000", "ffffffff", "e000e010", "40004000", "}"])
SHAPED = st.builds(lambda name, rest: name + "".join(rest), st.sampled_from(NAMES), st.lists(PIECES, max_size=8))
NOISE = st.binary(max_size=64).map(lambda data: data.decode("latin-1"))
HARMLESS = re.compile(r"^(?![DkcsCS]|vCont;|vKill)[^#$}*\x03]*$", re.S)


@cache
def client() -> Client:
    board = board_with(TEXT, "python")
    return Client(Served(board, 1000).port)


@settings(deadline=5000, max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.one_of(SHAPED, NOISE).filter(HARMLESS.match))
def test_any_packet_gets_one_short_answer(text: str) -> None:
    reply = client().ask(text)
    assert len(reply) <= 0x4000
    assert client().ask("qC") == "QC1"


@settings(deadline=5000, max_examples=60)
@given(st.binary(max_size=200).filter(lambda data: b"#" not in data))
def test_the_stub_lives_on_after_any_bytes(data: bytes) -> None:
    client().send(data + b"#zz")
    client().send(b"$qC#b4")
    assert client().reply() == "QC1"


@given(NOISE)
def test_actions_are_understood_or_refused(text: str) -> None:
    try:
        parsed = parse_resume(text)
    except ValueError:
        return
    assert (parsed is not None) == ((text[:1] in ("c", "s", "C", "S") and text != "") or text.startswith("vCont;"))


@pytest.mark.parametrize(
    "text", ["m", "m0", "mzz,4", "m-1,4", "m10000000,4", "M0,2:00", "p", "p99", "P0=00", "Zx,0,0", "vCont;q", "qRcmd,0"]
)
def test_a_packet_that_is_wrong_is_refused(text: str) -> None:
    assert client().ask(text) in ("", "E01")
