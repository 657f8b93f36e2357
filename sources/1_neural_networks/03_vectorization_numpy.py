# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1.3 · Vectorization and NumPy
#
# Deep learning needs much data, and a loop over much data is slow. This lesson replaces loops by operations on whole arrays. The programs
# get shorter, and hundreds or thousands of times as fast. The price is a new kind of bug: shapes that fit by accident. You will meet
# each of these bugs here, on purpose, so that you know them when you meet them by night.
#
# **After this you can**
#
# - turn loops into products and sums of arrays, and measure what it brings,
# - predict the result of broadcasting, or its refusal, from two shapes,
# - use `axis` and `keepdims` without trial and error,
# - tell a view from a copy, and know why `reshape` costs nothing,
# - recognise rank-1 arrays and stop their bugs with a shape assertion,
# - write row normalisation, a stable softmax and the L1 and L2 losses in one or two lines each.
#
# **Time** about 75 minutes. **Builds on** [1.2 Logistic regression and gradient descent](02_logistic_regression.ipynb) (the model and its
# gradients). **Next** [1.4 Shallow networks](04_shallow_networks.ipynb).

# %%
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_digits, load_photograph, load_temperatures, load_word_vectors
from course_utils.explorers import BroadcastingExplorer
from course_utils.kernels.activations import sigmoid
from course_utils.plots import COLOURS, use_style

use_style()

# %% [markdown]
# ## 1 · One model, three programs
#
# Take logistic regression from 1.2: is a digit an eight? Its gradient is a double sum, over examples $i$ and pixels $j$:
#
# $$dw_j = \frac1m \sum_{i=1}^{m} x_j^{(i)} \bigl(a^{(i)} - y^{(i)}\bigr), \qquad a^{(i)} = \sigma\Bigl(\sum_{j} w_j x_j^{(i)} + b\Bigr).$$
#
# First the formula as it stands, one number at a time.


# %%
def gradients_two_loops(w, b, X, Y):
    """Gradient of logistic regression. w : (n_x, 1)   X : (n_x, m)   Y : (1, m). Returns dw (n_x, 1), db."""
    n_x, m = X.shape
    dw, db = np.zeros((n_x, 1)), 0.0
    for i in range(m):  # over the examples
        z = b
        for j in range(n_x):  # over the pixels
            z += w[j, 0] * X[j, i]
        dz = 1 / (1 + np.exp(-z)) - Y[0, i]
        for j in range(n_x):
            dw[j, 0] += X[j, i] * dz / m
        db += dz / m
    return dw, db


# %% [markdown]
# The loops over pixels are scalar products and sums of vectors. NumPy has them. One loop is left, over the examples.


# %%
def gradients_one_loop(w, b, X, Y):
    """The same; the loop over the pixels is gone."""
    n_x, m = X.shape
    dw, db = np.zeros((n_x, 1)), 0.0
    for i in range(m):
        x = X[:, i : i + 1]  # (n_x, 1): one column, kept as a column
        dz = sigmoid(w.T @ x + b) - Y[0, i]  # (1, n_x) @ (n_x, 1) -> (1, 1)
        dw += x * dz / m  # (n_x, 1)
        db += dz[0, 0] / m
    return dw, db


# %% [markdown]
# And the loop over the examples is a product with a matrix: put the columns side by side.


# %%
def gradients_vectorised(w, b, X, Y):
    """The same; no loop is left."""
    m = X.shape[1]
    dZ = sigmoid(w.T @ X + b) - Y  # (1, n_x) @ (n_x, m) -> (1, m)
    return X @ dZ.T / m, dZ.mean()  # (n_x, m) @ (m, 1) -> (n_x, 1), and a number


# %%
digits = load_digits()
X = digits.X_train.reshape(8000, -1).T.astype(float)  # (8000, 28, 28, 1) -> (8000, 784) -> (784, 8000)
Y = (digits.Y_train == 8).astype(float).reshape(1, -1)  # (1, 8000)
rng = np.random.default_rng(1)
w, b = 0.1 * rng.standard_normal((784, 1)), 0.2

dw_0, db_0 = gradients_two_loops(w, b, X[:, :40], Y[:, :40])
for other in (gradients_one_loop, gradients_vectorised):
    dw, db = other(w, b, X[:, :40], Y[:, :40])
    print(f"{other.__name__:21} same dw: {np.allclose(dw, dw_0)}   same db: {np.allclose(db, db_0)}")

