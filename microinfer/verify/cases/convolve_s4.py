"""Convolutions with int4 weights: arm_convolve_s4, its 1x1 and 1xn forms, the wrapper, and Helium's even form.

The even form wants an even number of weights an output channel; other builds may say that they lack it.
"""

from microinfer.verify.convolution import Convolution, ConvolutionKnobs
from microinfer.verify.spec import NO_IMPL_ERROR, declare_form


def _form(shape: str, scratch: str) -> Convolution:
    return Convolution(weights="int4", shape=shape, grouped=False, scratch=scratch)


_FORMS = {
    "arm_convolve_s4": _form("any", "arm_convolve_s4_get_buffer_size"),
    "arm_convolve_1x1_s4": _form("point", ""),
    "arm_convolve_1x1_s4_fast": _form("fast", "arm_convolve_1x1_s4_fast_get_buffer_size"),
    "arm_convolve_1_x_n_s4": _form("row", "arm_convolve_1_x_n_s4_get_buffer_size"),
    "arm_convolve_even_s4": Convolution(
        weights="int4", shape="even", grouped=False, scratch="arm_convolve_s4_get_buffer_size", also=(NO_IMPL_ERROR,)
    ),
    "arm_convolve_wrapper_s4": _form("wrapper", "arm_convolve_wrapper_s4_get_buffer_size"),
}

for _function, _one in _FORMS.items():
    declare_form(_function, ConvolutionKnobs, _one)
