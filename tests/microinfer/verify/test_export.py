"""Defects are saved as files that show them again: npz, pytest, C."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from microinfer.errors import VerifyError
from microinfer.testing import Library, assert_bit_exact, load_case
from microinfer.verify.bench import Bench
from microinfer.verify.export import export
from tests.microinfer.verify.broken import COPY, defects, needs_native_counting, reshape_with
from tests.support.kernels import library, mutant

pytestmark = needs_native_counting

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Folder with the files of one defect of arm_convolve_s8."""
    elf = mutant(
        tmp_path, "src/arm_convolve_s8.c", "ker_y * conv_params->dilation.h", "ker_y * conv_params->dilation.w"
    )
    (defect, *_) = defects(elf, "arm_convolve_s8", 200)
    for file in export(defect, "broken", Bench(elf, "cortex-m4"), tmp_path):
        (tmp_path / file.name).write_bytes(file.content)
    return tmp_path


def test_a_saved_case_comes_back_whole(saved: Path) -> None:
    again = load_case(saved / "broken.npz")
    assert (again.case.function, again.core) == ("arm_convolve_s8", "cortex-m4")
    assert again.finding.startswith("wrong output")
    elf = saved / again.library
    with pytest.raises(AssertionError, match=r"arm_convolve_s8 on cortex-m4.*\n  wrong output"):
        assert_bit_exact(Library(elf, again.core), again)
    assert assert_bit_exact(Library(library(), "cortex-m4"), again).cycles > 100


def test_the_pytest_fails_on_the_broken_library_and_passes_on_a_sound_one(saved: Path) -> None:
    from sys import executable

    broken = saved / load_case(saved / "broken.npz").library
    for elf, status in ((broken, 1), (library(), 0)):
        command = [executable, "-m", "pytest", "-q", "-p", "microinfer.testing.plugin", "-p", "no:cacheprovider"]
        command += [
            "--rootdir",
            str(saved),
            "-c",
            "/dev/null",
            f"--microinfer-elf={elf}",
            str(saved / "test_broken.py"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == status, done.stdout


def test_the_c_program_says_the_same(saved: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (cc) on this host")
    for kernels, status in ((saved / "kernels", 1), (ROOT / "kernels", 0)):
        program = saved / "program"
        sources = map(str, sorted((kernels / "src").glob("*.c")))
        command = [compiler, f"-I{kernels / 'include'}", str(saved / "broken.c"), *sources, "-o", str(program)]
        subprocess.run(command, check=True, capture_output=True)
        assert subprocess.run([str(program)], check=False, capture_output=True).returncode == status


def test_the_same_defect_gives_the_same_bytes(tmp_path: Path) -> None:
    elf = reshape_with(tmp_path, f"{COPY} output[0] = 3;")
    (defect,) = defects(elf, "arm_reshape_s8")
    bench = Bench(elf, "cortex-m4")
    assert export(defect, "a", bench, tmp_path) == export(defect, "a", bench, tmp_path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no case")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    for name in ("text.npz", "other.npz", "absent.npz"):
        with pytest.raises(VerifyError, match=name):
            load_case(tmp_path / name)
