# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4.5 · Object detection
#
# A classifier says *what* is in a picture. A detector also says *where*, for every object, however many there are. You build
# all of its parts here: labels with boxes, a measure of overlap, the rule that removes double answers, anchor boxes. Then you
# train a detector of your own in less than a minute, measure how good it is, and look at its mistakes.
#
# **After this you can**
#
# - write the label of an object with its box, and a loss that ignores what does not matter,
# - slide a network over a large picture with a single forward pass, and prove that nothing is lost,
# - compute intersection over union, non-max suppression and anchor boxes, and say at which values they tip over,
# - write the target tensor of a YOLO-style detector, and turn such a tensor back into boxes,
# - train a small one-shot detector and report its mean average precision on pictures that it has never seen.
#
# **Time** about 2 and a half hours. **Builds on** 4.2 Convolutional networks (layers, forward and backward, training); 2.6
# Softmax and frameworks (softmax, cross-entropy). **Next** 4.6 Semantic segmentation.

# %%
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

import course_utils.kernels.textbook.boxes as textbook_boxes
from course_utils.data import load_clothes, load_photograph, make_scenes
from course_utils.explorers import AnchorBoxExplorer, DetectionExplorer
from course_utils.explorers.scenes import SCENES
from course_utils.kernels.activations import sigmoid, softmax
from course_utils.kernels.conv import conv2d_backward, conv2d_forward
from course_utils.kernels.dense import dense_forward
from course_utils.kernels.pool import max_pool2d_backward, max_pool2d_forward
from course_utils.networks.published import load_yolov3_tiny
from course_utils.plots import COLOURS, use_style
from course_utils.training import Adam, gradient_check, mini_batches, train
from course_utils.vision.average_precision import (
    area_under_precision_recall,
    mean_average_precision,
    precision_recall,
)
from course_utils.vision.boxes import (
    anchor_kmeans,
    centres_to_corners,
    corners_to_centres,
    decode_grid,
    encode_grid_targets,
    iou_matrix,
    mean_best_iou,
    non_max_suppression,
    size_iou,
)

use_style()
scenes = make_scenes(300, np.random.default_rng(7), part="dev")
scenes

# %% [markdown]
# These scenes are made from real photographs of clothes (Xiao and others, 2017), scattered over a noisy background. There are three kinds:
# trousers, bags and sneakers. Some scenes also show handwritten digits: clutter, which nobody asked for.
#
# ## 1 · Five questions about one picture
#
# - **Classification:** what is the main thing in it? One class.
# - **Localisation:** what and where is the main thing? One class and one box.
# - **Detection:** what and where are *all* things? A list of classes and boxes, of any length.
# - **Semantic segmentation:** to which class does each pixel belong? A map of classes.
# - **Instance segmentation:** to which *object* does each pixel belong? A map of object numbers.
#
# We know all five answers, as we made the scenes ourselves. A box is written by its corners $(x_1, y_1, x_2, y_2)$, as shares of the
# picture: $x$ from 0 at the left to 1 at the right, $y$ from 0 at the top to 1 at the bottom. Downwards!
#
# *Predict before you run:* two bags touch in the scene below. Which of the five answers can still tell that there are two?

# %%
i = 31
picture, boxes, classes = scenes.X[i, :, :, 0], scenes.boxes[i], scenes.classes[i]
instances = scenes.instances[i]  # (48, 48), number of the object at each pixel, 0 for none
semantic = np.concatenate([[0], classes + 1])[instances]  # (48, 48), 0 for none, 1 + class
areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
largest = int(areas.argmax())

names = scenes.class_names
detections = [(names[c], *box.round(2).tolist()) for c, box in zip(classes, boxes, strict=True)]
bag = semantic == 1 + names.index("bag")  # pixels of bags
print("classification        ", names[classes[largest]])
print("localisation          ", detections[largest])
print("detection             ", detections)
print("semantic segmentation ", semantic.shape, "values where the bags are:", np.unique(semantic[bag]))
print("instance segmentation ", instances.shape, "values where the bags are:", np.unique(instances[bag]))


# %% tags=["figure"]
CLASS_COLOURS = [COLOURS[name] for name in ("vermillion", "sky", "yellow")]
CLASS_DASHES = ["-", "--", "-."]


def show_picture(axis, picture, title=""):
    """A grey picture with the axes of shares: 0 to 1 in both directions."""
    axis.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=(0, 1, 1, 0))
    axis.set(xticks=[], yticks=[], title=title)


def write(axis, x, y, text, size=7, ha="left"):
    """White letters on black; what reaches over the picture's border is cut off."""
    style = {"facecolor": "black", "alpha": 0.7, "pad": 1, "lw": 0, "clip_on": True}
    axis.text(
        max(x, 0.01),
        max(y, 0.01),
        text,
        color="white",
        fontsize=size,
        va="top",
        ha=ha,
        bbox=style,
        clip_on=True,
    )


def show_boxes(axis, boxes, classes, texts=None, lw=2):
    """Boxes (n, 4) in the colour and dash of their class."""
    for j, (box, c) in enumerate(zip(boxes, classes, strict=True)):
        x1, y1, x2, y2 = box
        style = {"ec": CLASS_COLOURS[c], "ls": CLASS_DASHES[c], "lw": lw}
        axis.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, **style))
        text = scenes.class_names[c] if texts is None else texts[j]
        near_the_right = x1 > 0.55
        write(
            axis,
            min(x2, 1) if near_the_right else x1 + 0.01,
            y1 + 0.01,
            text,
            ha="right" if near_the_right else "left",
        )


figure, axes = plt.subplots(1, 5, figsize=(9.6, 2.2))
show_picture(axes[0], picture, "classification")
write(axes[0], 0.03, 0.03, scenes.class_names[classes[largest]], size=9)
show_picture(axes[1], picture, "localisation")
show_boxes(axes[1], boxes[[largest]], classes[[largest]])
show_picture(axes[2], picture, "detection")
show_boxes(axes[2], boxes, classes)
for axis, numbers, title in ((axes[3], semantic, "semantic"), (axes[4], instances, "instance")):
    axis.imshow(numbers, cmap="cividis", vmin=0, vmax=3, extent=(0, 1, 1, 0))
    axis.set(xticks=[], yticks=[], title=f"{title} segm.")
    for j in range(len(boxes)):
        rows, columns = np.nonzero(instances == j + 1)
        y, x = (rows.mean() + 0.5) / 48, (columns.mean() + 0.5) / 48
        value = numbers[rows, columns][0]
        axis.text(
            x, y, value, ha="center", va="center", weight="bold", color="white" if value < 2 else "black"
        )
plt.show()

# %% [markdown]
# *In words:* one scene five times: two bags that touch, and a sneaker. Classification names the largest thing; localisation adds its box; detection boxes
# all three. In the semantic map both bags carry the same number and melt into one patch; in the instance map each object has its own number.
#
# Semantic segmentation is the subject of lesson 4.6. Here it is boxes.
#
# ## 2 · One object: a label with a box
#
# Let there be at most one object. For the three classes here the label is a column of eight numbers:
#
# $$y = [\,p_c,\; b_x,\; b_y,\; b_h,\; b_w,\; c_1,\; c_2,\; c_3\,].$$
#
# $p_c$ is 1 when there is an object, else 0. $(b_x, b_y)$ is the **centre** of its box, $b_h$ and $b_w$ are its height and width, in shares of the picture
# (mind the order: height first). $c_1, c_2, c_3$ is the class, one-hot. So a network for this task is an ordinary one whose last layer has eight units.
#
# And when there is no object? Then $p_c = 0$, and the other seven are **don't-cares**: no answer could be right or wrong. To be sure that nobody
# ever looks at them, we write NaN there. A loss that touches one becomes NaN itself.


# %%
def one_object_label(box, label, n_classes=3):
    """Label [p_c, b_x, b_y, b_h, b_w, c_1, ...] of a picture. box : corners, or None for no object."""
    y = np.full(5 + n_classes, np.nan)
    y[0] = 0
    if box is not None:
        x1, y1, x2, y2 = box
        y[:5] = 1, (x1 + x2) / 2, (y1 + y2) / 2, y2 - y1, x2 - x1
        y[5:] = np.arange(n_classes) == label
    return y


print("a sneaker:", one_object_label(boxes[2], classes[2]).round(2))
print("nothing:  ", one_object_label(None, None))

# %% [markdown]
# ### The loss, twice
#
# The simplest loss is squared error, of all eight numbers where there is an object, and of $p_c$ alone where there is none:
#
# $$L(\hat y, y) = \begin{cases}\sum_{j=1}^{8} (\hat y_j - y_j)^2 & \text{if } p_c = 1\\ (\hat y_1 - y_1)^2 & \text{if } p_c = 0.\end{cases}$$
#
# In practice each part gets the loss that fits it: logistic loss for the probability $p_c$, cross-entropy for the classes, squared error for the four numbers of the box.
# Below, $t$ are the network's raw outputs (logits) for $p_c$ and the classes.


# %%
def squared_loss(y_hat, y):
    """Loss of one picture and its gradient with respect to y_hat; both (8,)."""
    error = np.where((y[0] == 1) | (np.arange(len(y)) == 0), y_hat - y, 0)  # don't-cares: no error
    return float(np.sum(error**2)), 2 * error


def logistic_loss(t, y):
    """The same with a logistic loss for p_c and cross-entropy for the class. t : (8,) raw outputs."""
    loss = np.logaddexp(0, t[0]) - y[0] * t[0]  # -log of the probability given to what is so
    gradient = np.zeros(len(t))
    gradient[0] = sigmoid(t[0]) - y[0]
    if y[0] == 1:
        loss += np.sum((t[1:5] - y[1:5]) ** 2) - np.log(softmax(t[5:]) @ y[5:])
        gradient[1:5] = 2 * (t[1:5] - y[1:5])
        gradient[5:] = softmax(t[5:]) - y[5:]
    return float(loss), gradient


rng = np.random.default_rng(1)
t = rng.standard_normal(8)
examples = {"a sneaker": one_object_label(boxes[2], classes[2]), "nothing": one_object_label(None, None)}
for name, y in examples.items():
    for loss in (squared_loss, logistic_loss):
        value, gradient = loss(t, y)
        check = gradient_check(lambda t, loss=loss, y=y: loss(t, y)[0], [t], [gradient])
        print(f"{name:10} {loss.__name__:14} {value:6.2f}", end="   ")
        print(f"entries with gradient: {np.count_nonzero(gradient)}", end="   ")
        print("against nudges:", check.tensors["input 0"].verdict)

# %% [markdown]
# The label of *nothing* is full of NaN, yet loss and gradient are ordinary numbers: the don't-cares are really ignored.
#
# Why the logistic form? Let the network be quite sure of an object where there is none, and compare how strongly each loss protests.

# %%
nothing = one_object_label(None, None)
print(" t of p_c     p_c    squared loss: gradient in t    logistic loss: gradient in t")
for z in (0.0, 2.0, 5.0, 8.0):
    p = sigmoid(np.array(z))
    y_hat = np.array([p, *np.zeros(7)])
    squared = squared_loss(y_hat, nothing)[1][0] * p * (1 - p)  # chain rule through the sigmoid
    logistic = logistic_loss(np.array([z, *np.zeros(7)]), nothing)[1][0]
    print(f"{z:8.0f}  {p:8.4f}  {squared:22.4f}  {logistic:29.4f}")

# %% [markdown]
# The surer the mistake, the *weaker* is the push of the squared loss: the sigmoid is flat there. The logistic loss pushes with full force. (The same was seen in lesson 1.2.)
#
# ### Landmarks
#
# A box is not the only thing with a place. For a face one may want 64 points: corners of the eyes, the mouth, the line of the chin. Such points are **landmarks**. The label is
# $[\,p_c, l_{1x}, l_{1y}, \dots, l_{64x}, l_{64y}]$, so the network gets **1 + 2 · 64 = 129** outputs; everything else stays as it is.
#
# Let us label sneakers: from the centre of its pixels we send 64 rays, clockwise from straight up; landmark $j$ is the last pixel of the shoe near ray $j$.


