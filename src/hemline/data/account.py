"""The account of a data set: what became of every file that was found."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from hemline.errors import DataError

Status = Literal["used", "ignored", "refused"]
_SHOWN = 5  # refused files named in the summary, and reasons for which others were ignored


@dataclass
class Account:
    """Every file with its status and the reason; the three statuses add up to what was found.

    A file has one status: the last one given. Names are those within the data set, `/` between
    folders.

    Attributes:
        strict: a refused file is an error.
        took_for: the form that the data were taken for, such as `a folder a class`.
        notes: warnings that concern the data as a whole.
    """

    strict: bool = False
    took_for: str = ""
    notes: list[str] = field(default_factory=list)
    _files: dict[str, tuple[Status, str]] = field(default_factory=dict, repr=False)

    def use(self, file: str, reason: str = "") -> None:
        """Count a file as used."""
        self._files[file] = ("used", reason)

    def ignore(self, file: str, reason: str) -> None:
        """Count a file, or a folder that was not entered, as ignored."""
        self._files[file] = ("ignored", reason)

    def refuse(self, file: str, reason: str) -> None:
        """Count a file as refused.

        Raises:
            DataError: the account is strict.
        """
        self._files[file] = ("refused", reason)
        if self.strict:
            raise DataError(
                f"Expected files that can all be used, received {file} ({reason}); "
                "mend or remove it, or leave out --strict."
            )

    def __contains__(self, file: str) -> bool:
        """Whether the file is in the account."""
        return file in self._files

    def note(self, sentence: str) -> None:
        """Keep a warning, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def files(self, status: Status) -> dict[str, str]:
        """Files of one status in the order in which they were found, each with its reason."""
        return {name: why for name, (of, why) in self._files.items() if of == status}

    @property
    def counts(self) -> dict[str, int]:
        """How many files were used, ignored and refused, and `found`, their sum."""
        counts = Counter(status for status, _ in self._files.values())
        statuses = {status: counts[status] for status in ("used", "ignored", "refused")}
        return {"found": len(self._files), **statuses}

    def summary(self) -> list[str]:
        """A few lines for the terminal: the sum, and what was refused or ignored and why."""
        counts = self.counts
        if not counts["found"]:
            return []
        lines = [
            f"{counts['found']:,} files found: {counts['used']:,} used, "
            f"{counts['ignored']:,} ignored, {counts['refused']:,} refused"
        ]
        refused = self.files("refused")
        lines += [f"  refused {name}: {why}" for name, why in list(refused.items())[:_SHOWN]]
        if len(refused) > _SHOWN:
            lines.append(f"  and {len(refused) - _SHOWN:,} more that were refused")
        reasons = Counter(self.files("ignored").values()).most_common()
        lines += [f"  ignored {count:,}: {reason}" for reason, count in reasons[:_SHOWN]]
        if len(reasons) > _SHOWN:
            rest = sum(count for _, count in reasons[_SHOWN:])
            lines.append(f"  ignored {rest:,} for other reasons")
        return lines

    def describe(self) -> dict[str, Any]:
        """All of it, as `--json` and the run folder keep it."""
        files = [
            {"file": name, "status": status, "reason": reason}
            for name, (status, reason) in self._files.items()
        ]
        return {"took_for": self.took_for, **self.counts, "notes": self.notes, "files": files}
