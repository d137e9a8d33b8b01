"""The HTTP side of operations."""
