"""Forms, their versions, and the files that phones need beside them."""
