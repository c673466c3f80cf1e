"""Readers and writers, one room for each language that prompts are written in."""
