"""Machine code as frozen records: decoding, operands, conditions, and which core has which instruction."""