# %% [markdown]
# Three programs, one result. Now the clock. The number of examples $m$ grows from 10 to 8000; the program with two loops stops at 1000, because we do
# not want to wait.
#
# *Predict before you run:* how many times faster is the last program than the first, at 1000 examples?


# %% tags=["nbval-ignore-output"]
def seconds_for(function, *arguments, at_least=0.05):
    """Median time of one call, in seconds; repeated for `at_least` so many seconds in all."""
    times = []
    while sum(times) < at_least or len(times) < 2:
        started = perf_counter()
        function(*arguments)
        times.append(perf_counter() - started)
    return np.median(times)


programs = {
    "two loops": (gradients_two_loops, (10, 30, 100, 300, 1000)),
    "one loop": (gradients_one_loop, (10, 30, 100, 300, 1000, 3000, 8000)),
    "vectorised": (gradients_vectorised, (10, 30, 100, 300, 1000, 3000, 8000)),
}
times = {
    name: {m: seconds_for(program, w, b, X[:, :m], Y[:, :m]) for m in amounts}
    for name, (program, amounts) in programs.items()
}
print(f"{'m':>6}" + "".join(f"{name:>16}" for name in times) + "   two loops / vectorised")
for m in times["vectorised"]:
    row = "".join(f"{1000 * times[name][m]:13.2f} ms" if m in times[name] else " " * 16 for name in times)
    ratio = f"{times['two loops'][m] / times['vectorised'][m]:10.0f} times" if m in times["two loops"] else ""
    print(f"{m:6}{row}{ratio}")

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(6.6, 3.3))
for (name, measured), dash, marker in zip(times.items(), ("-", "--", ":"), "os^", strict=True):
    axis.plot(list(measured), [1000 * t for t in measured.values()], dash, marker=marker, ms=5, label=name)
axis.set(xscale="log", yscale="log", xlabel="examples m", ylabel="milliseconds a gradient")
axis.set_title("Each loop costs a factor")
axis.legend()
plt.show()

# %% [markdown]
# *In words:* three lines that rise with $m$, both axes in powers of ten. The line of two loops is highest, that of one loop well below it, and the
# vectorised one lowest by far. For small $m$ the vectorised line is nearly flat: there the time goes into the calls, not into the arithmetic.
#
# ## 2 · Where the factor comes from
#
# A Python loop looks up each number, checks its type, makes an object for the result, and comes back for the next. NumPy stores numbers of one type
# side by side in memory, and passes the whole block to compiled code. That code is quicker for three reasons. It has no objects. The processor has
# **SIMD** instructions (*single instruction, multiple data*), which add or multiply 4, 8 or 16 neighbouring numbers at once. And products of matrices go to a **BLAS** library
# (*basic linear algebra subprograms*), whose authors have cut the work into blocks that stay in the processor's fastest memory, and divide it among its cores. Graphics processors do the
# same with thousands of lanes. You get all this by one rule: *wherever you can, no explicit loop*.
#
# Take one sum of products, $\sum_j p_j q_j$ over a million numbers, and remove the obstacles one by one.

# %% tags=["nbval-ignore-output"]
p, q = rng.standard_normal(1_000_000), rng.standard_normal(1_000_000)
p_list, q_list = p.tolist(), q.tolist()
p_half, q_half = p.astype(np.float32), q.astype(np.float32)


def loop_over(p, q):
    """Sum of products by a loop."""
    total = 0.0
    for p_j, q_j in zip(p, q, strict=True):
        total += p_j * q_j
    return total


ways = {
    "loop over NumPy arrays": lambda: loop_over(p, q),
    "loop over Python lists": lambda: loop_over(p_list, q_list),
    "NumPy: (p * q).sum()": lambda: (p * q).sum(),
    "BLAS: p @ q": lambda: p @ q,
    "BLAS, 32 bits a number": lambda: p_half @ q_half,
}
measured = {name: seconds_for(way, at_least=0.1) for name, way in ways.items()}
for name, t in measured.items():
    print(
        f"{name:24} {1000 * t:9.3f} ms   {measured['loop over NumPy arrays'] / t:7.0f} times as fast as the first"
    )

# %% [markdown]
# Two things surprise. A loop over a NumPy array is **slower** than one over a list: each entry must be wrapped as an object when it is taken out. And half the bits
# a number means about half the time: twice as many fit into one SIMD instruction and through the memory. That is why networks are trained in `float32`, or less.
#
# Is the answer the same? Almost. Sums in another order are rounded differently.

