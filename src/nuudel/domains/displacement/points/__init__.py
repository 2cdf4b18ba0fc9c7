"""Flow monitoring as its officers use it: the figures of today, of each point and of two weeks."""
