# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4.2 · Convolutional networks
#
# Lesson 4.1 slid one filter over one picture. Here the filters are learned. You stack convolution and pooling layers into
# a whole network, send gradients back through both, see where the speed of such layers comes from, and train a network
# that reads handwritten digits nearly without mistakes.
#
# **After this you can**
#
# - write a convolution layer and a pooling layer, forward and backward, and prove them right,
# - say how many numbers a layer gives and how many it learns, and why the second does not depend on the picture,
# - turn nested loops into one matrix product, and name its price in memory,
# - read and check the table of a whole network,
# - train a network in the manner of LeNet-5 to at least 98% on digits it has never seen.
#
# **Time** about 2 hours. **Builds on** 4.1 Convolution (filters, padding, stride); 1.5 Deep networks (forward and backward
# through layers); 2.4 Optimisation algorithms (mini-batches, Adam). **Next** 4.3 Classic and modern architectures.

# %%
import tracemalloc
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

import course_utils.kernels.conv as fast_conv
import course_utils.kernels.pool as fast_pool
import course_utils.kernels.textbook.conv as textbook_conv
import course_utils.kernels.textbook.pool as textbook_pool
from course_utils.data import load_digits
from course_utils.explorers import ConvAnimatorExplorer, FeatureMapExplorer
from course_utils.kernels.activations import softmax
from course_utils.kernels.conv import conv2d_backward, conv2d_forward, conv_output_size, zero_pad
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.losses import softmax_cross_entropy
from course_utils.kernels.pool import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)
from course_utils.plots import COLOURS, use_style
from course_utils.training import Adam, gradient_check, mini_batches, train

use_style()
digits = load_digits()  # handwritten digits, 28 × 28 grey pixels (LeCun and others, 1998)
digits

# %% [markdown]
# ## 1 · One layer
#
# ### One window, one number
#
# Lay a filter on a window of the picture, multiply entry by entry, add everything up, add a bias. That is one output number.

# %%
picture = digits.X_dev[3, :, :, 0].astype(float)  # (28, 28)
edge = np.array([[1.0, 0, -1], [1, 0, -1], [1, 0, -1]])  # dark at the left, light at the right

window = picture[10:13, 8:11]  # (3, 3)
print(window.round(1))
print("one number:", np.sum(window * edge).round(2))

# %% [markdown]
# ### One filter over one picture
#
# Do this at every place where the filter fits, and the numbers form a picture again: a **feature map**. A large value
# says *here is what I look for*.


# %%
def feature_map(picture, filter, bias):
    """One filter over one grey picture. picture : (n_H_prev, n_W_prev)   filter : (f_H, f_W)."""
    f_H, f_W = filter.shape
    n_H, n_W = picture.shape[0] - f_H + 1, picture.shape[1] - f_W + 1
    Z = np.zeros((n_H, n_W))
    for h in range(n_H):
        for w in range(n_W):
            Z[h, w] = np.sum(picture[h : h + f_H, w : w + f_W] * filter) + bias
    return Z


Z_edge = feature_map(picture, edge, bias=-0.5)
picture.shape, Z_edge.shape

# %% [markdown]
# Then comes the activation function, as after every linear step: ReLU keeps what was found and drops the rest.

# %% tags=["figure"]
figure, axes = plt.subplots(1, 3, figsize=(7.2, 2.6))
axes[0].imshow(picture, cmap="gray_r")
limit = np.abs(Z_edge).max()
axes[1].imshow(Z_edge, cmap="PuOr_r", vmin=-limit, vmax=limit)
axes[2].imshow(np.maximum(Z_edge, 0), cmap="PuOr_r", vmin=-limit, vmax=limit)
for axis, title in zip(axes, ("picture, 28 × 28", "Z, 26 × 26", "A = ReLU(Z)"), strict=True):
    axis.set(title=title, xticks=[], yticks=[])
plt.show()

# %% [markdown]
# *In words:* a handwritten digit; its feature map, where one side of each upright stroke has large positive values and the
# other side large negative ones; and the map after ReLU, where only the positive side is left.
#
# ### Many channels, many filters
#
# A colour picture has three channels. A filter for it is a small block: as deep as the picture, so it still gives **one**
# number a window. With ten filters we get ten maps, stacked as the channels of the result.
#
# *Predict before you run:* a picture of 6 × 6 × 3 meets ten filters of 3 × 3. What shape comes out? How many numbers are there
# to learn?

# %%
rng = np.random.default_rng(0)
A_prev = rng.standard_normal((1, 6, 6, 3))  # one picture
W = rng.standard_normal((3, 3, 3, 10))  # ten filters, each 3 × 3 × 3
b = rng.standard_normal((1, 1, 1, 10))  # one bias a filter

Z, _ = conv2d_forward(A_prev, W, b)
print("picture", A_prev.shape, " filters", W.shape, " biases", b.shape, " ->  Z", Z.shape)
print("to learn:", W.size + b.size, "= (3·3·3 + 1)·10")

# %% [markdown]
# The names that we use from here on, for layer $l$:
#
# | symbol | meaning | above |
# |---|---|---|
# | $f^{[l]}$, $p^{[l]}$, $s^{[l]}$ | side of the filter, zeros on each side, step | 3, 0, 1 |
# | $n_H^{[l]}, n_W^{[l]}, n_C^{[l]}$ | height, width, channels that come out | 4, 4, 10 |
# | each filter | $f^{[l]} \times f^{[l]} \times n_C^{[l-1]}$ | 3 × 3 × 3 |
# | $W^{[l]}$ | $(f^{[l]}, f^{[l]}, n_C^{[l-1]}, n_C^{[l]})$ | (3, 3, 3, 10) |
# | $b^{[l]}$ | $(1, 1, 1, n_C^{[l]})$ | (1, 1, 1, 10) |
# | $A^{[l]}$ | $(m, n_H^{[l]}, n_W^{[l]}, n_C^{[l]})$ | (1, 4, 4, 10) |
#
# $$n_H^{[l]} = \left\lfloor \frac{n_H^{[l-1]} + 2p^{[l]} - f^{[l]}}{s^{[l]}} \right\rfloor + 1, \qquad
# n_W^{[l]}\ \text{likewise with}\ n_W^{[l-1]}, \qquad A^{[l]} = g(Z^{[l]}).$$

# %%
for n, f, s, p in ((6, 3, 1, 0), (6, 3, 1, 1), (7, 3, 2, 0), (28, 5, 1, 2)):
    print(f"n = {n:2}, f = {f}, s = {s}, p = {p}:  {conv_output_size(n, f, s, p)} outputs")

# %% [markdown]
# ## 2 · Why convolution?
#
# ### The number of parameters does not know the picture
#
# A dense layer has a weight from every input to every output. Compare both, from the same picture to the same number of outputs.


# %%
def conv_parameters(f, n_C_prev, n_C):
    """Numbers that a conv layer learns: each filter has f·f·n_C_prev weights and one bias."""
    return (f * f * n_C_prev + 1) * n_C


