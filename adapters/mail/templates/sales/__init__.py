"""Templates of mails to leads."""
