"""Keys with which programs come: made, scoped, budgeted and revoked by the people they belong to."""
