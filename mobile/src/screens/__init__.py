"""One module for each page: it draws the state, and passes on what the person does."""
