"""What is looked for in a workbook before pyxform makes a form of it: every fault, not the first alone."""
