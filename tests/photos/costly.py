"""Picture files that are small and cost much."""

import io
import re
import struct
import zlib

import numpy as np
from PIL import Image


def many_scans(scans, size=(5000, 5000)):
    """A progressive JPEG of a few kilobytes whose last scan comes again and again."""
    plain = io.BytesIO()
    Image.new("L", size, 128).save(plain, "JPEG", progressive=True, quality=1)
    content = plain.getvalue()
    begins = [found.start() for found in re.finditer(b"\xff\xda", content)]
    last = content[begins[-1] : content.rindex(b"\xff\xd9")]
    shortened = last[:40]  # what is missing is taken for zeros
    return content[: begins[1]] + shortened * scans + b"\xff\xd9"


def single_scans(scans, size=(5000, 5000), kind=b"\xff\xc0"):
    """A JPEG that is not progressive, with one component a scan, again and again."""
    content = jpeg(size, subsampling=0)
    head = content[: content.index(b"\xff\xda")].replace(b"\xff\xc0", kind, 1)
    heads = [bytes((1, number, table, 0, 63, 0)) for number, table in ((1, 0), (2, 17), (3, 17))]
    every = [segment(0xDA, heads[place % 3]) + bytes(4) for place in range(scans)]
    return head + b"".join(every) + b"\xff\xd9"


def jpeg(size=(300, 400), **options):
    """A small JPEG file of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, (128, 90, 30)).save(file, "JPEG", **options)
    return file.getvalue()


def segment(marker, content):
    """A piece of a JPEG."""
    return bytes((255, marker)) + struct.pack(">H", 2 + len(content)) + content


def in_front(content, pieces):
    """A JPEG with these pieces before its own."""
    return content[:2] + pieces + content[2:]


def chunk(name, content):
    """A piece of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def boxed(items, brand, kind, before=b""):
    """An AVIF or HEIC that lists so many items, of which none is there."""

    def box(name, content):
        return struct.pack(">I", 8 + len(content)) + name + content

    def entry(number):
        return box(b"infe", struct.pack(">IIH4s", 3 << 24, number, 0, kind) + b"\0")

    named = b"".join(entry(number + 1) for number in range(items))
    lying = b"".join(struct.pack(">IHHHII", n + 1, 0, 0, 1, 8, 8) for n in range(items))
    described = [
        box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
        box(b"pitm", struct.pack(">II", 1 << 24, items)),
        box(b"iloc", b"\2\0\0\0\x44\0" + struct.pack(">I", items) + lying),
        box(b"iinf", struct.pack(">II", 1 << 24, items) + named),
    ]
    meta = box(b"meta", bytes(4) + b"".join(described))
    return box(b"ftyp", brand + bytes(4) + brand + b"mif1") + before + meta


def sixteen_bits(size=(7000, 7000)):
    """A PNG of 16 bits of grey, even, so that the file is small."""
    width, height = size
    return png(width, height, bytes(height * (1 + 2 * width)), bits=16, kind=0)


def png(width, height, data=b"", bits=8, kind=2, pieces=b""):
    """A PNG file by hand, so that its header may lie."""
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    body = (
        chunk(b"IHDR", header) + pieces + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def thin_lines(seed=0, size=(22, 16)):
    """A picture so small that what is found in it may be thinner than a pixel."""
    rng = np.random.default_rng(seed)
    array = np.full((size[1], size[0]), 250, np.uint8)
    array[rng.integers(size[1]), :] = rng.integers(0, 120)
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()
