# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 1.3 · Vectorization and NumPy
#
# Five loops to vectorise, two bug hunts on rank-1 arrays, and one task without a recipe
# ([lesson 1.3](../03_vectorization_numpy.ipynb)). Write each answer in its cell, run it, **save**, and run the check below it. 10 points
# in all; each case of a check counts for itself.
#
# Only NumPy is needed. What a function is given stays as it is: a case also fails if its inputs are changed. The next cell holds the five loops,
# `..._loop`. They are correct and slow. Your versions must give the same, **without any loop**: the checks notice when entries, rows or columns are
# taken out one after the other. Below each of your answers a cell reports the **speed-up** on a large input.

# %%
from time import perf_counter
from warnings import catch_warnings, simplefilter

import numpy as np


def scores_loop(w, b, X):
    """w.x + b for every column of X. w : (n_x, 1)   X : (n_x, m). Returns (1, m)."""
    n_x, m = X.shape
    Z = np.zeros((1, m))
    for i in range(m):
        for j in range(n_x):
            Z[0, i] += w[j, 0] * X[j, i]
        Z[0, i] += b
    return Z


def weight_gradient_loop(X, dZ):
    """Mean over the examples of x * dz. X : (n_x, m)   dZ : (1, m). Returns (n_x, 1)."""
    n_x, m = X.shape
    dw = np.zeros((n_x, 1))
    for i in range(m):
        for j in range(n_x):
            dw[j, 0] += X[j, i] * dZ[0, i] / m
    return dw


def normalise_rows_loop(M):
    """Each row divided by its length; a row of zeros stays zero. M : (n, k). Returns (n, k)."""
    result = np.zeros(M.shape)
    for row in range(M.shape[0]):
        length = 0.0
        for column in range(M.shape[1]):
            length += M[row, column] ** 2
        length = length**0.5
        for column in range(M.shape[1]):
            result[row, column] = M[row, column] / length if length > 0 else 0.0
    return result


def softmax_loop(Z):
    """Softmax of every column. Z : (n_y, m). Returns (n_y, m)."""
    A = np.zeros(Z.shape)
    for i in range(Z.shape[1]):
        largest = max(Z[k, i] for k in range(Z.shape[0]))
        total = sum(np.exp(Z[k, i] - largest) for k in range(Z.shape[0]))
        for k in range(Z.shape[0]):
            A[k, i] = np.exp(Z[k, i] - largest) / total
    return A


def l1_and_l2_loop(Yhat, Y):
    """Sum of absolute and sum of squared errors. Yhat, Y : (1, m). Returns two numbers."""
    l1, l2 = 0.0, 0.0
    for i in range(Y.shape[1]):
        l1 += abs(Y[0, i] - Yhat[0, i])
        l2 += (Y[0, i] - Yhat[0, i]) ** 2
    return l1, l2


def fastest_of_three(function, arguments):
    """Seconds of the fastest of three calls."""
    times = []
    for _ in range(3):
        started = perf_counter()
        function(*arguments)
        times.append(perf_counter() - started)
    return min(times)


def report_speed_up(name, *arguments):
    """Print how many times as fast your function `name` is as the loop of the same name."""
    if "get_ipython" not in globals():
        return  # nobody is looking
    try:
        yours = globals()[name]
        yours(*arguments)
    except KeyError:
        print(f"{name} is not defined yet: run its cell first")
        return
    except NotImplementedError:
        print(f"{name} is not written yet")
        return
    except Exception as problem:
        print(f"{name} ended with {type(problem).__name__}: {problem}")
        return
    loop_seconds = fastest_of_three(globals()[f"{name}_loop"], arguments)
    your_seconds = fastest_of_three(yours, arguments)
    print(f"{name}: loop {1000 * loop_seconds:.2f} ms, yours {1000 * your_seconds:.3f} ms, "
          f"{loop_seconds / your_seconds:.0f} times as fast")  # fmt: skip


class WatchedArray(np.ndarray):
    """An array that counts how often a part is taken out of it. The checks use it; printing does not count."""

    reads = 0

    def __getitem__(self, index):
        part = super().__getitem__(index)
        WatchedArray.reads += np.size(part) < self.size
        return part

    def tolist(self):
        WatchedArray.reads += self.size
        return super().tolist()

    def __repr__(self):
        return repr(np.asarray(self))

    def __str__(self):
        return str(np.asarray(self))


