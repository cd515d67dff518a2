"""Templates of mails to leads, and about them and tasks."""
