"""Templates of mails about accounts."""
