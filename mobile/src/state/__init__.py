"""What the app knows and decides. Plain Python: it imports no Flet, draws nothing, and is tested without a phone."""