def dense_parameters(n_prev, n):
    """Numbers that a dense layer learns: each unit has n_prev weights and one bias."""
    return (n_prev + 1) * n


print("  picture        output          conv 3 × 3        dense")
for n in (6, 39, 200, 1000):
    n_out = conv_output_size(n, 3)
    dense = dense_parameters(n * n * 3, n_out * n_out * 10)
    print(f"{n:4} × {n:4} × 3  {n_out:4} × {n_out:4} × 10  {conv_parameters(3, 3, 10):6}  {dense:22,}")

# %% [markdown]
# Always 280. Two ideas save the rest.
#
# **Sharing.** All windows use the same filter: a detector that is useful here is useful there. So when the picture moves, its
# map moves along. Let us move the digit by two columns and compare.

# %%
moved = np.roll(picture, 2, axis=1)  # the border is empty, so nothing comes round
Z_moved = feature_map(moved, edge, bias=-0.5)
print("map of the moved digit = moved map:", bool(np.allclose(Z_moved, np.roll(Z_edge, 2, axis=1))))

# %% [markdown]
# This is called **equivariance**. (It holds away from the borders, and for stride 1.)
#
# **Sparsity.** Each output looks at one window only. We can measure that: nudge every input once, and see which of them one
# output notices.

# %%
noticed = np.zeros(A_prev.shape, bool)
for index in np.ndindex(A_prev.shape):
    nudged = A_prev.copy()
    nudged[index] += 1
    noticed[index] = not np.isclose(conv2d_forward(nudged, W, b)[0][0, 1, 2, 0], Z[0, 1, 2, 0])
rows, columns = np.flatnonzero(noticed.any(axis=(0, 2, 3))), np.flatnonzero(noticed.any(axis=(0, 1, 3)))
print(f"Z[0, 1, 2, 0] depends on {noticed.sum()} of {noticed.size} inputs: rows {rows}, columns {columns}")

# %% [markdown]
# Fewer parameters need fewer examples, and overfit less.
#
# ## 3 · Pooling
#
# A map tells where a feature is, to the pixel. Often that is more than we need. **Max pooling** keeps the largest value of each
# window, **average pooling** the mean; mostly with windows of 2 × 2 and step 2, which halves both sides. Every channel is
# pooled for itself. Padding is rare.
#
# $$n_H^{[l]} = \left\lfloor \frac{n_H^{[l-1]} - f}{s} \right\rfloor + 1, \qquad
# n_W^{[l]} = \left\lfloor \frac{n_W^{[l-1]} - f}{s} \right\rfloor + 1, \qquad n_C^{[l]} = n_C^{[l-1]}.$$
#
# *Predict before you run:* which four numbers does each kind of pooling make of this table?

# %%
small = np.array([[1.0, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]])
A_small = small.reshape(1, 4, 4, 1)  # one picture, one channel
print("max     ", max_pool2d_forward(A_small, f=2, stride=2)[0][0, :, :, 0].tolist())
print("average ", avg_pool2d_forward(A_small, f=2, stride=2)[0][0, :, :, 0].tolist())
print(
    "max, windows of 3 with step 1, overlapping:", max_pool2d_forward(A_small, 3, 1)[0][0, :, :, 0].tolist()
)

# %% [markdown]
# Pooling has hyperparameters ($f$, $s$, the kind) and **nothing to learn**. What is it good for? It makes the maps smaller, so
# everything after it is cheaper. And it forgives small shifts. Here is how much the numbers change when the digit moves by one
# pixel.


# %%
def relative_change(before, after):
    """Size of the difference, as a share of the size of the two."""
    return np.linalg.norm(after - before) / (0.5 * (np.linalg.norm(after) + np.linalg.norm(before)))


pictures = digits.X_dev[:200].astype(float)
shifted = np.roll(pictures, 1, axis=2)
filters = edge.reshape(3, 3, 1, 1)
maps = [np.maximum(conv2d_forward(X, filters, np.zeros((1, 1, 1, 1)))[0], 0) for X in (pictures, shifted)]
print(f"maps as they are:     {relative_change(*maps):.2f}")
for f in (2, 4, 8):
    pooled = [max_pool2d_forward(Z, f, f)[0] for Z in maps]
    print(f"max pooling {f} × {f}:    {relative_change(*pooled):.2f}")

# %% [markdown]
# The wider the window, the less a shift is felt: an approximate **invariance**, bought with the exact place.
#
# ## 4 · Backward
#
# To learn the filters we need the gradient of the cost with respect to $W$, $b$, and, for the layers below, $A_{prev}$. Given is $dZ$,
# the gradient with respect to the layer's output. Write the forward step with all its indices, for one picture and stride $s$ ($A$ is $A_{prev}$
# with its border of zeros):
#
# $$Z_{h,w,c} = b_c + \sum_{i,j,k} A_{hs+i,\;ws+j,\;k}\; W_{i,j,k,c}.$$
#
# It is a sum of products. Nudge one factor and the output moves by the other factor. So each output hands its gradient on, and whoever
# took part several times adds up what it gets:
#
# $$dW_{i,j,k,c} = \sum_{h,w} dZ_{h,w,c}\; A_{hs+i,\,ws+j,\,k}, \qquad db_c = \sum_{h,w} dZ_{h,w,c},$$
#
# $$dA_{hs+i,\,ws+j,\,k} \mathrel{+}= dZ_{h,w,c}\; W_{i,j,k,c}\quad\text{for all } h, w, c, i, j.$$
#
# In words: *the filter collects windows, weighted by* $dZ$*; the window collects filters, weighted by* $dZ$. With a batch, also add over the
# pictures. No $\frac1m$ appears: the gradient of the cost has it already.


# %%
def conv_backward_loops(dZ, A_prev, W, stride, pad):
    """Gradients of a conv layer, one output number at a time.

    dZ : (m, n_H, n_W, n_C)   A_prev : (m, n_H_prev, n_W_prev, n_C_prev)   W : (f_H, f_W, n_C_prev, n_C)
    Returns dA_prev, dW, db (1, 1, 1, n_C).
    """
    m, n_H, n_W, n_C = dZ.shape
    f_H, f_W = W.shape[:2]
    A = zero_pad(A_prev, pad)
    dA, dW, db = np.zeros_like(A), np.zeros_like(W), np.zeros((1, 1, 1, n_C))
    for n in range(m):
        for h in range(n_H):
            for w in range(n_W):
                rows = slice(h * stride, h * stride + f_H)
                columns = slice(w * stride, w * stride + f_W)
                for c in range(n_C):
                    dW[:, :, :, c] += dZ[n, h, w, c] * A[n, rows, columns]  # the filter collects windows
                    dA[n, rows, columns] += dZ[n, h, w, c] * W[:, :, :, c]  # the window collects filters
                    db[0, 0, 0, c] += dZ[n, h, w, c]
    n_H_prev, n_W_prev = A_prev.shape[1:3]
    return dA[:, pad : pad + n_H_prev, pad : pad + n_W_prev], dW, db


