"""How leads do: each figure is what one gets by counting events."""