def plain(value):
    """Without the watch: arrays as arrays, numbers as numbers, tuples of both."""
    if isinstance(value, (tuple, list)):
        return tuple(plain(part) for part in value)
    if isinstance(value, WatchedArray):
        return np.asarray(value) if value.ndim else np.asarray(value).item()
    return value


def call_watched(function, arguments):
    """Call `function` and watch how it reads its arrays. Returns its value, or why that does not count."""
    WatchedArray.reads = 0
    watched = {k: v.view(WatchedArray) if isinstance(v, np.ndarray) else v for k, v in arguments.items()}
    with catch_warnings(record=True) as warned:
        simplefilter("always")
        value = plain(function(**watched))
    if WatchedArray.reads >= 12:
        return {"parts taken out one after the other": WatchedArray.reads, "value": value}
    if any(issubclass(warning.category, RuntimeWarning) for warning in warned):
        return {"NumPy warned": str(warned[0].message), "value": value}
    return value


def value_and_remark(found):
    """What came, and what a check says about the way it was computed, or None."""
    if not isinstance(found, dict):
        return found, None
    if "NumPy warned" in found:
        return found.get("value"), "the numbers may be right, but NumPy warned while it computed them"
    return found.get("value"), "a loop takes entries, rows or columns out one after the other"


rng = np.random.default_rng(1)
X_large = rng.standard_normal((200, 150))  # (n_x, m)
row_large = rng.standard_normal((1, 150))  # (1, m)

# %% [markdown]
# ## Exercise 1 · Scores
#
# Write `scores(w, b, X)`, the fast `scores_loop` ([section 1 of the lesson](../03_vectorization_numpy.ipynb#cell-id=1-One-model-three-programs)).
#
# | argument | meaning |
# |---|---|
# | `w` | `(n_x, 1)` weights |
# | `b` | number |
# | `X` | `(n_x, m)` examples, one a column |
#
# Returns `(1, m)`. Example: `scores(np.array([[2.0]]), 1.0, np.array([[0.0, 1.0, 2.0]]))` is `[[1.0, 3.0, 5.0]]`.
#
# <details><summary>Hint 1</summary>The inner loop is the product of a row and a column.</details>
# <details><summary>Hint 2</summary>(1, n_x) @ (n_x, m) has the shape you want.</details>
# <details><summary>Hint 3</summary>Transpose w, multiply with @, and let broadcasting add b to every entry.</details>


# %% grade_id="scores"
def scores(w, b, X):
    # BEGIN SOLUTION: return w.x + b for every column of X, shape (1, m), without a loop
    return w.T @ X + b  # (1, n_x) @ (n_x, m) -> (1, m)
    # END SOLUTION


# %%
report_speed_up("scores", X_large[:, :1], 0.5, X_large)

# %% check="scores.values" points=1 of="scores"
title = "the scores of all examples, without a loop"
inputs_unchanged = True


def call(f, case):
    return call_watched(f, case)


def cases(rng):
    drawn = []
    for n_x, m in ((13, 20), (14, 30), (15, 16), (16, 25)):
        drawn.append(
            {"w": rng.normal(size=(n_x, 1)), "b": float(rng.normal()), "X": rng.normal(size=(n_x, m))}
        )
    return drawn


def explain(case, expected, found):
    value, remark = value_and_remark(found)
    if np.shape(value) == expected.shape[1:]:
        return "shape (m,) is a rank-1 array; a row has the shape (1, m)"
    if np.shape(value) == expected.shape and np.allclose(value, expected - case["b"]):
        return "b is missing"
    return remark


# %% [markdown]
# ## Exercise 2 · The gradient of the weights
#
# Write `weight_gradient(X, dZ)`, the fast `weight_gradient_loop` ([section 1](../03_vectorization_numpy.ipynb#cell-id=1-One-model-three-programs)).
#
# | argument | meaning |
# |---|---|
# | `X` | `(n_x, m)` examples |
# | `dZ` | `(1, m)` errors of the scores |
#
# Returns $\frac1m \sum_i x^{(i)} dz^{(i)}$ of shape `(n_x, 1)`.
# Example: `weight_gradient(np.array([[1.0, 2.0]]), np.array([[1.0, -1.0]]))` is `[[-0.5]]`.
#
# <details><summary>Hint 1</summary>A sum over the examples: the m must meet in the middle of the product.</details>
# <details><summary>Hint 2</summary>(n_x, m) @ (m, 1) is (n_x, 1).</details>
# <details><summary>Hint 3</summary>Transpose dZ, multiply with @ (not with *), and divide by X.shape[1].</details>


