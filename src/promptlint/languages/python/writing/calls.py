"""What is known of a call that sends a prompt: its model, and that of its client."""

from __future__ import annotations

from promptlint.edits import RefusedError
from promptlint.knowledge.models import Call, Client, Models
from promptlint.request import Site


def known(site: Site, models: Models) -> tuple[Call, Client | None]:
    """The model of a call and of its client; None where it is a function, or its client is not told.

    Raises RefusedError where the call is not seen.
    """
    if site.call in models.functions:
        return models.functions[site.call], None
    for path, calls in models.calls.items():
        if not site.call.endswith(path):
            continue
        client = models.clients.get(site.call.removesuffix(path).rstrip("."))
        for call in calls:
            if (client and client.library == call.library) or site.call == f"{call.library}: {path}":
                return call, client
    raise RefusedError("the call is not one whose arguments are known")
