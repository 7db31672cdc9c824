"""What GDB is told of the target, and memory through the stub."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from emulator import Board
from emulator.errors import GdbError
from emulator.gdbstub.it_blocks import guards, width
from emulator.gdbstub.server import listen
from tests.emulator.gdbstub.program import TEXT, address, board_with
from tests.support.firmware import build_text
from tests.support.gdb_client import Client, connected


def document(client: Client, name: str) -> ET.Element:
    text, offset = "", 0
    while True:
        part = client.ask(f"qXfer:{name}:{offset:x},100")
        text, offset = text + part[1:], offset + len(part) - 1
        if part[0] == "l":
            return ET.fromstring(text)


def features(board: str, core: str) -> dict[str, list[str]]:
    made = Board(board)
    made.load(build_text(TEXT, core))
    with connected(made) as (client, _):
        tree = document(client, "features:read:target.xml")
    return {
        feature.get("name", "").rpartition(".")[2]: [reg.get("name", "") for reg in feature.findall("reg")]
        for feature in tree.findall("feature")
    }


def test_a_core_with_fpu_describes_its_registers() -> None:
    found = features("mps2-an386", "cortex-m4")
    assert found["m-profile"] == [*(f"r{n}" for n in range(13)), "sp", "lr", "pc", "xpsr"]
    assert found["m-system"] == ["msp", "psp", "primask", "control", "basepri", "faultmask"]
    assert found["vfp"] == [*(f"d{n}" for n in range(16)), "fpscr"]


def test_a_core_without_fpu_has_no_such_registers() -> None:
    assert set(features("mps2-an385", "cortex-m3")) == {"m-profile", "m-system"}


def test_the_memory_map_tells_flash_from_ram() -> None:
    with connected(board_with(TEXT)) as (client, _):
        tree = document(client, "memory-map:read:")
    kinds = {int(row.get("start", ""), 16): row.get("type") for row in tree.findall("memory")}
    assert kinds[0x20000000] == "ram"
    assert kinds[0x40000000] == "ram"


def test_flash_is_written_through_flash_commands() -> None:
    board = Board("nrf52840-dk")
    board.load(build_text(TEXT))
    with connected(board) as (client, _):
        kinds = {int(row.get("start", ""), 16): row.get("type") for row in document(client, "memory-map:read:")}
        assert kinds[0] == "flash"
        assert client.ask("vFlashErase:00010000,00001000") == "OK"
        assert client.word(0x10FFC) == 0xFFFFFFFF
        assert client.ask("vFlashWrite:10000:abcd") == "OK"
        assert client.ask("vFlashDone") == "OK"
        assert client.word(0x10000) == int.from_bytes(b"abcd", "little")


def test_looking_at_a_register_changes_nothing() -> None:
    board = board_with(TEXT)
    with connected(board) as (client, _):
        client.ask(f"Z1,{address(board, 'SysTick_Handler'):x},2")
        client.ask("c")
        first = client.word(0xE000E010)
        assert first == 0x10007
        assert client.word(0xE000E010) == first


def test_writing_a_register_does_what_firmware_would() -> None:
    board = board_with(TEXT)
    with connected(board) as (client, result):
        client.ask("M40004008,4:01000000")
        assert client.ask("M40004000,4:41000000") == "OK"
        assert client.ask("c") == "W00"
        assert result().output == b"Asum 30 ticks 3 total 10\n"


def test_masks_and_stack_pointers_can_be_set() -> None:
    with connected(board_with(TEXT)) as (client, _):
        numbers = {"msp": 17, "psp": 18, "primask": 19, "control": 20, "basepri": 21}
        for name, value in (("psp", 0x20001000), ("primask", 1), ("basepri", 0x40)):
            assert client.ask(f"P{numbers[name]:x}={value.to_bytes(4, 'little').hex()}") == "OK"
            assert client.register(numbers[name]) == value


def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    with listen(0) as server, pytest.raises(GdbError) as caught:
        listen(server.getsockname()[1])
    assert str(caught.value).endswith("port 0 takes any free one")
    assert "\n" not in str(caught.value)


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(GdbError, match="no port 70000"):
        listen(70000)


def test_an_it_in_front_is_found() -> None:
    itte, add = bytes.fromhex("06bf"), bytes.fromhex("0132")
    assert guards(add + itte) == [2]
    assert guards(itte + add + add) == [6]
    assert guards(itte + add + add + add) == []
    assert guards(itte + bytes.fromhex("4ff00102")) == [6]
    assert (width(bytes.fromhex("4ff00102")), width(add)) == (4, 2)
