"""Where pixels come from: Fashion-MNIST, drawn sketches, and picture files."""

from hemline.data.dataset import Dataset, Split
from hemline.data.pictures import read_pictures
from hemline.data.sources import open_dataset
from hemline.data.splits import stratified_split

__all__ = ["Dataset", "Split", "open_dataset", "read_pictures", "stratified_split"]
