"""To go on: only where the run was begun, with the checkpoint that it left, and alone."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load, save

from hemline import load_recipe, train
from hemline.errors import RunError
from hemline.training import checkpoint

TWO = load_recipe("seed", ["epochs=2"])


@pytest.fixture(scope="module")
def one_epoch(sketches, tmp_path_factory):
    """A run of one epoch of two, as Ctrl-C leaves it."""
    folder = tmp_path_factory.mktemp("begun") / "run"

    def interrupt(_) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(TWO, sketches, folder=folder, on_epoch=interrupt)
    return folder


def damaged(one_epoch, tmp_path, name, change):
    """A copy of the run in which one file is changed."""
    folder = shutil.copytree(one_epoch, tmp_path / "run")
    (folder / name).write_bytes(change((folder / name).read_bytes()))
    return folder


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.9999])
def test_a_flipped_bit_in_a_checkpoint_is_refused(share, one_epoch, sketches, tmp_path):
    folder = damaged(
        one_epoch,
        tmp_path,
        "checkpoint.safetensors",
        lambda content: flipped(content, int(share * len(content))),
    )
    before = (folder / "checkpoint.safetensors").read_bytes()
    with pytest.raises(RunError, match="Expected the checkpoint of this run"):
        train(TWO, sketches, folder=folder, resume=True)
    assert (folder / "checkpoint.safetensors").read_bytes() == before


def test_a_checkpoint_of_another_run_is_refused(one_epoch, sketches, tmp_path):
    other = tmp_path / "other"
    train(TWO, sketches, folder=other, seed=1)
    folder = damaged(
        one_epoch,
        tmp_path,
        "checkpoint.safetensors",
        lambda _: (other / "checkpoint.safetensors").read_bytes(),
    )
    with pytest.raises(RunError, match="another recipe, other data or another seed"):
        train(TWO, sketches, folder=folder, resume=True)


@pytest.mark.parametrize("change", ["epochs", "weights", "run"])
def test_a_checkpoint_that_was_edited_is_refused(change, one_epoch, sketches, tmp_path):
    def edit(content):
        tensors, metadata = load(content), safe_metadata(content)
        if change == "epochs":
            metadata["epochs"] = json.dumps(json.loads(metadata["epochs"]) * 99)
        elif change == "weights":
            max(tensors.values(), key=torch.numel)[0] = torch.nan
        else:
            metadata["run"] = "0" * 64
        return save(tensors, metadata)

    folder = damaged(one_epoch, tmp_path, "checkpoint.safetensors", edit)
    with pytest.raises(RunError, match="whose checksum does not fit its content"):
        train(TWO, sketches, folder=folder, resume=True)


@pytest.mark.parametrize(
    "epochs", ["[" * 100_000, "null", "[7]", "[{}]", '[{"epoch": "x"}]', "", "more"]
)
def test_figures_of_a_checkpoint_are_checked_even_where_its_checksum_fits(
    epochs, one_epoch, sketches, tmp_path
):
    def edit(content):
        tensors, metadata = load(content), safe_metadata(content)
        more = json.dumps([epoch | {"more": 1} for epoch in json.loads(metadata["epochs"])])
        metadata["epochs"] = more if epochs == "more" else epochs
        metadata["sha256"] = checkpoint._checksum(tensors, metadata["epochs"], metadata["run"])
        return save(tensors, metadata)

    folder = damaged(one_epoch, tmp_path, "checkpoint.safetensors", edit)
    with pytest.raises(RunError, match="whose figures cannot be read"):
        train(TWO, sketches, folder=folder, resume=True)


def safe_metadata(content):
    """What a safetensors file says beside its tensors."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length])["__metadata__"]


@pytest.mark.parametrize("name", ["environment.json", "recipe.toml"])
@pytest.mark.parametrize(
    "change",
    [lambda text: text[: len(text) // 4], lambda _: b"", lambda _: b"[" * 100_000,
     lambda _: b"\xff\xfe", lambda _: b"7", lambda _: b"{}"],
    ids=["cut", "empty", "deep", "no text", "a number", "nothing in it"],
)  # fmt: skip
def test_a_damaged_file_beside_the_checkpoint_is_a_sentence(
    name, change, one_epoch, sketches, tmp_path
):
    folder = damaged(one_epoch, tmp_path, name, change)
    with pytest.raises(RunError, match=r"^Expected .*new folder"):
        train(TWO, sketches, folder=folder, resume=True)


def test_to_go_on_there_has_to_be_a_folder(sketches, tmp_path):
    with pytest.raises(RunError, match="that is not there; correct the path"):
        train(TWO, sketches, folder=tmp_path / "typo", resume=True)
    assert not (tmp_path / "typo").exists()


def test_two_do_not_train_one_run(sketches, tmp_path):
    folder, refused = tmp_path / "run", []

    def try_as_well(_) -> None:
        with pytest.raises(RunError, match="in which another process does") as raised:
            train(TWO, sketches, folder=folder, resume=True)
        refused.append(raised)

    train(TWO, sketches, folder=folder, on_epoch=try_as_well)
    assert len(refused) == 2
    assert len(train(TWO, sketches, folder=folder, resume=True).epochs) == 2
