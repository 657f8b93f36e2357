"""Poems, names, phrases in two languages and emoji."""

from __future__ import annotations

import re

from course_utils.data.assets import read_text
from course_utils.data.parts import Parts, every_tenth


def load_sonnets() -> Parts[str]:
    """Load Shakespeare's 154 sonnets: 124 train, 15 dev, 15 test.

    Returns Parts of texts, one a sonnet, lines separated by line ends, numerals dropped.
    Errors: AssetError when the file is missing or damaged.
    Source: W. Shakespeare, Sonnets, 1609; see assets/README.md.
    """
    parts = re.split(r"^[IVXLC]+\n\n", read_text("sonnets.txt"), flags=re.MULTILINE)
    return every_tenth([part.strip("\n") + "\n" for part in parts if part.strip()])


def load_dinosaur_names() -> Parts[str]:
    """Load 1318 names of dinosaurs in letters a to z: 1056 train, 131 dev, 131 test.

    Errors: AssetError when the file is missing or damaged. Source: see assets/README.md.
    """
    return every_tenth(read_text("dinosaurs.txt").split())


def load_first_names() -> Parts[str]:
    """Load 2000 first names in letters a to z (United States, 1990): 1600 train, 200 dev, 200 test.

    Errors: AssetError when the file is missing or damaged. Source: see assets/README.md.
    """
    return every_tenth(read_text("first_names.txt").split())


def load_phrase_pairs() -> Parts[tuple[str, str]]:
    """Load short phrases of a program's menus in French and English: (French, English) pairs.

    They are real translations; for sentences made by a small grammar see make_translations.
    Errors: AssetError when the file is missing or damaged. Source: see assets/README.md.
    """
    lines = read_text("french_english.tsv").splitlines()
    return every_tenth([tuple(line.split("\t")) for line in lines])


def load_emoji_keywords() -> dict[str, tuple[str, ...]]:
    """Load about 1600 emoji with three to eight English keywords each; the first is its name.

    Errors: AssetError when the file is missing or damaged. Source: see assets/README.md.
    """
    lines = (line.split("\t") for line in read_text("emoji.tsv").splitlines())
    return {emoji: tuple(keywords) for emoji, *keywords in lines}
