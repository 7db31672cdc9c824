"""A model on compiled kernels: the CMSIS-NN interface, a kernel library in the emulator, layer by layer."""
