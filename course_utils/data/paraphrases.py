"""German sentences, each with all its English translations and how often each one is used."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from course_utils.data.parts import Parts, cut

Ways = tuple[tuple[str, float], ...]  # English wordings with their shares, which add up to 1


class ParaphrasedPair(NamedTuple):
    """One sentence to translate.

    source : German, in lower case, words separated by one space
    target : one English translation, drawn by its share
    ways   : every English translation with its share, the most frequent first; the shares add up to 1
    """

    source: str
    target: str
    ways: Ways


SUBJECTS = (
    ("anna", "anna"),
    ("mein bruder", "my brother"),
    ("unsere nachbarin", "our neighbour"),
    ("der lehrer", "the teacher"),
    ("die ärztin", "the doctor"),
    ("das kind", "the child"),
    ("mein onkel", "my uncle"),
    ("ihre tante", "her aunt"),
)
# Where two wordings share their first word, the word is more frequent than either wording. A search
# that looks one word ahead is led astray by that.
MODALS: tuple[tuple[str, Ways], ...] = (
    ("will", (("wants to", 0.7), ("intends to", 0.3))),
    ("möchte", (("wants to", 0.42), ("would like to", 0.31), ("would love to", 0.27))),
    ("kann", (("can", 0.75), ("is able to", 0.25))),
    ("muss", (("must", 0.42), ("has to", 0.31), ("has got to", 0.27))),
    ("wird", (("will", 0.42), ("is going to", 0.31), ("is about to", 0.27))),
)
VERBS: tuple[tuple[str, Ways], ...] = (
    ("kaufen", (("buy", 1.0),)),
    ("verkaufen", (("sell", 1.0),)),
    ("suchen", (("look for", 0.6), ("search for", 0.4))),
    ("holen", (("fetch", 0.55), ("pick up", 0.45))),
    ("reparieren", (("repair", 0.6), ("fix", 0.4))),
    ("zeichnen", (("draw", 1.0),)),
    ("tragen", (("carry", 1.0),)),
    ("finden", (("find", 1.0),)),
)
OBJECTS: tuple[tuple[str, str, Ways], ...] = (
    ("den", "koffer", (("suitcase", 1.0),)),
    ("den", "brief", (("letter", 1.0),)),
    ("den", "tisch", (("table", 1.0),)),
    ("die", "tasche", (("bag", 1.0),)),
    ("die", "lampe", (("lamp", 1.0),)),
    ("die", "uhr", (("clock", 0.6), ("watch", 0.4))),
    ("das", "buch", (("book", 1.0),)),
    ("das", "fahrrad", (("bicycle", 0.6), ("bike", 0.4))),
    ("das", "bild", (("picture", 0.65), ("painting", 0.35))),
    ("das", "auto", (("car", 1.0),)),
)
ADJECTIVES: tuple[tuple[str, Ways], ...] = (
    ("", (("", 1.0),)),
    ("rot", (("red", 1.0),)),
    ("alt", (("old", 1.0),)),
    ("klein", (("small", 0.6), ("little", 0.4))),
    ("schön", (("beautiful", 0.65), ("lovely", 0.35))),
    ("neu", (("new", 1.0),)),
    ("schwarz", (("black", 1.0),)),
    ("teur", (("expensive", 1.0),)),
)
TIMES: tuple[tuple[str, Ways], ...] = (
    ("", (("", 1.0),)),
    ("morgen", (("tomorrow", 1.0),)),
    ("heute abend", (("this evening", 0.6), ("tonight", 0.4))),
    (
        "am wochenende",
        (("this weekend", 0.42), ("at the weekend", 0.31), ("at the end of the week", 0.27)),
    ),
    ("am montag", (("on monday", 1.0),)),
    ("nach der arbeit", (("after work", 1.0),)),
    ("jeden tag", (("every day", 0.65), ("daily", 0.35))),
)
TIME_FIRST = (True, False)
FRONT = {True: 0.6, False: 0.15}  # share of English sentences that begin with the time, by the German


def make_paraphrased_translations(
    rng: np.random.Generator, sizes: tuple[int, int, int] = (4000, 400, 400)
) -> Parts[ParaphrasedPair]:
    """Draw German sentences of a small grammar with their English translations.

    The German verb stands at the end and the time may stand first, so a translation must be planned
    before its third word. Most sentences have several right translations ("will", "is going to"); their
    shares are known, so a model can be held against the truth. No German sentence occurs twice, in any
    part.
    rng   : source of randomness; the same generator state gives the same sentences
    sizes : sentences in train, dev and test; at most 332,800 in all
    Raises ValueError when the sizes ask for more sentences than the grammar has.
    """
    choices = (SUBJECTS, MODALS, OBJECTS, ADJECTIVES, VERBS, TIMES, TIME_FIRST)
    shape = tuple(len(choice) for choice in choices)
    # A sentence without a time has no time to put first.
    sentences = math.prod(shape) - math.prod(shape) // len(TIMES) // len(TIME_FIRST)
    if sum(sizes) > sentences:
        raise ValueError(f"sizes {sizes} need {sum(sizes):,} sentences, the grammar has {sentences:,}")
    pairs = []
    for index in rng.permutation(math.prod(shape)):
        if len(pairs) == sum(sizes):
            break
        places = np.unravel_index(index, shape)
        subject, modal, thing, adjective, verb, time, time_first = (
            choice[i] for choice, i in zip(choices, places, strict=True)
        )
        if not time[0] and time_first:
            continue  # without a time it is the same sentence
        source = _german(subject[0], modal[0], thing, adjective[0], verb[0], time[0], time_first)
        ways = _english(subject[1], modal[1], thing[2], adjective[1], verb[1], time[1], FRONT[time_first])
        shares = np.array([share for _, share in ways])
        target = ways[rng.choice(len(ways), p=shares / shares.sum())][0]
        pairs.append(ParaphrasedPair(source, target, ways))
    return cut(pairs, sizes)


def _joined(*pieces: str) -> str:
    return " ".join(piece for piece in pieces if piece)


def _german(subject, modal, thing, stem, verb, time, time_first) -> str:
    article, noun, _ = thing
    ending = "en" if article == "den" else "e"  # after a definite article, in the accusative
    what = _joined(article, stem + ending if stem else "", noun)
    if time_first:
        return _joined(time, modal, subject, what, verb)
    return _joined(subject, modal, time, what, verb)


def _english(
    subject: str, modals: Ways, nouns: Ways, adjectives: Ways, verbs: Ways, times: Ways, front: float
) -> Ways:
    ways = []
    for modal, verb, adjective, noun, time in itertools.product(modals, verbs, adjectives, nouns, times):
        share = modal[1] * verb[1] * adjective[1] * noun[1] * time[1]
        rest = _joined(subject, modal[0], verb[0], "the", adjective[0], noun[0])
        if time[0]:
            ways.append((_joined(time[0], rest), share * front))
            ways.append((_joined(rest, time[0]), share * (1 - front)))
        else:
            ways.append((rest, share))
    return tuple(sorted(ways, key=lambda way: (-way[1], way[0])))
