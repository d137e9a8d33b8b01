"""The HTTP side of plant identification."""
