"""Bytes of files: a folder or S3, the book of what is in it, a scanner, and pictures made of pictures."""
