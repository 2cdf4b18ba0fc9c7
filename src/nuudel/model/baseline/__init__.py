"""The starting population of a country's places and the rates that move it, reconstructed from a pack."""
