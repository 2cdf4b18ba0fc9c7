"""What pasture carries against what stands on it, and hosts for the herds of a dzud."""
