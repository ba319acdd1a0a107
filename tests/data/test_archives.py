"""Pictures in archives: the same data as in the folder, and no archive that does harm."""

import bz2
import io
import os
import re
import shutil
import stat
import tarfile
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from hemline.data import open_dataset
from hemline.data.picture_files import members
from hemline.errors import DataError, HemlineError
from tests.data.folders import draw, write_classes, write_parts, zipped

TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def packed(folder: Path, path: Path) -> Path:
    """The folder as an archive of the kind that the suffix says."""
    if path.suffix == ".zip":
        return zipped(folder, path)
    kind = {".tgz": "gz", ".tar": ""}.get(path.suffix, path.suffix[1:])
    with tarfile.open(path, f"w:{kind}") as archive:  # type: ignore[call-overload]
        archive.add(folder, folder.name)
    return path


def png(seed: int) -> bytes:
    stream = io.BytesIO()
    draw(seed).save(stream, "PNG")
    return stream.getvalue()


def written(path: Path, more: dict[str, bytes] | None = None) -> Path:
    """A zip of three classes, and of more files."""
    with zipfile.ZipFile(path, "w") as archive:
        for place, name in enumerate("abc"):
            for number in range(6):
                archive.writestr(f"{name}/{number}.png", png(10 * place + number))
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return path


def opened(path: Path, **options: object):
    dataset = open_dataset(path, **options)
    _ = dataset.train, dataset.test
    counts = dataset.account.counts
    assert counts["found"] == counts["used"] + counts["ignored"] + counts["refused"]
    return dataset


@pytest.mark.parametrize("suffix", [".zip", *TARS])
@pytest.mark.parametrize("parts", [False, True])
def test_an_archive_holds_the_same_data_as_the_folder(suffix, parts, tmp_path):
    folder = (write_parts if parts else write_classes)(tmp_path / "data")
    (folder / "Thumbs.db").write_bytes(b"whatever")
    archive = packed(folder, tmp_path / f"archive{suffix}")
    before = sorted(tmp_path.rglob("*"))
    ours, theirs = opened(archive), opened(folder)
    assert ours.classes == theirs.classes
    assert ours.intake == theirs.intake
    assert ours.train.checksum == theirs.train.checksum
    assert ours.test.checksum == theirs.test.checksum
    assert ours.account.counts == theirs.account.counts
    kind = "zip" if suffix == ".zip" else "tar"
    assert ours.account.took_for.startswith(f"a {kind} with a folder a class")
    assert sorted(tmp_path.rglob("*")) == before  # nothing was unpacked


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tgz"])
def test_the_suffix_does_not_matter(suffix, tmp_path):
    archive = packed(write_classes(tmp_path / "data"), tmp_path / f"archive{suffix}")
    renamed = archive.rename(tmp_path / "archive.bin")
    assert len(opened(renamed).classes) == 3


def test_an_archive_alone_in_a_folder_is_looked_into(tmp_path):
    (tmp_path / "download").mkdir()
    written(tmp_path / "download" / "archive.zip")
    (tmp_path / "download" / ".DS_Store").write_bytes(b"")
    assert len(opened(tmp_path / "download").classes) == 3


def test_the_archive_is_described_by_its_checksum(tmp_path):
    archive = written(tmp_path / "archive.zip")
    (described,) = open_dataset(archive).files()
    assert described["file"] == "archive.zip"
    assert described["bytes"] == archive.stat().st_size


def test_the_test_part_in_an_archive_is_decoded_when_it_is_asked_for(tmp_path):
    folder = write_parts(tmp_path / "data")
    (folder / "test" / "a" / "1.png").write_bytes(b"")
    dataset = open_dataset(zipped(folder, tmp_path / "archive.zip"))
    assert dataset.account.counts["refused"] == 0
    assert len(dataset.test) == 17
    assert dataset.account.files("refused") == {"test/a/1.png": "empty"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../a/x.png", "a/x.png"),
        ("/etc/a/x.png", "etc/a/x.png"),
        ("C:/a/x.png", "a/x.png"),
        ("a\\x.png", "a/x.png"),
        ("./a//x.png", "a/x.png"),
        ("a/\x1b[31m\n.png", r"a/\x1b[31m\n.png"),
        ("a/..", "a"),
    ],
)
def test_names_lead_nowhere(name, shown, tmp_path):
    folder = tmp_path / "within"
    folder.mkdir()
    before = sorted(tmp_path.rglob("*"))
    dataset = open_dataset(written(folder / "archive.zip", {name: png(99)}))
    named = {file["file"] for file in dataset.account.describe()["files"]}
    assert shown in named
    assert sorted(tmp_path.rglob("*")) == [*before, folder / "archive.zip"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "shift_jis"])
