"""CMSIS-NN functions that no .tflite operator stands for: helpers, activations in place, scratch sizes, whole LSTMs.

The arithmetic of the operators is in microinfer.ops; these files add what a kernel author calls besides.
"""