# %% [markdown]
# *Predict before you run:* a picture of 3 × 3 ones, a filter of 2 × 2 ones, and $dZ$ all ones. Which entry of $dA$ is largest, and how large is it?

# %%
ones = np.ones((1, 3, 3, 1))
dA, dW, db = conv_backward_loops(np.ones((1, 2, 2, 1)), ones, np.ones((2, 2, 1, 1)), stride=1, pad=0)
print("dA\n", dA[0, :, :, 0].astype(int), "\ndW\n", dW[:, :, 0, 0].astype(int), "\ndb", int(db.item()))

# %% [markdown]
# The middle pixel lies in all four windows, so it collects 4; a corner lies in one. Each weight was used four times, and so was the bias.
#
# Now the proof: compare with nudges, with the course's kernel, on a layer with everything in it (two channels, three filters, a filter
# that is not square, stride 2, padding 1).

# %%
inputs = {
    "A_prev": rng.standard_normal((2, 5, 6, 2)),
    "W": rng.standard_normal((3, 2, 2, 3)),
    "b": rng.standard_normal((1, 1, 1, 3)),
}
Z, cache = conv2d_forward(*inputs.values(), stride=2, pad=1)
dZ = rng.standard_normal(Z.shape)


def cost(arrays):
    """A cost whose gradient with respect to Z is dZ."""
    Z, _ = conv2d_forward(arrays["A_prev"], arrays["W"], arrays["b"], stride=2, pad=1)
    return np.sum(Z * dZ)


by_loops = conv_backward_loops(dZ, inputs["A_prev"], inputs["W"], stride=2, pad=1)
check = gradient_check(cost, inputs, dict(zip(("dA_prev", "dW", "db"), by_loops, strict=True)))
for name, tensor in check.tensors.items():
    print(f"d{name:6} {tensor.gradient.shape!s:14} against nudges: {tensor.verdict}")
by_kernel = conv2d_backward(dZ, cache)
print("loops = kernel:", all(np.allclose(one, other) for one, other in zip(by_loops, by_kernel, strict=True)))

# %% [markdown]
# For stride 1 there is a beautiful second way to read $dA$: it is **itself a convolution**. Put $f - 1$ zeros around $dZ$, turn every filter by 180
# degrees, let input and output channels change places, and go forward.

# %%
Z, cache = conv2d_forward(A_prev, W, b)  # 6 × 6 × 3, ten filters of 3 × 3
dZ = rng.standard_normal(Z.shape)
turned = np.ascontiguousarray(W[::-1, ::-1].transpose(0, 1, 3, 2))  # (3, 3, 10, 3)
as_convolution, _ = conv2d_forward(zero_pad(dZ, 2), turned, np.zeros((1, 1, 1, 3)))
print("dA_prev is a convolution of dZ:", bool(np.allclose(as_convolution, conv2d_backward(dZ, cache)[0])))

# %% [markdown]
# ### Backward through pooling
#
# There is nothing to learn, but the gradient must get through. **Max pooling:** only the largest pixel of a window mattered, so it alone
# gets the gradient. A **mask** marks it. **Average pooling:** every pixel mattered equally and gets $1/f^2$ of it.

# %%
window = np.array([[1.0, 3.0], [4.0, 2.0]])
mask = window == window.max()
d = 8.0
print("mask\n", mask.astype(int))
print("max pooling sends back\n", mask * d)
print("average pooling sends back\n", np.full((2, 2), d / 4))

# %% [markdown]
# What if two pixels tie? Then the mask has two ones, and the window would hand its gradient out twice. Our kernels give it to the first of
# them, row by row.

# %%
tie = np.array([[5.0, 1.0], [5.0, 5.0]])
print("sum handed out by the mask:   ", ((tie == tie.max()) * d).sum())
_, cache = max_pool2d_forward(tie.reshape(1, 2, 2, 1))
print("sum handed out by the kernel: ", max_pool2d_backward(np.full((1, 1, 1, 1), d), cache).sum())


# %%
def max_pool_backward_loops(dA, A_prev, f, stride):
    """Gradient of max pooling, one window at a time. Returns dA_prev, the shape of A_prev."""
    dA_prev = np.zeros_like(A_prev)
    for n, h, w, c in np.ndindex(dA.shape):
        top, left = h * stride, w * stride
        window = A_prev[n, top : top + f, left : left + f, c]
        i, j = np.unravel_index(np.argmax(window), window.shape)  # the first of the largest
        dA_prev[n, top + i, left + j, c] += dA[n, h, w, c]
    return dA_prev


A = rng.standard_normal((2, 7, 5, 3))
for name, forward, backward in (
    ("max    ", max_pool2d_forward, max_pool2d_backward),
    ("average", avg_pool2d_forward, avg_pool2d_backward),
):
    P, cache = forward(A, 3, 2)  # windows of 3 with step 2: they overlap
    dP = rng.standard_normal(P.shape)
    check = gradient_check(lambda A, f=forward, d=dP: np.sum(f(A, 3, 2)[0] * d), [A], [backward(dP, cache)])
    print(name, "pooling against nudges:", check.tensors["input 0"].verdict)
    if name == "max    ":
        print("loops = kernel:", bool(np.allclose(max_pool_backward_loops(dP, A, 3, 2), backward(dP, cache))))

# %% [markdown]
# ### Play: watch windows, values and gradients move
#
# Above are the values: picture, filter, output. Below each stands its gradient, collected from the first window to the present one. Move
# *Window* with the arrow keys, or press the play button.
#
# 1. Preset *One filter*. Before each step, say the next output number. Which pixel of $dA$ grows most often?
# 2. Choose *Gaps*. Which pixels have no gradient at the end? What does that say about the picture?
# 3. Choose *Overlapping max pooling*. Find a pixel that wins twice. What happens to its gradient?
# 4. Set two channels and change between convolution and max pooling. How many maps come out, and why?

# %%
ConvAnimatorExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. The pixels in the middle lie in most windows, those in the corners in one.
# 2. A step longer than the filter jumps over rows and columns. No output depends on them, so their gradient is 0: the layer is blind there.
# 3. Its gradient is the sum of both windows' gradients. That is the reason for `+=`.
# 4. A filter adds over the channels and gives one map; pooling treats every channel for itself and gives two.
# </details>
#
# ## 5 · From loops to one matrix product
#
# The definition is right and slow. Here is the same layer four times, each with less work left to Python. (Stride 1, no padding, to keep it short.)
#
# **Way 1: every multiplication a line of Python.**


# %%
def conv_loops(A_prev, W, b):
    """Seven loops: pictures, rows, columns, filters, and the three sides of a window."""
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f_H, f_W, _, n_C = W.shape
    Z = np.zeros((m, n_H_prev - f_H + 1, n_W_prev - f_W + 1, n_C), A_prev.dtype)
    for n, h, w, c in np.ndindex(Z.shape):
        z = b[0, 0, 0, c]
        for i in range(f_H):
            for j in range(f_W):
                for k in range(n_C_prev):
                    z += A_prev[n, h + i, w + j, k] * W[i, j, k, c]
        Z[n, h, w, c] = z
    return Z


