"""S4: the register of otor: herder households on the move, requests between soums, services, conflicts."""
