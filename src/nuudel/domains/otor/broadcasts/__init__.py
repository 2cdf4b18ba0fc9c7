"""Messages to households on the move: text messages and a text for the radio."""