# %% [markdown]
# **Way 2: one window a line.** A window unrolled is a row of $f_H f_W n_{C,prev}$ numbers. The filters, unrolled, are the columns of a
# matrix. Their product gives all channels of one output pixel.


# %%
def conv_windows(A_prev, W, b):
    """Three loops; inside them a product of a row with the matrix of filters."""
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f_H, f_W, _, n_C = W.shape
    Z = np.zeros((m, n_H_prev - f_H + 1, n_W_prev - f_W + 1, n_C), A_prev.dtype)
    W_matrix = W.reshape(-1, n_C)  # (f_H·f_W·n_C_prev, n_C)
    for n, h, w in np.ndindex(Z.shape[:3]):
        row = A_prev[n, h : h + f_H, w : w + f_W].reshape(-1)  # (f_H·f_W·n_C_prev,)
        Z[n, h, w] = row @ W_matrix
    return Z + b


# %% [markdown]
# **Way 3: all windows as the rows of one matrix.** Then the whole layer is one matrix product, which computer libraries call GEMM (general
# matrix multiply). The rearrangement is known as **im2col**.


# %%
def im2col(A_prev, f_H, f_W):
    """All windows, one a row. A_prev : (m, n_H_prev, n_W_prev, n_C_prev).

    Returns (m·n_H·n_W, f_H·f_W·n_C_prev).
    """
    windows = np.lib.stride_tricks.sliding_window_view(A_prev, (f_H, f_W), axis=(1, 2))
    windows = windows.transpose(0, 1, 2, 4, 5, 3)  # (m, n_H, n_W, f_H, f_W, n_C_prev), still a view
    return windows.reshape(-1, f_H * f_W * A_prev.shape[3])  # here the numbers are copied


def conv_im2col(A_prev, W, b):
    """No loop: one product of two matrices."""
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f_H, f_W, _, n_C = W.shape
    Z = im2col(A_prev, f_H, f_W) @ W.reshape(-1, n_C)  # (m·n_H·n_W, n_C)
    return Z.reshape(m, n_H_prev - f_H + 1, n_W_prev - f_W + 1, n_C) + b


# %% tags=["figure"]
tiny = np.arange(1.0, 17).reshape(1, 4, 4, 1)
table = im2col(tiny, 3, 3)  # (4 windows, 9 numbers)
figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.5), width_ratios=(4, 9, 1.8))
for axis, values, title in zip(
    axes,
    (tiny[0, :, :, 0], table, np.arange(1, 10).reshape(9, 1)),
    ("picture 4 × 4", "im2col: 4 windows × 9", "filter 9 × 1"),
    strict=True,
):
    axis.imshow(np.zeros(values.shape), cmap="gray_r", vmin=0, vmax=1)
    for (h, w), value in np.ndenumerate(values):
        text = f"$w_{int(value)}$" if axis is axes[2] else f"{value:.0f}"
        six = value == 6 and axis is not axes[2]
        colour = COLOURS["vermillion"] if six else COLOURS["black"]
        axis.text(w, h, text, ha="center", va="center", color=colour, fontsize=14 if six else 10)
    axis.set(xticks=np.arange(-0.5, values.shape[1]), yticks=np.arange(-0.5, values.shape[0]), title=title)
    axis.set_anchor("N")  # the tops in one line
    axis.tick_params(length=0, labelleft=False, labelbottom=False)
    axis.grid(color=COLOURS["grey"], lw=0.8)
axes[0].add_patch(Rectangle((-0.5, -0.5), 3, 3, fill=False, ec=COLOURS["blue"], lw=2.5))
axes[1].add_patch(Rectangle((-0.5, -0.5), 9, 1, fill=False, ec=COLOURS["blue"], lw=2.5))
plt.show()

# %% [markdown]
# *In words:* a picture with the numbers 1 to 16; the blue frame marks its first window of 3 × 3. Beside it the im2col matrix: the framed window
# is its first row, the other three windows follow. Pixel 6, large and orange, stands in the picture once and in the matrix four times: this is the price.
#
# **Way 4: one product a place in the filter.** Turn the loops round. For each place $(i, j)$ of the filter, *all* windows meet the same piece of
# the picture, shifted by $(i, j)$. So add up $f_H f_W$ products of shifted pictures. No window is ever copied.


# %%
def conv_shifted(A_prev, W, b):
    """Two loops over the filter's places; inside them a product for all windows of all pictures."""
    m, n_H_prev, n_W_prev, _ = A_prev.shape
    f_H, f_W, _, n_C = W.shape
    n_H, n_W = n_H_prev - f_H + 1, n_W_prev - f_W + 1
    Z = np.zeros((m, n_H, n_W, n_C), A_prev.dtype)
    for i in range(f_H):
        for j in range(f_W):
            Z += A_prev[:, i : i + n_H, j : j + n_W] @ W[i, j]  # (…, n_C_prev) @ (n_C_prev, n_C)
    return Z + b


# %% [markdown]
# All the same? And the same as the course's kernel?

# %%
A_prev = rng.standard_normal((2, 12, 10, 3))
W, b = rng.standard_normal((5, 3, 3, 6)), rng.standard_normal((1, 1, 1, 6))
ways = {
    "1 seven loops": conv_loops,
    "2 a window a line": conv_windows,
    "3 im2col, one GEMM": conv_im2col,
    "4 shifted pictures": conv_shifted,
    "the course's kernel": lambda A_prev, W, b: conv2d_forward(A_prev, W, b)[0],
}
for name, way in ways.items():
    print(f"{name:20} agrees: {bool(np.allclose(way(A_prev, W, b), conv_loops(A_prev, W, b)))}")

# %% [markdown]
# *Predict before you run:* order the ways by speed, and by the memory they take beside the result. The layer is the second one of the network that we
# train below: pictures of 14 × 14 × 6, 16 filters of 5 × 5, 64 pictures in float32; seven loops get a single picture. (Times are from the machine that built this page.)


# %% tags=["nbval-ignore-output"]
def measure(ways, m, n, n_C_prev, n_C, f=5):
    """Time for one picture, and memory beside the result for all m, of a layer written in several ways.

    Returns the seconds for one picture by name.
    """
    A_prev = rng.standard_normal((m, n, n, n_C_prev)).astype(np.float32)
    W, b = rng.standard_normal((f, f, n_C_prev, n_C)).astype(np.float32), np.zeros((1, 1, 1, n_C), np.float32)
    print(
        f"{m} pictures {n} × {n} × {n_C_prev}, {n_C} filters {f} × {f}   one picture    memory beside the result"
    )
    best = {}
    for name, way in ways.items():
        A = A_prev[:1] if way is conv_loops else A_prev
        seconds = []
        for _ in range(3 if way is conv_loops else 9):
            started = perf_counter()
            way(A, W, b)
            seconds.append((perf_counter() - started) / len(A))
        memory = "none to speak of"
        if way is not conv_loops:
            tracemalloc.start()
            result = way(A, W, b)
            memory = f"{(tracemalloc.get_traced_memory()[1] - result.nbytes) / 1024:,.0f} KiB"
            tracemalloc.stop()
        best[name] = min(seconds)  # the least disturbed run
        print(f"{name:35} {1000 * best[name]:14.3f} ms {memory:>24}")
    return best


