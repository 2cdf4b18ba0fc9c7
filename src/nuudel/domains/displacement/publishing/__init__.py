"""Publishing the protected results of a round, and the public pages that show them."""
