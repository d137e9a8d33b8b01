"""Commands of the care guides."""
