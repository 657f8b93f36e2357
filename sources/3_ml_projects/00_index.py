# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Track 3 · Structuring machine learning projects
#
# Most time in a project is lost on the wrong work: more data where none was missing, a larger network where the labels were wrong. This track is
# about deciding what to do next. It computes: each rule is tried on the predictions of a real model, and wrong remedies are tried as well.
#
# **What you need before:** track 1, and lesson 2.1. The mathematics is light; the judgement is not.

# %%
from IPython.display import Markdown

from course_utils.layout import TRACKS, find_course, lesson_table

course = find_course()
track = TRACKS[3 - 1]
about = {
    1: "One number to improve, others to keep in bounds; precision, recall, F1.",
    2: "What is possible at all, which gap costs most, and what to do about it.",
    3: "Look at a hundred mistakes; wrong labels; training data of another kind.",
    4: "Use what was learned elsewhere; several tasks at once; one network or a pipeline.",
    5: "Two projects to decide your way through.",
}

# %% [markdown]
# ## Lessons, in the order of study

# %%
Markdown(lesson_table(course, track, about))

# %% [markdown]
# ## How they hang together
#
# - **3.1, 3.2, 3.3 in this order**: set the goal, find the largest gap, look at the mistakes behind it.
# - **3.4** can be read by itself, and pays most before track 4.
# - **3.5** is the exam: two invented projects in which each decision changes the numbers of the next page.
#
# Not all lessons are written yet; those without a link come later. To see what you have solved, run `course status` in a terminal, or go
# back to the [start page](../00_start_here.ipynb).
