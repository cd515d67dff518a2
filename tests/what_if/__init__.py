"""What would have been by other rules: it is what would have been."""
