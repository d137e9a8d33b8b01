"""What is used and what it costs: counted for each account and key, bounded by budgets, told to the operator in time."""
