"""Templates of mails about leads."""
