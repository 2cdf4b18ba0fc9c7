"""Published figures: for everybody, without a token and without the database."""
