"""What providers of channels say besides what people write, and what goes to them besides words."""
