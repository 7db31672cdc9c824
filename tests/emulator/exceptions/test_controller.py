"""Priorities by the rules of ARMv7-M (DDI0403E B1.5.4)."""

from __future__ import annotations

import pytest

from emulator.exceptions.controller import LOWEST, Controller
from emulator.exceptions.numbers import FIRST_INTERRUPT, HARD_FAULT, NMI, PENDSV, SVCALL, SYSTICK


def controller(**priorities: int) -> Controller:
    """Eight interrupts, all enabled, with priorities as irq0=0x40."""
    made = Controller(8, 8, True)
    made.set_enabled(0xFF << FIRST_INTERRUPT, True)
    for name, value in priorities.items():
        made.set_priority(FIRST_INTERRUPT + int(name.removeprefix("irq")), value)
    return made


def test_the_lowest_number_wins_among_equals() -> None:
    made = controller()
    for number in (FIRST_INTERRUPT + 3, FIRST_INTERRUPT + 1, SYSTICK, PENDSV):
        made.pend(number)
    order = []
    while number := made.next():
        made.activate(number)
        made.deactivate(number)
        order.append(number)
    assert order == [PENDSV, SYSTICK, FIRST_INTERRUPT + 1, FIRST_INTERRUPT + 3]


@pytest.mark.parametrize(
    ("masks", "level"),
    [((0, 0, 0), LOWEST), ((1, 0, 0), 0), ((0, 0x60, 0), 0x60), ((0, 0, 1), -1), ((1, 0x60, 0), 0), ((1, 0, 1), -1)],
)
def test_masks_raise_the_priority(masks: tuple[int, int, int], level: int) -> None:
    assert controller().execution_priority(*masks) == level


def test_what_masks_let_through() -> None:
    made = controller(irq0=0)
    assert not made.beats(FIRST_INTERRUPT, made.execution_priority(1, 0, 0))
    assert made.beats(HARD_FAULT, made.execution_priority(1, 0, 0))
    assert not made.beats(HARD_FAULT, made.execution_priority(0, 0, 1))
    assert made.beats(NMI, made.execution_priority(0, 0, 1))


def test_only_the_group_preempts_and_the_rest_orders() -> None:
    made = controller(irq0=0x80, irq1=0x90, irq2=0x70)
    made.group_shift = 6
    made.pend(FIRST_INTERRUPT)
    made.pend(FIRST_INTERRUPT + 1)
    assert made.next() == FIRST_INTERRUPT
    made.activate(FIRST_INTERRUPT)
    level = made.execution_priority(0, 0, 0)
    assert level == 0x80
    assert not made.beats(FIRST_INTERRUPT + 1, level)
    assert made.beats(FIRST_INTERRUPT + 2, level)


def test_bits_that_do_not_exist_read_as_zero() -> None:
    made = Controller(8, 3, True)
    made.set_priority(FIRST_INTERRUPT, 0xFF)
    assert made.priority[FIRST_INTERRUPT] == 0xE0


def test_a_line_that_stays_high_comes_again() -> None:
    made = controller()
    made.set_line(FIRST_INTERRUPT, True)
    assert made.next() == FIRST_INTERRUPT
    made.activate(FIRST_INTERRUPT)
    assert made.next() == 0
    made.deactivate(FIRST_INTERRUPT)
    assert made.next() == FIRST_INTERRUPT
    made.set_line(FIRST_INTERRUPT, False)
    made.unpend(1 << FIRST_INTERRUPT)
    assert made.next() == 0


def test_disabled_interrupts_stay_pending() -> None:
    made = controller()
    made.set_enabled(1 << FIRST_INTERRUPT, False)
    made.pend(FIRST_INTERRUPT)
    assert made.next() == 0
    made.set_enabled(1 << FIRST_INTERRUPT, True)
    assert made.next() == FIRST_INTERRUPT


def test_a_supervisor_call_escalates_where_it_cannot_run() -> None:
    made = controller()
    assert not made.escalates(SVCALL, LOWEST)
    assert made.escalates(SVCALL, made.execution_priority(1, 0, 0))
    made.activate(SVCALL)
    assert made.escalates(SVCALL, made.execution_priority(0, 0, 0))
