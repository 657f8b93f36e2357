"""Photographs in the public domain or under Creative Commons."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

from PIL import Image

from .asset import Asset
from .digits import SCIKIT_LEARN
from .packages import Package

SCIKIT_IMAGE = Package("pip", "scikit-image", "0.26.0", "scikit_image-0.26.0-*.whl")
LICENCE_LINES = "stated in skimage/data/_fetchers.py"

# name: package, file inside, longest side kept (pixels), licence, who holds the rights
PHOTOGRAPHS = {
    "astronaut": (SCIKIT_IMAGE, "astronaut.png", 512, "public domain", "NASA, Great Images database; {}"),
    "chelsea": (SCIKIT_IMAGE, "chelsea.png", 451, "CC0-1.0", "Stefan van der Walt; {}"),
    "coffee": (SCIKIT_IMAGE, "coffee.png", 600, "CC0-1.0", "Rachel Michetti, Pikolo Espresso Bar; {}"),
    "rocket": (SCIKIT_IMAGE, "rocket.jpg", 512, "public domain", "SpaceX; {}"),
    "camera": (SCIKIT_IMAGE, "camera.png", 512, "CC0-1.0", "Lav Varshney; {}"),
    "coins": (SCIKIT_IMAGE, "coins.png", 384, "no known copyright restrictions", "Brooklyn Museum; {}"),
    "clock": (SCIKIT_IMAGE, "clock_motion.png", 400, "public domain", "Stefan van der Walt; {}"),
    "hubble": (SCIKIT_IMAGE, "hubble_deep_field.jpg", 400, "public domain", "NASA, HubbleSite; {}"),
    "brick": (SCIKIT_IMAGE, "brick.png", 256, "CC0-1.0", "CC0Textures, Bricks25; {}"),
    "grass": (SCIKIT_IMAGE, "grass.png", 256, "CC0-1.0", "linolafett on DeviantArt; {}"),
    "gravel": (SCIKIT_IMAGE, "gravel.png", 256, "CC0-1.0", "CC0Textures, Gravel04; {}"),
    "china": (
        SCIKIT_LEARN,
        "china.jpg",
        512,
        "CC-BY-2.0",
        "danielbuechele on Flickr, photo 6061409035; stated in sklearn/datasets/images/README.txt",
    ),
    "flower": (
        SCIKIT_LEARN,
        "flower.jpg",
        512,
        "CC-BY-2.0",
        "vultilion on Flickr, photo 6056698931 (the same file credits danielbuechele); stated in "
        "sklearn/datasets/images/README.txt",
    ),
}
FOLDERS = {SCIKIT_IMAGE: "skimage/data", SCIKIT_LEARN: "sklearn/datasets/images"}


def build_photograph(folder: Path, name: str) -> bytes:
    package, file_name, longest, *_ = PHOTOGRAPHS[name]
    picture = Image.open(io.BytesIO(package.read(folder, f"{FOLDERS[package]}/{file_name}")))
    picture = picture.convert("L" if picture.mode in ("L", "I", "1") else "RGB")
    scale = longest / max(picture.size)
    if scale < 1:
        size = tuple(round(side * scale) for side in picture.size)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90, optimize=True, subsampling=0)
    return buffer.getvalue()


ASSETS = [
    Asset(
        name=f"photographs/{name}.jpg",
        packages=(package,),
        inside=f"{FOLDERS[package]}/{file_name}",
        licence=licence,
        rights=rights.format(LICENCE_LINES),
        treatment=f"longest side at most {longest} pixels (Lanczos), JPEG of quality 90",
        build=partial(build_photograph, name=name),
    )
    for name, (package, file_name, longest, licence, rights) in PHOTOGRAPHS.items()
]
