"""Lists that phones look up without a network, and what fills and changes them."""
