"""What a body does: walked once, and summed up in terms of its parameters."""
