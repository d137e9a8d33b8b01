"""Measurements: ratios and medians of one run, never a test. `make bench` runs them all and writes RESULTS.md."""
