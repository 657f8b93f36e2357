# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Start here
#
# Welcome. This is a course on deep learning that you play with. Nothing in it is a photograph: each number and each
# picture on a page comes from the code above it, and you can change that code and run it again.
#
# **Run this page first.** Click into the first grey cell and press **Shift + Enter**; it runs and moves on to the next.
# Go on to the end of the page. If a cell shows an error, the last section says what to do.

# %%
print("Hello. You have just run a cell.")

# %% [markdown]
# The next cell fetches the tools that this page uses. It prints nothing if all is well.

# %%
import sys

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_digits
from course_utils.explorers import LearningRateExplorer, ravine_surface
from course_utils.kernels.activations import sigmoid
from course_utils.layout import TRACKS, find_course
from course_utils.plots import use_style
from course_utils.plots.course_map import draw_course_map

use_style()

# %% [markdown]
# ## The map
#
# Five tracks, 33 lessons. Filled boxes are written; dashed ones come later.

# %% tags=["figure"]
course = find_course()
ready = {
    (track.number, number)
    for track in TRACKS
    for number in range(1, len(track.lessons) + 1)
    if course.lesson_notebook(track, number)
}
draw_course_map([(track.title, track.lessons) for track in TRACKS], ready)
plt.show()

# %% [markdown]
# *In words:* five rows of boxes, one row a track, read from left to right. The lessons that you can open now are listed
# below the picture.

# %%
from IPython.display import Markdown

lines = []
for track in TRACKS:
    for number, title in enumerate(track.lessons, start=1):
        if notebook := course.lesson_notebook(track, number):
            path = notebook.relative_to(course.notebooks).as_posix()
            lines.append(f"- [{track.number}.{number} {title}]({path})")
Markdown("\n".join(lines))

# %% [markdown]
# ## How to study
#
# - **Predict, then run.** Where a page says *predict before you run*, write your guess down first. A wrong guess teaches
#   more than a right one.
# - **Change things.** Every cell is yours. Your copy cannot be damaged: *Kernel → Restart Kernel and Run All Cells* brings a
#   page back to order, and git keeps the original.
# - **Play with the explorers.** They are the panels with sliders. Click a slider and use the arrow keys.
# - **Do the exercises.** They lie in the folder `exercises` beside the lessons. Write an answer, run it, save with
#   **Ctrl + S**, then run the check below. A check tells what it expected, what came, and what may be the cause.
# - **Order.** Track 1 first. Tracks 2 and 3 follow it; 4 and 5 can be read in either order after track 2.
#
# | key | what it does |
# |---|---|
# | Shift + Enter | run this cell and go to the next |
# | Esc, then A or B | new cell above or below |
# | Ctrl + S | save |
# | Tab | complete a name |
# | Shift + Tab | what is this function? |
# | Ctrl + Z, or Z outside a cell | undo |
#
# ## A first explorer
#
# A ball rolls down a ravine by gradient descent; lesson 1.2 explains it. Here only try your hands: select the slider
# *Learning rate* and press the right arrow. At which point does the path stop reaching the bottom?

# %%
LearningRateExplorer(ravine_surface()).show()

# %% [markdown]
# ## Does everything work?
#
# Five small tests of the installation. Each line must say *yes*.

# %%
checks = {
    "Python is 3.11, 3.12 or 3.13": (3, 11) <= sys.version_info[:2] <= (3, 13),
    "NumPy multiplies": bool(np.allclose(np.eye(3) @ np.arange(3.0), [0, 1, 2])),
    "the kernels answer": bool(sigmoid(np.array([0.0]))[0] == 0.5),
    "the data are there": load_digits().X_train.shape[1:] == (28, 28, 1),
    "the lessons are there": len(ready) > 0,
}
for what, works in checks.items():
    print(f"{what:30} {'yes' if works else 'NO'}")

# %% [markdown]
# **If a line says NO or a cell shows an error:** stop the course with Ctrl + C in the terminal, delete the folder `.venv`,
# and run `make lab` again. If data are missing, `git status` shows what was deleted, and `git checkout -- assets`
# brings it back.
#
# All yes? Then open the first lesson in the list above, or in the file browser at the left.
