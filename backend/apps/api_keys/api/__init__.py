"""The routes of API keys."""
