"""Sentences that praise or complain."""

from __future__ import annotations

import numpy as np

from course_utils.data.assets import read_text
from course_utils.data.dataset import Dataset

SENTIMENT_NAMES = ("negative", "positive")


def load_sentiment() -> Dataset:
    """Load 300 short sentences with a label: 240 train, 30 dev, 30 test, half of each positive.

    Many turn on a negation or on word order ("not bad at all", "hardly a triumph").
    Returns a Dataset: sentences (m,) of strings in lower case, words and commas separated by one space;
    labels (m,) int64, 1 is positive. Every word has a vector in load_word_vectors.
    Errors: AssetError when the file is missing or damaged.
    Source: written for this course.
    """
    rows = [line.split("\t") for line in read_text("sentiment.tsv").splitlines()[1:]]
    parts = {}
    for part in ("train", "dev", "test"):
        own = [(int(label), sentence) for row_part, label, sentence in rows if row_part == part]
        parts[f"X_{part}"] = np.array([sentence for _, sentence in own])  # (m,)
        parts[f"Y_{part}"] = np.array([label for label, _ in own], np.int64)  # (m,)
    return Dataset(**parts, class_names=SENTIMENT_NAMES)
