"""The programs that run: what each serves, how it is kept running, and how it is."""
