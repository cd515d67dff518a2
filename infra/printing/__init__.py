"""Documents that are printed from the code."""
