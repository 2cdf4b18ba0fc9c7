"""People who live at a place without being registered there, and their way into the register."""
