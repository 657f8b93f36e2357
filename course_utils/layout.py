"""Where things are in the course's folder, and what the course consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Track:
    """One of the five tracks: its folder, its title and the titles of its lessons in order."""

    folder: str
    title: str
    lessons: tuple[str, ...]

    @property
    def number(self) -> int:
        """1 to 5."""
        return int(self.folder[0])


TRACKS: tuple[Track, ...] = (
    Track(
        "1_neural_networks",
        "Neural networks and deep learning",
        (
            "From perceptron to neuron",
            "Logistic regression and gradient descent",
            "Vectorization and NumPy",
            "Shallow networks",
            "Deep networks",
        ),
    ),
    Track(
        "2_improving_networks",
        "Improving deep neural networks",
        (
            "Train, dev, test; bias and variance",
            "Regularisation",
            "Making deep training stable",
            "Optimisation algorithms",
            "Hyperparameter search",
            "Batch normalisation and softmax",
            "Programming frameworks",
        ),
    ),
    Track(
        "3_ml_projects",
        "Structuring machine learning projects",
        (
            "Goals and metrics",
            "Human level and diagnosis",
            "Error analysis and mismatched data",
            "Transfer, multi-task, end-to-end",
            "Project simulators",
        ),
    ),
    Track(
        "4_convolutional_networks",
        "Convolutional neural networks",
        (
            "Convolution",
            "Convolutional networks",
            "Classic and modern architectures",
            "Transfer learning and augmentation",
            "Object detection",
            "Semantic segmentation",
            "Face recognition",
            "Style transfer and what ConvNets learn",
        ),
    ),
    Track(
        "5_sequence_models",
        "Sequence models",
        (
            "Recurrent networks",
            "GRU, LSTM and friends",
            "Using word embeddings",
            "Learning word embeddings",
            "Sentiment classification",
            "Sequence to sequence and beam search",
            "Attention",
            "Speech",
        ),
    ),
)


@dataclass(frozen=True)
class Course:
    """The folders of one copy of the course."""

    root: Path

    @property
    def sources(self) -> Path:
        """What authors write."""
        return self.root / "sources"

    @property
    def notebooks(self) -> Path:
        """What learners open."""
        return self.root / "notebooks"

    @property
    def assets(self) -> Path:
        """Data, weights and pictures."""
        return self.root / "assets"

    def lesson_sources(self) -> list[Path]:
        """Sources of all lessons and index pages, without the exercises, in the order of study."""
        return sorted(p for p in self.sources.rglob("*.py") if p.parent.name != "exercises")

    def exercise_sources(self) -> list[Path]:
        """Sources of all exercise notebooks, in the order of study."""
        return sorted(p for p in self.sources.rglob("*.py") if p.parent.name == "exercises")

    def notebook_of(self, source: Path) -> Path:
        """The notebook built from a source, e.g. sources/a/01_b.py to notebooks/a/01_b.ipynb."""
        return self.notebooks / source.relative_to(self.sources).with_suffix(".ipynb")

    def lesson_notebook(self, track: Track, number: int) -> Path | None:
        """The notebook of a track's lesson (1, 2, …), or None where it is not written yet."""
        found = sorted((self.notebooks / track.folder).glob(f"{number:02d}_*.ipynb"))
        return found[0] if found else None


def lesson_table(course: Course, track: Track, about: Mapping[int, str]) -> str:
    """A Markdown table of a track's lessons, with links to those that are there.

    about : one sentence for each lesson number, 1, 2, …
    Raises ValueError when a lesson has no sentence or a sentence no lesson.
    """
    if sorted(about) != list(range(1, len(track.lessons) + 1)):
        have = f"got sentences for {sorted(about)}"
        raise ValueError(f"track {track.number} has {len(track.lessons)} lessons, {have}")
    rows = ["| lesson | what it is about | exercises |", "|:---|:---|:---|"]
    for number, title in enumerate(track.lessons, start=1):
        name, exercises = f"{track.number}.{number} · {title}", "later"
        if notebook := course.lesson_notebook(track, number):
            name = f"[{name}]({notebook.name})"
            if (notebook.parent / "exercises" / notebook.name).exists():
                exercises = f"[10 points](exercises/{notebook.name})"
        else:
            name += " *(later)*"
        rows.append(f"| {name} | {about[number]} | {exercises} |")
    return "\n".join(rows)


def find_course(start: Path | None = None) -> Course:
    """The course that this file belongs to, or the one around `start`.

    start : a folder inside a copy of the course; None for the copy that course_utils lies in
    Returns the Course. Raises FileNotFoundError when no folder above has `notebooks/`.
    """
    origin = Path(start) if start is not None else Path(__file__)
    for folder in [origin.resolve(), *origin.resolve().parents]:
        if (folder / "notebooks").is_dir() and (folder / "course_utils").is_dir():
            return Course(folder)
    raise FileNotFoundError(
        f"no course around {origin}: need a folder that holds notebooks/ and course_utils/. "
        "Run the command inside the course's folder."
    )
