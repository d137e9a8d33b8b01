"""Backups of everything that is kept, and whether the files that rows name are there."""
