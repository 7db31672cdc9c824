"""Models: reading them, planning their memory, running them."""
