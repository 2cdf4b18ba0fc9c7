"""The domain's pages for officers and for statistics: the overview of a soum, and the monthly table."""
