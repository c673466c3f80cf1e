"""The customer desk of Calder Energy: chat, letters, account work, supply contracts and the morning's e-mails."""
