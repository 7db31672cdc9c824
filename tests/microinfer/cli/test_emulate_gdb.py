"""`microinfer emulate --gdb`: what is said, and what is refused."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from microinfer.cli.main import main
from tests.support.firmware import build
from tests.support.gdb_client import Client


@pytest.fixture
def elf(tmp_path: Path) -> str:
    path = tmp_path / "nesting.elf"
    path.write_bytes(build("nesting"))
    return str(path)


def test_the_firmware_runs_when_gdb_lets_it(elf: str) -> None:
    call = [sys.executable, "-m", "microinfer", "emulate", elf, "--board", "mps2-an386", "--gdb", "0"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = re.fullmatch(r"waiting for GDB: target remote localhost:(\d+)\n", process.stderr.readline())
        assert said is not None
        client = Client(int(said[1]))
        assert client.ask("vCont;c") == "W00"
        client.close()
        output, errors = process.communicate(timeout=120)
    assert output.startswith("low in at depth 1")
    assert "exit code 0" in errors
    assert process.returncode == 0


@pytest.mark.parametrize("port", ["abc", "70000", "-1", "1.5"])
def test_what_is_no_port_is_refused(elf: str, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["emulate", elf, "--board", "mps2-an386", f"--gdb={port}"])
    assert f"{port} is no port: want 0 (any free one) to 65535" in capsys.readouterr().err


def test_a_port_that_is_taken_is_an_error_of_one_line(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["emulate", elf, "--board", "mps2-an386", "--gdb", str(port)]) != 0
    assert f"cannot listen on 127.0.0.1:{port}: " in capsys.readouterr().err
