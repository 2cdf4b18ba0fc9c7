"""The forms in a browser: filled without a network too, kept in a queue, sent from the signed-in session."""
