"""`/api/v2/`: the guides and their pictures for programs."""
