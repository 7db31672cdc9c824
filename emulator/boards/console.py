"""What firmware prints and reads, over UARTs, ITM and semihosting alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from emulator.boards.dialogue import Send, Step, Wait, as_steps


class Console:
    """Keeps all output in order and by channel; input is one queue of bytes, whoever asks first gets it.

    `source` is bytes, or steps that may wait for output. `sink`, where given, gets each piece of output as it comes.
    `input_came` and `stop` are called when there is new input, and when the run shall end; `later` calls back after the
    time that whoever sits at the console takes to answer.
    """

    def __init__(self, source: bytes | Iterable[Step] = b"", sink: Callable[[bytes], None] | None = None) -> None:
        self._output = bytearray()
        self._channels: dict[str, bytearray] = {}
        self._input = bytearray()
        self._steps = list(as_steps(source))
        self._heard = 0
        self._until: bytes | None = None
        self._until_from = 0
        self._found = False
        self._sink = sink
        self.input_came: list[Callable[[], None]] = []
        self.stop: Callable[[], None] = lambda: None
        self.later: Callable[[Callable[[], None]], None] | None = None
        self._answering = False
        self._proceed(0)

    @property
    def output(self) -> bytes:
        """All that was written."""
        return bytes(self._output)

    @property
    def channels(self) -> dict[str, bytes]:
        """Output by the name of what wrote it."""
        return {name: bytes(data) for name, data in self._channels.items()}

    @property
    def waits_for(self) -> bytes | None:
        """Text that the next step waits for."""
        return self._steps[0].text if self._steps and isinstance(self._steps[0], Wait) else None

    def write(self, data: bytes, channel: str) -> None:
        """Take output."""
        before = len(self._output)
        self._output += data
        self._channels.setdefault(channel, bytearray()).extend(data)
        if self._sink is not None:
            self._sink(data)
        if self._steps and not self._answering:
            self._proceed(before)
        if self._until is not None:
            self._look(before)

    def send(self, data: bytes) -> None:
        """More input, behind all that is there, when whoever sits at the console has had time to type it."""
        self._steps.append(Send(data))
        if not self._answering and len(self._steps) == 1:
            self._answer_later()

    def restart(self) -> None:
        """The callbacks that `later` promised are gone: ask for them again."""
        if self._answering:
            self._answer_later()

    def stop_at(self, text: bytes | None) -> None:
        """Call `stop` once the output has `text`, behind the text found last or the last run's end."""
        self._until = text
        if text is not None:
            self._look(self._until_from)

    def end_run(self) -> None:
        """Look no more for the text, nor for any in what has been written unless it was just found."""
        if self._until is not None or not self._found:
            self._until, self._until_from = None, len(self._output)
        self._found = False

    def _look(self, before: int) -> None:
        """Look for the text to stop at in what was written since `before`."""
        text = self._until or b""
        at = self._output.find(text, max(self._until_from, before - len(text) + 1))
        if at >= 0:
            self._until, self._until_from, self._found = None, at + len(text), True
            self.stop()

    def _proceed(self, before: int) -> None:
        """Take the steps that can be taken; what was written before `before` has been looked at."""
        while self._steps:
            step = self._steps[0]
            if isinstance(step, Wait):
                at = self._output.find(step.text, max(self._heard, before - len(step.text) + 1))
                if at < 0:
                    return
                self._heard = at + len(step.text)
            before = self._heard
            del self._steps[0]
            if isinstance(step, Wait):
                self._answer_later()
                return
            if isinstance(step, Send):
                self._input += step.data
                for listener in self.input_came:
                    listener()
            else:
                self.stop()

    def _answer_later(self) -> None:
        self._answering = True
        if self.later is None:
            self._answer()
        else:
            self.later(self._answer)

    def _answer(self) -> None:
        self._answering = False
        self._proceed(self._heard)

    def waits(self) -> bool:
        """Whether there is input now."""
        return bool(self._input)

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of input."""
        data = bytes(self._input[:size])
        del self._input[:size]
        return data

    def read_line(self, size: int) -> bytes:
        """Up to `size` bytes, no further than the end of a line."""
        end = self._input.find(b"\n") + 1
        return self.read(min(size, end) if end else size)
