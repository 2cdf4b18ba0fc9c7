"""What pasture carries, what stands on it, and where the herds of a dzud find room."""
