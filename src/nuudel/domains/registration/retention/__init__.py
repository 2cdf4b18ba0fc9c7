"""How long the register keeps what: dated rules, erasure, legal holds."""