# %% grade_id="weight_gradient"
def weight_gradient(X, dZ):
    # BEGIN SOLUTION: return the mean over the examples of x * dz, shape (n_x, 1), without a loop
    return X @ dZ.T / X.shape[1]  # (n_x, m) @ (m, 1) -> (n_x, 1)
    # END SOLUTION


# %%
report_speed_up("weight_gradient", X_large, row_large)

# %% check="weight_gradient.values" points=1 of="weight_gradient"
title = "the gradient of the weights, without a loop"
inputs_unchanged = True


def call(f, case):
    return call_watched(f, case)


def cases(rng):
    drawn = []
    for n_x, m in ((13, 20), (14, 30), (16, 16), (15, 25)):
        drawn.append({"X": rng.normal(size=(n_x, m)), "dZ": rng.normal(size=(1, m))})
    return drawn


def explain(case, expected, found):
    value, remark = value_and_remark(found)
    if np.shape(value) == case["X"].shape:
        return "this multiplies entry by entry; the sum over the examples is a matrix product, @"
    if np.shape(value) == expected.shape[:1]:
        return "shape (n_x,) is a rank-1 array; a column has the shape (n_x, 1)"
    if np.shape(value) == expected.shape and np.allclose(value, case["X"].shape[1] * expected):
        return "this is the sum; the mean needs a division by m"
    return remark


# %% [markdown]
# ## Exercise 3 · Row normalisation
#
# Write `normalise_rows(M)`, the fast `normalise_rows_loop` ([section 8](../03_vectorization_numpy.ipynb#cell-id=8-Row-normalisation)). `M` has the shape
# `(n, k)`. Returns the same shape: each row divided by its length $\sqrt{\sum_j M_{ij}^2}$; **a row of zeros stays zero**, and no warning appears.
# Example: `normalise_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))` is `[[0.6, 0.8], [0.0, 0.0]]`.
#
# <details><summary>Hint 1</summary>The lengths must be a column, shape (n, 1), so that each row meets its own.</details>
# <details><summary>Hint 2</summary>Sum the squares with axis=1 and keepdims=True; then np.sqrt.</details>
# <details><summary>Hint 3</summary>Replace a length of 0 by 1 before you divide: np.where(length == 0, 1, length).</details>


# %% grade_id="normalise_rows"
def normalise_rows(M):
    # BEGIN SOLUTION: return M with each row divided by its length; zero rows stay zero; no loop
    length = np.sqrt((M**2).sum(axis=1, keepdims=True))  # (n, 1)
    return M / np.where(length == 0, 1, length)
    # END SOLUTION


# %%
report_speed_up("normalise_rows", X_large)

# %% check="normalise_rows.values" points=1.5 of="normalise_rows"
title = "rows of length 1, without a loop"
inputs_unchanged = True


def call(f, case):
    return call_watched(f, case)


def cases(rng):
    with_zeros = rng.normal(size=(14, 13))
    with_zeros[[2, 7]] = 0
    return [
        {"M": rng.normal(0, 3, (16, 14))},
        {"M": rng.normal(0, 5, (13, 13))},
        {"M": with_zeros},
        {"M": rng.uniform(1, 9, (20, 15))},
    ]


def explain(case, expected, found):
    value, remark = value_and_remark(found)
    M = case["M"]
    if np.shape(value) != M.shape:
        return remark
    lengths = np.linalg.norm(M, axis=1)
    if np.isnan(value).any():
        return "0/0 is nan: replace a length of 0 by 1 before you divide"
    if remark and "warned" in remark and np.allclose(value, expected):
        return (
            "the numbers are right, but 0/0 was computed on the way: np.where computes both of its branches; "
            "replace a length of 0 by 1 before you divide"
        )
    if np.all(lengths > 0):
        if M.shape[0] == M.shape[1] and np.allclose(value, M / lengths):
            return "each column was divided: without keepdims the lengths count as a row"
        if np.allclose(value, M / np.linalg.norm(M, axis=0)):
            return "these are columns of length 1; rows are wanted, axis=1"
        if np.allclose(value, M / lengths[:, None] ** 2):
            return "this divides by the squared length: the root is missing"
        if np.allclose(value, M / M.sum(axis=1, keepdims=True)):
            return "this divides by the sum of the row, not by its length"
        if np.allclose(value, M / M.max(axis=1, keepdims=True)):
            return "this divides by the largest entry of the row, not by its length"
    return remark