# %%
def landmarks(picture, n=64):
    """Outline points (n, 2), columns x and y as shares, of the pixels above 0.1, seen from their centre."""
    rows, columns = np.nonzero(picture > 0.1)
    y, x = (rows + 0.5) / len(picture), (columns + 0.5) / picture.shape[1]
    angle = np.arctan2(x - x.mean(), y.mean() - y) % (2 * np.pi)  # 0 is up, clockwise
    radius = np.hypot(x - x.mean(), y - y.mean())
    points = np.empty((n, 2))
    for j in range(n):
        off = np.abs((angle - 2 * np.pi * j / n + np.pi) % (2 * np.pi) - np.pi)  # angle to the ray
        near = np.flatnonzero(off * radius < 0.5 / len(picture) + 0.02)  # pixels that the ray crosses
        best = near[radius[near].argmax()]
        points[j] = x[best], y[best]
    return points


shoes = load_clothes(classes=[7]).X_train[:200, :, :, 0]
points = np.array([landmarks(shoe) for shoe in shoes])  # (200, 64, 2)
y = np.concatenate([[1.0], points[0].ravel()])  # the label of the first shoe
print("label of one shoe:", y.shape, " first entries:", y[:5].round(2))

# %% [markdown]
# One rule must hold: **landmark 1 is the same point in every picture**. What if each picture starts its numbering somewhere else? A network that cannot tell where the numbering starts
# does best to answer with the mean. So look at the mean label in both cases.

# %% tags=["figure"]
shuffled = np.array([np.roll(p, rng.integers(64), axis=0) for p in points])  # each starts somewhere else
figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.7))
axes[0].imshow(shoes[0], cmap="gray_r", extent=(0, 1, 1, 0))
axes[0].plot(*points[0].T, ".", color=COLOURS["blue"], ms=5)
for j in (0, 16, 32, 48):
    axes[0].plot(*points[0, j], "o", mfc="none", mec=COLOURS["vermillion"], ms=8)
    away = points[0, j] - points[0].mean(axis=0)
    offset = 13 * away / np.linalg.norm(away) * (1, -1) - (4, 4)  # outwards
    axes[0].annotate(
        j + 1,
        points[0, j],
        xytext=offset,
        textcoords="offset points",
        color=COLOURS["vermillion"],
        weight="bold",
    )
axes[0].set(title="one shoe, 64 landmarks", xlim=(-0.08, 1.08), ylim=(1, 0))
for axis, labels, title in (
    (axes[1], points, "mean label, same start"),
    (axes[2], shuffled, "mean label, any start"),
):
    axis.plot(*labels.mean(axis=0).T, "o-", color=COLOURS["blue"], ms=3, lw=1)
    axis.set(xlim=(-0.08, 1.08), ylim=(1, 0), aspect="equal", title=title)
for axis in axes:
    axis.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# *In words:* left, a sneaker with 64 points round its outline; landmarks 1, 17, 33 and 49 are marked at the top, right, bottom and left. Middle, the mean of 200 labels: clearly the outline of a shoe. Right, the
# mean when every label starts elsewhere: all points fall together in a small heap in the middle.

# %%
for name, labels in (("same start", points), ("any start", shuffled)):
    distance = np.linalg.norm(labels - labels.mean(axis=0), axis=2).mean()
    print(f"{name:11} mean distance of a landmark from the mean label: {distance:.2f} of the picture's side")

# %% [markdown]
# ## 3 · Sliding windows
#
# From classifier to detector, the obvious way: train a classifier on closely cut pictures, then cut a **window** out of the large picture, classify it, move on by a few pixels, classify again. Repeat with windows
# of other sizes. With small linear classifiers this was done for years. With a deep network it is slow: neighbouring windows share most of their pixels, and all is computed again.
#
# The way out: let the network itself slide. Only its dense layers are in the way, as they want a fixed number of inputs. But a dense layer on a map of 5 × 5 × 16 **is** a convolution with filters of 5 × 5: each unit is a filter
# that fits in exactly one place. And a dense layer on 1 × 1 × 400 is a convolution with filters of 1 × 1.
#
# The network for windows of 14 × 14 × 3, with four classes:
#
# | layer | output |
# |---|---|
# | input | 14 × 14 × 3 |
# | convolution 5 × 5, 16 filters, ReLU | 10 × 10 × 16 |
# | max pooling 2 × 2, stride 2 | 5 × 5 × 16 |
# | dense 400, written as convolution 5 × 5, 400 filters, ReLU | 1 × 1 × 400 |
# | dense 400, written as convolution 1 × 1, 400 filters, ReLU | 1 × 1 × 400 |
# | dense 4, written as convolution 1 × 1, 4 filters | 1 × 1 × 4 |
#
# *Predict before you run:* we hand this network a picture of 16 × 16 × 3, then one of 28 × 28 × 3. What comes out?


# %%
def random_filters(rng, f, n_C_prev, n_C):
    """A conv layer's W and b, scaled for ReLU."""
    W = rng.standard_normal((f, f, n_C_prev, n_C)) * np.sqrt(2 / (f * f * n_C_prev))
    return W, 0.1 * rng.standard_normal((1, 1, 1, n_C))


rng = np.random.default_rng(2)
window_layers = [
    random_filters(rng, *sizes) for sizes in ((5, 3, 16), (5, 16, 400), (1, 400, 400), (1, 400, 4))
]


def slide(X, report=False):
    """Run the network on pictures (m, n_H, n_W, 3) of at least 14 × 14. Returns logits (m, rows, columns, 4)."""
    shapes, A = [X.shape[1:]], X
    for l, (W, b) in enumerate(window_layers, start=1):
        A, _ = conv2d_forward(A, W, b)
        A = A if l == len(window_layers) else np.maximum(A, 0)
        shapes.append(A.shape[1:])
        if l == 1:
            A, _ = max_pool2d_forward(A, f=2, stride=2)
            shapes.append(A.shape[1:])
    if report:
        print("  ->  ".join("×".join(map(str, shape)) for shape in shapes))
    return A


for n in (14, 16, 28):
    large = rng.standard_normal((1, n, n, 3))
    answers = slide(large, report=True)

# %% [markdown]
# A picture of 16 × 16 gives 2 × 2 answers, one of 28 × 28 gives 8 × 8. Each answer is meant to be what the classifier says of one **window of 14 × 14**; neighbouring windows lie **2 pixels** apart, which is the
# stride of the pooling layer. Is it so? We cut all 64 windows out of the picture, classify each by itself, with real dense layers, and compare.


# %%
def classify(window):
    """The same network with dense layers, for one window (14, 14, 3). Returns logits (4,)."""
    (W_1, b_1), *dense = window_layers
    A, _ = conv2d_forward(window[np.newaxis], W_1, b_1)
    A, _ = max_pool2d_forward(np.maximum(A, 0), f=2, stride=2)  # (1, 5, 5, 16)
    A = A.reshape(-1, 1)  # (400, 1)
    for l, (W, b) in enumerate(dense, start=1):
        A, _ = dense_forward(
            A, W.reshape(-1, W.shape[3]).T.copy(), b.reshape(-1, 1)
        )  # filters as rows of weights
        A = A if l == len(dense) else np.maximum(A, 0)
    return A[:, 0]


apart = np.array(
    [[classify(large[0, 2 * h : 2 * h + 14, 2 * w : 2 * w + 14]) for w in range(8)] for h in range(8)]
)
print("64 windows one by one", apart.shape, " one pass", answers[0].shape)
print("equal:", bool(np.allclose(apart, answers[0])))

# %% [markdown]
# Equal, number by number. And what is saved? Count the multiplications; then measure.


# %%
def multiplications(n):
    """Multiplications of one pass over an n × n picture."""
    conv = n - 4  # side of the first map
    rows = conv // 2 - 4  # side of the map of answers
    return conv**2 * 75 * 16 + rows**2 * (400 * 400 + 400 * 400 + 400 * 4)


for n in (16, 28, 112):
    windows = ((n - 14) // 2 + 1) ** 2
    apart, once = windows * multiplications(14), multiplications(n)
    print(f"{n:3} × {n:3}: {windows:4} windows one by one {apart:13,}", end="   ")
    print(f"one pass {once:13,}   {apart / once:.2f} times fewer")

# %% [markdown]
# Here most of the work sits in the dense layers, which no two windows share, so the count falls by a quarter only. Two things make the difference in practice. Deep detectors spend nearly all their work in convolutions, which windows do share.
# And one large product of matrices is far quicker than many small ones:

# %% tags=["nbval-ignore-output"]
started = perf_counter()
for h in range(8):
    for w in range(8):
        classify(large[0, 2 * h : 2 * h + 14, 2 * w : 2 * w + 14])
one_by_one = perf_counter() - started
seconds = []
for _ in range(9):
    started = perf_counter()
    slide(large)
    seconds.append(perf_counter() - started)
once = float(np.median(seconds))
print(f"64 windows one by one {1000 * one_by_one:.1f} ms, one pass {1000 * once:.1f} ms", end=": ")
print(f"{one_by_one / once:.0f} times faster")

# %% [markdown]
# What is not solved: windows have one size and one shape, and stand on a fixed raster. A box of another shape is never hit exactly. Section 5 measures how bad that is.
#
# ## 4 · A grid of cells
#
# The idea of YOLO ("you only look once", Redmon and others, 2016): lay a grid over the picture, and let **each cell** answer with the eight numbers of section 2, all in one pass. The last layer of the network then is a map with as many places as cells, and eight channels.
#
# Who is responsible for an object? The cell that holds the **centre** of its box, and no other, however large the object may be. The numbers are written in the cell's own terms:
#
# - $b_x, b_y$: the centre, measured from the upper left corner of the cell, in cells. So both lie from 0 to 1.
# - $b_h, b_w$: height and width, in cells. They may be more than 1.
#
# In a picture with shares $x, y$ and a grid of $n$ columns and rows: column $= \lfloor n x \rfloor$, row $= \lfloor n y \rfloor$, $b_x = n x - $ column, $b_y = n y - $ row, $b_h = n h$, $b_w = n w$.
#
# *Predict before you run:* a box has its centre at $x = 0.5$, $y = 0.9$, is 0.6 high and 0.2 wide. The grid has 3 × 3 cells. Which cell, and which numbers?


# %%
def cell_and_box(box, rows, columns):
    """Row and column of the responsible cell, and the box (b_x, b_y, b_h, b_w) in its terms. box : corners."""
    x1, y1, x2, y2 = box
    x, y = (x1 + x2) / 2 * columns, (y1 + y2) / 2 * rows  # the centre in cells
    row, column = min(int(y), rows - 1), min(int(x), columns - 1)  # a centre on the far border: last cell
    return row, column, (x - column, y - row, (y2 - y1) * rows, (x2 - x1) * columns)


row, column, entry = cell_and_box((0.4, 0.6, 0.6, 1.2), 3, 3)
print(f"row {row}, column {column}, b_x, b_y, b_h, b_w =", np.round(entry, 2))


# %%
def grid_target(boxes, classes, rows, columns, n_classes=3):
    """Target (rows, columns, 5 + n_classes) with one place a cell; a later object overwrites an earlier one."""
    target = np.zeros((rows, columns, 5 + n_classes))
    for box, c in zip(boxes, classes, strict=True):
        row, column, entry = cell_and_box(box, rows, columns)
        target[row, column] = 0
        target[row, column, :5] = 1, *entry
        target[row, column, 5 + c] = 1
    return target


target = grid_target(boxes, classes, 3, 3)
print("target", target.shape, " objects in it:", int(target[..., 0].sum()), "of", len(boxes))
for row, column in np.argwhere(target[..., 0] == 1):
    print(f"cell ({row}, {column}):", target[row, column].round(2))

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.3), width_ratios=(1, 1.25))
show_picture(left, picture, "3 × 3 cells")
show_boxes(left, boxes, classes, [""] * len(boxes))
for n in (1, 2):
    left.axhline(n / 3, color="white", lw=1)
    left.axvline(n / 3, color="white", lw=1)
