# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 2.2 · Regularisation
#
# Eight short functions from [lesson 2.2](../02_regularisation.ipynb): two penalties, dropout in both directions, and the right
# moment to stop. Write each answer in its cell, run it, **save**, and run the check below it. A check tries your function on fresh
# inputs and shows what was expected, what came, and what may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. The last two exercises are bug hunts: code as it circulates.

# %%
import numpy as np

# %% [markdown]
# ## Exercise 1 · A cost with an L2 penalty
#
# Write `regularised_cost(J, weights, lambd, m)` ([section 3 of the lesson](../02_regularisation.ipynb#cell-id=3-The-same-for-networks)).
#
# | argument | meaning |
# |---|---|
# | `J` | number, the cross-entropy |
# | `weights` | list of the matrices $W^{[1]}, W^{[2]}, \dots$, each `(n, n_prev)` |
# | `lambd` | the regularisation parameter $\lambda$ (`lambda` is a word of Python, so the name has no a) |
# | `m` | number of training examples |
#
# Returns one number, $J + \frac{\lambda}{2m} \sum_l \lVert W^{[l]} \rVert_F^2$.
# Example: `regularised_cost(0.5, [np.array([[1.0, 2.0]]), np.array([[3.0]])], 0.1, 7)` is `0.6`.
#
# <details><summary>Hint 1</summary>The squared Frobenius norm of a matrix is the sum of all its squared entries.</details>
# <details><summary>Hint 2</summary>Sum over the matrices of the list, then multiply by lambda / 2m once.</details>
# <details><summary>Hint 3</summary>np.sum(W**2) is one matrix's share. Mind Python's order: a / 2 * m is (a / 2) times m.</details>


# %% grade_id="regularised_cost"
def regularised_cost(J, weights, lambd, m):
    # BEGIN SOLUTION: return J plus lambda / 2m times the sum of all squared weights
    squares = sum(np.sum(W**2) for W in weights)
    return float(J + lambd / (2 * m) * squares)
    # END SOLUTION


# %% check="regularised_cost.values" points=1 of="regularised_cost"
title = "cross-entropy and L2 penalty"


def cases(rng):
    drawn = [{"J": 0.5, "weights": [np.array([[1.0, 2.0]]), np.array([[3.0]])], "lambd": 0.1, "m": 7}]
    for sizes in ((2, 1), (3, 4, 1), (4, 3, 2, 2)):
        weights = [rng.normal(size=(n, sizes[layer])) for layer, n in enumerate(sizes[1:])]
        drawn.append(
            {
                "J": float(rng.uniform(0.1, 2)),
                "weights": weights,
                "lambd": float(rng.uniform(0.2, 5)),
                "m": int(rng.integers(3, 30)),
            }
        )
    return drawn


def explain(case, expected, found):
    if np.ndim(found) != 0 or not isinstance(found, (int, float)):
        return None
    J, lambd, m = case["J"], case["lambd"], case["m"]
    squares = sum(np.sum(W**2) for W in case["weights"])
    absolutes = sum(np.sum(np.abs(W)) for W in case["weights"])
    if np.isclose(found, J + squares / (2 * m)):
        return "lambda is missing: the penalty must grow with it"
    if np.isclose(found, J + lambd / m * squares):
        return "this is lambda / m; for squares it is lambda / 2m"
    if np.isclose(found, J + lambd / 2 * m * squares):
        return "lambd / 2 * m multiplies by m: put brackets around 2 * m"
    if np.isclose(found, J + lambd / (2 * m) * absolutes) or np.isclose(found, J + lambd / m * absolutes):
        return "these are absolute values (L1); L2 sums squares"
    if np.isclose(found, lambd / (2 * m) * squares):
        return "this is the penalty alone: add J"
    return None


# %% [markdown]
# ## Exercise 2 · Its gradient
#
# Write `l2_gradient(dW, W, lambd, m)`.
#
# | argument | meaning |
# |---|---|
# | `dW` | `(n, n_prev)` gradient of the cross-entropy, from backpropagation |
# | `W` | `(n, n_prev)` the weights |
# | `lambd`, `m` | as above |
#
# Returns the gradient of the **regularised** cost, `(n, n_prev)`. The arrays that you are given must stay as they are.
# Example: `l2_gradient(np.array([[1.0, 0.0]]), np.array([[2.0, -4.0]]), 0.5, 10)` is `[[1.1, -0.2]]`.
#
# <details><summary>Hint 1</summary>The derivative of a sum is the sum of the derivatives: one term comes on top of dW.</details>
# <details><summary>Hint 2</summary>What is the derivative of lambda / 2m times w squared with respect to w?</details>
# <details><summary>Hint 3</summary>The 2 of the square cancels the 2 below the bar. Use dW + ..., not dW += ....</details>