# %%
print(
    "equal to 9 digits:",
    bool(np.isclose(loop_over(p, q), p @ q, rtol=1e-9)),
    "  float32 equal to 9 digits:",
    bool(np.isclose(p @ q, p_half @ q_half, rtol=1e-9)),
)

# %% [markdown]
# So never test floating-point results with `==`; use `np.isclose` or `np.allclose`.
#
# ## 3 · Axes, and keeping them
#
# An array has a **shape**: one length for each **axis**. `sum`, `mean`, `max` and their like run along the axis you name, and that axis is gone afterwards.
#
# *Predict before you run:* which shapes have the four results?

# %%
A = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])  # (2, 3)
for call, result in {
    "A.sum()": A.sum(),
    "A.sum(axis=0)": A.sum(axis=0),
    "A.sum(axis=1)": A.sum(axis=1),
    "A.sum(axis=1, keepdims=True)": A.sum(axis=1, keepdims=True),
}.items():
    print(f"{call:30} shape {result.shape!s:7}", result.tolist())

# %% [markdown]
# `axis=0` walks **down** the rows, so it leaves one number for each column. Read `axis` as *the axis that disappears*. With `keepdims=True` it does not disappear but stays with
# length 1: a column stays a column. You will soon see why that matters.
#
# On real pictures, $(m, 28, 28)$: the mean over examples is a picture, the mean over both picture axes is one number for each example.

# %%
images = digits.X_train[:, :, :, 0]  # (8000, 28, 28)
mean_picture = images.mean(axis=0)
ink = images.mean(axis=(1, 2))
print("mean over axis 0:     ", mean_picture.shape, "  over axes 1 and 2:", ink.shape)
for digit in (0, 1):
    print(f"mean ink of the digit {digit}: {ink[digits.Y_train == digit].mean():.3f}")

# %% [markdown]
# ## 4 · Broadcasting
#
# In $Z = W A + b$ we add a column of shape $(n, 1)$ to a matrix $(n, m)$. In mathematics that is not defined. NumPy does what you mean: it **stretches** the column
# across all columns. This is **broadcasting**, and it has three rules.
#
# 1. Write the two shapes one below the other, **aligned at the right**. Missing axes at the left count as 1.
# 2. Two lengths fit if they are **equal**, or one of them is **1**. An axis of length 1 is stretched.
# 3. Otherwise NumPy raises an error.
#
# ```
#   Z   (3, 4)        (3, 4)         (3, 1)        (3, 4)
#   b   (3, 1)           (4,)        (1, 4)        (3,)
#       ------        ------         ------        ------
#       (3, 4)        (3, 4)         (3, 4)        4 against 3: error
# ```


# %% tags=["figure"]
def draw_array(axis, values, own_shape, left, colour, title):
    """Draw a matrix as squares. own_shape : the part that is really stored; the rest is drawn pale, in italics."""
    for (row, column), value in np.ndenumerate(values):
        stored = row < own_shape[0] and column < own_shape[1]
        axis.add_patch(
            plt.Rectangle((left + column, -row), 1, 1, fc=colour if stored else "white", ec="black", lw=0.8,
                          alpha=1 if stored else 0.6, ls="-" if stored else ":")
        )  # fmt: skip
        axis.text(left + column + 0.5, -row + 0.5, f"{value:g}", ha="center", va="center",
                  style="normal" if stored else "italic", alpha=1 if stored else 0.6)  # fmt: skip
    axis.text(left, 1.2, title)


column, row = np.array([[10], [20], [30]]), np.array([[1, 2, 3, 4]])
matrix = np.arange(12).reshape(3, 4)
pairs = [(matrix, column), (matrix, row), (column, row)]

figure, axes = plt.subplots(3, 1, figsize=(7.4, 6.2))
for axis, (first, second) in zip(axes, pairs, strict=True):
    stretched_first, stretched_second = np.broadcast_arrays(first, second)
    draw_array(axis, stretched_first, first.shape, 0, COLOURS["sky"], f"{first.shape}")
    axis.text(4.5, -0.6, "+", fontsize=16, ha="center")
    draw_array(axis, stretched_second, second.shape, 5, COLOURS["orange"], f"{second.shape}")
    axis.text(9.5, -0.6, "=", fontsize=16, ha="center")
    draw_array(axis, first + second, (3, 4), 10, "#d3ece4", f"{(first + second).shape}")
    axis.set(xlim=(-0.2, 14.2), ylim=(-2.2, 1.8), aspect="equal")
    axis.axis("off")