centres = corners_to_centres(boxes)
left.plot(centres[:, 0], centres[:, 1], "o", color="white", mec="black", ms=7)
row, column, entry = cell_and_box(boxes[2], 3, 3)
left.add_patch(Rectangle((column / 3, row / 3), 1 / 3, 1 / 3, fill=False, ec="white", lw=3.5))
names = ["p_c", "b_x", "b_y", "b_h", "b_w", "c_1", "c_2", "c_3"]
right.imshow(target.reshape(9, 8), cmap="Blues", vmin=0, vmax=2.2, aspect="auto")
for (r, c), value in np.ndenumerate(target.reshape(9, 8)):
    colour = COLOURS["grey"] if value == 0 else "white" if value > 1.4 else "black"
    right.text(
        c, r, f"{value:.2f}".rstrip("0").rstrip("."), ha="center", va="center", fontsize=9, color=colour
    )
right.set_xticks(range(8), names)
right.set_yticks(range(9), [f"cell ({r}, {c})" for r in range(3) for c in range(3)])
right.tick_params(length=0)
right.set_title("target, one row a cell")
plt.show()

# %% [markdown]
# *In words:* left, the scene under a grid of 3 × 3 cells, with the three boxes and a dot at each centre; the sneaker's cell has a thick frame. Right, the target as a table: three of the nine rows hold an object, and some heights
# and widths exceed 1. In the six empty rows all is 0: $p_c = 0$ counts, the other zeros are don't-cares.
#
# The course's function does the same, and more (section 7):

# %%
anchors = np.array([[0.5, 0.5]])  # one place a cell
from_course, lost = encode_grid_targets(boxes, classes, anchors, (3, 3), n_classes=3)
print(
    "same:",
    bool(np.allclose(from_course[:, :, 0], target)),
    "  shape:",
    from_course.shape,
    "  lost objects:",
    lost,
)

# %% [markdown]
# ## 5 · Intersection over union
#
# How well does one box match another? Divide the area that both share by the area that at least one of them covers:
#
# $$\text{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|} = \frac{|A \cap B|}{|A| + |B| - |A \cap B|}.$$
#
# It is 1 for equal boxes, 0 for boxes that share nothing, and does not change when the picture is enlarged. By custom an answer counts as *correct* from 0.5 on; the number 0.5 is a convention.
#
# The shared part is a box too: from the larger left end to the smaller right end, and the same for top and bottom. If that width comes out negative, the boxes lie apart, and the width is 0.


# %%
def iou(a, b):
    """Intersection over union of two boxes (x1, y1, x2, y2); 0 where there is no area at all."""
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    overlap = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap
    return overlap / union if union > 0 else 0.0


# %% [markdown]
# *Predict before you run:* two boxes of 4 × 4 are shifted against each other by one unit to the right and one down. Is their IoU about 0.75, 0.55 or 0.4?

# %% tags=["figure"]
a = (0, 0, 4, 4)
cases = [
    ("shifted by 1", (1, 1, 5, 5)),
    ("shifted by 2", (2, 2, 6, 6)),
    ("inside", (0, 0, 2, 4)),
    ("touching", (4, 0, 8, 4)),
    ("apart", (5, 5, 8, 8)),
    ("no area", (2, 2, 2, 2)),
]
figure, axes = plt.subplots(1, 6, figsize=(9.4, 1.9))
for axis, (name, b) in zip(axes, cases, strict=True):
    axis.add_patch(Rectangle(a[:2], 4, 4, fill=False, ec=COLOURS["blue"], lw=2))
    axis.add_patch(
        Rectangle(b[:2], b[2] - b[0], b[3] - b[1], fill=False, ec=COLOURS["vermillion"], ls="--", lw=2)
    )
    x1, y1, x2, y2 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    if x2 > x1 and y2 > y1:
        axis.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fc=COLOURS["grey"], alpha=0.5, hatch="//", lw=0))
    if b[2] == b[0]:
        axis.plot(b[0], b[1], "s", ms=4, color=COLOURS["vermillion"])
    axis.set(xlim=(-0.5, 8.5), ylim=(8.5, -0.5), aspect="equal", xticks=[], yticks=[])
    axis.set_title(f"{name}\nIoU = {iou(a, b):.2f}", fontsize=9)
plt.show()

# %% [markdown]
# *In words:* a box of 4 × 4 with six others. Shifted by one: 0.39, although the eye finds them similar. Shifted by two: 0.14. A half of it: 0.5. Touching at an edge, apart, and a box without area: 0.
#
# ### From textbook loop to vectorised kernel
#
# A detector compares thousands of boxes with each other. The loop above handles one pair. With NumPy, give one set of boxes an axis of its own, and all pairs are computed at once: (n, 1) against (k) makes (n, k).


# %%
def iou_broadcast(a, b):
    """IoU of every row of a (n, 4) with every row of b (k, 4): (n, k)."""
    a = a[:, None]  # (n, 1, 4)
    sides = np.minimum(a[..., 2:], b[:, 2:]) - np.maximum(a[..., :2], b[:, :2])  # (n, k, 2)
    overlap = np.maximum(sides, 0).prod(axis=2)
    union = (a[..., 2:] - a[..., :2]).prod(axis=2) + (b[:, 2:] - b[:, :2]).prod(axis=1) - overlap
    return overlap / np.maximum(union, np.finfo(float).tiny)


rng = np.random.default_rng(3)
corners = rng.uniform(0, 0.8, (1000, 2))
many = np.concatenate([corners, corners + rng.uniform(0.05, 0.2, (1000, 2))], axis=1)  # (1000, 4)
some = many[:300]
by_loops = textbook_boxes.iou_matrix(some, many)
print("broadcast = loops:", bool(np.allclose(iou_broadcast(some, many), by_loops)))
print("kernel = loops:   ", bool(np.allclose(iou_matrix(some, many), by_loops)))


# %% tags=["nbval-ignore-output"]
def seconds_of(function, *arguments, runs=7):
    """Median time of a call."""
    times = []
    for _ in range(runs):
        started = perf_counter()
        function(*arguments)
        times.append(perf_counter() - started)
    return float(np.median(times))


slow = seconds_of(textbook_boxes.iou_matrix, some, many, runs=3)
print(f"300 × 1000 pairs: textbook loops  {1000 * slow:7.1f} ms")
for name, function in (("broadcasting", iou_broadcast), ("kernel", iou_matrix)):
    fast = seconds_of(function, some, many)
    print(f"                  {name:15} {1000 * fast:7.1f} ms, {slow / fast:5.0f} times faster")

# %% [markdown]
# Broadcasting writes long tables to memory and reads them again, many times over. The kernel computes the same table a few rows at a time, so that the pieces stay in the processor's cache.
#
# ### How good can sliding windows be?
#
# Now we can measure it. Windows of 14 × 14 pixels with stride 2 over the scenes of 48 × 48: for each real object, which is the best IoU that any window has with it? No classifier could do better.

# %%
starts = np.arange(0, 48 - 14 + 1, 2) / 48
x1, y1 = (v.ravel() for v in np.meshgrid(starts, starts))
windows = np.stack([x1, y1, x1 + 14 / 48, y1 + 14 / 48], axis=1)
all_boxes, all_classes = np.concatenate(scenes.boxes), np.concatenate(scenes.classes)
best = iou_matrix(all_boxes, windows).max(axis=1)
print(len(windows), "windows,", len(all_boxes), "objects")
for c, name in enumerate(scenes.class_names):
    own = best[all_classes == c]
    print(f"{name:9} mean best IoU {own.mean():.2f}, at least 0.5: {(own >= 0.5).mean():.0%}")

# %% [markdown]
# Even a perfect classifier would miss most of the tall trousers and many of the rest. More sizes and shapes of windows help, and cost. It is better to *predict* the box.
#
# ## 6 · Non-max suppression
#
# A detector answers in every cell, and several cells see the same object. So one object gets several boxes. **Non-max suppression** keeps the best of them:
#
# 1. Drop all boxes whose score is below a threshold.
# 2. Of those left, take the box with the highest score. It is an answer.
# 3. Drop every box of the same class that overlaps it by more than a threshold of IoU.
# 4. Go back to 2 until no box is left.
#
# What happens exactly *at* a threshold? Notes and programs differ: some keep a box when its score is `>` the threshold, some when it is `>=`; some drop it when its IoU is `>`, some when it is `>=`. This course decides once:
#
# **A box stays when its score is at least the score threshold, and when its IoU with every better box is at most the IoU threshold.** In both cases a tie keeps the box. Section 11 shows what happens when two programs disagree.


# %%
def suppress(boxes, scores, iou_threshold, report=False):
    """Numbers of the boxes to keep, best first. Boxes of one class."""
    waiting = list(
        np.argsort(-scores, kind="stable")
    )  # best first; of equal scores the one that stands first
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(int(best))
        overlaps = {int(j): iou(boxes[best], boxes[j]) for j in waiting}
        waiting = [j for j in waiting if overlaps[j] <= iou_threshold]
        if report:
            dropped = ", ".join(f"{j} (IoU {v:.2f})" for j, v in overlaps.items() if v > iou_threshold)
            print(f"keep {best} with score {scores[best]:.2f}, drop {dropped or 'none'}")
    return kept


# %% [markdown]
# Seven boxes of the class *bag* for our scene, as a detector might give them.
#
# *Predict before you run:* which boxes stay with a threshold of 0.5? Box 5 lies between both bags: will it go? And what will a threshold of 0.3 or 0.1 do?

# %%
first, second = boxes[classes == 1]
candidates = np.array(
    [
        first + [0.02, -0.02, 0.0, 0.03],
        first + [-0.04, 0.05, 0.02, 0.02],
        first,
        second + [0.0, 0.02, 0.03, 0.0],
        second + [-0.06, 0.0, -0.04, 0.02],
        (first + second) / 2,
        second,
    ]
)
scores = np.array([0.75, 0.6, 0.9, 0.55, 0.7, 0.5, 0.8])
kept = suppress(candidates, scores, 0.5, report=True)
print("kept:", kept, "  the course's function:", non_max_suppression(candidates, scores, 0.5).tolist())

# %% tags=["figure"]
print("IoU of both real bags:", round(iou(first, second), 2))
figure, axes = plt.subplots(1, 4, figsize=(9.6, 2.6))
for axis, threshold in zip(axes, (1.0, 0.5, 0.3, 0.1), strict=True):
    chosen = suppress(candidates, scores, threshold)
    show_picture(axis, picture, f"threshold {threshold}: {len(chosen)} kept")
    show_boxes(axis, candidates[chosen], [1] * len(chosen), [f"{j}: {scores[j]:.2f}" for j in chosen])
plt.show()

# %% [markdown]
# *In words:* from left to right, an IoU threshold of 1 keeps all seven boxes, crowded round two bags; 0.5 keeps one for each bag and box 5 between them; 0.3 keeps just one for each bag; 0.1 keeps a single box: the second bag is gone.
#
# So the threshold is a bargain. Too high, and double answers stay. Too low, and a real object goes because it stands close to a better one. The explorer in section 10 lets you try it on real detections.
#
# **Each class by itself.** A person on a bicycle gives two boxes that overlap a lot, and both are right. So suppression runs once for each class.

