"""Drafts replies to letters, for a colleague to read, change and sign."""

from pathlib import Path

from . import prompts
from .claude import Claude


class LettersDesk:
    """Writes drafts, and revises them as the colleague asks."""

    def __init__(self) -> None:
        self._claude = Claude(prompts.letters_system())

    def draft(self, letter: str) -> str:
        """A first draft of a reply."""
        return self._claude.answer(f"<letter>\n{letter}\n</letter>\n\nDraft the reply.")

    def revise(self, letter: str, draft: str, remarks: str) -> str:
        """The draft again, with the colleague's remarks worked in."""
        return self._claude.answer(
            f"<letter>\n{letter}\n</letter>\n\n<draft>\n{draft}\n</draft>\n\n<remarks>\n{remarks}\n</remarks>\n\n"
            "Revise the draft. Change only what the remarks ask for."
        )


def main() -> None:
    """Drafts and revises at the terminal until the colleague is content."""
    desk = LettersDesk()
    while path := input("Letter (empty to end): "):
        letter = Path(path).read_text(encoding="utf-8")
        draft = desk.draft(letter)
        print(draft)
        while remarks := input("Remarks (empty to accept): "):
            draft = desk.revise(letter, draft, remarks)
            print(draft)
        Path(path).with_suffix(".reply.txt").write_text(draft, encoding="utf-8")


if __name__ == "__main__":
    main()
