"""The connection to GDB: packets in and out, and Ctrl-C while the core runs."""

from __future__ import annotations

import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from emulator.gdbstub.packets import Event, PacketReader, packet

_REPEAT = 0.02
_CHUNK = 4096


class Line:
    """`quiet`: no acknowledgments any more. `open` is false when the other side has gone."""

    def __init__(self, connection: socket.socket) -> None:
        self.quiet = False
        self.open = True
        self._socket = connection
        self._reader = PacketReader()
        self._events: deque[Event] = deque()
        self._last = b""

    def next(self) -> bytes | None:
        """Data of the next packet, None when the connection has ended. Ctrl-C has no meaning while the core stands."""
        while True:
            while self._events:
                event = self._events.popleft()
                if event.kind == "damaged" and not self.quiet:
                    self._put(b"-")
                elif event.kind == "packet":
                    if not self.quiet:
                        self._put(b"+")
                    return event.data
            if not self._fill():
                return None

    def send(self, data: bytes) -> None:
        """Send a packet."""
        self._put(packet(data))

    def _put(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError:
            self.open = False

    def _fill(self) -> bool:
        try:
            data = self._socket.recv(_CHUNK)
        except OSError:
            data = b""
        self.open = self.open and bool(data)
        self._events.extend(self._reader.feed(data))
        return self.open

    @contextmanager
    def listening(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call `interrupt` once Ctrl-C comes, or the other side goes, and again until the run has ended."""
        done, wake = socket.socketpair()
        wanted = any(event.kind == "interrupt" for event in self._events)
        listener = threading.Thread(target=self._listen, args=(interrupt, done, wanted), daemon=True)
        with done, wake:
            listener.start()
            try:
                yield
            finally:
                wake.send(b"x")
                listener.join()

    def _listen(self, interrupt: Callable[[], None], done: socket.socket, wanted: bool) -> None:
        while True:
            ready = select.select([done] if wanted else [done, self._socket], [], [], _REPEAT if wanted else None)[0]
            if done in ready:
                return
            if not wanted:
                before = len(self._events)
                gone = not self._fill()
                wanted = gone or any(event.kind == "interrupt" for event in list(self._events)[before:])
            if wanted:
                interrupt()
