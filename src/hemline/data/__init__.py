"""Where pixels come from: Fashion-MNIST, drawn sketches, and picture files."""

from hemline.data.dataset import Dataset, Split
from hemline.data.many import FileRead, read_many
from hemline.data.photographs import Photographs, read_photographs
from hemline.data.pictures import NamedPixels, read_pictures
from hemline.data.sources import open_dataset
from hemline.data.splits import stratified_split

__all__ = [
    "Dataset",
    "FileRead",
    "NamedPixels",
    "Photographs",
    "Split",
    "open_dataset",
    "read_many",
    "read_photographs",
    "read_pictures",
    "stratified_split",
]
