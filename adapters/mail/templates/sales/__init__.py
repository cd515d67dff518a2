"""Templates of mails about leads and tasks."""
