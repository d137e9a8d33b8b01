"""Outside calls that survive failure: what can go wrong, how long there is, what time it is."""
