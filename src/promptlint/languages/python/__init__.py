"""Reading Python: bodies are walked into terms, terms are reduced as far as a prompt needs them."""
