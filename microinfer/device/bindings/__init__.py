"""How TensorFlow Lite Micro's CMSIS-NN glue calls the kernels, one operator a file, found by discovery.

An operator without a file here has no CMSIS-NN kernel in that glue and runs on the host.
"""
