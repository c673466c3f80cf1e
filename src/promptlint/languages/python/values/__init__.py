"""What a value is: terms, reduced on demand, as far as a prompt needs them."""
