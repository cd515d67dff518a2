"""What goes out part by part, however large it is."""
