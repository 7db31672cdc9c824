"""What firmware prints and reads, over UARTs, ITM and semihosting alike."""

from __future__ import annotations

from collections.abc import Callable


class Console:
    """Keeps all output in order and by channel; input is one queue of bytes, whoever asks first gets it.

    `sink`, where given, also gets each piece of output as it comes.
    """

    def __init__(self, source: bytes = b"", sink: Callable[[bytes], None] | None = None) -> None:
        self._output = bytearray()
        self._channels: dict[str, bytearray] = {}
        self._input = source
        self._position = 0
        self._sink = sink

    @property
    def output(self) -> bytes:
        """All that was written."""
        return bytes(self._output)

    @property
    def channels(self) -> dict[str, bytes]:
        """Output by the name of what wrote it."""
        return {name: bytes(data) for name, data in self._channels.items()}

    def write(self, data: bytes, channel: str) -> None:
        """Take output."""
        self._output += data
        self._channels.setdefault(channel, bytearray()).extend(data)
        if self._sink is not None:
            self._sink(data)

    def waits(self) -> bool:
        """Whether there is input left."""
        return self._position < len(self._input)

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of input."""
        data = self._input[self._position : self._position + size]
        self._position += len(data)
        return data

    def read_line(self, size: int) -> bytes:
        """Up to `size` bytes, no further than the end of a line."""
        end = self._input.find(b"\n", self._position) + 1
        return self.read(min(size, end - self._position) if end else size)
