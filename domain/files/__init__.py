"""What is kept in bytes: files of anything, and the pictures that stand for somebody."""
