"""What is sent: the layout of one prompt, and how often each part of it changes."""
