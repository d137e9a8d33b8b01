"""Pl@ntNet API v2 (my.plantnet.org), simulated."""
