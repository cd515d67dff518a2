"""Mails in words: what each says, in each language."""
