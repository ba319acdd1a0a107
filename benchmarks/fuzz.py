"""Mutated files and replies by the thousand: a sentence or a sound answer each, and nothing else.

    python benchmarks/fuzz.py [--only models checkpoints replies pictures] [--share 1] [--seed 0]

1,000 model files, 1,000 checkpoints that a training goes on from, 1,000 replies of a server that
the doctor examines, 2,000 pictures of every format that is read; each within a limit of time, and
its process has to outlive it. What is refused has to be refused in a sentence; what is not has to
be what it was: the same answers of a model file with its checksum, the same weights of a training.
"""

import functools
import io
import itertools
import json
import random
import shutil
import struct
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as LateError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from common import ROOT, command_line, write_result
from PIL import Image
from pillow_heif import register_heif_opener

sys.path.insert(0, str(ROOT.parent))
from serving_attacks import garbled
from tests.doctor.odd import changed_replies, examine, telling_server
from tests.photos.drawing import draw_photo

from hemline import Classifier, load_recipe, open_dataset, train
from hemline.errors import HemlineError
from hemline.models import find_model
from hemline.photos import Intake, see
from hemline.pixels import Form
from hemline.seal import is_whole, sealed

LIMIT = 60.0  # seconds, where a sound one takes one at most
SENTENCE, ANSWER = "a sentence", "an answer"
Dice = random.Random


def demand(fits: bool, otherwise: str) -> None:
    """Raises what the table will show."""
    if not fits:
        raise RuntimeError(otherwise)


def altered(content: bytes, dice: Dice) -> bytes:
    """Garbled, or with a few bytes changed and all others in their places."""
    if dice.random() < 0.3:
        return garbled(content, dice)
    data, ends = bytearray(content), min(len(content), 4000)
    for _ in range(dice.choice((1, 1, 2, 10))):
        where = dice.choice((range(ends), range(len(data) - ends, len(data)), range(len(data))))
        place = dice.choice(where)
        data[place] = dice.choice((data[place] ^ 1 << dice.randrange(8), dice.randrange(256)))
    return bytes(data)


@functools.cache
def sketches():
    """Drawn garments."""
    return open_dataset("sketches")


def model(dice: Dice) -> str:
    """A model file: with its checksum it is refused or the same; without, refused or sound."""
    content = find_model(dice.choice(("tiny", "photo"))).read_bytes()
    body = content[: -(len(sealed(b"")))]
    with_checksum = dice.random() < 0.5
    changed = altered(content if with_checksum else body, dice)
    pictures = sketches().test.pixels[:3]
    answers = Classifier.from_bytes(changed, Path("model.onnx")).answer(pictures)
    if changed.startswith(body):  # the checksum alone has changed
        right = Classifier.from_bytes(content, Path("model.onnx")).answer(pictures)
        demand(np.array_equal(answers.probabilities, right.probabilities), "other answers")
    else:
        demand(not with_checksum or is_whole(changed), "a change that nobody has seen")
    sums = answers.probabilities.sum(axis=1)
    demand(np.allclose(sums, 1, atol=1e-3), "no probabilities")
    return ANSWER


@functools.cache
def interrupted() -> tuple[Path, bytes]:
    """A run of one epoch of two, and the model file that it ends with."""
    recipe, folder = load_recipe("seed", ["epochs=2", "validation=0.5"]), Path(tempfile.mkdtemp())

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    try:
        train(recipe, small(), folder=folder / "run", on_epoch=interrupt)
    except KeyboardInterrupt:
        whole = train(recipe, small(), folder=folder / "whole")
    return folder / "run", whole.run.model.read_bytes()


@functools.cache
def small():
    """Few pictures, so that a training is soon through."""
    from hemline import Dataset

    data = sketches()
    parts = [(part.pixels[:500], part.labels[:500]) for part in (data.train, data.test)]
    return Dataset.from_arrays(*parts, classes=data.classes)


def checkpoint(dice: Dice) -> str:
    """A checkpoint to go on from: refused, or the training ends as it would have."""
    run, right = interrupted()
    recipe = load_recipe("seed", ["epochs=2", "validation=0.5"])
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(run, Path(place) / "run")
        file = folder / dice.choice(
            ("checkpoint.safetensors",) * 8 + ("recipe.toml", "environment.json")
        )
        if dice.random() < 0.9:  # the others show that a sound one is gone on from
            file.write_bytes(altered(file.read_bytes(), dice))
        ended = train(recipe, small(), folder=folder, resume=True)
        demand(ended.run.model.read_bytes() == right, "other weights")
    return ANSWER


@functools.cache
def server():
    """One that says what it is told to say."""
    return telling_server().__enter__()


def reply(dice: Dice) -> str:
    """What a server says of itself and answers: read, or a sentence."""
    said = changed_replies(dice)
    if dice.random() < 0.4:
        place = dice.choice(sorted(said))
        said[place] = altered(json.dumps(said[place]).encode(), dice)
    return SENTENCE if isinstance(examine(server(), **said), str) else ANSWER


