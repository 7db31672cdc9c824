"""Boot ROMs of our own writing: NAME.hex is what NAME.s assembles to."""
