"""Semihosting calls, and that none of them leaves the shared directory."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from emulator.boards.console import Console
from emulator.clock import Clock
from emulator.errors import EngineError
from emulator.semihosting.calls import Semihosting
from emulator.tracing.pytracer import PythonTracer

FAILED = 0xFFFFFFFF


class Ram:
    """4 KiB from address 0."""

    def __init__(self) -> None:
        self.data = bytearray(4096)

    def read(self, address: int, size: int) -> bytes:
        if address + size > len(self.data):
            raise EngineError("no memory")
        return bytes(self.data[address : address + size])

    def write(self, address: int, data: bytes) -> None:
        if address + len(data) > len(self.data):
            raise EngineError("no memory")
        self.data[address : address + len(data)] = data


class Host:
    """Semihosting with memory: `call(number, words...)` puts the words at 0 as the argument block."""

    def __init__(self, folder: Path | None, source: bytes = b"", arguments: str = "") -> None:
        self.ram = Ram()
        self.console = Console(source)
        self.tracer = PythonTracer(lambda address, size, target: (1, 1))
        self.host = Semihosting(self.ram, self.console, Clock(self.tracer, 1000), folder, arguments)

    def call(self, operation: int, *words: int) -> int:
        self.ram.write(0, struct.pack(f"<{len(words)}I", *words))
        return self.host.call(operation, 0)

    def text(self, text: str | bytes, at: int = 256) -> tuple[int, int]:
        data = text.encode() if isinstance(text, str) else text
        self.ram.write(at, data + b"\0")
        return at, len(data)

    def open(self, name: str | bytes, mode: int = 0) -> int:
        address, size = self.text(name)
        return self.call(0x01, address, mode, size)


def test_files(tmp_path: Path) -> None:
    host = Host(tmp_path)
    handle = host.open("a.txt", 6)
    address, size = host.text("hello world")
    assert host.call(0x05, handle, address, size) == 0
    assert host.call(0x0C, handle) == 11
    assert host.call(0x0A, handle, 6) == 0
    assert host.call(0x06, handle, 512, 100) == 95
    assert host.ram.read(512, 5) == b"world"
    assert (host.call(0x09, handle), host.call(0x02, handle), host.call(0x02, handle)) == (0, 0, FAILED)
    assert host.call(0x0F, *host.text("a.txt", 256), *host.text("b.txt", 300)) == 0
    assert (tmp_path / "b.txt").read_bytes() == b"hello world"
    assert host.call(0x0E, *host.text("b.txt")) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/hostname", "sub/../../x", "..", ".", "", "a//b", "sub/", "..\\x", b"a\0b", "link", "out/x", "pipe"],
)
@pytest.mark.parametrize("mode", [0, 4, 8])
def test_nothing_outside(name: str, mode: int, tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside, inside / "sub"):
        folder.mkdir()
    (outside / "x").write_text("secret")
    (tmp_path / "x").write_text("secret")
    (inside / "link").symlink_to(tmp_path / "x")
    (inside / "out").symlink_to(outside)
    os.mkfifo(inside / "pipe")
    host = Host(inside)
    assert host.open(name, mode) == FAILED
    assert host.call(0x13) != 0
    assert (tmp_path / "x").read_text() == (outside / "x").read_text() == "secret"


def test_hard_links_are_refused_and_not_truncated(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "x").write_text("secret")
    os.link(tmp_path / "x", tmp_path / "in" / "hard")
    assert Host(tmp_path / "in").open("hard", 4) == FAILED
    assert (tmp_path / "x").read_text() == "secret"


def test_without_a_directory(tmp_path: Path) -> None:
    host = Host(None)
    assert host.open("a", 4) == FAILED
    assert host.call(0x0E, *host.text("a")) == FAILED


def test_console() -> None:
    host = Host(None, source=b"one\ntwo")
    handle, output = host.open(":tt", 0), host.open(":tt", 4)
    assert host.call(0x09, handle) == 1
    assert host.call(0x06, handle, 512, 10) == 6
    assert host.call(0x06, handle, 512, 10) == 7
    assert host.call(0x07) == FAILED
    address, size = host.text("out")
    assert host.call(0x05, output, address, size) == 0
    assert host.host.call(0x04, address) == 0
    assert host.host.call(0x03, address) == 0
    assert host.console.output == b"outouto"


def test_time_is_that_of_the_clock() -> None:
    host = Host(None)
    host.tracer.cycles = 2500
    assert (host.call(0x10), host.call(0x11), host.call(0x31)) == (250, 2, 1000)
    assert host.call(0x30) == 0
    assert struct.unpack("<Q", host.ram.read(0, 8)) == (2500,)


def test_command_line() -> None:
    host = Host(None, arguments="prog -v")
    assert host.call(0x15, 512, 64) == 0
    assert host.ram.read(512, 8) == b"prog -v\0"
    assert host.call(0x15, 512, 3) == FAILED


@pytest.mark.parametrize(
    ("operation", "words", "code"), [(0x18, (), 1), (0x20, (0x20026, 42), 42), (0x20, (0x20023, 9), 1)]
)
def test_exits(operation: int, words: tuple[int, ...], code: int) -> None:
    host = Host(None)
    host.call(operation, *words)
    assert host.host.exit_code == code
    assert host.host.call(0x18, 0x20026) == 0
    assert host.host.exit_code == 0


def test_wild_arguments_fail_and_do_no_harm(tmp_path: Path) -> None:
    host = Host(tmp_path)
    for operation in range(0x40):
        if operation not in (0x10, 0x11, 0x13, 0x18, 0x31, 0x07, 0x20):
            assert host.host.call(operation, 0xFFFFFFF0) == FAILED
    assert host.call(0x05, host.open("a", 4), 16, 0xFFFFFFFF) == FAILED
