"""How it is sent: loops around the call, who waits for it, markers, settings, and what is done with the answer."""
