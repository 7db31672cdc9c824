"""What happened in a run: edges between blocks, calls, operands and data accesses, in C and in plain Python."""