plt.show()

# %% [markdown]
# *In words:* three sums of arrays drawn as squares. Full squares are stored numbers, dotted ones with italic numbers are stretched. First a matrix plus a
# column, which is repeated to the right; then a matrix plus a row, repeated downwards; last a column plus a row: both are repeated, and a whole table comes out.
#
# Nothing is copied while stretching. NumPy keeps the one column and uses a **stride** of zero: *to get to the next column, go 0 bytes further*.

# %%
stretched = np.broadcast_to(column, (3, 1_000_000))
print(
    "shape", stretched.shape, "  strides in bytes", stretched.strides, "  numbers really stored:", column.size
)

# %% [markdown]
# ### Play: two shapes in
#
# Type two shapes and see what stretches.
#
# 1. Predict, then try: `(2, 3)` with `(3,)`; `(2, 3)` with `(2,)`; `(2, 3)` with `(2, 1)`.
# 2. Which shape added to `(4, 1)` gives `(4, 4)` although you wanted `(4, 1)`? Press *Rank-1 array*.
# 3. Can three axes meet one? Try `(2, 3, 4)` with `(3, 1)`.

# %%
BroadcastingExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. `(3,)` is aligned at the right, so it counts as a row and fits: $(2, 3)$. `(2,)` meets the 3: error. `(2, 1)` is a column and fits: $(2, 3)$.
# 2. `(4,)`: it counts as a row `(1, 4)`, and column plus row is a table. Section 6 is about this trap.
# 3. Yes: `(3, 1)` counts as `(1, 3, 1)`, and its first and last axes are stretched.
# </details>
#
# **A use on real data.** To compare features, subtract each one's mean and divide by its standard deviation. Days are columns, so the mean of each **row** is wanted, as a
# column that can be stretched: `axis=1, keepdims=True`.

# %%
weather = load_temperatures()
T = np.stack([weather.lowest, weather.highest])  # (2, 1461): nights and days
mean, deviation = T.mean(axis=1, keepdims=True), T.std(axis=1, keepdims=True)  # (2, 1), (2, 1)
T_scaled = (T - mean) / deviation  # (2, 1461) with (2, 1) twice
print(
    "before: means",
    mean.ravel().round(1),
    "degrees;  after: means",
    np.abs(T_scaled.mean(axis=1).round(6)),
    "deviations",
    T_scaled.std(axis=1).round(6),
)
try:
    T - T.mean(axis=1)
except ValueError as problem:
    print("without keepdims:", problem)

# %% [markdown]
# ## 5 · Reshape, views and copies
#
# An array is a block of numbers in memory and a note on how to read it: shape and strides. `reshape` writes a new note. The block stays where it is, so reshape takes the
# same short time for ten numbers and for ten million. A copy has to move each number.

# %% tags=["nbval-ignore-output"]
print("    numbers      reshape          copy")
for side in (10, 100, 1000, 3000):
    block = np.zeros((side, side))
    reshape_time = seconds_for(lambda block=block: block.reshape(-1), at_least=0.01)
    copy_time = seconds_for(lambda block=block: block.copy(), at_least=0.03)
    print(f"{side * side:11,} {1e6 * reshape_time:9.2f} µs {1e6 * copy_time:10.2f} µs")

# %% [markdown]
# An array that shares its block with another is a **view**. Which operations give views, and which copies? Ask NumPy.

# %%
block = np.arange(12.0).reshape(3, 4)
operations = {
    "block.reshape(4, 3)": block.reshape(4, 3),
    "block.T": block.T,
    "block[:, 1]": block[:, 1],
    "block[:, 1:3]": block[:, 1:3],
    "block.ravel()": block.ravel(),
    "block.T.reshape(-1)": block.T.reshape(-1),
    "block[[0, 2]]": block[[0, 2]],
    "block[block > 5]": block[block > 5],
    "block + 0": block + 0,
    "block.flatten()": block.flatten(),
}
for code, result in operations.items():
    print(f"{code:21} {result.shape!s:7} {'view' if np.shares_memory(result, block) else 'copy'}")

