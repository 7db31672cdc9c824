"""Convolutions of int16 activations with int8 weights and a bias of 32 or 64 bits."""

from microinfer.verify.convolution import Convolution, ConvolutionKnobs
from microinfer.verify.spec import declare_form

for _function in ("arm_convolve_s16", "arm_convolve_wrapper_s16"):
    _form = Convolution(activation="int16", grouped=False, scratch=f"{_function}_get_buffer_size")
    declare_form(_function, ConvolutionKnobs, _form)
