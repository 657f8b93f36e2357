# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 4.2 · Convolutional networks
#
# Seven functions: a convolution layer and a pooling layer in both directions, a check of their gradients, and the
# table of a whole network ([lesson 4.2](../02_convolutional_networks.ipynb)). Write each answer in its cell, run it,
# **save**, and run the check below it. A check tries your function on fresh inputs and shows what was expected, what
# came, and what may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. Loops are welcome: first make it right. Pictures need not be square, and most here are not.
# The last exercise is a bug hunt: counts as they circulate.

# %%
import numpy as np

# %% [markdown]
# ## Exercise 1 · A convolution layer, forward
#
# Write `conv_forward(A_prev, W, b, stride, pad)`
# ([section 1 of the lesson](../02_convolutional_networks.ipynb#cell-id=1-One-layer)).
#
# | argument | meaning |
# |---|---|
# | `A_prev` | `(m, n_H_prev, n_W_prev, n_C_prev)` pictures |
# | `W` | `(f_H, f_W, n_C_prev, n_C)` filters; they need not be square |
# | `b` | `(1, 1, 1, n_C)` one bias a filter |
# | `stride` | step of the window, at least 1 |
# | `pad` | rows and columns of zeros put on each side, at least 0 |
#
# Returns `Z` of shape `(m, n_H, n_W, n_C)` with $n_H = \lfloor (n_{H,prev} + 2\,pad - f_H) / stride \rfloor + 1$,
# and $n_W$ likewise. Example: a picture of 3 × 3 ones, one filter of 2 × 2 ones, bias 0.5, stride 1, pad 0 give
# 2 × 2 entries of 4.5.
#
# <details><summary>Hint 1</summary>np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0))) puts zeros around the
# pictures only.</details>
# <details><summary>Hint 2</summary>Two loops are enough, over h and w: the window of all pictures at once has shape
# (m, f_H, f_W, n_C_prev).</details>
# <details><summary>Hint 3</summary>The window starts at row h * stride and column w * stride. np.tensordot(window, W, 3)
# multiplies the last three axes of the window with the first three of W, and adds up.</details>


# %% grade_id="conv_forward"
def conv_forward(A_prev, W, b, stride, pad):
    # BEGIN SOLUTION: return Z of shape (m, n_H, n_W, n_C)
    A = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    f_H, f_W, _, n_C = W.shape
    n_H = (A.shape[1] - f_H) // stride + 1
    n_W = (A.shape[2] - f_W) // stride + 1
    Z = np.zeros((len(A), n_H, n_W, n_C))
    for h in range(n_H):
        for w in range(n_W):
            window = A[:, h * stride : h * stride + f_H, w * stride : w * stride + f_W]
            Z[:, h, w] = np.tensordot(window, W, 3)  # (m, f_H, f_W, n_C_prev) . (f_H, f_W, n_C_prev, n_C)
    return Z + b
    # END SOLUTION


# %% check="conv_forward.plain" points=1 of="conv_forward"
title = "a convolution with stride 1 and no padding"


def cases(rng):
    drawn = []
    for m, n, f, n_C_prev, n_C in (
        (1, (3, 3), (2, 2), 1, 1),
        (2, (4, 6), (3, 3), 3, 2),
        (2, (5, 4), (2, 3), 2, 4),
    ):
        drawn.append(
            {
                "A_prev": rng.normal(size=(m, *n, n_C_prev)),
                "W": rng.normal(size=(*f, n_C_prev, n_C)),
                "b": rng.normal(size=(1, 1, 1, n_C)),
                "stride": 1,
                "pad": 0,
            }
        )
    return drawn