# %% [markdown]
# Slices, transposes and (mostly) reshapes are views. Picking by a list or by a condition copies, and so does arithmetic. `block.T.reshape(-1)` must copy, because the numbers would have
# to be read in an order that no stride describes.
#
# A view is quick, and dangerous: **whoever writes into it writes into the original**.

# %%
data = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
first_row = data[0]  # a view
first_row -= first_row.mean()  # -= writes into the block
print("data after centring 'only' first_row:\n", data)

data = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
first_row = data[0] - data[0].mean()  # a new array
print("data after first_row = data[0] - ...:\n", data)

# %% [markdown]
# `w -= alpha * dw` changes the array that the caller gave you, `w = w - alpha * dw` makes a new one. Use the first form on purpose only.
#
# ## 6 · Rank-1 arrays
#
# `rng.standard_normal(5)` looks like a vector. It is neither a row nor a column: its shape is `(5,)`, it has **one axis**. NumPy calls it a *rank-1 array* or 1-D array. Watch.
#
# *Predict before you run:* what are `a.T` and `a @ a.T`? A matrix of 5 × 5?

# %%
a = np.arange(1.0, 6.0)  # (5,)
print("a      ", a.shape, a)
print("a.T    ", a.T.shape, a.T)
print("a @ a.T", (a @ a.T).shape, a @ a.T)

column = a.reshape(5, 1)
print("column @ column.T", (column @ column.T).shape, "  column.T @ column", (column.T @ column).shape)

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# Transposing turns the order of the axes around. One axis, nothing to turn: `a.T` is `a`. And `@` between two rank-1 arrays is the scalar product, $1 + 4 + 9 + 16 + 25 = 55$.
# </details>
#
# That was harmless, since you saw it. This one is not. A model is **perfect**: its answers equal the labels. The answers came as a column, the labels as a rank-1 array from a file.

# %%
labels = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 1.0])  # (6,)
answers = labels.reshape(6, 1)  # (6, 1), the same numbers

errors = answers - labels
print("mean squared error of perfect answers:", (errors**2).mean().round(3))
print("shape of the errors:", errors.shape)

# %% [markdown]
# No error, a plausible number, and nonsense: column minus "row" gave a table of **every answer minus every label**. In training it is worse, because a wrong shape
# spreads. One step of gradient descent with a rank-1 `w`:

# %%
w_rank_1 = np.zeros(784)  # (784,)
dw, _ = gradients_vectorised(np.zeros((784, 1)), 0.0, X, Y)  # (784, 1)
w_after = w_rank_1 - 0.1 * dw
print(
    "w before",
    w_rank_1.shape,
    "  w after one step",
    w_after.shape,
    f"  {w_after.nbytes / 1e6:.1f} MB instead of {dw.nbytes / 1e6:.3f}",
)

# %% [markdown]
# **What to do.** Three habits stop all of these.
#
# 1. Make columns and rows from the start: `np.zeros((n, 1))`, not `np.zeros(n)`; `keepdims=True` in sums; `x.reshape(-1, 1)` for what comes from outside (it costs nothing).
# 2. Write the shape behind the line: `# (n, m)`.
# 3. **Assert** it. An assertion costs nothing either, and it stops the program where the bug is, not three functions later.


# %%
def mean_squared_error(A, Y):
    """Mean squared error. A, Y : (m, 1)."""
    assert A.shape == Y.shape, f"A has shape {A.shape}, Y has shape {Y.shape}: they must be equal"
    return ((A - Y) ** 2).mean()


print(mean_squared_error(answers, labels.reshape(-1, 1)))
try:
    mean_squared_error(answers, labels)
except AssertionError as problem:
    print("AssertionError:", problem)

# %% [markdown]
# ## 7 · From image to vector
#
# Networks of this track want each example as a column. A colour photograph has shape $(n_H, n_W, n_C)$: rows, columns, and three channels, red, green and blue.

# %%
cat = load_photograph("chelsea")  # (300, 451, 3)
v = cat.reshape(cat.shape[0] * cat.shape[1] * cat.shape[2], 1)
print(cat.shape, "->", v.shape, "  reshape(-1, 1) works the length out:", cat.reshape(-1, 1).shape)
print("back again, unchanged:", np.array_equal(v.reshape(cat.shape), cat))

