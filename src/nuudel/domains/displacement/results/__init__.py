"""Results of a round: its figures beside those of the round before, its report, and tables to take along."""