# %%
pair = np.array([[0.2, 0.2, 0.6, 0.8], [0.2, 0.25, 0.65, 0.8]])
pair_scores, pair_classes = np.array([0.9, 0.8]), np.array([0, 1])
print("IoU", round(iou(*pair), 2))
print("all classes together:", non_max_suppression(pair, pair_scores, 0.5).tolist())
print("each class by itself:", non_max_suppression(pair, pair_scores, 0.5, pair_classes).tolist())

# %% [markdown]
# And the speed? The kernel computes the overlaps of a block of boxes at a time, and strikes out all that a kept box removes in one go.

# %% tags=["nbval-ignore-output"]
many_scores = rng.uniform(0, 1, len(many))
slow = seconds_of(textbook_boxes.non_max_suppression, many, many_scores, 0.3, runs=3)
fast = seconds_of(non_max_suppression, many, many_scores, 0.3)
print(f"1000 boxes: textbook loops {1000 * slow:.0f} ms, kernel {1000 * fast:.1f} ms", end=", ")
print(f"{slow / fast:.0f} times faster")

# %%
by_loops = textbook_boxes.non_max_suppression(many, many_scores, 0.3)
print("same boxes kept:", non_max_suppression(many, many_scores, 0.3).tolist() == by_loops.tolist())

# %% [markdown]
# ## 7 · Anchor boxes
#
# ### Two objects in one cell
#
# A cell has one place. If the centres of two objects fall into one cell, the second one cannot be written down. So give each cell several places, and a rule for which object takes which: every place has an **anchor box**, a typical shape.
# One anchor may be tall, another wide. An object goes to the cell of its centre, and there to the anchor whose shape overlaps its own best. "Shape" means: both moved to one centre, then IoU.
#
# With $k$ anchors and $n$ classes the target has the shape rows × columns × $k$ × $(5 + n)$.

# %%
tall_and_wide = np.array([[0.5, 0.2], [0.25, 0.5]])  # heights and widths, shares of the picture
sizes = np.array([[0.6, 0.25], [0.2, 0.4], [0.4, 0.4]])  # trousers, sneaker, bag
print("IoU of each object with each anchor:\n", size_iou(sizes, tall_and_wide).round(2))

# %% [markdown]
# The trousers choose the tall anchor, the sneaker the wide one, and the bag also the wide one, by a little. Put trousers and a sneaker in one cell:

# %%
x, y = 0.5, 0.5
both = centres_to_corners(np.array([[x, y, *sizes[0]], [x + 0.05, y + 0.02, *sizes[1]]]))
target, lost = encode_grid_targets(both, np.array([0, 2]), tall_and_wide, (3, 3), n_classes=3)
print("target", target.shape, " lost:", lost)
for k, name in enumerate(("tall", "wide")):
    print(f"cell (1, 1), {name} anchor:", target[1, 1, k].round(2))

# %% [markdown]
# ### What anchors cannot do
#
# *Predict before you run:* two pairs of trousers have their centres in one cell. Which anchor gets the second pair? And what if a third object follows?

# %%
crowd = centres_to_corners(np.array([[x, y, 0.6, 0.25], [x + 0.1, y, 0.55, 0.2], [x, y + 0.1, *sizes[1]]]))
target, lost = encode_grid_targets(crowd, np.array([0, 0, 2]), tall_and_wide, (3, 3), n_classes=3)
print(
    "tall anchor, sides in cells:",
    target[1, 1, 0, 3:5].round(2),
    " wide anchor:",
    target[1, 1, 1, 3:5].round(2),
)
second_pair = size_iou(np.array([[0.55, 0.2]]), tall_and_wide)[0]
print(
    "IoU of the second pair with its anchor:",
    second_pair[1].round(2),
    " with the other:",
    second_pair[0].round(2),
)
print("lost objects:", lost)

# %% [markdown]
# Two objects of the **same shape in one cell**: the second must take an anchor that does not fit it. (Other programs drop it; each choice is bad.) **More objects than anchors**: lost. How often does this happen? In crowded scenes of up to eight objects:

# %%
crowded = make_scenes(300, np.random.default_rng(11), part="dev", most_objects=8)
crowded_sizes = corners_to_centres(np.concatenate(crowded.boxes))[:, 2:]  # heights, widths
print(f"{len(crowded_sizes)} objects in {len(crowded.X)} scenes; lost with")
print("grid      k = 1   k = 2   k = 3")
for n in (3, 6, 12):
    counts = []
    for k in (1, 2, 3):
        anchors = anchor_kmeans(crowded_sizes, k, np.random.default_rng(0))
        both_lists = zip(crowded.boxes, crowded.classes, strict=True)
        counts.append(sum(len(encode_grid_targets(b, c, anchors, (n, n), 3)[1]) for b, c in both_lists))
    print(f"{n:2} × {n:2}   {counts[0]:5}   {counts[1]:5}   {counts[2]:5}")

# %% [markdown]
# A finer grid and more anchors both help. With 19 × 19 cells and five anchors, collisions are rare. That is why the limits do not hurt much in practice. The greater gain of anchors is another: each of the $k$ predictors can specialise in a shape.
#
# ### Anchors by k-means
#
# Which shapes? Take them from the data: group the heights and widths of all training boxes with **k-means**. Assign each box to the nearest anchor, move each anchor to the mean of its boxes, repeat. "Nearest" is measured by $d = 1 - \text{IoU}$ (Redmon and Farhadi, 2017). With Euclidean distance a
# large box that is 10% off counts for much more than a small one that is 10% off; IoU does not care about the scale.


# %%
def k_means(sizes, anchors, distance, rounds=50):
    """Anchors (k, 2) after some rounds of assigning and averaging. distance : (sizes, anchors) -> (n, k)."""
    anchors = anchors.copy()
    for _ in range(rounds):
        nearest = distance(sizes, anchors).argmin(axis=1)
        for j in range(len(anchors)):
            if (nearest == j).any():  # an anchor that nobody chose stays
                anchors[j] = sizes[nearest == j].mean(axis=0)
    return anchors


def one_minus_iou(sizes, anchors):
    return 1 - size_iou(sizes, anchors)


def euclidean(sizes, anchors):
    return np.linalg.norm(sizes[:, None] - anchors, axis=2)


rng = np.random.default_rng(4)
near_and_far = crowded_sizes * rng.uniform(
    0.1, 1, (len(crowded_sizes), 1)
)  # the same things at all distances
smallest = near_and_far.prod(axis=1) < np.median(near_and_far.prod(axis=1))
fits = {}
for name, distance in (("1 - IoU", one_minus_iou), ("Euclidean", euclidean)):
    runs = []
    for start in range(10):
        first_anchors = near_and_far[np.random.default_rng(start).choice(len(near_and_far), 5, replace=False)]
        found = k_means(near_and_far, first_anchors, distance)
        runs.append((mean_best_iou(near_and_far, found), mean_best_iou(near_and_far[smallest], found)))
    fits[name] = np.mean(runs, axis=0)
    print(f"{name:10} mean best IoU of all objects {fits[name][0]:.2f}", end=", ")
    print(f"of the smaller half {fits[name][1]:.2f}   (mean of 10 starts)")

# %% [markdown]
# The mean of the best IoU tells how well anchors fit. Now the shapes of our own training scenes. The course's function starts from well-spread boxes (k-means++) and keeps the best round.

# %%
training = make_scenes(4000, np.random.default_rng(0))
training_boxes, training_classes = np.concatenate(training.boxes), np.concatenate(training.classes)
sizes = corners_to_centres(training_boxes)[:, 2:]  # heights, widths
fit = {k: mean_best_iou(sizes, anchor_kmeans(sizes, k, np.random.default_rng(0))) for k in range(1, 9)}
anchors = anchor_kmeans(sizes, 3, np.random.default_rng(0))
print(training)
print("three anchors, height × width in pixels:", [f"{48 * h:.0f} × {48 * w:.0f}" for h, w in anchors])

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(8.0, 3.2), width_ratios=(1.15, 1))
for c, (name, marker) in enumerate(zip(training.class_names, "ovs", strict=True)):
    some = np.flatnonzero(training_classes == c)[:250]
    style = {"ls": "", "color": CLASS_COLOURS[c], "mec": COLOURS["grey"], "mew": 0.4, "ms": 4}
    left.plot(48 * sizes[some, 1], 48 * sizes[some, 0], marker, label=name, **style)
left.plot(48 * anchors[:, 1], 48 * anchors[:, 0], "X", color="black", mec="white", ms=13, label="anchors")
left.set(
    xlabel="width (pixels)",
    ylabel="height (pixels)",
    title="training boxes and three anchors",
    xlim=(0, 48),
    ylim=(0, 36),
)
left.legend(loc="upper right", handletextpad=0.1)
right.plot(list(fit), list(fit.values()), "o-", color=COLOURS["blue"])
right.plot([3], [fit[3]], "D", color=COLOURS["vermillion"], ms=9)
right.set(
    xlabel="number of anchors k", ylabel="mean best IoU", ylim=(0, 1), title="each further anchor adds less"
)
plt.show()

# %% [markdown]
# *In words:* left, heights and widths of training boxes: trousers (circles) are tall and thin, sneakers (squares) low and wide, bags (triangles) in between and spread out; three crosses mark a tall, a wide and a large squarish anchor. Right, the mean best IoU rises with the number of anchors,
# quickly at first, then slowly; the diamond marks our choice, three.
#
# ### Play: draw objects, watch the target
#
# Each box on the photograph becomes an entry of the target tensor. Drag a box to move it, drag on a free place to draw one, or press *New object* and use the arrow keys.
#
# 1. Cup (object 1), saucer (2) and spoon (3): move *Object* from 1 to 3 and watch the marked cell. Which two share a cell? Which anchor does the later one get, and how well does it fit?
# 2. Set *How many, k* to 1. Which object is lost, and why that one? Does a grid of 7 × 7 cells help?
# 3. Press *Cup, saucer, spoon*, then *New object*, and drag the new box (4) about. Where is it lost, and where does it find a place? Which anchor fits it?
# 4. Press *Reset* and set *Anchors are* to *k-means: all six*, which takes the objects of all six photographs. Move *k* from 1 to 5. What do the bars and the curve do?

# %%
AnchorBoxExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. Saucer and spoon have their centres in the middle cell. Both fit the tall anchor best; the saucer comes first and takes it, so the spoon gets the wide one, with an IoU of 0.23 instead of 0.61.
# 2. With one anchor the spoon is lost. Not because it fits worse: because it comes later. In a grid of 7 × 7 cells the centres lie in different cells, and one anchor is enough.
# 3. In the middle cell both anchors are taken: it is lost, and so would be any third object there. One cell further it finds a place. It is small and square; neither anchor fits it well.
# 4. The curve rises, by less and less: 0.56 with one anchor, 0.69 with two, 0.83 with five. The bars show that not every anchor is meant for this object; it only needs one that fits.
# </details>
#
# ## 8 · From tensor to boxes
#
# Now backwards. YOLOv2, trained on 80 classes, gives for a picture of 608 × 608 a tensor of **19 × 19 × 5 × 85**: 19 × 19 cells of 32 pixels, five anchors, and $5 + 80$ numbers each. To get boxes:
#
# 1. score of each place and class: $p_c \cdot c_j$; keep the best class and its score,
# 2. drop places with a score below the threshold,
# 3. corners from centres: add the cell's row and column, divide by the grid, half a height up, half a width to the left,
# 4. non-max suppression, each class by itself.
#
# We act the network on a photograph: three things, each seen by its own cell strongly and by the cells around it less strongly, and faint noise everywhere else.