# %% [markdown]
# The order is: last axis fastest. So the first three entries are red, green and blue of the upper left pixel.
#
# Many pictures, $(m, n_H, n_W, n_C)$, become one column each: keep the axis of the examples, unroll the rest, **then transpose**.

# %%
batch = digits.X_train[:100]  # (100, 28, 28, 1)
columns = batch.reshape(batch.shape[0], -1).T  # (100, 784) -> (784, 100)
print(
    columns.shape,
    "  column 7 is picture 7:",
    np.array_equal(columns[:, 7].reshape(28, 28), batch[7, :, :, 0]),
)
wrong = batch.reshape(-1, batch.shape[0])  # the same shape
print(wrong.shape, "  column 7 is picture 7:", np.array_equal(wrong[:, 7].reshape(28, 28), batch[7, :, :, 0]))

# %% [markdown]
# ## 8 · Row normalisation
#
# To compare **directions**, bring each row of a matrix to length 1: divide it by its norm, $\|x\| = \sqrt{\sum_j x_j^2}$. The norms must be a column, so that each row is divided by its own.

# %%
M = np.array([[0.0, 3.0, 4.0], [2.0, 6.0, 4.0]])  # (2, 3)
norms = np.sqrt((M**2).sum(axis=1, keepdims=True))  # (2, 1)
print("norms", norms.ravel().round(3), "\nrows ", (M / norms).round(3).tolist())
print("norms now", np.linalg.norm(M / norms, axis=1))

# %% [markdown]
# What is it good for? Here are 50 numbers for each of 20,000 words (track 5 explains how they were learned); similar words point in similar directions. The product of
# two rows is large if they point the same way **or if they are long**. Row normalisation removes the second reason.

# %%
vectors = load_word_vectors()
V = vectors.vectors.astype(float)  # (n_words, 50), one word a row
V_unit = V / np.linalg.norm(V, axis=1, keepdims=True)
for name, rows in (("as they are", V), ("normalised", V_unit)):
    likeness = rows @ rows[vectors.index["doctor"]]  # (n_words,)
    likeness[vectors.index["doctor"]] = -np.inf
    print(f"{name:11} nearest to doctor:", [vectors.words[i] for i in np.argsort(-likeness)[:5]])

# %% [markdown]
# A row of zeros has no direction, and $0/0$ is not a number. If such rows can occur, decide what they shall become; here they stay zero.

# %%
with_zero_row = np.array([[3.0, 4.0], [0.0, 0.0]])
norms = np.linalg.norm(with_zero_row, axis=1, keepdims=True)
print((with_zero_row / np.where(norms == 0, 1, norms)).tolist())

# %% [markdown]
# ## 9 · A stable softmax
#
# **Softmax** turns $n_y$ scores into probabilities: all positive, and their sum is 1. For a matrix of scores $Z$ of shape $(n_y, m)$, one example a column:
#
# $$a_k^{(i)} = \frac{e^{z_k^{(i)}}}{\sum_{l=1}^{n_y} e^{z_l^{(i)}}}.$$
#
# The sum runs down each column, `axis=0`, and must stay a row to be stretched.


# %%
def softmax_by_the_formula(Z):
    """Softmax exactly as the formula reads. Z : (n_y, m). Returns (n_y, m)."""
    E = np.exp(Z)  # (n_y, m)
    return E / E.sum(axis=0, keepdims=True)  # (n_y, m) / (1, m)


Z = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])  # (3, 2)
print(softmax_by_the_formula(Z).round(3))

# %% [markdown]
# *Predict before you run:* what comes out if we add 1000 to every score? Mathematically? In the computer?

# %%
with np.errstate(over="ignore", invalid="ignore"):  # we know that it goes wrong: no warnings, please
    print("by the formula:\n", softmax_by_the_formula(Z + 1000))

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# Mathematically nothing changes: $e^{z + c} = e^c e^z$, and the factor $e^c$ cancels. In the computer $e^{1003}$ is larger than the largest number of 64 bits: it becomes
# infinity, and infinity divided by infinity is *not a number*, `nan`.
# </details>
#
# The cure is in the prediction. If any constant may be added, choose the best one: subtract **the largest score of each column**. Then the largest exponent is 0, and nothing can overflow.


# %%
def softmax(Z):
    """Softmax that never overflows. Z : (n_y, m). Returns (n_y, m)."""
    E = np.exp(Z - Z.max(axis=0, keepdims=True))  # (n_y, m) - (1, m); exponents at most 0
    return E / E.sum(axis=0, keepdims=True)