best = measure(ways, m=64, n=14, n_C_prev=6, n_C=16)
print(
    f"one GEMM is {best['1 seven loops'] / best['3 im2col, one GEMM']:,.0f} times faster than seven loops\n"
)
_ = measure({name: ways[name] for name in list(ways)[2:]}, m=16, n=32, n_C_prev=16, n_C=32)

# %% [markdown]
# The second table is of a larger layer, without the two slow ways. What to take from both:
#
# - Leaving Python's loops makes the difference of several orders of magnitude; the arithmetic is the same.
# - im2col buys one large product with a matrix that repeats each number up to $f_H f_W$ times, here up to 25 times.
# - Shifted pictures do without the matrix, but read and write $Z$ once for each of the filter's places.
# - The kernel does im2col for a few rows at a time, so that this piece of the matrix stays in the processor's cache: about the speed of one large
#   product, with a small part of its memory. (For filters of 3 × 3 it has a further way, Winograd's, which multiplies less often.)
#
# ## 6 · Whole networks
#
# A network is a list of layers. We write it as a list, once, and let code make the parameters, run it, and go back through it.
#
# - `("conv", f, stride, pad, n_C)` convolution, then ReLU,
# - `("pool", f, stride)` max pooling,
# - `("dense", n)` dense layer, then ReLU unless it is the last. The first of them unrolls the maps.


# %%
def initialise(shape, layers, rng, dtype=np.float32):
    """Parameters W1, b1, ... of all layers; weights scaled for ReLU (He and others, 2015).

    shape : (n_H, n_W, n_C) of one picture
    """
    parameters = {}
    n_H, n_W, n_C = shape
    n_prev = None  # numbers that the next dense layer gets
    for l, (kind, *sizes) in enumerate(layers, start=1):
        if kind == "dense":
            n_prev = n_prev or n_H * n_W * n_C
            W, b = rng.standard_normal((sizes[0], n_prev)) * np.sqrt(2 / n_prev), np.zeros((sizes[0], 1))
            n_prev = sizes[0]
        else:
            f, stride, pad, n_filters = (*sizes, 0, n_C) if kind == "pool" else sizes
            n_H, n_W = (conv_output_size(n, f, stride, pad) for n in (n_H, n_W))
            if kind == "pool":
                continue
            W = rng.standard_normal((f, f, n_C, n_filters)) * np.sqrt(2 / (f * f * n_C))
            b, n_C = np.zeros((1, 1, 1, n_filters)), n_filters
        parameters[f"W{l}"], parameters[f"b{l}"] = W.astype(dtype), b.astype(dtype)
    return parameters


def network_forward(X, parameters, layers, conv=fast_conv, pool=fast_pool):
    """Run a network.

    X : (m, n_H, n_W, n_C) pictures   conv, pool : the modules with the kernels
    Returns the logits Z (n_y, m), and for each layer (A, Z, cache); A is its output.
    """
    A, steps = X, []
    for l, (kind, *sizes) in enumerate(layers, start=1):
        if kind == "conv":
            _, stride, pad, _ = sizes
            Z, cache = conv.conv2d_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], stride, pad)
        elif kind == "pool":
            Z, cache = pool.max_pool2d_forward(A, *sizes)
        else:
            A = A.reshape(len(X), -1).T if A.ndim == 4 else A  # maps -> columns (n_H·n_W·n_C, m)
            Z, cache = dense_forward(A, parameters[f"W{l}"], parameters[f"b{l}"])
        A = Z if kind == "pool" or l == len(layers) else np.maximum(Z, 0)
        steps.append((A, Z, cache))
    return A, steps


def network_backward(dA, steps, layers, conv=fast_conv, pool=fast_pool):
    """Gradients dW1, db1, ... from the gradient of the logits."""
    gradients = {}
    for l in range(len(layers), 0, -1):
        kind, (A, Z, cache) = layers[l - 1][0], steps[l - 1]
        dA = dA.T.reshape(A.shape) if dA.ndim < A.ndim else dA  # columns -> maps again
        if kind == "pool":
            dA = pool.max_pool2d_backward(dA, cache)
            continue
        dZ = dA if l == len(layers) else dA * (Z > 0)
        backward = conv.conv2d_backward if kind == "conv" else dense_backward
        dA, gradients[f"dW{l}"], gradients[f"db{l}"] = backward(dZ, cache)
    return gradients


# %% [markdown]
# The table of a network comes out of running it on one picture: shapes of real arrays, counts of real parameters.


# %%
def network_table(shape, layers, rng):
    """Run a network on one picture; print and return (name, shape of the output, parameters) for each layer."""
    parameters = initialise(shape, layers, rng)
    _, steps = network_forward(np.zeros((1, *shape), np.float32), parameters, layers)
    rows = [("input", tuple(shape), 0)]
    for l, (layer, (A, _, _)) in enumerate(zip(layers, steps, strict=True), start=1):
        out = A.shape[1:] if A.ndim == 4 else A.shape
        count = sum(parameters[name].size for name in (f"W{l}", f"b{l}") if name in parameters)
        rows.append((" ".join(map(str, layer)), out, count))
    print("layer                shape            numbers   parameters")
    for name, out, count in rows:
        print(f"{name:20} {' × '.join(map(str, out)):15} {int(np.prod(out)):8,} {count:12,}")
    print(f"{'sum':45} {sum(count for *_, count in rows):12,}")
    return rows


three_convs = [("conv", 3, 1, 0, 10), ("conv", 5, 2, 0, 20), ("conv", 5, 2, 0, 40), ("dense", 10)]
rows = network_table((39, 39, 3), three_convs, rng)

# %% [markdown]
# A picture of 39 × 39 × 3 becomes 37 × 37 × 10, then 17 × 17 × 20, then 7 × 7 × 40. Unrolled these are 1960 numbers for the last layer. Sides shrink, channels grow:
# less *where*, more *what*.
#
# Next a network in the manner of LeNet-5 (LeCun and others, 1998) for 32 × 32 × 3 pictures: twice convolution and pooling, then three dense layers.
#
# *Predict before you run:* which of its layers has most of the parameters?

# %%
lenet_like = [
    ("conv", 5, 1, 0, 6),
    ("pool", 2, 2),
    ("conv", 5, 1, 0, 16),
    ("pool", 2, 2),
    ("dense", 120),
    ("dense", 84),
    ("dense", 10),
]
rows = network_table((32, 32, 3), lenet_like, rng)

