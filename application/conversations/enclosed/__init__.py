"""Files that come and go with messages, here and on other channels."""
