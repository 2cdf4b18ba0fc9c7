"""A whole register at once: an existing one from files, or a synthetic one; all of it or nothing."""