# %% [markdown]
# The first dense layer has more than three quarters of all parameters; the convolutions have less than 5%. Activations are the other way round: most of the numbers stand
# in the first feature maps.
#
# ## 7 · Reading digits
#
# ### Train it
#
# Our digits have 28 × 28 pixels and one channel. With two zeros on each side, the first layer sees the 32 × 32 that LeNet-5 saw.

# %%
layers = [("conv", 5, 1, 2, 6), *lenet_like[1:]]
rng = np.random.default_rng(42)
parameters = initialise((28, 28, 1), layers, rng)
print("parameters:", sum(value.size for value in parameters.values()), " in", parameters["W1"].dtype)

# %% [markdown]
# Eight thousand training digits are not many. A digit that is moved a little, or leans a little, is still the same digit. So the network sees
# each picture somewhat changed in every epoch; lesson 4.4 returns to this trick, **augmentation**.


# %%
def moved_and_slanted(images, rng, most_moved=1, most_slanted=3):
    """Move each picture by whole pixels, and slant it: rows move further the farther they are from the middle.

    images : (m, 28, 28, 1)   most_moved, most_slanted : pixels, each way
    """
    m, n_H, n_W, _ = images.shape
    p = most_moved + most_slanted
    padded = zero_pad(images, p)[..., 0]
    down, right = rng.integers(-most_moved, most_moved + 1, (2, m, 1, 1))
    slant = rng.uniform(-most_slanted, most_slanted, (m, 1, 1))
    h, w = np.arange(n_H)[:, None], np.arange(n_W)[None, :]
    lean = np.rint(slant * (h - (n_H - 1) / 2) / (n_H / 2)).astype(int)  # (m, n_H, 1)
    picture = np.arange(m)[:, None, None]
    return padded[picture, p + h + down, p + w + right + lean][..., None]  # (m, 28, 28, 1)


# %% tags=["figure"]
figure, axes = plt.subplots(2, 8, figsize=(7.2, 2.1))
examples = digits.X_train[:8]
for row, images in zip(axes, (examples, moved_and_slanted(examples, np.random.default_rng(0))), strict=True):
    for axis, image in zip(row, images, strict=True):
        axis.imshow(image[:, :, 0], cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
axes[0, 0].set_ylabel("as it is")
axes[1, 0].set_ylabel("changed")
plt.show()

# %% [markdown]
# *In words:* eight training digits, and below them the same digits moved by up to one pixel and slanted by up to three. All can still be read.
#
# The cost is softmax cross-entropy; one training step is forward, cost, backward. The learning rate falls to zero along half a cosine.


# %%
def cost_and_gradients(parameters, batch):
    """Mean cross-entropy of a mini-batch and its gradients. batch : images (m, 28, 28, 1), Y (10, m)."""
    images, Y = batch
    Z, steps = network_forward(moved_and_slanted(images, rng), parameters, layers)
    cost, dZ = softmax_cross_entropy(Z, Y)
    return cost, network_backward(dZ, steps, layers)


def accuracy(parameters, images, labels):
    """Share of pictures whose largest logit is at their label."""
    Z, _ = network_forward(images, parameters, layers)
    return float((Z.argmax(axis=0) == labels).mean())


EPOCHS, BATCH = 10, 32
Y_train = np.eye(10, dtype=np.float32)[digits.Y_train].T  # (10, m)
batches = mini_batches((digits.X_train, Y_train), BATCH, rng, axis=(0, -1))
total_steps = EPOCHS * len(batches)


def learning_rate(t):
    """From 0.003 to 0 along half a cosine, over all steps."""
    return 0.0015 * (1 + np.cos(np.pi * t / total_steps))


# %% [markdown]
# *Predict before you run:* which accuracy would a machine have that always answers *one*? And which cost has an untrained network, roughly?

# %%
few = (digits.X_train[:500], Y_train[:, :500])
Z, _ = network_forward(few[0], {**parameters, "W7": 0 * parameters["W7"]}, layers)
print("cost with a silent last layer:", round(softmax_cross_entropy(Z, few[1])[0], 3), "= log 10")
print("always 'one' is right on", f"{(digits.Y_test == 1).mean():.0%}", "of the test pictures")

# %% [markdown]
# Train half of the epochs, look at the dev set, and go on. (In all it takes about half a minute of one processor's time; longer, if the machine is busy
# with other things.)


# %% tags=["nbval-ignore-output"]
def dev_mistakes(parameters):
    """Share of wrong answers on the dev set."""
    return 1 - accuracy(parameters, digits.X_dev, digits.Y_dev)


optimiser = Adam(learning_rate)
first_half = train(
    parameters,
    cost_and_gradients,
    batches,
    optimiser,
    EPOCHS // 2,
    evaluate=dev_mistakes,
    progress=False,
)
print(f"{first_half.epochs} epochs, {len(first_half.costs)} steps, {first_half.seconds:.0f} seconds")
print(f"wrong on the dev set: {first_half.dev_costs[-1]:.1%}")

# %% tags=["nbval-ignore-output"]
second_half = train(  # the same optimiser goes on: its averages and its count of steps are kept
    parameters,
    cost_and_gradients,
    batches,
    optimiser,
    EPOCHS - EPOCHS // 2,
    evaluate=dev_mistakes,
    progress=False,
)
print(f"{second_half.epochs} more epochs, {second_half.seconds:.0f} seconds")
print(f"wrong on the dev set: {second_half.dev_costs[-1]:.1%}")

# %% [markdown]
# Now the honest number, from a thousand test pictures that nobody has looked at until here. (The last bits of float32 differ from machine to machine, and
# after 2500 steps a picture or two may be read differently. The first line must hold everywhere; the exact count is printed below it.)

# %%
test_accuracy = accuracy(parameters, digits.X_test, digits.Y_test)
print("at least 98% of the test pictures right:", test_accuracy >= 0.98)

# %% tags=["nbval-ignore-output"]
print(f"on this machine: {round(len(digits.Y_test) * test_accuracy)} of {len(digits.Y_test)} right")

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 2.8))
costs = first_half.costs + second_half.costs
epoch_costs = first_half.epoch_costs + second_half.epoch_costs
wrong_on_dev = 100 * np.array(first_half.dev_costs + second_half.dev_costs)
left.plot(np.arange(len(costs)) / len(batches), costs, color=COLOURS["sky"], lw=0.5)
left.plot(np.arange(1, EPOCHS + 1) - 0.5, epoch_costs, "o-", color=COLOURS["blue"])
left.set(
    xlabel="epoch",
    ylabel="cost of the mini-batch",
    yscale="log",
    title="Training cost, and its mean per epoch",
)
right.plot(np.arange(1, EPOCHS + 1), wrong_on_dev, "s--", color=COLOURS["vermillion"])
right.set(xlabel="epoch", ylabel="wrong (%)", ylim=(0, None), title="Mistakes on the dev set")
plt.show()