def test_names_in_other_encodings_are_harmless(encoding, tmp_path):
    plain = written(tmp_path / "plain.zip", {"QQ/1.png": png(97), "QQ/2.png": png(98)})
    name = {"utf-8": "é", "cp437": "ée", "shift_jis": "服"}[encoding].encode(encoding)
    content = plain.read_bytes().replace(b"QQ", name)  # without a flag that says what it is
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    dataset = opened(path)
    assert len(dataset.classes) == 4
    if encoding != "shift_jis":
        assert dataset.classes[-1] == name.decode(encoding)


def test_of_two_members_with_one_name_the_last_counts(tmp_path):
    path = written(tmp_path / "archive.zip")
    for seed in (99, 98):
        with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings(action="ignore"):
            archive.writestr("a/0.png", png(seed))
    dataset = opened(path)
    assert dataset.account.counts == {"found": 20, "used": 18, "ignored": 2, "refused": 0}
    pictures = {
        picture.tobytes() for part in (dataset.train, dataset.test) for picture in part.pixels
    }
    assert np.asarray(draw(98)).tobytes() in pictures
    assert np.asarray(draw(99)).tobytes() not in pictures
    assert np.asarray(draw(0)).tobytes() not in pictures


# One member that is refused.


def linked() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("a/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return link


def encrypted(path: Path) -> None:
    """The flag alone: what follows it is never reached."""
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(b"a/0.png") if offset == 6 else content.rindex(b"a/0.png")
        start = content.rindex(signature, 0, place)
        content[start + offset] |= 1
    path.write_bytes(content)


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.index(b"a/0.png") + 40
    content[place] ^= 0xFF
    path.write_bytes(content)


def inflated(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/bomb.png", bytes(100_000_001))


def unknown_packing(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = content.index(b"a/0.png") if offset == 8 else content.rindex(b"a/0.png")
        start = content.rindex(signature, 0, place)
        content[start + offset] = 97
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "name", "reason"),
    [
        (encrypted, "a/0.png", "encrypted; unpack the archive by its password"),
        (damaged, "a/0.png", "damaged in the archive .Bad CRC-32"),
        (unknown_packing, "a/0.png", "damaged in the archive .That compression method"),
        (inflated, "a/bomb.png", "of 100,000,001 bytes, where no picture needs more"),
    ],
)
def test_a_bad_member_is_named_and_ends_nothing(damage, name, reason, tmp_path):
    path = written(tmp_path / "archive.zip")
    damage(path)
    found = opened(path).account.files("refused")
    assert list(found) == [name]
    assert re.search(reason, found[name]), found
    with pytest.raises(DataError, match="leave out --strict"):
        opened(path, strict=True)


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    path = written(tmp_path / "archive.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(linked(), "/etc/passwd")
    found = opened(path).account.files("refused")
    assert found == {"a/link.png": "a link, which is not followed in an archive"}


@pytest.mark.parametrize("suffix", [".tar", ".tgz"])
def test_what_is_no_file_in_a_tar_is_refused(suffix, tmp_path):
    folder = write_classes(tmp_path / "data")
    (folder / "a" / "link.png").symlink_to("/etc/passwd")
    os.link(folder / "a" / "1.png", folder / "a" / "twin.png")
    os.mkfifo(folder / "a" / "pipe.png")
    (folder / "a" / "notes.txt").write_text("nothing to see")
    account = opened(packed(folder, tmp_path / f"archive{suffix}")).account
    reasons = sorted(account.files("refused").values())
    assert reasons == ["a link, which is not followed in an archive"] * 2 + ["no ordinary file"]
    assert account.files("ignored") == {"data/a/notes.txt": "no picture"}


# Archives that are refused as a whole.


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def header_lost(path: Path) -> Path:
    """In the header of a file in the middle a byte is wrong."""
    packer = {".tar": lambda content: content, ".bz2": bz2.compress}[path.suffix]
    content = path.read_bytes()
    content = bytearray(bz2.decompress(content) if path.suffix == ".bz2" else content)
    content[content.index(b"data/b/") + 120] ^= 1
    path.write_bytes(packer(bytes(content)))
    return path


def twice(path: Path) -> Path:
    """One tar behind the other, of which tar itself would read the first alone."""
    path.write_bytes(2 * path.read_bytes())
    return path


def tar_of(folder: Path, suffix: str) -> Path:
    return packed(write_classes(folder / "data"), folder / f"archive{suffix}")


def of_text(folder: Path, suffix: str) -> Path:
    (folder / "data").mkdir()
    (folder / "data" / "train.csv").write_text("label,pixel1\n1,2\n")
    return packed(folder / "data", folder / f"archive{suffix}")


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda f: cut(written(f / "x.zip"), 0.5), r"a whole zip, received .* that is damaged"),
        (lambda f: cut(tar_of(f, ".tar"), 0.4), r"a whole tar, received .*unexpected end of data"),
        (lambda f: cut(tar_of(f, ".tgz"), 0.8), r"a whole tar, received .* that is damaged"),
        (lambda f: header_lost(tar_of(f, ".tar")), r"that is damaged .bad checksum."),
        (lambda f: header_lost(tar_of(f, ".tar.bz2")), r"that is damaged .bad checksum."),
        (lambda f: twice(tar_of(f, ".tar")), r"something follows its last file"),
        (lambda f: twice(tar_of(f, ".tgz")), r"something follows its last file"),
        (lambda f: cut(tar_of(f, ".tar.xz"), 0.8), r"a whole tar, received .* that is damaged"),
        (lambda f: of_text(f, ".zip"), r"an archive without pictures; unpack it and pass"),
        (lambda f: of_text(f, ".tar"), r"an archive without pictures; unpack it and pass"),
        (
            lambda f: zipped(write_classes(f / "data", [""]), f / "x.zip"),
            r"a folder of pictures for each class, received 6 pictures in no such folder",
        ),
        (
            lambda f: zipped(write_classes(f / "data", ["a"]), f / "x.zip"),
            r"at least 2 classes, received 1 .a.",
        ),
    ],
)
def test_a_faulty_archive_gets_one_sentence(write, sentence, tmp_path):
    with pytest.raises(HemlineError, match=sentence) as raised:
        opened(write(tmp_path))
    assert "\n" not in str(raised.value)


