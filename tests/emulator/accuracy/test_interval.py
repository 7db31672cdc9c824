"""Intervals from measured errors, wider where nothing was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator.accuracy.comparison import Compared, compare, differences, groups
from emulator.accuracy.coverage import Counts, Coverage
from emulator.accuracy.interval import FLOOR, interval, tried_classes, tried_rules
from emulator.accuracy.publication import Call, FirmwareImage, Measurement
from emulator.accuracy.recorded import Recorded


def row(
    published: float,
    ours: float,
    memory: str = "",
    routine: str = "f",
    overhead: float = 0,
    classes: tuple[tuple[str, float], ...] = (("load", 0.5), ("one cycle", 0.5)),
) -> Compared:
    key = f"{routine} {memory} {published}"
    call = Call("", routine, ())
    measured = Measurement(key, routine, "cortex-m4", "X", memory, 5 if memory else 0, published, overhead, call)
    return Compared(measured, Recorded(key, ours, ours, 0, "", "", classes))


RUN = Coverage("cortex-m4", (("load", 0.4), ("one cycle", 0.6)))


def test_errors_count_the_overhead() -> None:
    assert row(1000, 996, overhead=4).error == 0
    assert row(1000, 980).error == pytest.approx(-0.02)


def test_an_interval_holds_the_published_counts_it_is_made_of() -> None:
    rows = (row(1000, 950), row(1000, 1010))
    found = interval(RUN, (), rows)
    for each in rows:
        low, high = found.around(each.recorded.cycles)
        assert low - 1e-9 <= each.measurement.cycles <= high + 1e-9
    assert str(found) == "-1.0 % .. +5.3 %"


def test_an_interval_has_a_floor() -> None:
    found = interval(RUN, (), (row(1000, 1000),))
    assert (found.low, found.high) == (-FLOOR, FLOOR)


def test_a_memory_brings_its_rows() -> None:
    rows = (row(1000, 1000), row(1200, 1000, memory="stm32f4_flash"))
    assert interval(RUN, (), rows).high == FLOOR
    slow = interval(RUN, ("stm32f4_flash",), rows)
    assert slow.high == pytest.approx(0.2)
    assert "1 published counts on cortex-m4 with stm32f4_flash" in slow.why


def test_programs_with_other_memories_bring_their_median() -> None:
    image = FirmwareImage("kws.bin", "nucleo-l4r5zi", None, 4, "int8")
    nets = [row(1000, ours, memory="stm32l4_flash") for ours in (900, 950, 990)]
    nets = [replace(net, measurement=replace(net.measurement, run=image)) for net in nets]
    found = interval(RUN, (), (row(1000, 1000), *nets))
    assert found.high == pytest.approx(1000 / 950 - 1)
    assert "median of 3 programs on cortex-m4 with stm32l4_flash" in found.why
    assert interval(RUN, ("stm32l4_flash",), (row(1000, 1000), *nets)).high == pytest.approx(1000 / 900 - 1)


def test_waiting_for_a_memory_never_measured_widens_by_half_of_it() -> None:
    run = Coverage("cortex-m4", RUN.classes, stalls=0.2)
    found = interval(run, ("stm32l4_flash",), (row(1000, 1000),))
    assert found.high == pytest.approx(FLOOR + 0.1)
    assert "stm32l4_flash was not measured with cortex-m4, 20.0 % of the cycles wait for it" in found.why


def test_rows_never_tried_widen_by_half_their_share_and_are_named() -> None:
    run = Coverage("cortex-m4", (("load", 0.9), ("divide", 0.1)))
    found = interval(run, (), (row(1000, 1000),))
    assert found.untried == (("divide", 0.1),)
    assert (found.low, found.high) == (pytest.approx(-FLOOR - 0.05), pytest.approx(FLOOR + 0.05))
    assert "10.0 % of the cycles in rows and rules never tried: divide" in found.why


def test_a_row_is_tried_by_more_than_a_trace() -> None:
    rows = (row(1000, 1000, classes=(("load", 0.995), ("divide", 0.005))),)
    assert [name for name, _ in tried_classes("cortex-m4", rows)] == ["load"]


def test_nothing_measured_is_said() -> None:
    found = interval(Coverage("cortex-m3", ()), (), ())
    assert found.low <= -0.3 and found.high >= 0.5
    assert found.why == "no published count was tried on cortex-m3"


def test_groups_are_by_core_and_memory() -> None:
    slow = row(1200, 1000, memory="stm32f4_flash")
    fast, other = groups([row(1000, 990), row(1000, 1030), slow])
    assert (fast.memory, fast.median, fast.worst.recorded.cycles) == ("", pytest.approx(0.02), 1030)
    assert other.rows == (slow,)


def test_wait_states_add_what_is_between_two_rows_of_a_routine() -> None:
    rows = [row(1000, 990), row(1200, 1180, memory="stm32f4_flash"), row(5, 5, memory="stm32f4_flash", routine="g")]
    (found,) = differences(rows)
    assert (found.published, found.ours) == (200, 190)


def test_rows_without_ours_are_left_out() -> None:
    one, two = row(1000, 990), row(2000, 1990)
    assert compare([one.measurement, two.measurement], {one.recorded.key: one.recorded}) == [one]


def test_rules_never_tried_widen_it_as_rows_do() -> None:
    tried = row(1000, 1000)
    tried = replace(tried, recorded=replace(tried.recorded, rules=(("load_pairing", 0.1), ("it_folding", 0.005))))
    assert [name for name, _ in tried_rules("cortex-m4", (tried,))] == ["load_pairing"]
    known = Coverage("cortex-m4", RUN.classes, rules=(("load_pairing", 0.2),))
    assert interval(known, (), (tried,)).high == FLOOR
    blind = Coverage("cortex-m4", RUN.classes, rules=(("load_pairing", 0.2), ("it_folding", 0.1)))
    found = interval(blind, (), (tried,))
    assert found.untried == (("it_folding", 0.1),)
    assert found.high == pytest.approx(FLOOR + 0.05)
    assert "10.0 % of the cycles in rows and rules never tried: it_folding" in found.why


def test_counts_since() -> None:
    before = Counts(((0, 4, 8, 3, 2, 2),), 5)
    after = Counts(((0, 4, 8, 10, 2, 2), (8, 2, 0, 1, 1, 1)), 9)
    assert after.since(before) == Counts(((0, 4, 8, 7, 2, 2), (8, 2, 0, 1, 1, 1)), 4)
    assert before.since(before) == Counts((), 0)
