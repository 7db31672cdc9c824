"""The results of `microinfer.ops`, faster: one file an operator, used only where it is proven exact for the layer."""