# %% [markdown]
# ## Exercise 4 · A stable softmax
#
# Write `softmax(Z)`, the fast `softmax_loop` ([section 9](../03_vectorization_numpy.ipynb#cell-id=9-A-stable-softmax)). `Z` has the shape `(n_y, m)`, one example a column.
# Returns the same shape; each **column** holds probabilities that add up to 1. It must also be right for scores of 1000 and more.
# Example: `softmax(np.array([[0.0], [np.log(3.0)]]))` is `[[0.25], [0.75]]`.
#
# <details><summary>Hint 1</summary>The same number may be subtracted from all scores of a column without changing the result.</details>
# <details><summary>Hint 2</summary>Subtract the largest score of each column; its array must have the shape (1, m).</details>
# <details><summary>Hint 3</summary>Z.max and E.sum both with axis=0, keepdims=True; np.exp between them.</details>


# %% grade_id="softmax"
def softmax(Z):
    # BEGIN SOLUTION: return the softmax of every column of Z, without overflow and without a loop
    E = np.exp(Z - Z.max(axis=0, keepdims=True))  # (n_y, m) - (1, m)
    return E / E.sum(axis=0, keepdims=True)
    # END SOLUTION


# %%
report_speed_up("softmax", X_large[:10])

# %% check="softmax.values" points=1 of="softmax"
title = "softmax of every column, without a loop"
inputs_unchanged = True


def call(f, case):
    return call_watched(f, case)


def cases(rng):
    return [{"Z": rng.normal(0, 2, shape)} for shape in ((13, 20), (14, 15), (14, 14), (13, 30))]


def explain(case, expected, found):
    value, remark = value_and_remark(found)
    Z = case["Z"]
    if np.shape(value) != Z.shape:
        return remark
    E, E_of_rows = np.exp(Z), np.exp(Z - Z.max(axis=1, keepdims=True))
    if np.allclose(value, E / E.sum()):
        return "the whole matrix adds up to 1; each column shall: axis=0"
    if np.allclose(value, E / E.sum(axis=1, keepdims=True)):
        return "the rows add up to 1; examples are columns: axis=0"
    if np.allclose(value, E_of_rows / E_of_rows.sum(axis=0, keepdims=True)):
        return "the largest score of each row was subtracted; it must be that of each column: Z.max(axis=0)"
    if np.allclose(value, E):
        return "these are the exponentials; divide each by the sum of its column"
    return remark


# %% check="softmax.large" points=0.5 of="softmax"
title = "softmax of large scores"
inputs_unchanged = True


def cases(rng):
    drawn = [{"Z": np.array([[1000.0, -1000.0], [1001.0, -1001.0]])}]
    return drawn + [{"Z": rng.normal(0, 2, (4, 3)) + offset} for offset in (2000.0, -2000.0, 1e5)]


def call(f, case):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the nan that comes tells enough
        return f(case["Z"])


def explain(case, expected, found):
    Z = case["Z"]
    if np.shape(found) != Z.shape or not np.isnan(found).any():
        return None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        E, E_of_all = np.exp(Z), np.exp(Z - Z.max())
        if (
            np.allclose(found, E_of_all / E_of_all.sum(axis=0), equal_nan=True)
            and np.isfinite(E_of_all).all()
        ):
            return (
                "the largest score of the whole matrix was subtracted: a column far below it becomes 0/0. Subtract "
                "the largest of each column, axis=0 with keepdims=True"
            )
        if np.isinf(E).any():
            return "exp of a large score is infinity, and infinity by infinity is nan: subtract the largest first"
    return "exp of scores far below 0 is 0, and 0/0 is nan: subtract the largest score of each column first"


# %% [markdown]
# ## Exercise 5 · L1 and L2
#
# Write `l1_and_l2(Yhat, Y)`, the fast `l1_and_l2_loop` ([section 10](../03_vectorization_numpy.ipynb#cell-id=10-L1-and-L2-losses)). Both arguments have the shape `(1, m)`. Returns two numbers: the sum of absolute
# and the sum of squared differences. Example: `l1_and_l2(np.array([[0.5, 0.0]]), np.array([[1.0, 2.0]]))` is `(2.5, 4.25)`.
#
# <details><summary>Hint 1</summary>First the differences: one array of shape (1, m).</details>
# <details><summary>Hint 2</summary>np.abs, ** 2 and .sum() all work on whole arrays.</details>
# <details><summary>Hint 3</summary>Return np.abs(E).sum() and (E**2).sum(), where E is the difference.</details>