# %% [markdown]
# *In words:* left, the cost of single mini-batches scatters widely (pale line); its mean per epoch (dots) falls quickly, then steadily. Right, the share of
# mistakes on the dev set falls from several per cent to about two, and settles while the learning rate goes to zero.
#
# ### What has it learned?
#
# The six filters of the first layer, and what they find in one test picture.

# %% tags=["figure"]
one = digits.X_test[3:4]
_, steps = network_forward(one, parameters, layers)
maps_1, maps_2 = steps[0][0][0], steps[2][0][0]  # (28, 28, 6) and (10, 10, 16)
figure, axes = plt.subplots(4, 8, figsize=(7.4, 4.0))
for axis in axes.flat:
    axis.set(xticks=[], yticks=[])
for c in range(6):
    limit = np.abs(parameters["W1"]).max()
    axes[0, c].imshow(parameters["W1"][:, :, 0, c], cmap="PuOr_r", vmin=-limit, vmax=limit)
    axes[1, c].imshow(maps_1[:, :, c], cmap="gray_r", vmin=0, vmax=maps_1.max())
for c in range(16):
    axes[2 + c // 8, c % 8].imshow(maps_2[:, :, c], cmap="gray_r", vmin=0, vmax=maps_2.max())
for axis in axes[:2, 6:].flat:
    axis.axis("off")
for axis, label in zip(axes[:, 0], ("filters 1", "maps 1", "maps 2", "maps 2"), strict=True):
    axis.set_ylabel(label, fontsize=9)
plt.show()

# %% [markdown]
# *In words:* first row, six filters of 5 × 5; positive weights (orange) and negative ones (purple) lie in patches, differently in each. Second row, their maps of
# one digit: each is dark along the strokes or edges that suit its filter. Below, the sixteen maps of the second layer, 10 × 10: coarser, and empty at most places.
#
# Look at the mistakes, always.

# %% tags=["figure"]
Z, _ = network_forward(digits.X_test, parameters, layers)
P = softmax(Z)  # (10, m)
wrong = np.flatnonzero(Z.argmax(axis=0) != digits.Y_test)
wrong = wrong[np.argsort(-P.max(axis=0)[wrong])][:12]
figure, axes = plt.subplots(2, 6, figsize=(7.2, 3.2))
for axis in axes.flat:
    axis.axis("off")
for axis, i in zip(axes.flat, wrong, strict=False):
    axis.imshow(digits.X_test[i, :, :, 0], cmap="gray_r")
    axis.set_title(f"is {digits.Y_test[i]}, says {Z[:, i].argmax()}\nP = {P[:, i].max():.2f}", fontsize=9)
plt.show()

# %% [markdown]
# *In words:* up to twelve test digits that the network reads wrongly, the surest mistake first, each with its label, the network's answer and the probability it
# gave. Most are open loops, missing or extra strokes; with some of them you may side with the network.
#
# ### Draw a digit yourself
#
# The trained network from above, live. Draw with the mouse, or with the keyboard: Tab to the field, arrow keys move, Space lowers and lifts the pen.
#
# 1. Draw a 4 and close it at the top stroke by stroke. When does it become a 9?
# 2. Choose the map that answers most strongly. Which part of your digit does the frame mark?
# 3. Draw a small digit in a corner. Now take *Centre* off. What happens, and what does that say about equivariance of the **whole** network?


# %%
def activations(image):
    """Outputs of the layers for one picture (28, 28), by name; last the ten probabilities."""
    Z, steps = network_forward(image.reshape(1, 28, 28, 1).astype(np.float32), parameters, layers)
    maps = {name: steps[l][0][0] for l, name in enumerate(("conv 1", "pool 1", "conv 2", "pool 2"))}
    return maps, softmax(Z)[:, 0]


geometry = {
    "conv 1": (5, 1, 2),
    "pool 1": (2, 2, 0),
    "conv 2": (5, 1, 0),
    "pool 2": (2, 2, 0),
}  # f, stride, pad
one_of_each = np.stack([digits.X_test[digits.Y_test == d][0, :, :, 0] for d in range(10)])  # (10, 28, 28)
FeatureMapExplorer(activations, geometry, one_of_each).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. Often at one certain pixel: some map of the second layer answers to the closed loop, and the probabilities tip over.
# 2. The frame is the **receptive field**: all that this one number of the map can see. It grows from layer to layer, from 5 × 5 to 16 × 16.
# 3. The maps move along with the digit, but the dense layers have weights for fixed places. All training digits were centred, so the network never
#    learned other places. Convolution is equivariant; the whole network is not invariant.
# </details>
#
# ### The same network in textbook loops
#
# The very same functions, handed the textbook kernels: one window at a time. Eight pictures, forward and backward.

# %% tags=["nbval-ignore-output"]
handful = (digits.X_test[:8], np.eye(10, dtype=np.float32)[digits.Y_test[:8]].T)


def step_with(conv, pool):
    """Logits and gradients of the handful with the given kernels, and the seconds they took."""
    started = perf_counter()
    Z, steps = network_forward(handful[0], parameters, layers, conv, pool)
    gradients = network_backward(softmax_cross_entropy(Z, handful[1])[1], steps, layers, conv, pool)
    return Z, gradients, perf_counter() - started


Z_slow, gradients_slow, slow_seconds = step_with(textbook_conv, textbook_pool)
fast_runs = [step_with(fast_conv, fast_pool) for _ in range(20)]
Z_fast, gradients_fast, _ = fast_runs[0]
fast_seconds = float(np.median([seconds for *_, seconds in fast_runs]))
print(
    f"textbook loops {slow_seconds:.2f} s, kernels {1000 * fast_seconds:.1f} ms: ratio {slow_seconds / fast_seconds:.0f}"
)
print(
    f"the training above would have taken about {slow_seconds / 8 * 8000 * EPOCHS / 3600:.1f} hours in textbook loops"
)

# %%
print("same logits:   ", bool(np.allclose(Z_slow, Z_fast, rtol=1e-3, atol=1e-3)))
largest = max(np.abs(gradients_slow[n] - gradients_fast[n]).max() for n in gradients_fast)
print("same gradients:", bool(largest < 1e-4))

# %% [markdown]
# The loops are easy to believe, the kernels are fast. Where the two agree, you may believe the kernels.
#
# ## 8 · Common mistakes
#
# Each of these is in circulation. Each one runs.
#
# **A table with wrong counts.** Widely copied notes give the 32 × 32 × 3 network as follows.

# %%
published = {"CONV1": 208, "POOL1": 0, "CONV2": 416, "POOL2": 0, "FC3": 48001, "FC4": 10081, "softmax": 841}
correct = [count for *_, count in rows[1:]]
for (name, claimed), right in zip(published.items(), correct, strict=True):
    print(f"{name:8} published {claimed:6,}   right {right:6,}   {'' if claimed == right else 'wrong'}")
print("sums:    published", f"{sum(published.values()):6,}", "  right", f"{sum(correct):6,}")

# %% [markdown]
# Only the zeros are right. How do such numbers come about? Three slips explain all of them: 8 filters in the first layer where the network has 6; filters with one channel
# instead of $n_C^{[l-1]}$; and one bias for a whole dense layer.

# %%
print("CONV1  (5·5 + 1)·8    =", (5 * 5 + 1) * 8, "      right: (5·5·3 + 1)·6  =", conv_parameters(5, 3, 6))
print("CONV2  (5·5 + 1)·16   =", (5 * 5 + 1) * 16, "      right: (5·5·6 + 1)·16 =", conv_parameters(5, 6, 16))
print("FC3    400·120 + 1    =", 400 * 120 + 1, "    right: 400·120 + 120  =", dense_parameters(400, 120))
print("FC4    120·84 + 1     =", 120 * 84 + 1, "    right: 120·84 + 84    =", dense_parameters(120, 84))
print("softmax 84·10 + 1     =", 84 * 10 + 1, "      right: 84·10 + 10     =", dense_parameters(84, 10))

# %% [markdown]
# The same table says 28 × 28 × 8 for the first maps; six filters give 28 × 28 × 6. Let code count: build the arrays and ask for their `size`.
#
# **`n_W` for both sides.** A formula in circulation computes both sides of a pooled picture from the width. With square pictures nobody notices.

# %%
wide = rng.standard_normal((1, 6, 10, 1))
n_H, n_W = wide.shape[1:3]
print("with n_W twice:   ", ((n_W - 2) // 2 + 1, (n_W - 2) // 2 + 1))
print(
    "with n_H and n_W: ",
    ((n_H - 2) // 2 + 1, (n_W - 2) // 2 + 1),
    "  kernel:",
    max_pool2d_forward(wide)[0].shape[1:3],
)

# %% [markdown]
# **"Pooling plays the role of ReLU."** It does not. ReLU bends: it makes negative numbers zero, place by place, and keeps the size. Pooling makes the picture smaller and keeps the sign.

# %%
negative = -np.arange(1.0, 17).reshape(1, 4, 4, 1)
print("max pooling of negative numbers:", max_pool2d_forward(negative)[0].ravel())
print("ReLU of them, any left?         ", bool(np.maximum(negative, 0).any()))

# %% [markdown]
# And what if ReLU is left out because "pooling does it"? With average pooling the network then is a **linear** map, however deep: the answer to a sum is the sum of the answers.

# %%
W_a, W_b = rng.standard_normal((3, 3, 1, 4)), rng.standard_normal((3, 3, 4, 2))
no_bias = [np.zeros((1, 1, 1, n)) for n in (4, 2)]


def conv_pool_conv(X, bend):
    """Two conv layers with average pooling between them. bend : applied to the first layer's output."""
    Z, _ = conv2d_forward(X, W_a, no_bias[0])
    return conv2d_forward(avg_pool2d_forward(bend(Z))[0], W_b, no_bias[1])[0]


x_1, x_2 = rng.standard_normal((2, 1, 12, 12, 1))
for name, bend in (("without ReLU", lambda Z: Z), ("with ReLU   ", lambda Z: np.maximum(Z, 0))):
    together = conv_pool_conv(x_1 + x_2, bend)
    apart = conv_pool_conv(x_1, bend) + conv_pool_conv(x_2, bend)
    print(f"{name}  answer to a sum = sum of answers: {bool(np.allclose(together, apart))}")

# %% [markdown]
# **`=` where `+=` belongs.** In the backward pass windows overlap. An assignment keeps what the *last* window said.

# %%
dA_assigned, dA_added = np.zeros((3, 3)), np.zeros((3, 3))
for h, w in np.ndindex(2, 2):
    dA_assigned[h : h + 2, w : w + 2] = 1
    dA_added[h : h + 2, w : w + 2] += 1
print("assigned:", dA_assigned.astype(int).tolist())
print("added:   ", dA_added.astype(int).tolist(), "  kernel:", end=" ")
_, cache = conv2d_forward(ones, np.ones((2, 2, 1, 1)), np.zeros((1, 1, 1, 1)))
print(conv2d_backward(np.ones((1, 2, 2, 1)), cache)[0][0, :, :, 0].astype(int).tolist())

# %% [markdown]
# ## 9 · What you should remember
#
# - A filter is as deep as its input and gives one map; $n_C$ filters give $n_C$ maps. Parameters: $(f \cdot f \cdot n_C^{[l-1]} + 1)\, n_C^{[l]}$, whatever the picture's size.
# - Sharing and sparsity make convolution cheap, and equivariant to shifts.
# - Pooling shrinks, forgives small shifts, learns nothing, and is no ReLU.
# - Backward: the filter collects windows, the window collects filters, both weighted by $dZ$ and added up.
# - Max pooling sends the gradient to the winner, average pooling to all in equal shares.
# - A convolution is a matrix product: im2col pays in memory, blocks of it fit the cache.
# - Through the layers: sides shrink, channels grow; dense layers have most parameters, early maps most numbers.
#
# ### Ask yourself
#
# <details><summary>1. A layer has 20 filters of 5 × 5, its input is 64 × 64 × 10. How many parameters has it? And for 128 × 128 × 10?</summary>
#
# $(5 \cdot 5 \cdot 10 + 1) \cdot 20 = 5020$, both times.
# </details>
#
# <details><summary>2. Which pad keeps the size of a picture for f = 5 and stride 1?</summary>
#
# $n + 2p - 5 + 1 = n$ gives $p = 2$.
# </details>
#
# <details><summary>3. You double the batch. Which of dA, dW, db have a new shape? What keeps their size in bounds?</summary>
#
# Only $dA$. $dW$ and $db$ add up over twice as many pictures; the $\frac1m$ that came with the cost's gradient makes up for it.
# </details>
#
# <details><summary>4. All pixels of a 2 × 2 window are 0 after ReLU. Where does max pooling send the gradient?</summary>
#
# To the first pixel, and there ReLU stops it, as $z \le 0$ has slope 0. Ties at zero do no harm.
# </details>
#
# <details><summary>5. Why is the gradient with respect to the picture itself wanted at all? We do not change pictures.</summary>
#
# For the first layer it is not, in training. For every further layer it is the gradient of the layer below. And lesson 4.8 *does* change pictures with it.
# </details>
#
# **References.** K. Fukushima (1980), *Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition unaffected by shift in position* ·
# Y. LeCun and others (1989), *Backpropagation applied to handwritten zip code recognition* · Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), *Gradient-based learning
# applied to document recognition* (LeNet-5 and the digits) · K. Chellapilla, S. Puri, P. Simard (2006), *High performance convolutional neural networks for document
# processing* (convolution as a matrix product) · P. Simard, D. Steinkraus, J. Platt (2003), *Best practices for convolutional neural networks applied to visual document
# analysis* (augmented digits) · K. He, X. Zhang, S. Ren, J. Sun (2015), *Delving deep into rectifiers* · A. Lavin, S. Gray (2016), *Fast algorithms for convolutional
# neural networks* · I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, chapter 9.
#
# **Now you:** [exercises for this lesson](exercises/02_convolutional_networks.ipynb).