# %%
rng = np.random.default_rng(5)
detector = load_yolov3_tiny()  # here only for the names of the 80 classes; section 10 runs it
labels = list(detector.labels)
yolo_anchors = (
    np.array([[0.677, 0.573], [2.063, 1.874], [5.474, 3.338], [3.528, 7.883], [9.168, 9.771]]) / 19
)  # height, width
things = {"cup": (0.28, 0.04, 0.69, 0.6), "bowl": (0.12, 0.18, 0.8, 0.97), "spoon": (0.53, 0.15, 0.72, 0.82)}

y = np.zeros((19, 19, 5, 85))
y[..., 0] = rng.uniform(0, 0.3, (19, 19, 5))
y[..., 1:3] = rng.uniform(0, 1, (19, 19, 5, 2))
y[..., 3:5] = 19 * yolo_anchors
y[..., 5:] = softmax(rng.standard_normal((19, 19, 5, 80)), axis=-1)
for name, box in things.items():
    row, column, (b_x, b_y, b_h, b_w) = cell_and_box(box, 19, 19)
    k = size_iou(np.array([[b_h, b_w]]), 19 * yolo_anchors)[0].argmax()
    for r, c in np.ndindex(3, 3):  # the cell itself and its neighbours
        r, c = r - 1, c - 1
        place = y[row + r, column + c, k]
        place[0] = rng.uniform(0.9, 0.99) if r == c == 0 else rng.uniform(0.55, 0.8)
        place[1:3] = np.clip([b_x - c, b_y - r], 0, 1)  # a cell can place a centre only inside itself
        place[3:5] = np.array([b_h, b_w]) * (1 if r == c == 0 else rng.uniform(0.9, 1.1, 2))
        place[5:] = 0.1 / 79
        place[5 + labels.index(name)] = 0.9
print("numbers:", f"{y.size:,}", "  places:", f"{19 * 19 * 5:,}", "  scores:", f"{19 * 19 * 5 * 80:,}")


# %%
def tensor_to_boxes(y, score_threshold, iou_threshold):
    """Boxes (n, 4) as corners in shares, scores (n,) and classes (n,), of y (rows, columns, k, 5 + n_classes)."""
    rows, columns = y.shape[:2]
    all_scores = y[..., :1] * y[..., 5:]  # (rows, columns, k, n_classes)
    best, best_class = all_scores.max(axis=-1), all_scores.argmax(axis=-1)  # (rows, columns, k) each
    row, column, k = np.nonzero(best >= score_threshold)
    b_x, b_y, b_h, b_w = y[row, column, k, 1:5].T
    centre_x, centre_y = (column + b_x) / columns, (row + b_y) / rows
    h, w = b_h / rows, b_w / columns
    found = np.stack([centre_x - w / 2, centre_y - h / 2, centre_x + w / 2, centre_y + h / 2], axis=1)
    scores, classes = best[row, column, k], best_class[row, column, k]
    kept = non_max_suppression(found, scores, iou_threshold, classes)
    print(f"{best.size} places, {len(found)} with a score of at least {score_threshold}", end=", ")
    print(f"{len(kept)} after suppression")
    return found[kept], scores[kept], classes[kept]


found, found_scores, found_classes = tensor_to_boxes(y, 0.45, 0.5)
for box, score, c in zip(found, found_scores, found_classes, strict=True):
    print(f"{labels[c]:6} {score:.2f}  {box.round(2)}   IoU with the label {iou(box, things[labels[c]]):.2f}")
from_course = decode_grid(y, 0.45)
print("the course's decode_grid gives as many places:", len(from_course[1]))

# %% tags=["figure"]
figure, axes = plt.subplots(1, 3, figsize=(7.4, 2.1))
photograph = load_photograph("coffee").mean(axis=2)  # grey
best = (y[..., :1] * y[..., 5:]).max(axis=(2, 3))
image = axes[0].imshow(best, cmap="cividis", vmin=0, vmax=1, extent=(0, 1, 1, 0), aspect="auto")
figure.colorbar(image, ax=axes[0], label="best score")
axes[0].set_title("best score of each cell")
for axis, (some, title) in zip(
    axes[1:], ((from_course[0], "above the threshold"), (found, "after suppression")), strict=True
):
    axis.imshow(photograph, cmap="gray", extent=(0, 1, 1, 0), aspect="auto")
    for x1, y1, x2, y2 in some:
        axis.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec=COLOURS["yellow"], lw=1.5))
    axis.set_title(f"{title}: {len(some)}")
for axis in axes:
    axis.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# *In words:* left, the best score of each cell: three bright patches of 3 × 3 cells, round the centres of cup, bowl and spoon. Middle, all boxes above the score threshold, nine round each thing. Right, what suppression leaves: one box for each.
#
# ## 9 · Train a detector
#
# ### Data and network
#
# 4000 training scenes of 48 × 48 pixels, one to four objects each. A grid of 6 × 6 cells, each 8 pixels wide, and our three anchors. The test scenes are made from clothes and digits that no training scene shows.

# %%
ROWS = COLUMNS = 6
N_ANCHORS, N_CLASSES = len(anchors), len(training.class_names)
test = make_scenes(500, np.random.default_rng(1), part="test")


def targets_of(scenes):
    """Targets (m, 6, 6, 3, 8) float32 of scenes, and the number of objects that found no place."""
    encoded = [
        encode_grid_targets(b, c, anchors, (ROWS, COLUMNS), N_CLASSES)
        for b, c in zip(scenes.boxes, scenes.classes, strict=True)
    ]
    return np.array([target for target, _ in encoded], np.float32), sum(len(lost) for _, lost in encoded)


Y_training, lost = targets_of(training)
print("targets", Y_training.shape, " lost objects:", lost)
print(f"places that hold an object: {Y_training[..., 0].mean():.1%}")
print(test)

# %% [markdown]
# The network: five convolutions of 3 × 3, three of them with max pooling, so that 48 × 48 pixels become 6 × 6 cells. A convolution of 1 × 1 then makes $3 \cdot 8 = 24$ channels, the numbers of three anchors. There is no dense layer: it slides, like that of section 3. Activation is leaky ReLU, as in YOLO.
#
# The raw outputs $t$ of a place become the numbers of the target (Redmon and Farhadi, 2017):
#
# $$p_c = \sigma(t_0), \quad b_x = \sigma(t_1), \quad b_y = \sigma(t_2), \quad b_h = p_h e^{t_3}, \quad b_w = p_w e^{t_4}, \quad c = \text{softmax}(t_5, t_6, t_7),$$
#
# where $p_h, p_w$ are the anchor's sides. So the centre cannot leave its cell, sides are always positive, and $t_3 = t_4 = 0$ means: exactly the anchor.

# %%
CHANNELS = (16, 24, 48, 96, 64)
POOLED = (True, True, True, False, False)
SLOPE = np.float32(0.1)  # of the leaky ReLU
anchor_cells = (anchors * [ROWS, COLUMNS]).astype(np.float32)  # sides in cells


def initialise(rng):
    """Parameters W1, b1, ... of the detector."""
    parameters, n_C_prev = {}, 1
    for l, n_C in enumerate((*CHANNELS, N_ANCHORS * (5 + N_CLASSES)), start=1):
        f = 3 if l <= len(CHANNELS) else 1
        scale = np.sqrt(2 / (f * f * n_C_prev)) * (1 if f == 3 else 0.3)
        parameters[f"W{l}"] = (rng.standard_normal((f, f, n_C_prev, n_C)) * scale).astype(np.float32)
        parameters[f"b{l}"] = np.zeros((1, 1, 1, n_C), np.float32)
        n_C_prev = n_C
    last_bias = parameters[f"b{l}"].reshape(N_ANCHORS, 5 + N_CLASSES)
    last_bias[:, 0] = -3.5  # p_c starts at 0.03, near the share of places that hold an object
    return parameters


def detector_forward(X, parameters):
    """Raw outputs t (m, 6, 6, 3, 8) of pictures X (m, 48, 48, 1), and what backward needs."""
    A, steps = X - np.float32(0.35), []  # about the mean grey
    for l in range(1, len(CHANNELS) + 1):
        Z, cache = conv2d_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], pad="same")
        A, pool_cache = np.where(Z > 0, Z, SLOPE * Z), None
        if POOLED[l - 1]:
            A, pool_cache = max_pool2d_forward(A)
        steps.append((Z, cache, pool_cache))
    Z, cache = conv2d_forward(A, parameters[f"W{l + 1}"], parameters[f"b{l + 1}"])  # 1 × 1
    steps.append((Z, cache, None))
    return Z.reshape(len(X), ROWS, COLUMNS, N_ANCHORS, 5 + N_CLASSES), steps


def detector_backward(dt, steps):
    """Gradients dW1, db1, ... from the gradient of t."""
    dA, gradients = dt.reshape(steps[-1][0].shape), {}
    for l in range(len(steps), 0, -1):
        Z, cache, pool_cache = steps[l - 1]
        dZ = dA if pool_cache is None else max_pool2d_backward(dA, pool_cache)
        if l < len(steps):
            dZ = dZ * np.where(Z > 0, np.float32(1), SLOPE)
        dA, gradients[f"dW{l}"], gradients[f"db{l}"] = conv2d_backward(dZ, cache)
    return gradients


parameters = initialise(np.random.default_rng(0))
t, steps = detector_forward(training.X[:2], parameters)
for Z, _, _ in steps:
    print(" × ".join(map(str, Z.shape[1:])), end="   ")
print()
print("t", t.shape, "  parameters:", f"{sum(value.size for value in parameters.values()):,}")

# %% [markdown]
# ### The cost
#
# For each place the loss of section 2, in its logistic form. The box is compared in the network's own terms: the centre after the sigmoid, the sides as logarithms of their ratio to the anchor's. It counts five times, so that it is not drowned:
#
# $$L = \underbrace{-\,p_c \log \sigma(t_0) - (1 - p_c) \log(1 - \sigma(t_0))}_{\text{every place}}
# \;+\; p_c \Big[\, 5 \big( (\sigma(t_1) - b_x)^2 + (\sigma(t_2) - b_y)^2 + (t_3 - \log\tfrac{b_h}{p_h})^2 + (t_4 - \log\tfrac{b_w}{p_w})^2 \big) - \log \hat c_{\text{right}} \Big].$$
#
# Here $p_c, b_x, \dots$ are the label's; where no object is, the bracket falls away. The cost adds up all places and takes the mean over the pictures.

# %%
BOX_WEIGHT = 5


def detector_cost(t, Y):
    """Mean cost of pictures and its gradient. t, Y : (m, rows, columns, k, 5 + n_classes)."""
    m, there = len(t), Y[..., 0] == 1  # (m, rows, columns, k)
    dt = np.zeros_like(t)
    p_c, centre, class_probabilities = sigmoid(t[..., 0]), sigmoid(t[..., 1:3]), softmax(t[..., 5:], axis=-1)

    cost = np.sum(np.logaddexp(0, t[..., 0]) - Y[..., 0] * t[..., 0])  # every place
    dt[..., 0] = p_c - Y[..., 0]

    error = (centre - Y[..., 1:3]) * there[..., None]  # from here on only places with an object
    cost += BOX_WEIGHT * np.sum(error**2)
    dt[..., 1:3] = 2 * BOX_WEIGHT * error * centre * (1 - centre)

    wanted = np.log(np.where(there[..., None], Y[..., 3:5] / anchor_cells, 1))
    error = (t[..., 3:5] - wanted) * there[..., None]
    cost += BOX_WEIGHT * np.sum(error**2)
    dt[..., 3:5] = 2 * BOX_WEIGHT * error

    cost -= np.sum(np.log(class_probabilities[Y[..., 5:] == 1]))
    dt[..., 5:] = (class_probabilities - Y[..., 5:]) * there[..., None]
    return float(cost / m), dt / m


