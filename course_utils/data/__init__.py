"""Loaders of the files in assets/: one function a data set, nothing downloaded."""

from course_utils.data.assets import AssetError
from course_utils.data.clothes import CLOTHES_NAMES, load_clothes
from course_utils.data.dataset import Dataset
from course_utils.data.dates import make_dates, write_date
from course_utils.data.digits import DIGIT_NAMES, load_digits, load_small_digits
from course_utils.data.paraphrases import ParaphrasedPair, make_paraphrased_translations
from course_utils.data.parts import Parts
from course_utils.data.photographs import PHOTOGRAPHS, load_photograph
from course_utils.data.scenes import SCENE_CLASSES, Scenes, make_scenes
from course_utils.data.sentiment import SENTIMENT_NAMES, load_sentiment
from course_utils.data.speech import (
    SPEECH_RATE,
    SPEECH_SENTENCES,
    SPEECH_WORDS,
    load_speech,
    load_spoken_words,
)
from course_utils.data.temperatures import Temperatures, load_temperatures
from course_utils.data.text import (
    load_dinosaur_names,
    load_emoji_keywords,
    load_first_names,
    load_phrase_pairs,
    load_sonnets,
)
from course_utils.data.translations import make_translations
from course_utils.data.word_vectors import WordVectors, load_word_vectors

__all__ = [
    "CLOTHES_NAMES",
    "DIGIT_NAMES",
    "PHOTOGRAPHS",
    "SCENE_CLASSES",
    "SENTIMENT_NAMES",
    "SPEECH_RATE",
    "SPEECH_SENTENCES",
    "SPEECH_WORDS",
    "AssetError",
    "Dataset",
    "ParaphrasedPair",
    "Parts",
    "Scenes",
    "Temperatures",
    "WordVectors",
    "load_clothes",
    "load_digits",
    "load_dinosaur_names",
    "load_emoji_keywords",
    "load_first_names",
    "load_photograph",
    "load_phrase_pairs",
    "load_sentiment",
    "load_small_digits",
    "load_sonnets",
    "load_speech",
    "load_spoken_words",
    "load_temperatures",
    "load_word_vectors",
    "make_dates",
    "make_paraphrased_translations",
    "make_scenes",
    "make_translations",
    "write_date",
]
