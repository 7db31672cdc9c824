"""Every *_get_buffer_size: bytes of scratch, asked with arguments of the function that uses it.

How much a library needs is its own business as long as its kernels stay inside; asking for more than the reference
needs is not. The _dsp and _mve forms say what other builds need and have to answer exactly that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from microinfer.verify import sizes
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.cases import convolve_s4, convolve_s8, convolve_s16, depthwise, fully_connected, pooling, svdf
from microinfer.verify.cases import transpose_conv as transposed
from microinfer.verify.draw import Draw
from microinfer.verify.signature import cmsis_functions, cmsis_signature
from microinfer.verify.spec import Arrays, Form, OutOfDomain, Plan, Spec, register, registered

_BUILDS = ("", "dsp", "mve")
_EARLIER = (convolve_s8, convolve_s4, convolve_s16, depthwise, fully_connected, pooling, svdf, transposed)

_FORMULAS: dict[str, tuple[str, sizes.Formula]] = {
    "arm_avgpool_s8_get_buffer_size": ("arm_avgpool_s8", sizes.average_pool),
    "arm_avgpool_s16_get_buffer_size": ("arm_avgpool_s16", sizes.average_pool),
    "arm_convolve_s8_get_buffer_size": ("arm_convolve_s8", sizes.convolve_s8),
    "arm_convolve_1_x_n_s8_get_buffer_size": ("arm_convolve_1_x_n_s8", sizes.convolve_s8),
    "arm_convolve_1x1_s8_fast_get_buffer_size": ("arm_convolve_1x1_s8_fast", sizes.point),
    "arm_convolve_wrapper_s8_get_buffer_size": ("arm_convolve_wrapper_s8", sizes.wrapper_s8),
    "arm_convolve_s4_get_buffer_size": ("arm_convolve_s4", sizes.convolve_s4),
    "arm_convolve_1_x_n_s4_get_buffer_size": ("arm_convolve_1_x_n_s4", sizes.convolve_s4),
    "arm_convolve_1x1_s4_fast_get_buffer_size": ("arm_convolve_1x1_s4_fast", sizes.nothing),
    "arm_convolve_wrapper_s4_get_buffer_size": ("arm_convolve_wrapper_s4", sizes.wrapper_s4),
    "arm_convolve_s16_get_buffer_size": ("arm_convolve_s16", sizes.convolve_s16),
    "arm_convolve_wrapper_s16_get_buffer_size": ("arm_convolve_wrapper_s16", sizes.convolve_s16),
    "arm_depthwise_conv_s8_opt_get_buffer_size": ("arm_depthwise_conv_s8_opt", sizes.depthwise_opt),
    "arm_depthwise_conv_s4_opt_get_buffer_size": ("arm_depthwise_conv_s4_opt", sizes.depthwise_opt),
    "arm_depthwise_conv_fast_s16_get_buffer_size": ("arm_depthwise_conv_fast_s16", sizes.depthwise_fast_s16),
    "arm_depthwise_conv_wrapper_s8_get_buffer_size": ("arm_depthwise_conv_wrapper_s8", sizes.depthwise_wrapper_s8),
    "arm_depthwise_conv_wrapper_s4_get_buffer_size": ("arm_depthwise_conv_wrapper_s4", sizes.depthwise_wrapper_s4),
    "arm_depthwise_conv_wrapper_s16_get_buffer_size": ("arm_depthwise_conv_wrapper_s16", sizes.depthwise_wrapper_s16),
    "arm_fully_connected_s8_get_buffer_size": ("arm_fully_connected_s8", sizes.fully_connected_s8),
    "arm_fully_connected_s16_get_buffer_size": ("arm_fully_connected_s16", sizes.nothing),
    "arm_svdf_s8_get_buffer_size": ("arm_svdf_s8", sizes.svdf_s8),
    "arm_transpose_conv_s8_get_buffer_size": ("arm_transpose_conv_s8", sizes.transpose_conv_s8),
    "arm_transpose_conv_s8_get_reverse_conv_buffer_size": ("arm_transpose_conv_s8", sizes.reversed_filter),
}


@dataclass(frozen=True)
class BufferSize(Form):
    """One size function: the specification whose calls it is asked about, its formula, and for which build."""

    kernel: Spec
    formula: sizes.Formula
    build: str

    def draw(self, draw: Draw) -> Any:
        """Arguments of the kernel."""
        return self.kernel.draw(draw)

    def plan(self, k: Any) -> Plan:
        """The question; raises OutOfDomain."""
        plan = self.kernel.plan(k)
        values: dict[str, int] = dict(plan.values)
        for query in plan.scratch:
            values |= query.values
        wanted = self.formula(values, self.build)
        if wanted == sizes.UNKNOWN:
            raise OutOfDomain
        return Plan(values, (), status=wanted, also=() if self.build else range(wanted + 1), answers=True)

    def fill(self, k: Any, plan: Plan, draw: Draw) -> Arrays:
        """Nothing is read."""
        return {}

    def reference(self, k: Any, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """Nothing is written."""
        return {}


def _declare(function: str, kernel: Spec, formula: sizes.Formula, build: str) -> None:
    form = BufferSize(kernel, formula, build)
    parts = (form.draw, form.plan, form.fill, form.reference)
    register(Spec(cmsis_signature(function), *parts, kernel.knobs))


for _function, (_kernel, _formula) in _FORMULAS.items():
    for _build in _BUILDS:
        _name = f"{_function}_{_build}" if _build else _function
        if _name in cmsis_functions():
            _declare(_name, registered(_kernel), _formula, _build)
