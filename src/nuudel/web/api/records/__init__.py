"""Records of all registers, opened by tokens: one set of operations for each record type."""
