"""The tools of the account desk: their descriptions for the model, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from anthropic.types import ToolParam

LOOK_UP = {"find_account", "list_readings", "list_payments"}
CHANGE = {"record_reading", "set_up_plan", "book_visit"}

_ACCOUNT_NUMBER = {"type": "string", "pattern": "^[0-9]{10}$", "description": "The ten digits of the account number."}

SCHEMAS: dict[str, ToolParam] = {
    "find_account": {
        "name": "find_account",
        "description": "Finds an account by its number, with name, address, tariff, balance and open complaints.",
        "input_schema": {"type": "object", "properties": {"account": _ACCOUNT_NUMBER}, "required": ["account"]},
    },
    "list_readings": {
        "name": "list_readings",
        "description": "Lists the readings of the last two years, the newest first, each with its kind (E, C or A).",
        "input_schema": {"type": "object", "properties": {"account": _ACCOUNT_NUMBER}, "required": ["account"]},
    },
    "list_payments": {
        "name": "list_payments",
        "description": "Lists payments and charges of the last two years, the newest first.",
        "input_schema": {"type": "object", "properties": {"account": _ACCOUNT_NUMBER}, "required": ["account"]},
    },
    "record_reading": {
        "name": "record_reading",
        "description": "Records a reading taken by the customer. Starts a new bill. Refuses implausible readings.",
        "input_schema": {
            "type": "object",
            "properties": {
                "account": _ACCOUNT_NUMBER,
                "figure": {"type": "integer", "minimum": 0, "description": "The black figures of the meter."},
                "taken_on": {"type": "string", "format": "date"},
            },
            "required": ["account", "figure", "taken_on"],
        },
    },
    "set_up_plan": {
        "name": "set_up_plan",
        "description": "Sets up a payment plan for the balance, and stops reminders while it is kept.",
        "input_schema": {
            "type": "object",
            "properties": {
                "account": _ACCOUNT_NUMBER,
                "monthly": {"type": "number", "exclusiveMinimum": 0, "description": "What the customer offered."},
                "months": {"type": "integer", "minimum": 1, "maximum": 24},
            },
            "required": ["account", "monthly", "months"],
        },
    },
    "book_visit": {
        "name": "book_visit",
        "description": "Books a visit by an engineer and sends the customer a text message.",
        "input_schema": {
            "type": "object",
            "properties": {
                "account": _ACCOUNT_NUMBER,
                "day": {"type": "string", "format": "date"},
                "reason": {"type": "string", "description": "What the engineer should bring or look at."},
            },
            "required": ["account", "day", "reason"],
        },
    },
}


class Crm(Protocol):
    """The system of record."""

    def call(self, name: str, arguments: Mapping[str, object]) -> str:
        """Does what a tool promises and says what came of it."""
        ...


def offered() -> list[ToolParam]:
    """The tools which the model may use."""
    return [SCHEMAS[name] for name in LOOK_UP | CHANGE]


def is_change(name: str) -> bool:
    """Whether a tool changes something that the customer can see."""
    return name in CHANGE
