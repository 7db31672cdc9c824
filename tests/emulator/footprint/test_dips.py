"""What instructions do to SP, and what a switch saves, from the code alone."""

from __future__ import annotations

import pytest

from emulator.footprint.dips import changes_stack, dip
from emulator.footprint.switches import Save, saves
from emulator.instructions.decode import Decoder
from emulator.program.elf import read_elf
from tests.support.assembler import assemble


def block(body: str) -> tuple:  # type: ignore[type-arg]
    (segment, *_) = read_elf(assemble(body)).segments
    return Decoder().sequence(segment.data, segment.address)


@pytest.mark.parametrize(
    ("body", "lowest"),
    [
        ("push {r4, lr}\nsub sp, #16\nadd sp, #16\npop {r4, pc}", -24),
        ("sub.w sp, sp, #1024\nadd.w sp, sp, #1024\nbx lr", -1024),
        ("vpush {d8-d15}\npush.w {r4-r11, lr}\nnop", -100),
        ("str lr, [sp, #-4]!\nldr pc, [sp], #4", -4),
        ("strd r4, r5, [sp, #-16]!\nbx lr", -16),
        ("stmdb sp!, {r0-r3}\nldmia sp!, {r0-r3}\nbx lr", -16),
        ("pop {r4, r5}\npush {r4}\nbx lr", 0),
        ("cmp r0, #0\nit ne\nsubne sp, #8\nbx lr", -8),
        ("add r7, sp, #8\nsub r3, sp, #64\nldr r0, [sp, #4]\nbx lr", 0),
        ("sub sp, sp, r3\nmov sp, r7\nbx lr", 0),
    ],
)
def test_how_low_a_block_goes(body: str, lowest: int) -> None:
    assert dip(block(body)) == lowest


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ("msr psp, r0\nbx lr", True),
        ("msr msp, r0\nbx lr", True),
        ("msr control, r0\nisb", True),
        ("ldr.w sp, [r0]\nbx lr", True),
        ("msr primask, r0\nbx lr", False),
        ("sub sp, #8\nmov sp, r7\nldr r0, [sp]\nbx lr", False),
    ],
)
def test_what_may_lead_to_another_stack(body: str, changes: bool) -> None:
    assert changes_stack(block(body)) is changes


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("mrs r0, psp\nstmdb r0!, {r4-r11}\nbx lr", {Save("psp", -32, False)}),
        (
            "mrs r0, psp\ntst lr, #16\nit eq\nvstmdbeq r0!, {s16-s31}\nstmdb r0!, {r4-r11, lr}\nbx lr",
            {Save("psp", -64, True), Save("psp", -100, True), Save("psp", -36, False)},
        ),
        ("mrs r0, psp\nsubs r0, #32\nstr r0, [r2]\nstmia r0!, {r4-r7}\nbx lr", {Save("psp", -32, False)}),
        ("stmdb r12!, {r4-r11}\nbx lr", {Save("r12", -32, False)}),
        ("mrs r0, psp\nldr r0, [r1]\nstmdb r0!, {r4, r5}\nbx lr", set()),
        ("push {r4, r5}\nstmia r0!, {r1, r2}\nbx lr", set()),
    ],
)
def test_what_a_switch_saves(body: str, found: set[Save]) -> None:
    assert set(saves(block(body))) == found
