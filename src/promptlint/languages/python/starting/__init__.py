"""Where prompts begin: calls that send them, and messages and texts that tell of one."""
