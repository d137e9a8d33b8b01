"""The two services that name plants: one adapter each, and what they share of HTTP and of careful reading."""
