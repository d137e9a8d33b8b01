"""Plant.id API v3 (Kindwise), simulated."""
