"""Microcontrollers on their boards: facts as data (*.toml), and firmware that runs on one."""
