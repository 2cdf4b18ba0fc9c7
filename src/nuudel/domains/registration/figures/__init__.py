"""What the register counts: facts of the ledger, its stock by place and day, and the identity of both."""
