"""What a business configures, known by heart in each process, and shown to its provider."""
