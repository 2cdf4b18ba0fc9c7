"""What a household on otor is granted, and the conflicts it is in."""
