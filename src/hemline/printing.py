"""Text of others on terminals and in logs: no letter of it gives them orders."""


def printable(text: str) -> str:
    """The text as every terminal can show it: odd bytes and control characters spelled out."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def printable_lines(text: str) -> str:
    """As `printable`, but for the ends of lines."""
    return "\n".join(map(printable, text.split("\n")))
