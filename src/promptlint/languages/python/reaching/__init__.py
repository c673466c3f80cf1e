"""Who knows more: the prompt as each of its callers makes it."""