# %% grade_id="l2_gradient"
def l2_gradient(dW, W, lambd, m):
    # BEGIN SOLUTION: return the gradient of the regularised cost, of the shape of W
    return dW + lambd / m * W
    # END SOLUTION


# %% check="l2_gradient.values" points=1 of="l2_gradient"
title = "the gradient of the regularised cost"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for shape in ((1, 2), (3, 2), (4, 5)):
        drawn.append(
            {
                "dW": rng.normal(size=shape),
                "W": rng.normal(size=shape),
                "lambd": float(rng.uniform(0.2, 5)),
                "m": int(rng.integers(3, 30)),
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != case["W"].shape:
        return None
    dW, W, lambd, m = case["dW"], case["W"], case["lambd"], case["m"]
    if np.allclose(found, dW + lambd / (2 * m) * W):
        return "the 2 cancels: the derivative of w^2 / 2 is w"
    if np.allclose(found, dW + lambd / m * np.sign(W)):
        return "this is the gradient of L1"
    if np.allclose(found, dW - lambd / m * W):
        return "the sign: the penalty's gradient is added; the step subtracts all of it"
    return None


# %% [markdown]
# ## Exercise 3 · Towards zero, and no further
#
# Write `pull_to_zero(W, distance)`, the step of an L1 penalty
# ([section 2](../02_regularisation.ipynb#cell-id=2-A-price-on-weights-logistic-regression)).
#
# | argument | meaning |
# |---|---|
# | `W` | array of any shape |
# | `distance` | number, at least 0; it is $\alpha\lambda/m$ |
#
# Returns an array of the shape of `W`: every weight moved towards zero by `distance`; weights that are nearer than that become exactly 0.
# Example: `pull_to_zero(np.array([0.5, -0.2, 0.05, -3.0]), 0.1)` is `[0.4, -0.1, 0.0, -2.9]`.
#
# <details><summary>Hint 1</summary>Treat size and sign apart.</details>
# <details><summary>Hint 2</summary>The size is |w|; it loses distance, but never falls below zero.</details>
# <details><summary>Hint 3</summary>np.maximum compares entry by entry with a number; np.sign gives -1, 0 or 1.</details>


# %% grade_id="pull_to_zero"
def pull_to_zero(W, distance):
    # BEGIN SOLUTION: return W with every entry moved towards zero by distance, at most to zero
    return np.sign(W) * np.maximum(np.abs(W) - distance, 0)
    # END SOLUTION


# %% check="pull_to_zero.values" points=1 of="pull_to_zero"
title = "the step of an L1 penalty"


def cases(rng):
    drawn = [{"W": np.array([0.5, -0.2, 0.05, -3.0]), "distance": 0.1}]
    for shape in ((6,), (3, 4), (2, 5)):
        drawn.append({"W": rng.normal(size=shape), "distance": float(rng.uniform(0.2, 0.8))})
    return drawn


def explain(case, expected, found):
    W, distance = case["W"], case["distance"]
    if np.shape(found) == W.shape:
        if np.allclose(found, W - distance * np.sign(W)):
            return "weights near zero jump over it to the other side: stop at zero"
        if np.allclose(found, W - distance):
            return "negative weights move away from zero: their distance must be added"
        if np.allclose(found, np.maximum(np.abs(W) - distance, 0)):
            return "the signs are lost"
    return None


# %% [markdown]
# ## Exercise 4 · Dropout, forward
#
# Write `dropout_forward(A, keep_prob, rng)` ([section 5](../02_regularisation.ipynb#cell-id=5-Dropout-forward)): inverted dropout.
#
# | argument | meaning |
# |---|---|
# | `A` | `(n, m)` activations |
# | `keep_prob` | probability that a unit stays, above 0, at most 1 |
# | `rng` | a NumPy generator. Call `rng.random(A.shape)` **once**; a unit stays where its number is **below** `keep_prob` |
#
# Returns two arrays of shape `(n, m)`: the activations after dropout, and the mask `D` (1 or True where the unit stays).
# Example: where the drawn numbers are `[[0.9, 0.1]]`, `keep_prob` is 0.5 and `A = [[3.0, 4.0]]`, it returns `[[0.0, 8.0]]` and `[[0, 1]]`.
#
# <details><summary>Hint 1</summary>Three lines: draw and compare, multiply, divide.</details>
# <details><summary>Hint 2</summary>A comparison gives True and False; in a product they count as 1 and 0.</details>
# <details><summary>Hint 3</summary>The division by keep_prob brings the expected value back to A's. Return the product and the mask.</details>


# %% grade_id="dropout_forward"
def dropout_forward(A, keep_prob, rng):
    # BEGIN SOLUTION: return the activations after inverted dropout, and the mask D
    D = rng.random(A.shape) < keep_prob  # (n, m)
    return A * D / keep_prob, D
    # END SOLUTION


# %% check="dropout_forward.mask" points=1 of="dropout_forward"
title = "the mask of dropout"


def cases(rng):
    drawn = []
    for shape, keep_prob in (((4, 3), 0.5), ((5, 8), 0.8), ((10, 4), 0.3)):
        drawn.append(
            {"A": rng.normal(size=shape), "keep_prob": keep_prob, "seed": int(rng.integers(1, 10_000))}
        )
    return drawn


def call(f, case):
    return np.asarray(f(case["A"], case["keep_prob"], np.random.default_rng(case["seed"]))[1]).astype(float)


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        if np.allclose(found, 1 - np.asarray(expected)):
            return "the comparison is the wrong way round: numbers below keep_prob keep their unit"
        if np.allclose(found, np.asarray(expected) / case["keep_prob"]):
            return "D is 1 or True where a unit stays; the division belongs to the activations"
    return None


# %% check="dropout_forward.activations" points=1 of="dropout_forward"
title = "the activations after dropout"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for shape, keep_prob in (((4, 3), 0.5), ((5, 8), 0.8), ((10, 4), 0.3), ((3, 3), 1.0)):
        drawn.append(
            {"A": rng.normal(size=shape), "keep_prob": keep_prob, "seed": int(rng.integers(1, 10_000))}
        )
    return drawn


def call(f, case):
    return f(case["A"], case["keep_prob"], np.random.default_rng(case["seed"]))[0]


def explain(case, expected, found):
    A, keep_prob = case["A"], case["keep_prob"]
    if np.shape(found) != A.shape:
        return None
    if np.allclose(found, np.asarray(expected) * keep_prob):
        return "the division by keep_prob is missing: the layer answers too quietly in training"
    above = A * (np.random.default_rng(case["seed"]).random(A.shape) > keep_prob)
    if np.allclose(found, above / keep_prob) or np.allclose(found, above):
        return "the comparison is the wrong way round: numbers below keep_prob keep their unit"
    if np.allclose(found, A) or np.allclose(found, A / keep_prob):
        return "no unit is switched off: the mask D must multiply the activations"
    if np.allclose(found, np.asarray(expected) * keep_prob**2):
        return "divide by keep_prob, do not multiply"
    return None


# %% [markdown]
# ## Exercise 5 · Dropout, backward
#
# Write `dropout_backward(dA, D, keep_prob)` ([section 6](../02_regularisation.ipynb#cell-id=6-Dropout-backward-and-its-rules)).
#
# | argument | meaning |
# |---|---|
# | `dA` | `(n, m)` gradient of the cost with respect to the activations **after** dropout |
# | `D` | `(n, m)` mask of the forward pass |
# | `keep_prob` | as in the forward pass |
#
# Returns the gradient with respect to the activations **before** dropout, `(n, m)`.
# Example: `dropout_backward(np.array([[1.0, 2.0]]), np.array([[0, 1]]), 0.5)` is `[[0.0, 4.0]]`.
#
# <details><summary>Hint 1</summary>By which number was each activation multiplied on the way forward?</details>
# <details><summary>Hint 2</summary>The derivative of c times a with respect to a is c. Nothing is drawn here.</details>
# <details><summary>Hint 3</summary>The same mask and the same division as forward, on dA.</details>


# %% grade_id="dropout_backward"
def dropout_backward(dA, D, keep_prob):
    # BEGIN SOLUTION: return the gradient before dropout
    return dA * D / keep_prob
    # END SOLUTION


# %% check="dropout_backward.values" points=1 of="dropout_backward"
title = "the gradient through dropout"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for shape, keep_prob in (((2, 3), 0.5), ((5, 4), 0.8), ((3, 6), 0.25)):
        D = (rng.random(shape) < keep_prob).astype(float)
        D[0, 0], D[0, 1] = 1.0, 0.0
        drawn.append({"dA": rng.normal(size=shape), "D": D, "keep_prob": keep_prob})
    return drawn


def explain(case, expected, found):
    dA, D, keep_prob = case["dA"], case["D"], case["keep_prob"]
    if np.shape(found) == dA.shape:
        if np.allclose(found, dA * D):
            return "the division by keep_prob is missing: forward multiplied by D / keep_prob, so backward does too"
        if np.allclose(found, dA / keep_prob):
            return "the mask is missing: a dropped unit had no effect, so its gradient is 0"
        if np.allclose(found, dA * D * keep_prob):
            return "divide by keep_prob, do not multiply"
    return None


# %% [markdown]
# ## Exercise 6 · When to stop
#
# No recipe this time. Write `early_stopping(dev_costs, patience)` ([section 8](../02_regularisation.ipynb#cell-id=8-An-earlier-end)).
#
# | argument | meaning |
# |---|---|
# | `dev_costs` | list of numbers, the dev cost after epoch 1, 2, 3, … if training never stopped |
# | `patience` | whole number, at least 1 |
#
# Training stops after the first epoch at which `patience` epochs **in a row** have brought no dev cost **below** the lowest so far; otherwise after the
# last. Returns two whole numbers: the epoch whose parameters are kept (lowest dev cost up to the stop; the earliest if there are several), and
# the epoch after which training stops. Epochs count from 1.
# Example: `early_stopping([0.9, 0.5, 0.6, 0.4, 0.7, 0.8, 0.3], 2)` is `(4, 6)`: the 0.3 is never seen.
#
# <details><summary>Hint 1</summary>Walk through the list and remember two things: the lowest cost with its epoch, and how long ago that was.</details>
# <details><summary>Hint 2</summary>A cost that only equals the lowest is no improvement.</details>
# <details><summary>Hint 3</summary>enumerate(dev_costs, start=1) counts epochs. If epoch - best_epoch reaches patience, the walk ends.</details>


# %% grade_id="early_stopping"
def early_stopping(dev_costs, patience):
    # BEGIN SOLUTION: return the epoch that is kept and the epoch after which training stops
    lowest, best_epoch, epoch = float("inf"), 0, 0
    for epoch, cost in enumerate(dev_costs, start=1):
        if cost < lowest:
            lowest, best_epoch = cost, epoch
        if epoch - best_epoch >= patience:
            break
    return best_epoch, epoch
    # END SOLUTION


# %% check="early_stopping.kept" points=1 of="early_stopping"
title = "the epoch that is kept"


def cases(rng):
    drawn = [
        {"dev_costs": [0.9, 0.5, 0.6, 0.4, 0.7, 0.8, 0.3], "patience": 2},
        {"dev_costs": [0.9, 0.5, 0.6, 0.4, 0.7, 0.8, 0.3], "patience": 3},
        {"dev_costs": [0.5, 0.3, 0.3, 0.3, 0.2], "patience": 3},
    ]
    for length, patience in ((12, 2), (30, 4), (40, 8)):
        curve = np.linspace(-1, 1, length) ** 2 + 0.3 * rng.random(length)
        drawn.append({"dev_costs": [round(float(J), 3) for J in curve], "patience": patience})
    return drawn


def call(f, case):
    return f(**case)[0]


def walk(dev_costs, patience, starts_anew=True, ties_count=False):
    """What comes of two slips: a count of idle epochs that never starts anew; ties taken for progress."""
    lowest, best_epoch, idle, epoch = float("inf"), 0, 0, 0
    for epoch, cost in enumerate(dev_costs, start=1):
        if cost < lowest or (ties_count and cost == lowest):
            lowest, best_epoch, idle = cost, epoch, 0 if starts_anew else idle
        else:
            idle += 1
        if idle == patience:
            break
    return best_epoch, epoch


def explain(case, expected, found):
    costs = case["dev_costs"]
    if not isinstance(found, int) or found == expected:
        return None
    if found == walk(**case, ties_count=True)[0]:
        return "an epoch that only equals the lowest cost is no improvement: the earliest of them is kept"
    if found == walk(**case, starts_anew=False)[0]:
        return "the epochs without progress must be counted anew after each better one: `patience` in a row"
    if found == int(np.argmin(costs)) + 1:
        return "this is the lowest of all costs; training has stopped before and never sees it"
    if found == expected - 1:
        return "epochs count from 1"
    return None


# %% check="early_stopping.stop" points=1 of="early_stopping"
title = "the epoch after which training stops"


def cases(rng):
    drawn = [
        {"dev_costs": [0.9, 0.5, 0.6, 0.4, 0.7, 0.8, 0.3], "patience": 2},
        {"dev_costs": [0.9, 0.8, 0.7, 0.6, 0.5], "patience": 2},
        {"dev_costs": [0.5, 0.3, 0.3, 0.3, 0.2], "patience": 2},
        {"dev_costs": [0.4, 0.5, 0.3], "patience": 1},
    ]
    for length, patience in ((12, 2), (30, 4), (40, 8)):
        curve = np.linspace(-1, 1, length) ** 2 + 0.3 * rng.random(length)
        drawn.append({"dev_costs": [round(float(J), 3) for J in curve], "patience": patience})
    return drawn


def call(f, case):
    return f(**case)[1]


def walk(dev_costs, patience, starts_anew=True, ties_count=False):
    """What comes of two slips: a count of idle epochs that never starts anew; ties taken for progress."""
    lowest, best_epoch, idle, epoch = float("inf"), 0, 0, 0
    for epoch, cost in enumerate(dev_costs, start=1):
        if cost < lowest or (ties_count and cost == lowest):
            lowest, best_epoch, idle = cost, epoch, 0 if starts_anew else idle
        else:
            idle += 1
        if idle == patience:
            break
    return best_epoch, epoch


def explain(case, expected, found):
    if not isinstance(found, int) or found == expected:
        return None
    if found == walk(**case, ties_count=True)[1]:
        return "a cost that only equals the lowest is no progress; it must not set the count back"
    if found == walk(**case, starts_anew=False)[1] and abs(found - expected) != 1:
        return "the epochs without progress must be counted anew after each better one: `patience` in a row"
    if found == walk(**case, starts_anew=False)[1]:
        return None  # two slips fit this case; another case tells them apart
    if found == len(case["dev_costs"]):
        return "training runs to the end here: compare the epochs since the best with patience"
    if abs(found - expected) == 1:
        return "one epoch off: with patience 2, a best epoch 4 and no better 5 and 6, training stops after 6"
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: crosswise
#
# This function circulates in notes. It runs, and nobody gets the penalty that was asked for.
# Repair `penalty(w, kind, lambd, m)`. `w` is `(n_x, 1)`, `kind` is `"L1"` or `"L2"`. It returns a number,
# $\frac{\lambda}{m} \lVert w \rVert_1$ or $\frac{\lambda}{2m} \lVert w \rVert_2^2$.
# Examples: for `w = [[3], [-4]]`, `lambd = 1.0`, `m = 1`, L1 gives `7.0` and L2 gives `12.5`.
#
# <details><summary>Hint 1</summary>Try the two examples. Both answers are wrong, and for two different reasons.</details>
# <details><summary>Hint 2</summary>Which of the two norms sums squares?</details>
# <details><summary>Hint 3</summary>The 2 below the bar is there to cancel when a square is differentiated. An absolute value has none.</details>


# %% grade_id="penalty"
def penalty(w, kind, lambd, m):
    # BEGIN SOLUTION
    if kind == "L2":
        return float(lambd / (2 * m) * np.sum(w**2))
    return float(lambd / m * np.sum(np.abs(w)))
    # END SOLUTION
    # BEGIN STARTER
    # if kind == "L2":
    #     norm = np.sum(np.abs(w))
    # else:
    #     norm = np.sum(w**2)
    # return float(lambd / (2 * m) * norm)
    # END STARTER


# %% check="penalty.values" points=1 of="penalty"
title = "L1 and L2, each by its name"


def cases(rng):
    drawn = []
    for kind in ("L1", "L2", "L1", "L2"):
        drawn.append(
            {
                "w": rng.normal(0, 2, (int(rng.integers(2, 6)), 1)),
                "kind": kind,
                "lambd": float(rng.uniform(0.5, 5)),
                "m": int(rng.integers(2, 20)),
            }
        )
    return drawn


def explain(case, expected, found):
    w, lambd, m = case["w"], case["lambd"], case["m"]
    if np.ndim(found) != 0 or not isinstance(found, (int, float)):
        return None
    if case["kind"] == "L1" and np.isclose(found, lambd / (2 * m) * np.sum(np.abs(w))):
        return "the right norm with half its factor: L1 has lambda / m"
    if case["kind"] == "L1" and np.isclose(found, lambd / (2 * m) * np.sum(w**2)):
        return "L1 sums absolute values, these are squares"
    if case["kind"] == "L2" and np.isclose(found, lambd / (2 * m) * np.sum(np.abs(w))):
        return "L2 sums squares, these are absolute values"
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: loud at test time
#
# A hidden layer with dropout. In training all looks well; on the test set the scores come out far too large. Repair
# `hidden_layer(A_prev, W, b, keep_prob, rng, training)`. Keep the order of the lines and draw once.
#
# | argument | meaning |
# |---|---|
# | `A_prev` | `(n_prev, m)` activations of the layer before |
# | `W`, `b` | `(n, n_prev)`, `(n, 1)` |
# | `keep_prob`, `rng` | as in exercise 4 |
# | `training` | True in training, False at test time |
#
# Returns the activations of the layer, `(n, m)`: $\tanh(W A_\text{prev} + b)$, with inverted dropout in training only.
# Example: with `training=False` it is exactly the tanh, whatever `keep_prob`.
#
# <details><summary>Hint 1</summary>There are two mistakes. Call it with training=False twice: are the answers equal?</details>
# <details><summary>Hint 2</summary>In training, compare the mean of very many calls with the plain tanh.</details>
# <details><summary>Hint 3</summary>One line lacks a condition, and kept activations lack a division.</details>


# %% grade_id="hidden_layer"
def hidden_layer(A_prev, W, b, keep_prob, rng, training):
    A = np.tanh(W @ A_prev + b)  # (n, m)
    # BEGIN SOLUTION
    if training:
        D = rng.random(A.shape) < keep_prob  # (n, m)
        A = A * D / keep_prob
    return A
    # END SOLUTION
    # BEGIN STARTER
    # D = rng.random(A.shape) < keep_prob  # (n, m)
    # A = A * D
    # return A
    # END STARTER


# %% check="hidden_layer.values" points=1 of="hidden_layer"
title = "a hidden layer in training and at test time"


def cases(rng):
    drawn = []
    for training, keep_prob in ((True, 0.5), (False, 0.5), (True, 0.8), (False, 0.3)):
        n, n_prev, m = (int(number) for number in rng.integers(3, 7, 3))
        drawn.append(
            {
                "A_prev": rng.normal(size=(n_prev, m)),
                "W": rng.normal(size=(n, n_prev)),
                "b": rng.normal(size=(n, 1)),
                "keep_prob": keep_prob,
                "seed": int(rng.integers(1, 10_000)),
                "training": training,
            }
        )
    return drawn


def call(f, case):
    settings = {key: value for key, value in case.items() if key != "seed"}
    return f(**settings, rng=np.random.default_rng(case["seed"]))


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    if not case["training"] and np.any(np.asarray(found) == 0):
        return "units are missing at test time: dropout must be off"
    if case["training"] and np.allclose(found, np.asarray(expected) * case["keep_prob"]):
        return "kept activations are not divided by keep_prob"
    if not case["training"] and np.allclose(found, np.asarray(expected) / case["keep_prob"]):
        return "the division must not happen at test time either"
    return None


# %% [markdown]
# Done? Put your `dropout_forward` and `dropout_backward` into the network of the lesson and look for the pair of `keep_prob` with the
# lowest dev error. Then go on with 2.3 Making deep training stable.