# %% grade_id="l1_and_l2"
def l1_and_l2(Yhat, Y):
    # BEGIN SOLUTION: return the sum of absolute and the sum of squared differences, without a loop
    E = Y - Yhat  # (1, m)
    return np.abs(E).sum(), (E**2).sum()
    # END SOLUTION


# %%
report_speed_up("l1_and_l2", X_large.reshape(1, -1), -X_large.reshape(1, -1))

# %% check="l1_and_l2.values" points=1 of="l1_and_l2"
title = "L1 and L2, without a loop"
parts = ("L1", "L2")
inputs_unchanged = True


def call(f, case):
    return call_watched(f, case)


def cases(rng):
    return [{"Yhat": rng.normal(size=(1, m)), "Y": rng.normal(size=(1, m))} for m in (20, 33, 50)]


def explain(case, expected, found):
    value, remark = value_and_remark(found)
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return remark
    if any(np.ndim(part) for part in value):
        return "each of the two is one number: the sum over the entries is missing"
    (l1, l2), E, m = value, case["Y"] - case["Yhat"], case["Y"].shape[1]
    if np.isclose(l1, expected[0] / m) or np.isclose(l2, expected[1] / m):
        return "these are means; sums are wanted"
    if np.isclose(l2, np.sqrt(expected[1])):
        return "L2 is the sum of squares here, without a root"
    if np.isclose(abs(l1), abs(E.sum())):
        return "positive and negative errors cancel: take absolute values first"
    return remark


# %% [markdown]
# ## Exercise 6 · Bug hunt: a perfect model with a large error
#
# `mean_squared_error(A, y)` gets answers `A` of shape `(m, 1)` and labels `y` of shape `(m,)`, as they came from a file ([section 6](../03_vectorization_numpy.ipynb#cell-id=6-Rank-1-arrays)). It runs, and for `A` equal to `y` its result is not zero.
# Repair it. Example: `mean_squared_error(np.array([[1.0], [3.0]]), np.array([1.0, 2.0]))` is `0.5`.
#
# <details><summary>Hint 1</summary>Print the shape of the difference.</details>
# <details><summary>Hint 2</summary>(m, 1) minus (m,): the second counts as a row. A table comes out.</details>
# <details><summary>Hint 3</summary>Make y a column before you subtract: y.reshape(-1, 1).</details>


# %% grade_id="mean_squared_error"
def mean_squared_error(A, y):
    # BEGIN SOLUTION
    E = A - y.reshape(-1, 1)  # (m, 1)
    # END SOLUTION
    # BEGIN STARTER
    # E = A - y
    # END STARTER
    return float((E**2).mean())


# %% check="mean_squared_error.values" points=1 of="mean_squared_error"
title = "the mean squared error of a column and a rank-1 array"
inputs_unchanged = True


def cases(rng):
    drawn = [{"A": np.array([[1.0], [3.0]]), "y": np.array([1.0, 2.0])}]
    for m in (3, 7, 12):
        y = rng.normal(size=m)
        drawn.append({"A": y.reshape(-1, 1) + 0.3 * rng.normal(size=(m, 1)), "y": y})
    return drawn


def explain(case, expected, found):
    if np.ndim(found) == 0 and np.isclose(found, ((case["A"] - case["y"]) ** 2).mean()):
        return "this is the mean over every answer minus every label, an (m, m) table"
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: all products, or one number
#
# `all_products(a)` gets $n$ numbers and should return the table of all products, shape `(n, n)`: entry $(i, j)$ is $a_i a_j$. It returns one number when `a` has the shape
# `(n,)` ([section 6](../03_vectorization_numpy.ipynb#cell-id=6-Rank-1-arrays)). Repair it so that it is right for shape `(n,)` **and** for shape `(n, 1)`. Example: `all_products(np.array([1.0, 2.0]))` is `[[1.0, 2.0], [2.0, 4.0]]`.
#
# <details><summary>Hint 1</summary>What is a.T when a has one axis only?</details>
# <details><summary>Hint 2</summary>A column times a row gives the table. Make sure that there is a column.</details>
# <details><summary>Hint 3</summary>One line before the product: reshape to (-1, 1). It does no harm to a column.</details>


