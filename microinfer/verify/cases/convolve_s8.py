"""int8 convolutions: arm_convolve_s8, its 1x1 and 1xn forms, and the wrapper that chooses among them."""

from microinfer.verify.convolution import Convolution, ConvolutionKnobs
from microinfer.verify.spec import declare_form

_FORMS = {
    "arm_convolve_s8": Convolution(upscales=True, scratch="arm_convolve_s8_get_buffer_size"),
    "arm_convolve_1x1_s8": Convolution(shape="point", grouped=False),
    "arm_convolve_1x1_s8_fast": Convolution(
        shape="fast", grouped=False, scratch="arm_convolve_1x1_s8_fast_get_buffer_size"
    ),
    "arm_convolve_1_x_n_s8": Convolution(shape="row", grouped=False, scratch="arm_convolve_1_x_n_s8_get_buffer_size"),
    "arm_convolve_wrapper_s8": Convolution(shape="wrapper", scratch="arm_convolve_wrapper_s8_get_buffer_size"),
}

for _function, _form in _FORMS.items():
    declare_form(_function, ConvolutionKnobs, _form)
