"""Requests of firmware to the host, and the one folder whose files it may touch."""
