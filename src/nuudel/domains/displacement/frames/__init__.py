"""Which areas a round covers, by whom and until when; what of it is done; whom the teams ask."""
