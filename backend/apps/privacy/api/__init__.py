"""The HTTP side of privacy."""
