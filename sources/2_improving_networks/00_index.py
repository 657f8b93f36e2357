# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Track 2 · Improving deep neural networks
#
# A network that runs is not yet a network that is good. Here you learn to find out what is wrong with it, to keep it from learning by heart,
# to train it many times faster, and to search for good settings without guessing.
#
# **What you need before:** track 1. Everything here improves the deep networks of lesson 1.5.

# %%
from IPython.display import Markdown

from course_utils.layout import TRACKS, find_course, lesson_table

course = find_course()
track = TRACKS[2 - 1]
about = {
    1: "How to split data, and what two error rates say about a network.",
    2: "L2, L1, dropout, augmentation, early stopping: against learning by heart.",
    3: "Scaled inputs, good first weights, signals that neither explode nor vanish, checked gradients.",
    4: "Mini-batches, momentum, RMSprop, Adam, learning-rate decay, saddle points.",
    5: "Which settings matter, how to draw them at random, and on which scale.",
    6: "Normalise inside the network; choose among many classes.",
    7: "What a framework does for you: build a small one.",
}

# %% [markdown]
# ## Lessons, in the order of study

# %%
Markdown(lesson_table(course, track, about))

# %% [markdown]
# ## How they hang together
#
# - **2.1 first.** It says which of the other lessons your network needs.
# - **2.2 and 2.3** are independent of each other. Too large a gap between training and dev error: 2.2. Training that does not start at all: 2.3.
# - **2.4 before 2.5**: a search is only as fast as the training inside it.
# - **2.6 and 2.7** close the track. Track 4 uses the first, and the second makes other people's code readable.
#
# Track 3 asks what to improve first; read its lesson 3.2 right after 2.1 if you have a project waiting. Not all lessons are written yet; those without
# a link come later. To see what you have solved, run `course status` in a terminal, or go back to the [start page](../00_start_here.ipynb).
