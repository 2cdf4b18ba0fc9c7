"""What a herder does on the telephone: link the account, ask for otor, follow it, ask to stay longer."""
