"""The pages of records, the same for all domains."""