t_check, Y_check = (
    np.random.default_rng(6).standard_normal((2, ROWS, COLUMNS, N_ANCHORS, 8)),
    Y_training[:2].astype(float),
)
check = gradient_check(
    lambda t: detector_cost(t, Y_check)[0], [t_check], [detector_cost(t_check, Y_check)[1]]
)
print("gradient against nudges:", check.tensors["input 0"].verdict)

# %% [markdown]
# *Predict before you run:* there are $6 \cdot 6 \cdot 3 = 108$ places in a picture, and two or three of them hold an object. If $p_c$ starts at 0.5 everywhere, what does that alone add to the cost? And if it starts at 0.03?

# %%
for start in (0.0, -3.5):
    silent = np.zeros_like(Y_training[:500])
    silent[..., 0] = start
    part = np.sum(np.logaddexp(0, silent[..., 0]) - Y_training[:500, ..., 0] * silent[..., 0]) / 500
    print(f"p_c = {sigmoid(np.array(start)):.2f} everywhere: {part:.0f}")

# %% [markdown]
# Nearly all places are empty. A network that starts at 0.5 first spends many steps on learning to say *nothing*; the bias of -3.5 gives it that for free.
#
# ### Training
#
# Four times through the scenes, in mini-batches of 16, with Adam; the learning rate falls to zero along half a cosine. (In all it takes about half a minute of one processor's time; longer, if the machine is busy.)

# %%
EPOCHS, BATCH = 4, 16
rng = np.random.default_rng(5)
batches = mini_batches((training.X, Y_training), BATCH, rng, axis=0)
total_steps = EPOCHS * len(batches)
optimiser = Adam(lambda step: 0.0015 * (1 + np.cos(np.pi * step / total_steps)))


def cost_and_gradients(parameters, batch):
    """Cost of a mini-batch and its gradients. batch : pictures, targets."""
    t, steps = detector_forward(batch[0], parameters)
    cost, dt = detector_cost(t, batch[1])
    return cost, detector_backward(dt, steps)


# %% tags=["nbval-ignore-output"]
first_half = train(parameters, cost_and_gradients, batches, optimiser, EPOCHS // 2, progress=False)
print(f"{len(first_half.costs)} steps, {first_half.seconds:.0f} seconds")
print(f"mean cost of the last epoch {first_half.epoch_costs[-1]:.1f}")

# %% tags=["nbval-ignore-output"]
rest = EPOCHS - EPOCHS // 2  # the same optimiser goes on
second_half = train(parameters, cost_and_gradients, batches, optimiser, rest, progress=False)
print(f"{len(second_half.costs)} more steps, {second_half.seconds:.0f} seconds")
print(f"mean cost of the last epoch {second_half.epoch_costs[-1]:.1f}")


# %%
def detect(X, parameters, score_threshold=0.05, iou_threshold=0.45):
    """For each picture boxes (n, 4), scores (n,), classes (n,), best first."""
    found = []
    for start in range(0, len(X), 50):
        t, _ = detector_forward(X[start : start + 50], parameters)
        y = np.concatenate(
            [sigmoid(t[..., :3]), np.exp(t[..., 3:5]) * anchor_cells, softmax(t[..., 5:], axis=-1)], axis=-1
        )
        for one in y:
            some, scores, classes = decode_grid(one, score_threshold)
            kept = non_max_suppression(some, scores, iou_threshold, classes)
            found.append((some[kept], scores[kept], classes[kept]))
    return found


detected = detect(test.X, parameters)
objects = list(zip(test.boxes, test.classes, strict=True))

# %% tags=["figure"]
REPORT = 0.4  # score from which on we report a box
figure, axes = plt.subplots(2, 5, figsize=(8.0, 3.3))
for j, axis in enumerate(axes.flat):
    some, scores, classes = detected[j]
    sure = scores >= REPORT
    show_picture(axis, test.X[j, :, :, 0])
    show_boxes(
        axis,
        some[sure],
        classes[sure],
        [f"{test.class_names[c]} {s:.2f}" for c, s in zip(classes[sure], scores[sure], strict=True)],
        lw=1.5,
    )
plt.show()

# %% [markdown]
# *In words:* the first ten test scenes with every box of score 0.4 or more, each with its class and score. Most trousers, bags and sneakers are boxed well, and digits are passed over. Some boxes are loose, some are missing.
#
# ### How good is it? Average precision
#
# Ten pictures prove nothing. We want one number, over many pictures, that does not hang on a score threshold. Sort **all** detections of a class, from all test pictures, by score. Go down the list. A detection is *correct* if it overlaps an object of its class with IoU of at least 0.5 that no better detection has
# taken; a second box on one object is a mistake. After each step:
#
# $$\text{precision} = \frac{\text{correct so far}}{\text{detections so far}}, \qquad \text{recall} = \frac{\text{correct so far}}{\text{all objects of the class}}.$$
#
# The **average precision** is the area under precision against recall; precision is first raised to the best value at the same or a higher recall, which takes out the saw teeth. The mean over the classes is the **mAP**. (Everingham and others, 2010. COCO also averages over IoU thresholds from 0.5 to 0.95.)
#
# *Predict before you run:* three objects; four detections, sorted by score: correct, wrong, correct, wrong. The third object is never found. What is the average precision?

# %%
square = np.array([[0.0, 0, 0.2, 0.2], [0.4, 0.4, 0.6, 0.6], [0.8, 0.8, 1, 1]])
said = square[[0, 0, 1, 1]]  # two hits, and a second box on each of the two objects
curve = precision_recall(
    [(said, np.array([0.9, 0.8, 0.7, 0.6]), np.zeros(4, int))], [(square, np.zeros(3, int))], label=0
)
for step in range(4):
    print(f"score {curve.scores[step]:.1f}  correct {curve.correct[step]!s:5}", end="  ")
    print(f"precision {curve.precision[step]:.2f}  recall {curve.recall[step]:.2f}")
print(
    "average precision:",
    round(area_under_precision_recall(curve.precision, curve.recall), 3),
    "= 1/3 · 1 + 1/3 · 2/3",
)

# %% [markdown]
# Now our detector, on 500 test scenes. (After a thousand steps in float32 the last digits depend on the machine. The first lines must hold everywhere; the exact figures are printed below.)

# %%
mAP, each = mean_average_precision(detected, objects, N_CLASSES, iou_threshold=0.5)
untrained = detect(test.X, initialise(np.random.default_rng(0)), score_threshold=0.0)
print("mAP at IoU 0.5 is at least 0.75:          ", mAP >= 0.75)
print(
    "mAP of the untrained network is below 0.05:",
    mean_average_precision(untrained, objects, N_CLASSES)[0] < 0.05,
)

# %% tags=["nbval-ignore-output"]
print("on this machine, scenes with seeds 0 (training) and 1 (test), network with seed 0:")
for threshold in (0.5, 0.75):
    mean, each = mean_average_precision(detected, objects, N_CLASSES, iou_threshold=threshold)
    print(
        f"mAP at IoU {threshold:.2f}: {mean:.3f}   ",
        "  ".join(f"{name} {ap:.3f}" for name, ap in zip(test.class_names, each, strict=True)),
    )
no_suppression = detect(test.X, parameters, iou_threshold=1.0)
mean, _ = mean_average_precision(no_suppression, objects, N_CLASSES)
print(f"mAP at IoU 0.50 without non-max suppression: {mean:.3f}")
for name, answers in (("with", detected), ("without", no_suppression)):
    count = sum(int((scores >= REPORT).sum()) for _, scores, _ in answers)
    print(f"boxes with a score of {REPORT} or more, {name} suppression: {count}")

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(8.2, 3.1))
costs = first_half.costs + second_half.costs
left.plot(costs, color=COLOURS["sky"], lw=0.5)
smooth = np.convolve(costs, np.ones(50) / 50, mode="valid")
left.plot(np.arange(len(smooth)) + 25, smooth, color=COLOURS["blue"])
left.set(xlabel="step", ylabel="cost", ylim=(0, 20), title="training: cost of the mini-batch")
for c, name in enumerate(test.class_names):
    curve = precision_recall(detected, objects, c)
    right.plot(
        curve.recall,
        curve.precision,
        ls=CLASS_DASHES[c],
        color=[COLOURS["vermillion"], COLOURS["blue"], COLOURS["green"]][c],
        label=name,
    )
right.set(
    xlabel="recall",
    ylabel="precision",
    xlim=(0, 1.01),
    ylim=(0, 1.02),
    title="test: precision against recall, IoU 0.5",
)
right.legend(loc="lower left")
plt.show()

# %% [markdown]
# *In words:* left, the cost of single mini-batches (pale) and its mean over 50 steps (dark) fall steeply at first, then steadily. Right, one curve for each class: precision stays above 0.9 up to a recall of about 0.6, then sinks; trousers (solid) do best. No curve reaches a recall of 1: some objects are never
# found.
#
# At IoU 0.5 the detector is good; at 0.75 it is poor. Its boxes are roughly right, and rarely right to the pixel:

# %%
label = np.array([[10.0, 10, 22, 34]])  # a box of 12 × 24 pixels, like trousers
for name, box in (
    ("one side off by 2", [10, 10, 20, 34]),
    ("moved by 1 and 1", [11, 11, 23, 35]),
    ("moved by 2 and 2", [12, 12, 24, 36]),
):
    print(f"{name}: IoU {iou_matrix(np.array([box], float), label)[0, 0]:.2f}")

# %% [markdown]
# One more thing may surprise: without suppression the mAP falls only a little. Second boxes have lower scores than first ones, so they stand further down the list and spoil less; and this detector seldom answers twice with a high score, as only one place was trained to answer. A person who looks at the picture would judge more harshly.
#
# ### Look at the mistakes
#
# Report boxes from a score of 0.4 on, and give each mistake its name.


# %%
def name_mistakes(detected, objects, score_threshold):
    """Counts of what goes right and wrong at a score threshold."""
    counts = dict.fromkeys(("correct", "box too loose", "second box", "wrong class", "nothing there"), 0)
    missed = 0
    for (some, scores, classes), (true_boxes, true_classes) in zip(detected, objects, strict=True):
        free = set(range(len(true_boxes)))
        for box, c in zip(some[scores >= score_threshold], classes[scores >= score_threshold], strict=True):
            overlap = iou_matrix(box[None], true_boxes)[0]
            same = np.where(true_classes == c, overlap, 0)
            if same.max() >= 0.5:
                name = "correct" if int(same.argmax()) in free else "second box"
                free.discard(int(same.argmax()))
            elif overlap.max() >= 0.5:
                name = "wrong class"
            else:
                name = "box too loose" if same.max() >= 0.1 else "nothing there"
            counts[name] += 1
        missed += len(free)
    return counts | {"objects not found": missed}


# %% tags=["nbval-ignore-output"]
for name, count in name_mistakes(detected, objects, REPORT).items():
    print(f"{name:18} {count:5}")

# %% tags=["figure"]
curves = [precision_recall(detected, objects, c) for c in range(N_CLASSES)]
worst = sorted(
    (
        (s, i, j)
        for curve in curves
        for s, i, j, ok in zip(curve.scores, curve.picture, curve.index, curve.correct, strict=True)
        if not ok
    ),
    reverse=True,
)
shown, figure_axes = [], plt.subplots(2, 4, figsize=(7.6, 4.2))
for score, i, j in worst:
    if i not in [k for _, k, _ in shown] and len(shown) < 8:
        shown.append((score, i, j))
