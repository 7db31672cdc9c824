"""Where the memory goes: by symbol, object file and section from the ELF, and as it is used in a run."""
