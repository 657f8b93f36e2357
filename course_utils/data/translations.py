"""French sentences with their English translation, from a small grammar."""

from __future__ import annotations

import itertools

import numpy as np

from course_utils.data.parts import Parts, cut

# (French, English) of each piece; nouns carry their gender, because articles and adjectives follow it.
SUBJECTS = (
    ("le garçon", "the boy"),
    ("la fille", "the girl"),
    ("mon frère", "my brother"),
    ("ma sœur", "my sister"),
    ("le professeur", "the teacher"),
    ("la voisine", "the neighbour"),
    ("notre ami", "our friend"),
    ("le médecin", "the doctor"),
)
VERBS = (
    ("voit", "sees"),
    ("cherche", "is looking for"),
    ("achète", "buys"),
    ("trouve", "finds"),
    ("vend", "sells"),
    ("porte", "carries"),
    ("dessine", "draws"),
    ("aime", "likes"),
)
NEGATED_VERBS = (
    ("ne voit pas", "does not see"),
    ("ne cherche pas", "is not looking for"),
    ("ne vend pas", "does not sell"),
    ("ne porte pas", "does not carry"),
    ("ne dessine pas", "does not draw"),
    ("ne trouve pas", "does not find"),
)
# Most adjectives follow the noun in French and come before it in English: the order must be learned.
NOUNS = (
    ("m", "livre", "book"),
    ("m", "vélo", "bicycle"),
    ("m", "chapeau", "hat"),
    ("m", "bateau", "boat"),
    ("m", "panier", "basket"),
    ("f", "table", "table"),
    ("f", "voiture", "car"),
    ("f", "chaise", "chair"),
    ("f", "lampe", "lamp"),
    ("f", "boîte", "box"),
)
ADJECTIVES = (
    ("noir", "noire", "black"),
    ("vert", "verte", "green"),
    ("rouge", "rouge", "red"),
    ("lourd", "lourde", "heavy"),
    ("léger", "légère", "light"),
    ("blanc", "blanche", "white"),
)
ENDINGS = (
    ("", ""),
    ("aujourd'hui", "today"),
    ("au marché", "at the market"),
    ("dans la rue", "in the street"),
    ("chaque matin", "every morning"),
)


def make_translations(
    rng: np.random.Generator, sizes: tuple[int, int, int] = (4000, 400, 400)
) -> Parts[tuple[str, str]]:
    """Draw (French, English) sentences of a small grammar; no sentence occurs twice, in any part.

    Gender, agreement of adjectives, negation in two words and the order of noun and adjective make it
    more than a word-by-word table. Words are separated by one space.
    rng   : source of randomness; the same generator state gives the same sentences
    sizes : pairs in train, dev and test; at most 39,200 in all
    Raises ValueError when the sizes ask for more sentences than the grammar has.
    """
    choices = (SUBJECTS, VERBS + NEGATED_VERBS, NOUNS, (None, *ADJECTIVES), ENDINGS)
    every = list(itertools.product(*choices))
    picked = rng.permutation(len(every))[: sum(sizes)]
    return cut([_sentence(*every[i]) for i in picked], sizes)


def _sentence(subject, verb, noun, adjective, ending) -> tuple[str, str]:
    gender, french_noun, english_noun = noun
    masculine, feminine, english_adjective = adjective or ("", "", "")
    french_adjective = masculine if gender == "m" else feminine
    article = "le" if gender == "m" else "la"
    french = [subject[0], verb[0], article, french_noun, french_adjective, ending[0]]
    english = [subject[1], verb[1], "the", english_adjective, english_noun, ending[1]]
    return tuple(" ".join(word for word in words if word) for words in (french, english))