for axis, (_, i, j) in zip(figure_axes[1].flat, shown, strict=True):
    some, scores, classes = detected[i]
    show_picture(axis, test.X[i, :, :, 0])
    for x1, y1, x2, y2 in test.boxes[i]:
        axis.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec="white", lw=1, ls=":"))
    show_boxes(axis, some[[j]], classes[[j]], [f"{test.class_names[classes[j]]} {scores[j]:.2f}"])
    overlap = iou_matrix(some[[j]], test.boxes[i])[0]
    nearest = int(overlap.argmax())
    axis.set_title(
        f"{test.class_names[test.classes[i][nearest]]}, IoU {overlap[nearest]:.2f}"
        if overlap[nearest] > 0
        else "nothing there",
        fontsize=9,
    )
plt.show()

# %% [markdown]
# *In words:* the eight surest mistakes, one a scene. Dotted white boxes are the labels, the coloured box is the detector's with its class and score; the title names the object that it overlaps most, and the IoU. Typical are boxes that take in too much or stop short, often where objects hide each other or a digit crosses them. Many would count at an
# IoU of 0.4. Now and then something in the background passes for an object.
#
# ### Why are plain objects missed?
#
# The detector's boxes are seldom wrong; it rather says too little. Some of the missed objects are hidden or dark, but others stand there in plain view; look for such sneakers and trousers among the ten scenes above. A suspicion: their centre lies near the **border between two cells**. Training demands a 1 of the one cell and a 0 of its neighbour, although both see nearly the same picture. So both hesitate, and both scores stay low.
#
# *Predict before you run:* if that is right, what will a table show of objects near a border and in the middle of a cell?


# %%
def best_scores(detected, scenes):
    """For each object the best score of a correct box (0 without one), and how far its centre lies from the
    nearest border of a cell (in cells).
    """
    scores, distances = [], []
    for (some, some_scores, some_classes), true_boxes, true_classes in zip(
        detected, scenes.boxes, scenes.classes, strict=True
    ):
        right = (iou_matrix(true_boxes, some) >= 0.5) & (
            true_classes[:, None] == some_classes
        )  # (objects, boxes)
        scores += np.where(right, some_scores, 0).max(axis=1, initial=0).tolist()
        within = corners_to_centres(true_boxes)[:, :2] * [COLUMNS, ROWS] % 1  # b_x and b_y
        distances += np.minimum(within, 1 - within).min(axis=1).tolist()
    return np.array(scores), np.array(distances)


scores, distances = best_scores(detected, test)
near, middle = distances < 0.1, distances >= 0.3
print("objects near a border, in the middle of a cell:", near.sum(), middle.sum())
print(
    "near a border fewer are reported:",
    (scores[near] >= REPORT).mean() < (scores[middle] >= REPORT).mean() - 0.05,
)

# %% tags=["nbval-ignore-output"]
for name, chosen in (("near a border", near), ("in between", ~near & ~middle), ("in the middle", middle)):
    reported, at_all = (scores[chosen] >= REPORT).mean(), (scores[chosen] > 0).mean()
    print(f"{name:14} {reported:.0%} reported with a score of {REPORT} or more", end="; ")
    print(f"{at_all:.0%} boxed well with any score")

# %% [markdown]
# The suspicion holds. Near a border most objects are boxed well, too, but with half-hearted scores. That is a price of the rule "one cell alone is responsible". (YOLOv2 softens it a little: places whose box overlaps an object well, but that are not responsible for it, are not told to say 0.)
#
# What else would you try, with lesson 3.2 in mind? Larger pictures, a finer grid, more scenes, longer training: each is a change of one line or two.
#
# ## 10 · Detectors that others built
#
# ### YOLOv2, layer by layer
#
# Our detector is a small relative of YOLOv2 (Redmon and Farhadi, 2017). Nine lines describe the big one: each convolution is followed by batch normalisation (four numbers a channel, of which two are learned) and leaky ReLU, and has no bias of its own. Only the last has a bias and nothing after it.

# %%
# Side of the map: convolutions (f, filters). A pooling layer follows each stage but the last.
stages = {
    608: [(3, 32)],
    304: [(3, 64)],
    152: [(3, 128), (1, 64), (3, 128)],
    76: [(3, 256), (1, 128), (3, 256)],
    38: [(3, 512), (1, 256), (3, 512), (1, 256), (3, 512)],
    19: [(3, 1024), (1, 512), (3, 1024), (1, 512), (3, 1024), (3, 1024), (3, 1024)],
}
total, n_C_prev = 0, 3
print("map            convolutions    parameters")
for side, convolutions in stages.items():
    count = 0
    for f, n_C in convolutions:
        count += f * f * n_C_prev * n_C + 4 * n_C
        n_C_prev = n_C
    total += count
    print(f"{side:3} × {side:3} × {n_C:4}  {len(convolutions):8}  {count:18,}")
passed_on = (
    512 * 64 + 4 * 64
)  # 1 × 1 on the map of 38 × 38; 2 × 2 neighbours become 4 · 64 = 256 channels of 19 × 19
joined = 9 * (1024 + 256) * 1024 + 4 * 1024  # 3 × 3 on both together
last = 1024 * 425 + 425  # 1 × 1; 5 anchors · 85
for name, count in (
    ("38 × 38 passed on", passed_on),
    ("19 × 19 × 1280 joined", joined),
    ("19 × 19 × 425", last),
):
    print(f"{name:35} {count:9,}")
total += passed_on + joined + last
print(f"{'sum':35} {total:,}")

# %% [markdown]
# In all 50,983,561. The fine map of 38 × 38 is passed on to the end, because small objects are lost in the coarse one.
#
# ### The other family: regions first
#
# Beside detectors that answer in one pass there is a family that first proposes regions, then looks at each. Figures are from the papers, on their authors' GPUs and data, so they show orders of magnitude and no ranking; this course has run none of these.
#
# | name | year | where do candidates come from? | what is done for each | reported speed |
# |---|---|---|---|---|
# | R-CNN (Girshick and others) | 2014 | about 2000 regions of similar colour and texture (selective search) | cut out, warp, a whole network each; box refined | 47 s a picture (VGG-16) |
# | Fast R-CNN (Girshick) | 2015 | the same | network once for the picture; regions are pooled from its last map | 0.3 s, without the proposals |
# | Faster R-CNN (Ren and others) | 2015 | a small network on the same map, with anchors | as Fast R-CNN | 5 pictures a second |
# | SSD (Liu and others) | 2016 | none: several maps, fine to coarse, with default boxes (anchors) | class and box in one pass | 59 a second |
# | R-FCN (Dai and others) | 2016 | as Faster R-CNN | nearly nothing: maps for *upper left part of a …* and so on are averaged | 0.17 s a picture |
# | YOLO, YOLOv2 (Redmon and others) | 2016, 2017 | none: a grid; from v2 on with anchors | class and box in one pass | 45 and 67 a second |
# | Mask R-CNN (He and others) | 2017 | as Faster R-CNN | class, box, and a mask for each object: instance segmentation | 5 a second |
#
# Two stages were long more exact, one stage faster; the distance has become small. What unites them: anchors or a grid, IoU to assign, non-max suppression at the end, mAP to judge.
#
# ### A published detector on photographs
#
# YOLOv3-tiny (Redmon and Farhadi, 2018) was trained on the 80 classes of COCO. The course has its weights, and our kernels run it. It answers on two grids, 13 × 13 and 26 × 26, with three anchors each. You can decode it with what you know; only mind its own customs: a place holds $x, y, w, h, p_c$ and 80 classes, in this order, and each class has
# a sigmoid of its own. The picture is first fitted into a grey square of 416 × 416.

# %%
COARSE = np.array([[81, 82], [135, 169], [344, 319]])  # width and height of the anchors, pixels of the square
FINE = np.array([[23, 27], [37, 58], [81, 82]])


def all_boxes(image, fine=FINE):
    """Every box (2535, 4), corners in pixels of the picture, and its scores (2535, 80).

    image : (n_H, n_W, 3) uint8   fine : anchors of the fine grid
    """
    X, scale, (left, top) = detector.preprocess(image)
    boxes, scores = [], []
    for t, anchors in zip(detector.forward(X), (COARSE, fine), strict=True):
        n = t.shape[1]
        t = t.reshape(n, n, 3, 85)
        row, column = np.mgrid[:n, :n, :1][:2]  # (n, n, 1) each
        x, y = (column + sigmoid(t[..., 0])) * 416 / n, (row + sigmoid(t[..., 1])) * 416 / n
        w, h = np.exp(t[..., 2]) * anchors[:, 0], np.exp(t[..., 3]) * anchors[:, 1]
        boxes.append(centres_to_corners(np.stack([x, y, h, w], axis=-1).reshape(-1, 4)))
        scores.append((sigmoid(t[..., 4:5]) * sigmoid(t[..., 5:])).reshape(-1, 80))
    return (np.concatenate(boxes) - [left, top, left, top]) / scale, np.concatenate(scores)


def report(image, score_threshold=0.15, fine=FINE):
    """What is left after both thresholds: boxes, scores, classes, best first."""
    boxes, scores = all_boxes(image, fine)
    best, best_class = scores.max(axis=1), scores.argmax(axis=1)
    likely = np.flatnonzero(best >= score_threshold)
    kept = likely[non_max_suppression(boxes[likely], best[likely], 0.45, best_class[likely])]
    return boxes[kept], best[kept], best_class[kept]


photographs = {
    name: load_photograph(name) for name in ("camera", "coffee", "astronaut", "flower", "chelsea", "coins")
}
reported = {name: report(image) for name, image in photographs.items()}
same = np.allclose(all_boxes(photographs["coffee"])[0], detector.raw(photographs["coffee"])[0], atol=0.01)
print("the course's detector.raw gives the same boxes:", bool(same))
for name, (_, _, found) in reported.items():
    print(f"{name:10}", ", ".join(labels[c] for c in found) or "nothing")

# %% tags=["figure"]
figure, axes = plt.subplots(1, 4, figsize=(7.8, 2.2))
for axis, name in zip(axes, ("camera", "coffee", "astronaut", "coins"), strict=True):
    some, scores, found = reported[name]
    n_H, n_W = photographs[name].shape[:2]
    axis.imshow(photographs[name])
    some = np.clip(some, 0, [n_W, n_H, n_W, n_H])
    for x1, y1, x2, y2 in some:
        axis.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec=COLOURS["yellow"], lw=2))
    for box, score, c in list(zip(some, scores, found, strict=True))[:3]:  # more labels would hide the coins
        x1, y1, x2, _ = box
        near_the_right = x1 > 0.6 * n_W
        x, ha = (x2, "right") if near_the_right else (x1 + 4, "left")
        write(axis, x, y1 + 4, f"{labels[c]} {score:.2f}", ha=ha)
    axis.set(xticks=[], yticks=[], title=name)
plt.show()

# %% [markdown]
# *In words:* four of the photographs with what the detector reports at a score of 0.15 or more; the three best boxes of each have labels. It finds the man with the camera, and a second, small person where his camera stands; it finds the cup. The model of a rocket behind the astronaut is a bottle to it, and the astronaut herself is missed. Some
# coins are clocks, bowls and cakes, in boxes that fit well.
#
# Of the cat's face in *chelsea* it says nothing, of the flower only that there is a person in the corner. A small network that was trained on everyday scenes from some distance is soon at its limits: close-ups, and things that its 80 classes do not have. Low thresholds make it talkative rather than better.
#
# ### Play: both thresholds on real detections
#
# Solid boxes are kept, dashed ones removed. The curve shows how many boxes would be kept at each IoU threshold.
#
# 1. *camera*: set the IoU threshold to 1, then go down step by step with the left arrow key. From which value on does the man have a single large box? From which value on does nothing change any more?
# 2. *coffee* with a score threshold of 0.03 and an IoU threshold of 0.1: take *Each class by itself* off. What goes, and which box took it away?
# 3. *coins*: nothing of this kind is among the 80 classes. Raise the score threshold until nothing is left. Is that score lower than the man's? What does that say about scores?

