"""What phones have sent: kept as it came, read by who may, and entered into the ledger."""
