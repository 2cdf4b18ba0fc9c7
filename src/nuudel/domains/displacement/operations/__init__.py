"""Operations, their rounds, who covers which area, and the phones that may send."""
