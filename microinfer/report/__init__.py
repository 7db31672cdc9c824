"""Reports: a result goes in, text or a renderable comes out. Nothing here prints."""