print("stable, Z + 1000:\n", softmax(Z + 1000).round(3))
print("same as by the formula for small scores:", np.allclose(softmax(Z), softmax_by_the_formula(Z)))
print("columns add up to 1:", np.allclose(softmax(1000 * rng.standard_normal((10, 500))).sum(axis=0), 1))

# %% [markdown]
# ## 10 · L1 and L2 losses
#
# How far are predictions $\hat y$ from the truth $y$, both with $m$ entries? Two measures are used everywhere:
#
# $$L_1(\hat y, y) = \sum_{i=1}^m \bigl|y^{(i)} - \hat y^{(i)}\bigr|, \qquad L_2(\hat y, y) = \sum_{i=1}^m \bigl(y^{(i)} - \hat y^{(i)}\bigr)^2 .$$
#
# Each is one line. The second is also a product of the error vector with itself.


# %%
def l1(Yhat, Y):
    """Sum of absolute errors. Yhat, Y : (1, m)."""
    assert Yhat.shape == Y.shape
    return np.abs(Y - Yhat).sum()


def l2(Yhat, Y):
    """Sum of squared errors. Yhat, Y : (1, m)."""
    assert Yhat.shape == Y.shape
    E = Y - Yhat  # (1, m)
    return (E @ E.T)[0, 0]  # (1, m) @ (m, 1) -> (1, 1)


Y_true, Y_hat = np.array([[1.0, 0.0, 0.0, 1.0, 1.0]]), np.array([[0.9, 0.2, 0.1, 0.4, 0.9]])
print("L1:", l1(Y_hat, Y_true).round(4), "  L2:", l2(Y_hat, Y_true).round(4))

# %% [markdown]
# They judge differently. Forecast tomorrow's highest temperature in two ways: *as today*, and *always the mean of all days*. Which share of the loss comes from the tenth of days with the largest errors?

# %%
truth = weather.highest[1:].reshape(1, -1)  # (1, 1460)
forecasts = {
    "as today": weather.highest[:-1].reshape(1, -1),
    "the mean": np.full(truth.shape, weather.highest.mean()),
}
for name, forecast in forecasts.items():
    error = np.sort(np.abs(truth - forecast))[0]  # small to large
    worst = error[-len(error) // 10 :]
    print(
        f"{name:9} mean L1 {l1(forecast, truth) / truth.size:5.2f}   mean L2 {l2(forecast, truth) / truth.size:6.2f}"
        f"   from the worst tenth: {worst.sum() / error.sum():.0%} of L1, {(worst**2).sum() / (error**2).sum():.0%} of L2"
    )

# %% [markdown]
# L2 listens mostly to the large errors. That is good if a large error is much worse than two small ones, and bad if large errors are mistakes in the data.
#
# ## 11 · Common mistakes
#
# Each of these is in circulation, in notes and in code. Each one runs.
#
# **`*` for `@`.** `dw = 1/m * X * dZ.T`, found in lecture notes, multiplies entry by entry. With 784 examples of 784 pixels the shapes fit by accident.

# %%
X_square, dZ_square = X[:, :784], (sigmoid(w.T @ X + b) - Y)[:, :784]
print("X * dZ.T:", (X_square * dZ_square.T / 784).shape, "  X @ dZ.T:", (X_square @ dZ_square.T / 784).shape)

# %% [markdown]
# **"Reshape fits the array by broadcasting the values."** It does not. Reshape never makes or drops a number; the count must stay the same.

# %%
try:
    np.arange(3).reshape(1, 4)
except ValueError as problem:
    print("ValueError:", problem)

# %% [markdown]
# **`reshape` for a transpose.** The shape is right, the numbers are in the wrong places.

# %%
A = np.array([[1, 2, 3], [4, 5, 6]])  # (2, 3)
print("A.T          ", A.T.tolist())
print("reshape(3, 2)", A.reshape(3, 2).tolist())

# %% [markdown]
# **A forgotten `keepdims` on a square matrix.** On any other matrix NumPy would refuse. On a square one it divides by the wrong numbers and says nothing.

# %%
S = np.array([[3.0, 4.0], [6.0, 8.0]])
print("wrong row norms:", np.linalg.norm(S / np.linalg.norm(S, axis=1), axis=1).round(2))
print("right row norms:", np.linalg.norm(S / np.linalg.norm(S, axis=1, keepdims=True), axis=1).round(2))

# %% [markdown]
# Test with shapes that are **not** square, and with $m \ne n$.
#
# **Arithmetic on bytes.** Pictures come as whole numbers from 0 to 255, `uint8`. There $200 + 100$ is 44: the sum wraps around.

# %% tags=["figure"]
darker = cat - np.uint8(60)  # wraps around below 0
right = np.clip(cat.astype(float) - 60, 0, 255).astype(np.uint8)
figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.1))
for axis, picture, title in zip(
    axes, (cat, darker, right), ("original", "uint8 minus 60", "float minus 60"), strict=True
):
    axis.imshow(picture)
    axis.set(title=title, xticks=[], yticks=[])
