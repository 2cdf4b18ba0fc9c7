"""Information campaigns, their reach, training of officials, and the manuals translated for it."""
