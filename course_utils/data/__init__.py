"""Loaders of the files in assets/: one function a data set, nothing downloaded."""

from course_utils.data.assets import AssetError
from course_utils.data.dataset import Dataset
from course_utils.data.digits import load_digits

__all__ = ["AssetError", "Dataset", "load_digits"]
