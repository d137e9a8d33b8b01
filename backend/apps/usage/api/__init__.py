"""The routes of use."""