plt.show()

# %% [markdown]
# *In words:* a photograph of a cat three times. In the middle one, 60 was subtracted from the bytes: its dark parts, eyes and shadows, have become garish and bright. On the right
# the numbers were made floats first, and the picture is simply darker.

# %%
wrapped = (cat < 60).mean()
print(
    "200 + 100 =",
    np.array([200], np.uint8) + np.array([100], np.uint8),
    "  share of the cat's values that wrapped:",
    f"{wrapped:.0%}",
)

# %% [markdown]
# **Vectorising at any price.** Broadcasting can build a table that nobody needs. The distances of all pairs of 8000 digits, by subtracting all from all:

# %%
m, n_x = X.shape[1], X.shape[0]
print(f"all differences at once, (m, m, n_x) in float64: {m * m * n_x * 8 / 1e9:.0f} GB")
print(f"the distances themselves, (m, m):                {m * m * 8 / 1e9:.1f} GB")

# %% [markdown]
# Count the entries before you broadcast. Often algebra helps: $\|x - y\|^2 = \|x\|^2 - 2 x^T y + \|y\|^2$ needs only a product of matrices.
#
# ## 12 · What you should remember
#
# - No explicit loop over examples or features: products of matrices and operations on whole arrays are hundreds or thousands of times as fast.
# - Broadcasting: align shapes at the right; lengths must be equal or 1; 1 is stretched, without a copy.
# - `axis` is the axis that disappears; `keepdims=True` keeps it with length 1.
# - Reshape, slices and transposes are views and cost nothing; writing into a view changes the original.
# - `(n,)` is neither row nor column: make it `(n, 1)`, and assert shapes.
# - Subtract the maximum before `exp`. Make floats of bytes before arithmetic.
#
# ### Ask yourself
#
# <details><summary>1. Shapes (8, 1, 6, 1) and (7, 1, 5): what is the shape of the sum?</summary>
#
# $(8, 7, 6, 5)$. Aligned at the right: 1 and 5, 6 and 1, 1 and 7, 8 and nothing.
# </details>
#
# <details><summary>2. X is (n_x, m). How do you centre each feature? And each example?</summary>
#
# Features are rows: `X - X.mean(axis=1, keepdims=True)`. Examples are columns: `X - X.mean(axis=0, keepdims=True)`.
# </details>
#
# <details><summary>3. Why is a loop that fills a NumPy array entry by entry no vectorised program?</summary>
#
# Each entry still passes through Python, as an object of its own. Only the storage is NumPy's.
# </details>
#
# <details><summary>4. You wrote y = x[:10]; y *= 2. What happened to x?</summary>
#
# Its first ten entries are doubled: a slice is a view, and `*=` writes into it. `y = x[:10] * 2` would have left x alone.
# </details>
#
# <details><summary>5. May you subtract the mean instead of the maximum in softmax?</summary>
#
# The result is the same on paper. But one score far above the mean can still overflow. Only the maximum makes all exponents at most 0.
# </details>
#
# **References.** M. Flynn (1972), *Some computer organizations and their effectiveness* (SIMD) · C. Lawson, R. Hanson, D. Kincaid, F. Krogh (1979), *Basic linear algebra
# subprograms for Fortran usage* · J. Dongarra and others (1990), *A set of level 3 basic linear algebra subprograms* · K. Goto, R. van de Geijn (2008), *Anatomy of high-performance matrix
# multiplication* · C. Harris and others (2020), *Array programming with NumPy* · J. Pennington, R. Socher, C. Manning (2014), *GloVe: global vectors for word representation* (the word vectors).
#
# **Now you:** [exercises for this lesson](exercises/03_vectorization_numpy.ipynb).
