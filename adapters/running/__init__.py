"""Which processes run, what each can read, and how all of them are."""
