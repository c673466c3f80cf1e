"""Reconstructs the prompt each LLM call will send and reports what stops it being cached or batched."""

__version__ = "0.1.0"
