"""What the user wants: keys, the files that set them, and what holds for a file."""
