"""Pictures as files: found in a folder or archive, told apart by folders, decoded when needed."""

from hemline.data.picture_files.archive import read_archive
from hemline.data.picture_files.folder import read_folder

__all__ = ["read_archive", "read_folder"]
