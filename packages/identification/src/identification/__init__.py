"""Photo in, answer out: normalising the photo, asking both providers, agreeing on a verdict."""
