"""Countries, administrative units and their codes over time, coordinates, boundaries, distances."""
