"""Where pixels come from: labelled pictures in whatever form they lie, and picture files."""

from hemline.data.account import Account
from hemline.data.building.mirroring import Mirroring, find_mirroring
from hemline.data.building.splits import content_split
from hemline.data.dataset import Dataset, Split
from hemline.data.many import FileRead, read_many
from hemline.data.photographs import Photographs, read_photographs
from hemline.data.pictures import NamedPixels, read_pictures
from hemline.data.sources import is_usual, open_dataset

__all__ = [
    "Account",
    "Dataset",
    "FileRead",
    "Mirroring",
    "NamedPixels",
    "Photographs",
    "Split",
    "content_split",
    "find_mirroring",
    "is_usual",
    "open_dataset",
    "read_many",
    "read_photographs",
    "read_pictures",
]
