"""How far cycle counts are from silicon: published counts, ours beside them, and what that says of a new count."""