# %%
DetectionExplorer(detector).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. From 0.65 on. At 0.7 two small boxes have become one already; at 0.65 the last but one large box goes. Below, what is left lies far apart, and the threshold no longer matters.
# 2. The dining table goes: the box of the cup has a higher score and overlaps it by more than 0.1. Both answers were right.
# 3. At 0.38 nothing is left; a coin was a clock with 0.37, and the man is a person with 0.39. A score compares the answers of one network with each other. It is no proof, and no probability that the thing belongs to the 80 classes at all.
# </details>
#
# ## 11 · Common mistakes
#
# Each of these is in circulation. Each one runs.
#
# **"Windows of 16 × 16 on a picture of 16 × 16".** That is what some notes say of the 2 × 2 answers in section 3. But a window as large as the picture fits in just one place.

# %%
for side in (16, 14):
    print(f"windows of {side} × {side}, stride 2, on 16 × 16: {((16 - side) // 2 + 1) ** 2}")
small = rng.standard_normal((1, 16, 16, 3))
changed = small.copy()
changed[:, 14:] += 1  # the two lowest rows, which the upper windows of 14 × 14 do not see
print(
    "answers that notice a change of the two lowest rows:\n",
    (np.abs(slide(changed) - slide(small)).max(axis=(0, 3)) > 1e-9).astype(int),
)

# %% [markdown]
# **Two programs, two rules for ties.** One keeps boxes with `score > threshold`, another with `>=`; one drops with `IoU > threshold`, another with `>=`. Here are scores and an IoU that lie exactly on the thresholds:

# %%
tie_boxes = np.array([[0.0, 0, 2, 2], [0, 0, 2, 1], [5, 5, 6, 6], [8, 8, 9, 9]])
tie_scores = np.array([0.9, 0.75, 0.5, 0.25])
print("IoU of the first two boxes:", iou(*tie_boxes[:2]), "  thresholds: score 0.5, IoU 0.5")
for keep_equal_score in (True, False):
    for keep_equal_iou in (True, False):
        likely = np.flatnonzero(tie_scores >= 0.5 if keep_equal_score else tie_scores > 0.5)
        kept = []
        for j in likely:  # best first already
            overlaps = np.array([iou(tie_boxes[j], tie_boxes[n]) for n in kept])
            if (overlaps <= 0.5).all() if keep_equal_iou else (overlaps < 0.5).all():
                kept.append(int(j))
        score_sign, iou_sign = ">=" if keep_equal_score else "> ", "> " if keep_equal_iou else ">="
        print(f"score {score_sign} threshold, drop when IoU {iou_sign} threshold:  keeps {kept}")
likely = np.flatnonzero(tie_scores >= 0.5)
print("the course:", likely[non_max_suppression(tie_boxes[likely], tie_scores[likely], 0.5)].tolist())

# %% [markdown]
# Four rules, four answers. This course takes the first: ties keep the box. Write down which rule you use, and test the tie. And do not put thresholds where ties are common: with 0.5 and boxes of whole pixels they are.
#
# **Overlap without the 0.** If the boxes lie apart in both directions, width and height both come out negative, and their product is positive. Boxes that touch at an edge have width 0, which is just right.


# %%
def careless_iou(a, b):
    """The same without max(0, ...)."""
    overlap = (min(a[2], b[2]) - max(a[0], b[0])) * (min(a[3], b[3]) - max(a[1], b[1]))
    return overlap / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap)


a = (0, 0, 4, 4)
for name, b in (
    ("touching at an edge", (4, 0, 8, 4)),
    ("apart, to the right", (5, 0, 9, 4)),
    ("apart, to the lower right", (6, 6, 10, 10)),
    ("far to the lower right", (7, 7, 11, 11)),
):
    print(f"{name:26} careless {careless_iou(a, b):6.2f}   right {iou(a, b):.2f}")

# %% [markdown]
# **"+ 1" for the last pixel.** Where corners are *pixel numbers*, a box from 3 to 5 covers three pixels, and its width is $x_2 - x_1 + 1$. Where corners are *positions*, as everywhere in this course, the width is $x_2 - x_1$. Mixed up, boxes that only touch overlap; and with shares of the picture, the one is enormous.


# %%
def iou_plus_one(a, b):
    """IoU for pixel numbers."""
    return textbook_boxes.iou((a[0], a[1], a[2] + 1, a[3] + 1), (b[0], b[1], b[2] + 1, b[3] + 1))


print(
    "touching:            ",
    round(iou_plus_one((0, 0, 4, 4), (4, 0, 8, 4)), 2),
    " instead of",
    iou((0, 0, 4, 4), (4, 0, 8, 4)),
)
print(
    "as shares, far apart:",
    round(iou_plus_one((0, 0, 0.1, 0.1), (0.8, 0.8, 0.9, 0.9)), 2),
    " instead of",
    iou((0, 0, 0.1, 0.1), (0.8, 0.8, 0.9, 0.9)),
)

# %% [markdown]
# **Height and width exchanged.** The label says $b_h$ before $b_w$; the corners say $x$ before $y$. Whoever decodes in the wrong order gets lying trousers and standing sneakers, and with square boxes nobody notices.

# %%
exchanged = corners_to_centres(training_boxes)[:, [0, 1, 3, 2]]  # b_w where b_h belongs
overlap = np.array(
    [iou(a, b) for a, b in zip(centres_to_corners(exchanged)[:2000], training_boxes[:2000], strict=True)]
)
for c, name in enumerate(training.class_names):
    own = overlap[training_classes[:2000] == c]
    print(f"{name:9} IoU of the exchanged box with the right one: {own.mean():.2f}")
square_box = np.array([[0.5, 0.5, 0.2, 0.2]])
turned = centres_to_corners(square_box[:, [0, 1, 3, 2]])
print("a square ", iou_matrix(turned, centres_to_corners(square_box))[0])

# %% [markdown]
# **A loss that looks at don't-cares.** With zeros instead of NaN in the empty labels, and a loss without the mask, nothing crashes. The network just learns to shrink all boxes, because zeros pull at them. See it in the smallest case: one answer for all pictures, a third of which are empty. The best constant answer is the mean.

# %%
some_boxes = corners_to_centres(training_boxes[:2000])
with_zeros = np.concatenate([some_boxes, np.zeros((1000, 4))])
for name, labels_seen in (("with the mask   ", some_boxes), ("without the mask", with_zeros)):
    best_answer = labels_seen.mean(axis=0)
    fit = iou_matrix(centres_to_corners(best_answer[None]), training_boxes[:2000]).mean()
    print(f"{name}  best answer b_x, b_y, b_h, b_w = {best_answer.round(2)}", end="   ")
    print(f"mean IoU with the objects {fit:.2f}")

# %% [markdown]
# **Other anchors than in training.** The anchors belong to the weights. When YOLOv3-tiny was trained, its author let the fine grid use anchors 2 to 4 of the list 10 × 14, 23 × 27, 37 × 58, 81 × 82, ... Surely a slip: anchor 4 then serves both grids, and anchor 1 none. Many programs "repair" it and decode with anchors 1 to 3. Scores stay the same, names stay the
# same, and every box of the fine grid comes out about half as large as the thing. The 24 coins of the photograph were outlined by hand; compare.

# %%
coins = np.array([box[1:] for box in SCENES["coins"]])  # corners as shares
n_H, n_W = photographs["coins"].shape[:2]
for name, fine in (
    ("anchors of the training", FINE),
    ("anchors 1 to 3", np.array([[10, 14], [23, 27], [37, 58]])),
):
    some, _, _ = report(photographs["coins"], fine=fine)
    best = iou_matrix(some / [n_W, n_H, n_W, n_H], coins).max(axis=1)
    print(f"{name:24} {len(best):2} boxes, median IoU with the nearest coin {np.median(best):.2f}")

# %% [markdown]
# **Every overlapping detection counted as correct.** Without the rule "each object once", the same object can be found again and again, and recall passes 1.

# %%
again = square[[0, 0, 0, 0, 1]]  # four boxes on the first object, one on the second
hits = (iou_matrix(again, square) >= 0.5).any(axis=1)
print("recall, every hit counted: ", (hits.cumsum() / len(square)).round(2))
honest = precision_recall(
    [(again, np.linspace(0.9, 0.5, 5), np.zeros(5, int))], [(square, np.zeros(3, int))], label=0
)
print("recall, each object once:  ", honest.recall.round(2))

# %% [markdown]
# ## 12 · What you should remember
#
# - The label of an object is $[p_c, b_x, b_y, b_h, b_w, c_1, \dots]$; where $p_c = 0$, only $p_c$ may enter the loss.
# - A dense layer is a convolution that fits once, so a network without fixed dense layers slides over any picture in one pass.
# - The cell that holds an object's centre is responsible for it; coordinates are written in cells; sides may exceed 1.
# - IoU = shared area / covered area. Widths and heights of the overlap are never negative.
# - Non-max suppression: best score first, drop what overlaps it by more than the threshold, each class by itself; say what a tie does.
# - Anchors give a cell several places, one for each shape; k-means with $1 - \text{IoU}$ finds them. Same cell and same shape stays unsolved.
# - Average precision is the area under precision against recall, each object found once; mAP is its mean over the classes.
#
# ### Ask yourself
#
# <details><summary>1. A detector for 20 classes has a grid of 13 × 13 and 5 anchors. What shape is its output, and how many boxes does it give?</summary>
#
# 13 × 13 × 5 × 25, or 13 × 13 × 125; 845 boxes.
# </details>
#
# <details><summary>2. The network of section 3 gets a picture of 100 × 100. How many windows does it classify?</summary>
#
# $(100 - 14)/2 + 1 = 44$ in each direction, so 1936.
# </details>
#
# <details><summary>3. Box A is a quarter of box B and lies inside it. What is their IoU? Can suppression with a threshold of 0.5 remove A?</summary>
#
# 0.25. No: a small box within a large one is never removed at that threshold, even if both mean the same object.
# </details>
#
# <details><summary>4. You lower the score threshold of the report. What happens to precision and recall? And to the average precision?</summary>
#
# Recall can only rise, precision mostly falls. The average precision looks at all thresholds at once; it rises a little if detections were cut off before.
# </details>
#
# <details><summary>5. Why is the height predicted as the anchor's times e^t, and not directly?</summary>
#
# It is then always positive, t = 0 is already a good guess, and an error counts by ratio: 10% off is the same for small and large objects.
# </details>
#
# **References.** P. Sermanet and others (2014), *OverFeat: integrated recognition, localization and detection using convolutional networks* (sliding windows by convolution) · R. Girshick, J. Donahue, T. Darrell, J. Malik (2014), *Rich feature hierarchies for accurate object detection and semantic segmentation*
# (R-CNN) · R. Girshick (2015), *Fast R-CNN* · S. Ren, K. He, R. Girshick, J. Sun (2015), *Faster R-CNN* · J. Redmon, S. Divvala, R. Girshick, A. Farhadi (2016), *You only look once: unified, real-time object detection* · W. Liu and others (2016), *SSD: single shot multibox detector* ·
# J. Dai, Y. Li, K. He, J. Sun (2016), *R-FCN: object detection via region-based fully convolutional networks* · J. Redmon, A. Farhadi (2017), *YOLO9000: better, faster, stronger* (YOLOv2, anchors by k-means) · K. He, G. Gkioxari, P. Dollár, R. Girshick (2017), *Mask R-CNN* · J. Redmon, A. Farhadi (2018),
# *YOLOv3: an incremental improvement* · M. Everingham and others (2010), *The PASCAL visual object classes challenge* (average precision) · D. Arthur, S. Vassilvitskii (2007), *k-means++* · H. Xiao, K. Rasul, R. Vollgraf (2017), *Fashion-MNIST* (the clothes).
#
# **Now you:** [exercises for this lesson](exercises/05_object_detection.ipynb).