def test_a_tar_that_ends_without_its_mark_is_noted(tmp_path):
    path = tar_of(tmp_path, ".tar")
    content = path.read_bytes().rstrip(b"\0")
    path.write_bytes(content + bytes(-len(content) % 512))
    assert "may be truncated" in opened(path).account.notes[0]


@pytest.mark.parametrize("suffix", [".zip", ".tgz"])
def test_an_archive_that_would_fill_the_memory_is_refused(suffix, tmp_path, monkeypatch):
    monkeypatch.setattr(members, "_SPARE", 10_000)
    folder = write_classes(tmp_path / "data")
    for number in range(30):
        (folder / "a" / f"{number}.png").write_bytes(
            (folder / "a" / "1.png").read_bytes() + bytes(100_000)
        )
    path = tmp_path / f"archive{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in folder.rglob("*.png"):
                archive.write(file, file.relative_to(folder))
    else:
        packed(folder, path)
    with pytest.raises(DataError, match=r"at most [\d,]+ bytes .200 times its size., received"):
        opened(path)


def test_a_compressed_tar_larger_than_the_memory_is_refused(tmp_path, monkeypatch):
    from hemline.data import memory
    from hemline.data.picture_files import tars

    path = tar_of(tmp_path, ".tgz")
    monkeypatch.setattr(tars, "_OFTEN", 1000)
    monkeypatch.setattr(memory, "available_memory", lambda: 1999)
    with pytest.raises(DataError, match=r"fit into the 1,999 bytes .* the rest of .*, which is"):
        opened(path)


def test_a_truncated_member_is_not_believed(tmp_path):
    """Its stated CRC and size fit each other, but the picture ends too early."""
    path = written(tmp_path / "archive.zip", {"a/cut.png": png(99)[:-30]})
    assert zlib.crc32(png(99)[:-30]) != zlib.crc32(png(99))
    assert list(opened(path).account.files("refused")) == ["a/cut.png"]


def test_hard_shells_around_archives_are_ignored(tmp_path):
    inner = written(tmp_path / "inner.zip")
    outer = written(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})
    shutil.copy(inner, tmp_path / "twin.zip")
    reasons = opened(outer).account.files("ignored")
    assert reasons == {"inner.zip": "an archive among the files; unpack it, or pass it by itself"}