def sums_of_products(A_prev, W, stride, pad):
    """For each window the products with W, added up. Not the whole layer: no bias."""
    A = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(A, W.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwkij,ijkc->nhwc", windows, W)


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        if np.allclose(np.asarray(found, float) + case["b"], expected):
            return "the bias is missing"
        flipped = sums_of_products(case["A_prev"], case["W"][::-1, ::-1], 1, 0) + case["b"]
        if np.allclose(found, flipped):
            return "the filter is turned by 180 degrees; deep learning lays it on the window as it is"
    return None


# %% check="conv_forward.stride" points=1 of="conv_forward"
title = "a convolution with stride and padding"


def cases(rng):
    drawn = []
    for n, f, stride, pad in (
        ((5, 7), (3, 3), 2, 1),
        ((6, 4), (3, 2), 1, 2),
        ((8, 9), (5, 3), 3, 1),
        ((4, 4), (1, 1), 2, 0),
    ):
        drawn.append(
            {
                "A_prev": rng.normal(size=(2, *n, 2)),
                "W": rng.normal(size=(*f, 2, 3)),
                "b": rng.normal(size=(1, 1, 1, 3)),
                "stride": stride,
                "pad": pad,
            }
        )
    return drawn


def sums_of_products(A_prev, W, stride, pad):
    """For each window the products with W, added up. Not the whole layer: no bias."""
    A = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(A, W.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwkij,ijkc->nhwc", windows, W)


def explain(case, expected, found):
    shape, needed = np.shape(found), np.shape(expected)
    if len(shape) == 4 and shape != needed:
        if case["pad"] and shape == sums_of_products(case["A_prev"], case["W"], case["stride"], 0).shape:
            return "the sizes are those without padding"
        if shape[1:3] == needed[2:0:-1] and needed[1] != needed[2]:
            return "height and width are exchanged"
    if shape == needed:
        if np.allclose(np.asarray(found, float) + case["b"], expected):
            return "the bias is missing"
        _, n_H, n_W, _ = needed
        every = sums_of_products(case["A_prev"], case["W"], 1, case["pad"]) + case["b"]
        if np.allclose(found, every[:, :n_H, :n_W]):
            return "the windows move by 1: they start at row h * stride and column w * stride"
    return None


# %% [markdown]
# ## Exercise 2 · A convolution layer, backward
#
# Write `conv_backward(dZ, A_prev, W, stride, pad)`
# ([section 4](../02_convolutional_networks.ipynb#cell-id=4-Backward)).
#
# | argument | meaning |
# |---|---|
# | `dZ` | `(m, n_H, n_W, n_C)` gradient of the cost with respect to the layer's output |
# | `A_prev`, `W`, `stride`, `pad` | what the forward pass was given |
#
# Returns `dA_prev`, `dW` and `db`, with the shapes of `A_prev`, `W` and `b`, which is `(1, 1, 1, n_C)`. Take
# sums over the pictures, no mean: the $\frac1m$ of the cost is in `dZ` already. Example: a picture of 3 × 3 ones, a filter of
# 2 × 2 ones and `dZ` of ones give `dW` of fours, `db = 4`, and `dA_prev` `[[1, 2, 1], [2, 4, 2], [1, 2, 1]]`.
#
# <details><summary>Hint 1</summary>Walk over the same windows as forward. Each output number spreads its gradient: to the window
# in proportion to the filter, to the filter in proportion to the window.</details>
# <details><summary>Hint 2</summary>Windows overlap, and all of them share one filter. So everything is collected with +=.</details>
# <details><summary>Hint 3</summary>With d = dZ[:, h, w] of shape (m, n_C): dW += np.tensordot(window, d, (0, 0)), and the window's
# part of the padded dA gets np.tensordot(d, W, (1, 3)). At the end cut the border off the padded dA.</details>


# %% grade_id="conv_backward"
def conv_backward(dZ, A_prev, W, stride, pad):
    # BEGIN SOLUTION: return dA_prev, dW and db
    A = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    f_H, f_W = W.shape[:2]
    dA, dW = np.zeros(A.shape), np.zeros(W.shape)
    for h in range(dZ.shape[1]):
        for w in range(dZ.shape[2]):
            rows, columns = slice(h * stride, h * stride + f_H), slice(w * stride, w * stride + f_W)
            d = dZ[:, h, w]  # (m, n_C)
            dW += np.tensordot(A[:, rows, columns], d, (0, 0))  # (f_H, f_W, n_C_prev, n_C)
            dA[:, rows, columns] += np.tensordot(d, W, (1, 3))  # (m, f_H, f_W, n_C_prev)
    n_H, n_W = A_prev.shape[1:3]
    return dA[:, pad : pad + n_H, pad : pad + n_W], dW, dZ.sum(axis=(0, 1, 2), keepdims=True)
    # END SOLUTION


# %% check="conv_backward.parameters" points=1 of="conv_backward"
title = "dW and db"


def cases(rng):
    drawn = []
    for n, f, stride, pad in (
        ((3, 3), (2, 2), 1, 0),
        ((4, 6), (3, 3), 1, 1),
        ((7, 5), (3, 2), 2, 1),
        ((6, 6), (5, 5), 1, 2),
    ):
        A_prev, W = rng.normal(size=(2, *n, 2)), rng.normal(size=(*f, 2, 3))
        Z = conv_forward(A_prev, W, np.zeros((1, 1, 1, 3)), stride, pad)
        drawn.append({"dZ": rng.normal(size=Z.shape), "A_prev": A_prev, "W": W, "stride": stride, "pad": pad})
    return drawn


def call(f, case):
    return f(**case)[1:]


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) == 2 and np.shape(found[0]) == np.shape(expected[0]):
        if np.allclose(np.asarray(found[0], float) * len(case["dZ"]), expected[0]):
            return "dW is divided by m; the gradient of the cost carries the 1/m already"
        if np.shape(found[1]) != np.shape(expected[1]):
            return f"db must have the shape of b, {np.shape(expected[1])}"
        if np.allclose(np.asarray(found[1]) * case["dZ"][..., 0].size, expected[1]):
            return "db is a mean; it is the sum of dZ over pictures, rows and columns"
    return None


# %% check="conv_backward.input" points=1 of="conv_backward"
title = "dA_prev"


def cases(rng):
    drawn = []
    for n, f, stride, pad in (
        ((3, 3), (2, 2), 1, 0),
        ((4, 6), (3, 3), 1, 1),
        ((7, 5), (3, 2), 2, 1),
        ((6, 7), (3, 3), 3, 0),
    ):
        A_prev, W = rng.normal(size=(2, *n, 2)), rng.normal(size=(*f, 2, 3))
        Z = conv_forward(A_prev, W, np.zeros((1, 1, 1, 3)), stride, pad)
        drawn.append({"dZ": rng.normal(size=Z.shape), "A_prev": A_prev, "W": W, "stride": stride, "pad": pad})
    return drawn


def call(f, case):
    return f(**case)[0]


def explain(case, expected, found):
    shape, pad = np.shape(found), case["pad"]
    if pad and len(shape) == 4 and shape[1] == expected.shape[1] + 2 * pad:
        return "this still has its border of zeros; cut pad rows and columns off each side"
    if not pad and len(shape) == 4 and 0 in shape:
        return "with pad 0 the slice [pad:-pad] is [0:0], which is empty: cut with pad : pad + n_H_prev"
    if shape == expected.shape:
        dZ, W, stride = case["dZ"], case["W"], case["stride"]
        n_H_prev, n_W_prev = shape[1:3]
        last = np.zeros((shape[0], n_H_prev + 2 * pad, n_W_prev + 2 * pad, shape[3]))
        for h, w in np.ndindex(dZ.shape[1:3]):
            rows, columns = slice(h * stride, h * stride + len(W)), slice(w * stride, w * stride + W.shape[1])
            last[:, rows, columns] = np.tensordot(dZ[:, h, w], W, (1, 3))
        if np.allclose(found, last[:, pad : pad + n_H_prev, pad : pad + n_W_prev]):
            return "windows overlap, and this keeps what the last of them said: collect with +="
    return None


# %% [markdown]
# ## Exercise 3 · Pooling, forward
#
# Write `pool_forward(A_prev, f, stride, mode)`
# ([section 3](../02_convolutional_networks.ipynb#cell-id=3-Pooling)).
#
# | argument | meaning |
# |---|---|
# | `A_prev` | `(m, n_H_prev, n_W_prev, n_C)` |
# | `f`, `stride` | side of the square window, and its step |
# | `mode` | `"max"` or `"average"` |
#
# Returns `(m, n_H, n_W, n_C)`: the largest value, or the mean, of each window, every channel for itself. No padding.
# Example: `[[1, 3], [4, 2]]` with `f=2, stride=2` gives `4` for `"max"` and `2.5` for `"average"`.
#
# <details><summary>Hint 1</summary>Height and width have a size each. Windows are found as in exercise 1.</details>
# <details><summary>Hint 2</summary>The window of all pictures has shape (m, f, f, n_C). Over which axes do you take the maximum?</details>
# <details><summary>Hint 3</summary>window.max(axis=(1, 2)) has shape (m, n_C), the shape of A[:, h, w].</details>


# %% grade_id="pool_forward"
def pool_forward(A_prev, f, stride, mode):
    # BEGIN SOLUTION: return the pooled pictures, shape (m, n_H, n_W, n_C)
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H, n_W = (n_H_prev - f) // stride + 1, (n_W_prev - f) // stride + 1
    A = np.zeros((m, n_H, n_W, n_C))
    for h in range(n_H):
        for w in range(n_W):
            window = A_prev[:, h * stride : h * stride + f, w * stride : w * stride + f]
            A[:, h, w] = window.max(axis=(1, 2)) if mode == "max" else window.mean(axis=(1, 2))
    return A
    # END SOLUTION


# %% check="pool_forward.values" points=1 of="pool_forward"
title = "max and average pooling"


def cases(rng):
    drawn = []
    for n, f, stride, mode in (
        ((4, 6), 2, 2, "max"),
        ((7, 5), 3, 2, "max"),
        ((6, 8), 2, 2, "average"),
        ((5, 6), 3, 1, "average"),
    ):
        drawn.append({"A_prev": rng.normal(-1, 1, (2, *n, 3)), "f": f, "stride": stride, "mode": mode})
    return drawn


def explain(case, expected, found):
    shape, needed = np.shape(found), np.shape(expected)
    if len(shape) == 4 and shape[1] == shape[2] and needed[1] != needed[2]:
        return "both sides have the same size here, but the picture is not square: use n_H for one and n_W for the other"
    if shape == needed and np.allclose(found, np.asarray(found)[:1, :, :, :1]):
        return "each window gave one number for all pictures and channels: take it over the axes (1, 2) only"
    if shape == needed and case["mode"] == "max" and np.allclose(found, np.maximum(expected, 0)):
        return "negative values became 0: the largest of negative numbers is negative; pooling is no ReLU"
    return None


# %% [markdown]
# ## Exercise 4 · Pooling, backward
#
# Write `pool_backward(dA, A_prev, f, stride, mode)`
# ([section 4](../02_convolutional_networks.ipynb#cell-id=4-Backward)).
#
# | argument | meaning |
# |---|---|
# | `dA` | `(m, n_H, n_W, n_C)` gradient with respect to the pooled pictures |
# | `A_prev`, `f`, `stride`, `mode` | what the forward pass was given |
#
# Returns `dA_prev`, the shape of `A_prev`. With `"max"` the **first** largest pixel of a window, row by row, gets
# the window's whole gradient; with `"average"` each pixel gets an equal share. Windows may overlap. Example: `A_prev` `[[1, 3], [4, 2]]` and
# `dA = 8` give `[[0, 0], [8, 0]]` for `"max"` and twos everywhere for `"average"`.
#
# <details><summary>Hint 1</summary>Loop over pictures, windows and channels: first one window, then its gradient.</details>
# <details><summary>Hint 2</summary>np.argmax(window) gives the number of the first largest entry; np.unravel_index turns it into row and column.</details>
# <details><summary>Hint 3</summary>The pixel at row h * stride + i and column w * stride + j gets += dA[n, h, w, c]. For the average, the
# whole slice of f by f pixels gets += dA[n, h, w, c] / f**2.</details>


# %% grade_id="pool_backward"
def pool_backward(dA, A_prev, f, stride, mode):
    # BEGIN SOLUTION: return dA_prev, the shape of A_prev
    m, n_H, n_W, n_C = dA.shape
    dA_prev = np.zeros(A_prev.shape)
    for n in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    top, left, d = h * stride, w * stride, dA[n, h, w, c]
                    if mode == "max":
                        window = A_prev[n, top : top + f, left : left + f, c]
                        i, j = np.unravel_index(np.argmax(window), window.shape)
                        dA_prev[n, top + i, left + j, c] += d
                    else:
                        dA_prev[n, top : top + f, left : left + f, c] += d / f**2
    return dA_prev
    # END SOLUTION


# %% check="pool_backward.max" points=1 of="pool_backward"
title = "the gradient through max pooling"


def cases(rng):
    drawn = []
    for n, f, stride, ties in (
        ((4, 6), 2, 2, False),
        ((7, 5), 3, 2, False),
        ((5, 5), 3, 1, False),
        ((4, 4), 2, 2, True),
    ):
        A_prev = rng.integers(0, 2, (2, *n, 2)).astype(float) if ties else rng.normal(size=(2, *n, 2))
        shape = pool_forward(A_prev, f, stride, "max").shape
        drawn.append(
            {"dA": rng.normal(size=shape), "A_prev": A_prev, "f": f, "stride": stride, "mode": "max"}
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    if np.isclose(np.sum(found), np.sum(expected)):
        return "the sum is right, the places are not: of several largest pixels the first one, row by row, gets everything"
    if np.abs(found).sum() > np.abs(expected).sum() and case["f"] <= case["stride"]:
        return "equal pixels each got the whole gradient: only the first largest one of a window may have it"
    if case["f"] > case["stride"]:
        return "windows overlap here, and a pixel may win several times: add with +="
    return None


# %% check="pool_backward.average" points=0.5 of="pool_backward"
title = "the gradient through average pooling"


def cases(rng):
    drawn = []
    for n, f, stride in (((4, 6), 2, 2), ((7, 5), 3, 2), ((4, 5), 2, 1)):
        A_prev = rng.normal(size=(2, *n, 2))
        shape = pool_forward(A_prev, f, stride, "average").shape
        drawn.append(
            {"dA": rng.normal(size=shape), "A_prev": A_prev, "f": f, "stride": stride, "mode": "average"}
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    if np.allclose(found, expected * case["f"] ** 2):
        return "every pixel got the whole gradient; each of the f * f pixels gets its share"
    if np.allclose(found, expected * case["f"]):
        return "a window has f * f pixels: divide by f**2"
    dA, f, stride, last = case["dA"], case["f"], case["stride"], np.zeros(np.shape(expected))
    for h, w in np.ndindex(dA.shape[1:3]):
        last[:, h * stride : h * stride + f, w * stride : w * stride + f] = dA[:, h : h + 1, w : w + 1] / f**2
    if np.allclose(found, last):
        return "windows overlap here, and a pixel gets a share from each of them: add with +="
    return None


# %% [markdown]
# ## Exercise 5 · Check a layer's gradient
#
# Write `numerical_gradient(forward, A_prev, dZ, epsilon)`. It measures what a backward pass computes
# ([section 4](../02_convolutional_networks.ipynb#cell-id=4-Backward)).
#
# | argument | meaning |
# |---|---|
# | `forward` | a function of one array that returns the layer's output |
# | `A_prev` | where the gradient is wanted, any shape; it must be unchanged afterwards |
# | `dZ` | the gradient with respect to the output, the shape of `forward(A_prev)` |
# | `epsilon` | half the distance of the two points |
#
# The cost is $J(A) = \sum \text{forward}(A) \cdot dZ$, so that its gradient is exactly what `backward(dZ)` should give.
# Returns an array of the shape of `A_prev` with $\frac{J(A + \varepsilon) - J(A - \varepsilon)}{2\varepsilon}$ for each
# entry nudged alone. Example: `forward = lambda A: A**2`, `A_prev = [3.0]`, `dZ = [10.0]` give `[60.0]`.
#
# <details><summary>Hint 1</summary>Work on a copy of A_prev. for index in np.ndindex(A_prev.shape) visits every entry.</details>
# <details><summary>Hint 2</summary>Nudge one entry up, take J; nudge it down, take J; put it back.</details>
# <details><summary>Hint 3</summary>J is np.sum(forward(A) * dZ). Divide the difference by (2 * epsilon), with the brackets.</details>


# %% grade_id="numerical_gradient"
def numerical_gradient(forward, A_prev, dZ, epsilon):
    # BEGIN SOLUTION: return the two-sided difference for every entry of A_prev
    A, gradient = A_prev.astype(float), np.zeros(A_prev.shape)  # astype makes a copy
    for index in np.ndindex(A.shape):
        value = A[index]
        A[index] = value + epsilon
        above = np.sum(forward(A) * dZ)
        A[index] = value - epsilon
        below = np.sum(forward(A) * dZ)
        A[index] = value
        gradient[index] = (above - below) / (2 * epsilon)
    return gradient
    # END SOLUTION


# %% check="numerical_gradient.values" points=1 of="numerical_gradient"
title = "the measured gradient"
tolerance = (1e-5, 1e-7)
inputs_unchanged = True


def cases(rng):
    drawn = []
    for kind, shape in (("cube", (4,)), ("cube", (2, 3)), ("pairs", (3, 4))):
        A_prev = rng.normal(size=shape)
        dZ = rng.normal(size=(shape[0], shape[1] - 1) if kind == "pairs" else shape)
        drawn.append({"kind": kind, "A_prev": A_prev, "dZ": dZ, "epsilon": 1e-4})
    return drawn


def call(f, case):
    forwards = {"cube": lambda A: A**3, "pairs": lambda A: A[:, 1:] * A[:, :-1]}
    return f(forwards[case["kind"]], case["A_prev"], case["dZ"], case["epsilon"])


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        if np.allclose(found, expected * case["epsilon"] ** 2):
            return "(...) / 2 * epsilon multiplies by epsilon; put brackets: / (2 * epsilon)"
        if np.allclose(found, 2 * np.asarray(expected)):
            return "the two points are 2 epsilon apart"
        if np.allclose(found, np.asarray(expected) / 2, rtol=0.01):
            return "half of it: the second point is A itself; from A + epsilon go 2 epsilon down"
    return None


# %% [markdown]
# ## Exercise 6 · The table of a network
#
# No recipe this time. Write `network_table(shape, layers)`
# ([section 6](../02_convolutional_networks.ipynb#cell-id=6-Whole-networks)).
#
# | argument | meaning |
# |---|---|
# | `shape` | `[n_H, n_W, n_C]` of one picture |
# | `layers` | a list; each layer is `["conv", f, stride, pad, n_C]`, `["pool", f, stride]` or `["dense", n]` |
#
# Filters and windows are square, pictures need not be. The first dense layer unrolls what it gets. Returns a list with
# one entry a layer, `[size, parameters]`: how many numbers the layer gives for one picture, and how many parameters it learns.
# Example: `network_table([6, 6, 3], [["conv", 3, 1, 0, 10], ["pool", 2, 2], ["dense", 5]])` is
# `[[160, 280], [40, 0], [5, 205]]`.
#
# <details><summary>Hint 1</summary>Carry the present shape from layer to layer. Which of its three numbers does each kind of layer change?</details>
# <details><summary>Hint 2</summary>A filter has f * f * n_C_prev weights and one bias, wherever it is applied; a dense unit has one weight
# for every number that comes in, and one bias.</details>
# <details><summary>Hint 3</summary>For a dense layer the numbers that come in are the product of the present shape; after it the shape
# is just [n].</details>


# %% grade_id="network_table"
def network_table(shape, layers):
    # BEGIN SOLUTION: return a list of [size, parameters], one a layer
    shape, rows = list(shape), []
    for kind, *sizes in layers:
        if kind == "dense":
            parameters = sizes[0] * (int(np.prod(shape)) + 1)
            shape = [sizes[0]]
        else:
            f, stride = sizes[:2]
            pad, n_C = (sizes[2], sizes[3]) if kind == "conv" else (0, shape[2])
            parameters = (f * f * shape[2] + 1) * n_C if kind == "conv" else 0
            shape = [(n + 2 * pad - f) // stride + 1 for n in shape[:2]] + [n_C]
        rows.append([int(np.prod(shape)), parameters])
    return rows
    # END SOLUTION


# %% check="network_table.values" points=1.5 of="network_table"
title = "sizes and parameters, layer by layer"


def cases(rng):
    n = [int(v) for v in rng.integers(20, 40, 2)]
    return [
        {"shape": [6, 6, 3], "layers": [["conv", 3, 1, 0, 10], ["pool", 2, 2], ["dense", 5]]},
        {"shape": [*n, 3], "layers": [["conv", 5, 2, 2, int(rng.integers(4, 9))], ["conv", 3, 1, 1, 7]]},
        {
            "shape": [39, 39, 3],
            "layers": [["conv", 3, 1, 0, 10], ["conv", 5, 2, 0, 20], ["conv", 5, 2, 0, 40], ["dense", 10]],
        },
        {
            "shape": [*n[::-1], 2],
            "layers": [
                ["conv", 5, 1, 0, 6],
                ["pool", 3, 2],
                ["dense", 12],
                ["dense", int(rng.integers(3, 9))],
            ],
        },
    ]


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        sizes, parameters = np.asarray(found, float).T
        if not np.allclose(parameters, np.asarray(expected)[:, 1]) and np.allclose(
            sizes, np.asarray(expected)[:, 0]
        ):
            return "the sizes are right; a filter spans all channels of its input, and every filter and unit has a bias of its own"
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: the published table
#
# Notes on a network in the manner of LeNet-5 give these parameters: 208, 0, 416, 0, 48001, 10081, 841. The function
# below computes exactly these for 3 channels, 8 and 16 filters of side 5, 400 unrolled numbers and layers of 120, 84 and 10. **Two**
# formulas in it are wrong. Repair `published_counts(n_C, filters, f, unrolled, units)`.
#
# | argument | meaning |
# |---|---|
# | `n_C` | channels of the picture |
# | `filters` | filters of each convolution layer; a pooling layer follows each |
# | `f` | side of the filters |
# | `unrolled` | numbers that the first dense layer gets |
# | `units` | units of each dense layer |
#
# Returns the list of parameters, one a layer. Example: `published_counts(3, [6, 16], 5, 400, [120, 84, 10])` is
# `[456, 0, 2416, 0, 48120, 10164, 850]`.
#
# <details><summary>Hint 1</summary>Draw one filter of the second layer. How deep is it?</details>
# <details><summary>Hint 2</summary>How many biases does a dense layer with 120 units have?</details>
# <details><summary>Hint 3</summary>A conv layer's filters are as deep as the number of channels that come in: 3 first, then the filters of
# the layer before. And each of n dense units has its own bias.</details>


# %% grade_id="published_counts"
def published_counts(n_C, filters, f, unrolled, units):
    counts = []
    for n in filters:
        # BEGIN SOLUTION
        counts.append((f * f * n_C + 1) * n)
        # END SOLUTION
        # BEGIN STARTER
        # counts.append((f * f + 1) * n)
        # END STARTER
        counts.append(0)  # the pooling layer
        n_C = n
    n_prev = unrolled
    for n in units:
        # BEGIN SOLUTION
        counts.append(n_prev * n + n)
        # END SOLUTION
        # BEGIN STARTER
        # counts.append(n_prev * n + 1)
        # END STARTER
        n_prev = n
    return counts


# %% check="published_counts.values" points=1 of="published_counts"
title = "parameters of a network in the manner of LeNet-5"


def cases(rng):
    drawn = [{"n_C": 3, "filters": [6, 16], "f": 5, "unrolled": 400, "units": [120, 84, 10]}]
    for layers in (1, 2, 3):
        drawn.append(
            {
                "n_C": int(rng.integers(2, 5)),
                "filters": [int(v) for v in rng.integers(4, 20, layers)],
                "f": int(rng.integers(2, 6)),
                "unrolled": int(rng.integers(50, 500)),
                "units": [int(v) for v in rng.integers(5, 100, 2)],
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        n = 2 * len(case["filters"])
        if not np.allclose(found[:n], expected[:n]):
            return "a convolution layer is off: every filter spans all channels that come in"
        return "a dense layer is off: every unit has a bias of its own"
    return None


# %% [markdown]
# Done? Put your layers together and train them on a hundred digits. They are slow, so take small pictures; lesson 4.2 shows where the
# speed comes from. Go on with 4.3 Classic and modern architectures.