# %% grade_id="all_products"
def all_products(a):
    # BEGIN SOLUTION
    a = a.reshape(-1, 1)  # (n,) or (n, 1) -> (n, 1)
    # END SOLUTION
    # BEGIN STARTER
    #
    # END STARTER
    return a @ a.T


# %% check="all_products.values" points=1 of="all_products"
title = "all products, from (n,) and from (n, 1)"
inputs_unchanged = True


def cases(rng):
    return [
        {"a": np.array([1.0, 2.0])},
        {"a": rng.normal(size=5)},
        {"a": rng.normal(size=3)},
    ]


def call(f, case):
    return {"from (n,)": f(case["a"].copy()), "from (n, 1)": f(case["a"].reshape(-1, 1))}


def explain(case, expected, found):
    if isinstance(found, dict) and np.ndim(found.get("from (n,)")) == 0:
        return "a.T of a rank-1 array is the array itself, so a @ a.T is a scalar product"
    return None


# %% [markdown]
# ## Exercise 8 · Who is nearest?
#
# No recipe this time. Write `nearest(X, C)` ([section 11](../03_vectorization_numpy.ipynb#cell-id=11-Common-mistakes) ends with a useful line of algebra).
#
# | argument | meaning |
# |---|---|
# | `X` | `(n_x, m)` points, one a column |
# | `C` | `(n_x, k)` centres, one a column |
#
# Returns an array of shape `(m,)` with whole numbers from 0 to $k - 1$: for each point, which centre is nearest (the ordinary, Euclidean distance). No loop over points, and none over
# centres, few as they may be. (A loop over the features would not be noticed, and is not needed.)
# Example: `nearest(np.array([[0.0, 9.0, 4.0]]), np.array([[1.0, 10.0]]))` is `[0, 1, 0]`.
#
# <details><summary>Hint 1</summary>You need a table of all distances, (m, k). The squared distance has its minimum at the same place.</details>
# <details><summary>Hint 2</summary>Either broadcast: X[:, :, None] has the shape (n_x, m, 1), C[:, None, :] has (n_x, 1, k). Or use the algebra at the end of section 11.</details>
# <details><summary>Hint 3</summary>Sum the squared differences over the axis of the features. Then argmin along the axis of the centres.</details>


# %% grade_id="nearest"
def nearest(X, C):
    # BEGIN SOLUTION: return for each column of X the number of the nearest column of C, shape (m,)
    squared = (C * C).sum(axis=0) - 2 * X.T @ C  # (m, k); |x|^2 is the same for all centres
    return squared.argmin(axis=1)
    # END SOLUTION


# %% check="nearest.values" points=2 of="nearest"
title = "the nearest centre of each point, without a loop"
inputs_unchanged = True


def call(f, case):
    return call_watched(f, case)


def cases(rng):
    drawn = []
    for n_x, m, k in ((1, 25, 13), (2, 40, 15), (3, 30, 14), (4, 16, 16)):
        drawn.append({"X": rng.normal(size=(n_x, m)), "C": rng.normal(size=(n_x, k))})
    return drawn


def explain(case, expected, found):
    X, C = case["X"], case["C"]
    value, remark = value_and_remark(found)
    distance = ((X[:, :, None] - C[:, None, :]) ** 2).sum(axis=0)  # (m, k)
    if np.shape(value) == (1, X.shape[1]) or np.shape(value) == (X.shape[1], 1):
        return "the result must have one axis: shape (m,)"
    if np.shape(value) == (C.shape[1],) and C.shape[1] != X.shape[1]:
        return "this gives one answer a centre; one a point is wanted: argmin along the other axis"
    if np.shape(value) == (X.shape[1],):
        if remark and np.array_equal(value, expected):
            return "the numbers are right, but a loop takes points or centres out one after the other"
        if np.array_equal(value, distance.argmax(axis=1)):
            return "these are the farthest centres"
        if np.array_equal(value, (X.T @ C).argmax(axis=1)):
            return "the largest product is not the smallest distance: long centres have large products"
    return remark


# %% [markdown]
# Done? Go on with [1.4 Shallow networks](../04_shallow_networks.ipynb). Or give `nearest` the digits of the lesson: the mean picture of each digit as a centre
# classifies most of them.
