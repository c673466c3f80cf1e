"""What was found is kept until something that it depends on changes."""
