"""Calls of C functions by the procedure call standard: types, places of arguments, guards, the stack."""
