"""Cases a second that verification checks on one core: python benchmarks/verify_rate.py [LIB.elf] [FUNCTION ...].

Generation, reference, both guarded runs with all checks; processor time, after a warm-up in which code is translated.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from microinfer.device.build import default_library
from microinfer.verify.bench import Bench
from microinfer.verify.case import draw_case
from microinfer.verify.check import check
from microinfer.verify.spec import spec_of

FUNCTIONS = ("arm_convolve_s8", "arm_convolve_wrapper_s8", "arm_depthwise_conv_s8", "arm_fully_connected_s8")
WARM_UP, CASES = 400, 2000


def rate(bench: Bench, function: str) -> float:
    """Cases a second of processor time."""
    spec = spec_of(function)
    for index in range(WARM_UP):
        check(bench, spec, draw_case(spec, 1, index))
    start = time.process_time()
    for index in range(CASES):
        check(bench, spec, draw_case(spec, 0, index))
    return CASES / (time.process_time() - start)


def main(arguments: list[str]) -> None:
    elf = Path(arguments[0]) if arguments else default_library("cortex-m4")
    bench = Bench(elf, "cortex-m4")
    for function in arguments[1:] or FUNCTIONS:
        print(f"{function:36} {rate(bench, function):7,.0f} cases/s")


if __name__ == "__main__":
    main(sys.argv[1:])
