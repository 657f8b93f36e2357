# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Track 4 · Convolutional neural networks
#
# Pictures, from one sliding window to networks that find objects, cut out shapes, compare faces and imitate painters.
# Everything is built from NumPy kernels whose loops you can read, and runs on real pictures.
#
# **What you need before:** track 1, and from track 2 at least the lessons on optimisation and regularisation. Track 5 does not need this
# track; the two can be studied in either order.

# %%
from IPython.display import Markdown

from course_utils.layout import TRACKS, find_course, lesson_table

course = find_course()
track = TRACKS[4 - 1]
about = {
    1: "What a filter sees: edges, padding, stride, volumes.",
    2: "Convolution and pooling layers forward and backward, from loops to one matrix product; read digits.",
    3: "LeNet-5 to EfficientNet: what each added, and what it costs.",
    4: "Use a network that others trained; make few pictures many.",
    5: "Where is what? Anchor boxes, one-shot detection, precision measured.",
    6: "A class for every pixel: transposed convolution, U-Net.",
    7: "Who is it? Embeddings, triplet loss, thresholds.",
    8: "What layers look for, and painting with it.",
}

# %% [markdown]
# ## Lessons, in the order of study

# %%
Markdown(lesson_table(course, track, about))

# %% [markdown]
# ## How they hang together
#
# - **4.1 to 4.3 belong together**, in this order: the window, the layer, the network.
# - **4.4** is worth reading before any project of your own: hardly anybody trains from nothing.
# - **4.5 to 4.8** each stand alone after 4.3. Detection first, if you cannot decide.
#
# Not all lessons are written yet; those without a link come later. To see what you have solved, run `course status` in a terminal, or go
# back to the [start page](../00_start_here.ipynb).
