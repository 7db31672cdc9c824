"""A board served to a client of the GDB remote protocol, or to GDB itself."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from emulator import Board, RunResult

PATIENCE = 120.0


class Client:
    """Sends packets and gives replies; `console` is what the stub wanted shown."""

    def __init__(self, port: int) -> None:
        self.console = ""
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._data = b""

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self._socket.sendall(data)

    def ask(self, text: str) -> str:
        """A packet and its reply; "" when the stub has gone."""
        data = text.encode("latin-1")
        self.send(b"$%s#%02x" % (data, sum(data) & 0xFF))
        return self.reply()

    def reply(self) -> str:
        """The next reply that is not for the console."""
        while True:
            while b"#" not in self._data or len(self._data) < self._data.index(b"#") + 3:
                more = self._socket.recv(65536)
                if not more:
                    return ""
                self._data += more
            end = self._data.index(b"#")
            body = self._data[self._data.index(b"$") + 1 : end].decode("latin-1")
            self._data = self._data[end + 3 :]
            with suppress(OSError):
                self.send(b"+")
            if not body.startswith("O") or body == "OK":
                return body
            self.console += bytes.fromhex(body[1:]).decode()

    def monitor(self, line: str) -> str:
        """The text that a monitor command gives."""
        return bytes.fromhex(self.ask(f"qRcmd,{line.encode().hex()}")).decode()

    def pc(self) -> int:
        """Address of the next instruction."""
        return self.register(15)

    def register(self, number: int) -> int:
        """A register by its number in the target description."""
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")), "little")

    def word(self, address: int) -> int:
        """A word of memory."""
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},4")), "little")

    def close(self) -> None:
        """Go away."""
        self._socket.close()


class Served:
    """A board being served; `result` waits for the end."""

    def __init__(self, board: Board, max_cycles: int | None) -> None:
        self.port = 0
        self._ready = threading.Event()
        self._outcome: list[RunResult | BaseException] = []
        self._thread = threading.Thread(target=self._serve, args=(board, max_cycles), daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def _serve(self, board: Board, max_cycles: int | None) -> None:
        def listening(port: int) -> None:
            self.port = port
            self._ready.set()

        try:
            self._outcome.append(board.serve_gdb(0, max_cycles, listening=listening))
        except BaseException as error:
            self._outcome.append(error)

    def result(self) -> RunResult:
        """How the firmware ended; what was raised in the server is raised here."""
        self._thread.join(PATIENCE)
        assert self._outcome, "the stub does not end"
        if isinstance(self._outcome[0], BaseException):
            raise self._outcome[0]
        return self._outcome[0]


@contextmanager
def connected(board: Board, max_cycles: int | None = 50_000_000) -> Iterator[tuple[Client, Callable[[], RunResult]]]:
    """A client connected to a board, and a function that hangs up and waits for the result."""
    served = Served(board, max_cycles)
    client = Client(served.port)

    def result() -> RunResult:
        client.close()
        return served.result()

    try:
        yield client, result
    finally:
        client.close()
        served.result()


def run_gdb(board: Board, elf: Path, commands: Sequence[str]) -> tuple[str, RunResult]:
    """What GDB prints for a batch of commands; skips where there is no gdb-multiarch."""
    gdb = shutil.which("gdb-multiarch")
    if gdb is None:
        pytest.skip("needs gdb-multiarch")
    served = Served(board, 50_000_000)
    script = (
        "set confirm off",
        "set pagination off",
        "set width 0",
        f"target remote localhost:{served.port}",
        *commands,
    )
    arguments = [part for command in script for part in ("-ex", command)]
    call = [gdb, "-nx", "-batch", *arguments, str(elf)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr, served.result()