@functools.cache
def pictures() -> list[bytes]:
    """Files of every format that is read, in its kinds."""
    register_heif_opener()
    photo: Image.Image = draw_photo("trousers", size=(60, 80))
    exif = photo.getexif()
    exif[0x0112] = 6
    animation = [photo.rotate(angle) for angle in (90, 180)]
    grey16 = Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) * 257)
    kinds = [("PNG", mode, {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")]
    kinds += [("JPEG", mode, {}) for mode in ("L", "RGB", "CMYK")]
    kinds += [("JPEG", "RGB", {"progressive": True}), ("JPEG", "RGB", {"exif": exif})]
    kinds += [("WEBP", "RGB", {}), ("WEBP", "RGBA", {"lossless": True})]
    kinds += [("WEBP", "RGB", {"save_all": True, "append_images": animation})]
    kinds += [("GIF", "P", {}), ("GIF", "P", {"save_all": True, "append_images": animation})]
    kinds += [("BMP", mode, {}) for mode in ("1", "P", "RGB")]
    kinds += [("PPM", mode, {}) for mode in ("1", "L", "RGB")]
    kinds += [("AVIF", "RGB", {}), ("AVIF", "RGBA", {}), ("AVIF", "RGB", {"exif": exif})]
    kinds += [("AVIF", "RGB", {"save_all": True, "append_images": animation})]
    kinds += [("HEIF", "RGB", {}), ("HEIF", "L", {}), ("HEIF", "RGB", {"exif": exif})]
    kinds += [("TIFF", mode, {}) for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK")]
    packed = ("tiff_lzw", "tiff_adobe_deflate", "packbits")
    kinds += [("TIFF", "RGB", {"compression": name}) for name in packed]
    kinds += [("TIFF", "RGB", {"exif": exif}), ("TIFF", "1", {"compression": "group4"})]
    files = []
    for image, kind, options in [
        *((photo.convert(mode), kind, options) for kind, mode, options in kinds),
        (grey16, "PNG", {}),
        (grey16, "TIFF", {}),
    ]:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        files.append(buffer.getvalue())
    return files


def with_right_checksums(content: bytes) -> bytes:
    """A PNG whose chunks were changed, past the check that would end its reading early."""
    data, place = bytearray(content), 8
    while place + 12 <= len(data):
        length = struct.unpack(">I", data[place : place + 4])[0]
        end = place + 8 + length
        if end + 4 > len(data):
            break
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[place + 4 : end]))
        place = end + 4
    return bytes(data)


INTAKES = [Intake(Form(28, 28), find="garment"), Intake(Form(32, 32, 3)), Intake(Form(64, 48))]


def picture(dice: Dice) -> str:
    """A picture file, for photographs and for whole pictures."""
    content = altered(dice.choice(pictures()), dice)
    if content.startswith(b"\x89PNG") and dice.random() < 0.7:
        content = with_right_checksums(content)
    intake = dice.choice(INTAKES)
    seen = see(content, intake, "picture", megapixels=50)
    demand(seen.pixels.shape == intake.form.shape, "another form")
    return ANSWER


TRIALS: dict[str, tuple[Callable[[Dice], str], int]] = {
    "models": (model, 1000),
    "checkpoints": (checkpoint, 1000),
    "replies": (reply, 1000),
    "pictures": (picture, 2000),
}


def attempt(kind: str, seed: int) -> str:
    """What comes of one."""
    try:
        return TRIALS[kind][0](random.Random(f"{kind} {seed}"))  # noqa: S311 - to be repeated
    except HemlineError as error:
        text = str(error)
        return SENTENCE if text.startswith("Expected ") and "\n" not in text else f"said: {text}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def run(kind: str, seeds: range) -> tuple[Counter[str], float]:
    """What comes of all, and the longest that one has taken."""
    outcomes: Counter[str] = Counter()
    longest, pool = 0.0, new_process(kind)
    for seed in seeds:
        began = time.perf_counter()
        try:
            outcome = pool.submit(attempt, kind, seed).result(LIMIT)
        except (LateError, BrokenProcessPool) as error:
            outcome = "no end" if isinstance(error, LateError) else "the end of its process"
            for process in (pool._processes or {}).values():
                process.kill()
            pool = new_process(kind)
        longest = max(longest, time.perf_counter() - began)
        outcomes[outcome] += 1
        if outcome not in (SENTENCE, ANSWER):
            print(kind, seed, outcome, file=sys.stderr, flush=True)
    pool.shutdown()
    return outcomes, longest


def new_process(kind: str) -> ProcessPoolExecutor:
    """One that has everything ready."""
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    pool.submit(attempt, kind, -1).result()
    return pool


def main() -> None:
    """Try all of them, and write what came of it."""
    parser = command_line(__doc__)
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS))
    parser.add_argument("--share", type=float, default=1.0, help="of the numbers above")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [f"| what | tried | {SENTENCE} | {ANSWER} | anything else | longest |"]
    rows.append("| --- | ---: | ---: | ---: | --- | ---: |")
    for kind in options.only:
        count = round(TRIALS[kind][1] * options.share)
        first = options.seed * count
        outcomes, longest = run(kind, range(first, first + count))
        said, answered = outcomes.pop(SENTENCE, 0), outcomes.pop(ANSWER, 0)
        others = itertools.starmap("{} ({})".format, outcomes.items())
        cells = [kind, f"{count:,}", f"{said:,}", f"{answered:,}", ", ".join(others) or "nothing"]
        rows.append(f"| {' | '.join([*cells, f'{longest:.1f} s'])} |")
        print(rows[-1], file=sys.stderr, flush=True)
    write_result("fuzz", "\n".join(rows))


if __name__ == "__main__":
    main()
