"""The folder that one training leaves; every file in it is whole at any moment."""

import contextlib
import itertools
import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hemline.cores import cores, processor_name
from hemline.errors import RecipeError, RunError
from hemline.files import lock, temporaries, write_whole
from hemline.recipes import Recipe, load_recipe
from hemline.run_files import RunFiles

if TYPE_CHECKING:
    from hemline.training.figures import EpochFigures


class Run(RunFiles):
    """The files of a run that is trained."""

    def require(self) -> None:
        """Whether there is a folder to go on in.

        Raises:
            RunError: there is none.
        """
        if not self.folder.exists():
            raise RunError(
                f"Expected the folder of a run to go on with, received {self.folder} that is not "
                "there; correct the path, or begin anew without --resume."
            )

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Nobody else trains in this folder meanwhile.

        Raises:
            RunError: somebody else does, or it cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder, os.O_RDONLY) if os.name != "nt" else None
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        try:
            if descriptor is not None:
                self._lock(descriptor)
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        try:
            lock(descriptor)
        except BlockingIOError as error:
            raise RunError(
                f"Expected a run that nobody else trains, received {self.folder}, in which another "
                "process does; wait for it, or choose another folder with --out."
            ) from error
        except OSError:  # some network disks lock nothing
            return

    def start(
        self,
        recipe: Recipe,
        environment: dict[str, Any],
        account: dict[str, Any] | None = None,
        *,
        resume: bool,
    ) -> None:
        """Claim the folder for a new training, or check that it holds the one to go on with.

        Raises:
            RunError: the folder cannot be written, holds a run already, or another run.
        """
        try:
            self._require_ends()
            if self.recipe.exists():
                self._check(recipe, environment, resume=resume)
                self._clear_unfinished()
                return
            self._clear_unfinished()
            self._claim()
            write_whole(self.environment, json.dumps(environment, indent=2) + "\n")
            if account is not None:
                write_whole(self.account, json.dumps(account, indent=1, ensure_ascii=False) + "\n")
            write_whole(self.recipe, recipe.to_toml())
        except OSError as error:
            raise _cannot_write(self.folder, error) from error

    def withdraw(self) -> None:
        """Remove what `start` has written: the training was given up before its first epoch."""
        for path in (self.recipe, self.account, self.environment):
            path.unlink(missing_ok=True)

    def _require_ends(self) -> None:
        try:
            self.require_ends()
        except ValueError as error:
            raise RunError(
                f"Expected files in {self.folder}, received another thing ({error}); "
                "begin again in a new folder."
            ) from error

    def write_metrics(self, epochs: "Sequence[EpochFigures]") -> None:
        """Write the figures of all epochs so far."""
        write_whole(self.metrics, "".join(json.dumps(asdict(epoch)) + "\n" for epoch in epochs))

    def _clear_unfinished(self) -> None:
        """Remove what a killed process was about to write."""
        for path in self.all:
            for temporary in temporaries(path):
                temporary.unlink(missing_ok=True)

    def _claim(self) -> None:
        known = {self.environment.name, self.account.name}
        if {path.name for path in self.folder.iterdir()} - known:
            raise RunError(
                f"Expected an empty or new folder, received {self.folder} that holds other files; "
                "choose another with --out."
            )

    def _check(self, recipe: Recipe, environment: dict[str, Any], *, resume: bool) -> None:
        if not resume:
            raise RunError(
                f"Expected a new folder, received {self.folder} that holds a run; "
                "add --resume to go on with it, or choose another with --out."
            )
        found, begun = self._begun_with()
        for key, mine in asdict(recipe).items():
            if mine != (theirs := asdict(begun)[key]):
                raise RunError(
                    f"Expected {key} = {theirs}, which {self.folder} was begun with, received "
                    f"{mine}; resume with the same recipe, or choose a new folder with --out."
                )
        for what, mine, theirs in (
            ("seed", environment["seed"], found["seed"]),
            ("data", environment["data"]["sha256"], found["data"]["sha256"]),
            ("model to start from", environment["start"], found["start"]),
        ):
            if mine != theirs:
                raise RunError(
                    f"Expected the {what} that {self.folder} was begun with, received another; "
                    "resume with the same, or choose a new folder with --out."
                )

    def _begun_with(self) -> tuple[dict[str, Any], Recipe]:
        """What `environment.json` says, and the recipe."""
        try:
            found = {"start": None} | self.read_environment()
            self.read_recipe()  # whether it is a text of moderate depth
            return found, load_recipe(self.recipe)
        except (OSError, ValueError, RecipeError) as error:
            raise RunError(
                f"Expected a whole run, received {self.folder} with a damaged "
                f"{self.environment.name} or {self.recipe.name}; begin again in a new folder."
            ) from error


def new_run_folder(recipe: Recipe, seed: int, parent: Path = Path("runs")) -> Path:
    """Make a folder that nobody else has: `runs/seed-0`, then `runs/seed-0-2` and so on.

    Raises:
        RunError: `parent` cannot be written.
    """
    stem = f"{recipe.name}-{seed}"
    for number in itertools.count(1):
        folder = parent / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise _cannot_write(folder, error) from error
        return folder
    raise AssertionError("the count has no end")


def _cannot_write(folder: Path, error: OSError) -> RunError:
    return RunError(
        f"Expected to write the run folder {folder}, received an error ({error.strerror}); "
        "choose another with --out."
    )


def describe_environment(seed: int, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Seed, data, versions and machine, as written beside every run."""
    packages = ("hemline", "torch", "numpy", "onnx")
    return {
        "seed": seed,
        "data": data,
        "versions": {"python": platform.python_version()}
        | {package: metadata.version(package) for package in packages},
        "machine": {
            "system": platform.platform(),
            "processor": processor_name(),
            "cores": cores(),
        },
        **more,
    }
