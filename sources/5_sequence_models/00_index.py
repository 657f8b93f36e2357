# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Track 5 · Sequence models
#
# Sentences, names, sounds: data with an order and without a fixed length. From a network that reads one step at a time to
# memory cells, word vectors, translation with attention, and speech. Everything is built from NumPy kernels whose loops you
# can read, and runs on real text and sound.
#
# **What you need before:** track 1, and from track 2 at least the lessons on optimisation and regularisation. Track 4 is not needed;
# the two can be studied in either order.

# %%
from IPython.display import Markdown

from course_utils.layout import TRACKS, find_course, lesson_table

course = find_course()
track = TRACKS[5 - 1]
about = {
    1: "One cell, used again at every step; training it through time; letters that become names.",
    2: "Cells with gates that remember for a hundred steps; reading both ways; layers on layers.",
    3: "Words as vectors: likeness, analogies, few labels, and bias.",
    4: "Where word vectors come from: skip-gram, negative sampling, GloVe.",
    5: "Is a sentence friendly? From averages to a network that minds the order.",
    6: "Sentences in, sentences out; searching for the best answer; scoring it.",
    7: "Look back at the input while writing; dates of any form read and rewritten.",
    8: "From air pressure to letters, and a word that wakes a machine.",
}

# %% [markdown]
# ## Lessons, in the order of study

# %%
Markdown(lesson_table(course, track, about))

# %% [markdown]
# ## How they hang together
#
# - **5.1 and 5.2 first**, in this order: all others use recurrent cells.
# - **5.3 and 5.4** are a pair: how to use word vectors, then how to learn them. **5.5** puts both halves together.
# - **5.6, then 5.7:** attention answers a problem that 5.6 runs into.
# - **5.8** needs 5.2 only.
#
# Not all lessons are written yet; those without a link come later. To see what you have solved, run `course status` in a terminal, or go
# back to the [start page](../00_start_here.ipynb).
