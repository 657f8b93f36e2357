# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Track 1 · Neural networks and deep learning
#
# From one neuron to a deep network, each step built from NumPy and tried on real data. At the end of the track you have written a network of any
# depth yourself, trained it on handwriting, and looked at what it learned and where it fails.
#
# **What you need before:** school calculus and basic Python.

# %%
from IPython.display import Markdown

from course_utils.layout import TRACKS, find_course, lesson_table

course = find_course()
track = TRACKS[1 - 1]
about = {
    1: "A weighted sum that decides; why it must glide; what depth and data bring.",
    2: "One neuron learns: cost, slopes, the computation graph, gradient descent.",
    3: "No loops: arrays, broadcasting, and the bugs that they bring.",
    4: "One hidden layer draws curves; activations; the six backward equations.",
    5: "Any number of layers, and what depth is good for.",
}

# %% [markdown]
# ## Lessons, in the order of study

# %%
Markdown(lesson_table(course, track, about))

# %% [markdown]
# ## How they hang together
#
# Study them in this order; each builds on the one before. **1.2** is the heart: all that follows repeats its four parts, a weighted sum, a squashing
# function, a measure of error, and a rule that makes the error smaller. If NumPy is old news to you, **1.3** is quick, but do its exercises.
#
# To see what you have solved, run `course status` in a terminal, or go back to the [start page](../00_start_here.ipynb).
