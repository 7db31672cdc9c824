"""Packets out of bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.gdbstub.packets import LONGEST, Event, PacketReader, packet


def test_packets_interrupts_and_noise_are_told_apart() -> None:
    events = PacketReader().feed(b"+-noise$g#67+\x03$m0,4#fd")
    assert events == [Event("packet", b"g"), Event("interrupt"), Event("packet", b"m0,4")]


def test_a_wrong_checksum_is_damage() -> None:
    assert PacketReader().feed(b"$g#00$g#zz$g#67") == [Event("damaged"), Event("damaged"), Event("packet", b"g")]


def test_a_packet_that_begins_anew_drops_what_came_before() -> None:
    assert PacketReader().feed(b"$abc$g#67") == [Event("packet", b"g")]


def test_what_is_too_long_is_dropped_without_being_kept() -> None:
    reader = PacketReader()
    for _ in range(64):
        assert reader.feed(b"$" + b"a" * 1) == []
        assert reader.feed(b"a" * LONGEST) == []
    assert reader.feed(b"#00") == [Event("damaged")]
    assert reader.feed(b"$g#67") == [Event("packet", b"g")]


@given(st.binary(max_size=300))
def test_what_is_sent_is_received(data: bytes) -> None:
    assert PacketReader().feed(packet(data)) == [Event("packet", data)]


@given(st.lists(st.binary(max_size=40)))
def test_cutting_the_stream_elsewhere_changes_nothing(pieces: list[bytes]) -> None:
    reader = PacketReader()
    apart = [event for piece in pieces for event in reader.feed(piece)]
    assert apart == PacketReader().feed(b"".join(pieces))
