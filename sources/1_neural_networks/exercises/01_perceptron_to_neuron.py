# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 1.1 · From perceptron to neuron
#
# Eight short tasks on [lesson 1.1](../01_perceptron_to_neuron.ipynb): neurons, logic made of neurons, and a proof that
# one neuron is not enough. Write each answer in its cell, run it, **save**, and run the check below it. A check tries your
# function on fresh inputs and shows what was expected, what came, and what may be the cause. 10 points in all; each
# case of a check counts for itself.
#
# Only NumPy is needed. What a function is given stays as it is: a case also fails if its inputs are changed. The last exercise is a
# bug hunt: code with one mistake.

# %%
import numpy as np

# %% [markdown]
# ## Exercise 1 · The perceptron
#
# Write `perceptron(X, w, b)` ([section 1 of the lesson](../01_perceptron_to_neuron.ipynb#cell-id=1-A-weighted-sum-and-a-threshold)).
#
# | argument | meaning |
# |---|---|
# | `X` | `(n_x, m)` examples, one a column |
# | `w` | `(n_x, 1)` weights |
# | `b` | number, the bias |
#
# Returns `(1, m)`: 1.0 where $w^T x + b$ is **above** zero, else 0.0. Exactly at zero the answer is 0.
# Example: `perceptron(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0]]), -2.0)` is `[[0.0, 0.0, 1.0]]`.
#
# <details><summary>Hint 1</summary>A row times the columns: which of w and X must be transposed so that (1, n_x) meets (n_x, m)?</details>
# <details><summary>Hint 2</summary>A comparison of an array with 0 gives True and False for every entry.</details>
# <details><summary>Hint 3</summary>Z = w.T @ X + b has the right shape; compare it with zero and use .astype(float).</details>


# %% grade_id="perceptron"
def perceptron(X, w, b):
    # BEGIN SOLUTION: return 1.0 where w.x + b is above zero, else 0.0, shape (1, m)
    return (w.T @ X + b > 0).astype(float)
    # END SOLUTION


# %% check="perceptron.values" points=1 of="perceptron"
title = "answers of a perceptron"
inputs_unchanged = True


def cases(rng):
    drawn = [{"X": np.array([[1.0, 2.0, 3.0]]), "w": np.array([[1.0]]), "b": -2.0}]
    for n_x, m in ((2, 6), (3, 9), (5, 12)):
        drawn.append(
            {"X": rng.normal(size=(n_x, m)), "w": rng.normal(size=(n_x, 1)), "b": float(rng.normal() / 2)}
        )
    return drawn


def explain(case, expected, found):
    Z = case["w"].T @ case["X"] + case["b"]
    if np.shape(found) == Z.shape:
        if np.any(Z == 0) and np.array_equal(found, Z >= 0):
            return "exactly at zero the answer is 0: use >, not >="
        if np.allclose(found, Z):
            return "these are the weighted sums; the threshold is missing"
        if np.array_equal(found, case["w"].T @ case["X"] > case["b"]):
            return "the bias is added to the sum; this compares the sum with the bias"
    return None


# %% [markdown]
# ## Exercise 2 · The sigmoid neuron
#
# Write `neuron_forward(X, w, b)` ([section 2](../01_perceptron_to_neuron.ipynb#cell-id=2-It-flips-or-it-glides)): arguments as above; returns
# $A = \sigma(w^T X + b)$ of shape `(1, m)`, with $\sigma(z) = 1 / (1 + e^{-z})$.
# Example: `neuron_forward(np.array([[0.0, 1.0]]), np.array([[2.0]]), 0.0)` is `[[0.5, 0.8808]]`.
#
# <details><summary>Hint 1</summary>The sum is the same as in exercise 1; only what follows it is new.</details>
# <details><summary>Hint 2</summary>np.exp works on whole arrays. Mind the brackets of the denominator.</details>
# <details><summary>Hint 3</summary>1 / (1 + np.exp(...)) with minus Z in the brackets of exp.</details>


# %% grade_id="neuron_forward"
def neuron_forward(X, w, b):
    # BEGIN SOLUTION: return the sigmoid of w.x + b for every column of X, shape (1, m)
    Z = w.T @ X + b  # (1, m)
    return 1 / (1 + np.exp(-Z))
    # END SOLUTION


# %% check="neuron_forward.values" points=1 of="neuron_forward"
title = "answers of a sigmoid neuron"
inputs_unchanged = True


def cases(rng):
    drawn = [{"X": np.array([[0.0, 1.0]]), "w": np.array([[2.0]]), "b": 0.0}]
    for n_x, m in ((2, 5), (3, 4), (4, 8)):
        drawn.append(
            {"X": rng.normal(size=(n_x, m)), "w": rng.normal(size=(n_x, 1)), "b": float(rng.normal())}
        )
    return drawn


def explain(case, expected, found):
    Z = case["w"].T @ case["X"] + case["b"]
    if np.shape(found) == Z.shape:
        if np.array_equal(found, Z > 0):
            return "this is the perceptron; the sigmoid neuron glides between 0 and 1"
        if np.allclose(found, 1 / 1 + np.exp(-Z)):
            return "this is (1 / 1) + e^(-z): put brackets around the whole denominator"
        if np.allclose(found, 1 / (1 + np.exp(Z))):
            return "the sign in the exponent is missing: it is e to the power of minus z"
        if np.allclose(found, 1 / (1 + np.exp(-(Z - case["b"])))):
            return "the bias is missing"
        if np.allclose(found, 1 / (1 + np.exp(-(Z - case["b"]) + case["b"]))):
            return "the minus stands before the product only; it belongs before the whole sum: -(w.T @ X + b)"
    return None


# %% [markdown]
# ## Exercise 3 · AND and OR by hand
#
# Pick weights and a bias so that one perceptron computes AND, and others so that one computes OR
# ([section 4](../01_perceptron_to_neuron.ipynb#cell-id=4-What-one-neuron-cannot-do)). The inputs $x_1, x_2$ are 0 or 1. To make it your own:
# **the weights must be 2 and 3** for both. Only the bias is free.
#
# `and_gate()` and `or_gate()` each return `w` of shape `(2, 1)` and `b`, a number.
#
# | $x_1$ | $x_2$ | AND | OR |
# |---|---|---|---|
# | 0 | 0 | 0 | 0 |
# | 0 | 1 | 0 | 1 |
# | 1 | 0 | 0 | 1 |
# | 1 | 1 | 1 | 1 |
#
# <details><summary>Hint 1</summary>Write down the weighted sum 2 x1 + 3 x2 for the four inputs: 0, 3, 2, 5.</details>
# <details><summary>Hint 2</summary>The threshold must lie between the sums that shall give 0 and those that shall give 1.</details>
# <details><summary>Hint 3</summary>The bias is minus the threshold. For AND it lies between -5 and -3, for OR between -2 and 0.</details>


# %% grade_id="and_gate"
def and_gate():
    # BEGIN SOLUTION: return w of shape (2, 1), with the weights 2 and 3, and the bias b
    return np.array([[2.0], [3.0]]), -4.0
    # END SOLUTION


# %% grade_id="or_gate"
def or_gate():
    # BEGIN SOLUTION: return w of shape (2, 1), with the weights 2 and 3, and the bias b
    return np.array([[2.0], [3.0]]), -1.0
    # END SOLUTION


# %% check="and_gate.table" points=0.5 of="and_gate"
title = "the truth table of AND, and the weights"


def cases(rng):
    return [
        {"x_1": 0.0, "x_2": 0.0},
        {"x_1": 0.0, "x_2": 1.0},
        {"x_1": 1.0, "x_2": 0.0},
        {"x_1": 1.0, "x_2": 1.0},
    ]


def call(f, case):
    w, b = f()
    x = np.array([[case["x_1"]], [case["x_2"]]])
    return [(np.asarray(w).T @ x + b > 0).astype(float), np.asarray(w)]


def explain(case, expected, found):
    if isinstance(found, list) and len(found) == 2:
        if np.shape(found[1]) != (2, 1):
            return "w must have the shape (2, 1): two rows, one column"
        if not np.allclose(found[1], [[2], [3]]):
            return "the weights must be 2 and 3, in this order"
        return "the weights are right; the bias puts this corner on the wrong side"
    return None


# %% check="or_gate.table" points=0.5 of="or_gate"
title = "the truth table of OR, and the weights"


def cases(rng):
    return [
        {"x_1": 0.0, "x_2": 0.0},
        {"x_1": 0.0, "x_2": 1.0},
        {"x_1": 1.0, "x_2": 0.0},
        {"x_1": 1.0, "x_2": 1.0},
    ]


def call(f, case):
    w, b = f()
    x = np.array([[case["x_1"]], [case["x_2"]]])
    return [(np.asarray(w).T @ x + b > 0).astype(float), np.asarray(w)]


def explain(case, expected, found):
    if isinstance(found, list) and len(found) == 2:
        if np.shape(found[1]) != (2, 1):
            return "w must have the shape (2, 1): two rows, one column"
        if not np.allclose(found[1], [[2], [3]]):
            return "the weights must be 2 and 3, in this order"
        return "the weights are right; the bias puts this corner on the wrong side"
    return None


# %% [markdown]
# ## Exercise 4 · XOR is impossible for one neuron: the proof
#
# A perceptron is right about a corner with **margin** $z$ if the label is 1 (it needs $z > 0$), and with margin $-z$ if the label
# is 0 (it needs $-z \ge 0$). So for XOR, all four margins must be at least zero, and two of them above it.
#
# Write `xor_margins(w, b)` ([section 4](../01_perceptron_to_neuron.ipynb#cell-id=4-What-one-neuron-cannot-do)): `w` of shape `(2, 1)`, `b` a number. Returns the four margins, shape `(4,)`, for the corners
# (0, 0), (0, 1), (1, 0), (1, 1) in this order. Their XOR labels are 0, 1, 1, 0.
# Example: `xor_margins(np.array([[2.0], [3.0]]), -1.0)` is `[1.0, 2.0, 1.0, -4.0]`.
#
# Then **add up the four margins** for a few neurons of your choice. What is the sum, always? Why does this prove that no
# neuron computes XOR?
#
# <details><summary>Hint 1</summary>First the four values of z: b, w2 + b, w1 + b, w1 + w2 + b.</details>
# <details><summary>Hint 2</summary>Two of them keep their sign, two change it.</details>
# <details><summary>Hint 3</summary>Multiply the four z by the signs -1, 1, 1, -1. On the sum: collect the terms with w1, with w2 and with b.</details>
#
# <details><summary>The proof, when you have seen the sum</summary>
#
# $-b + (w_2 + b) + (w_1 + b) - (w_1 + w_2 + b) = 0$, whatever the weights are. But if the neuron were right about all corners, two margins would be above
# zero and two at least zero, so their sum would be above zero. Zero is not above zero: there is no such neuron.
# </details>


# %% grade_id="xor_margins"
def xor_margins(w, b):
    # BEGIN SOLUTION: return the four margins for the corners (0,0), (0,1), (1,0), (1,1), shape (4,)
    corners = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])  # (2, 4)
    z = (w.T @ corners + b)[0]  # (4,)
    return np.array([-1, 1, 1, -1]) * z
    # END SOLUTION


# %% check="xor_margins.values" points=1 of="xor_margins"
title = "the margins of one neuron for XOR"
inputs_unchanged = True


def cases(rng):
    drawn = [{"w": np.array([[2.0], [3.0]]), "b": -1.0}]
    return drawn + [{"w": rng.normal(size=(2, 1)), "b": float(rng.normal())} for _ in range(3)]


def explain(case, expected, found):
    if np.shape(found) == (4,):
        signs = np.array([-1, 1, 1, -1])
        if np.allclose(found, signs * expected):
            return "these are the four z; where the label is 0 the margin is minus z"
        if np.allclose(found, -np.asarray(expected)):
            return "all signs are turned: the margin is z where the label is 1"
        if np.allclose(found, np.asarray(expected)[[0, 2, 1, 3]]):
            return "the corners (0, 1) and (1, 0) are exchanged: the first number is x1"
    if np.shape(found) in ((4, 1), (1, 4)):
        return "four numbers in one axis are wanted; w[0] is an array of shape (1,), w[0, 0] is the number"
    return None


def explain_error(case, error):
    if "inhomogeneous" in error or "array element" in error:
        return "w[0] is an array of shape (1,), w[0, 0] is the number; the list mixes the two"
    return None


# %% [markdown]
# ## Exercise 5 · A wrong corner, always
#
# No recipe this time ([section 4](../01_perceptron_to_neuron.ipynb#cell-id=4-What-one-neuron-cannot-do)). By the proof, every perceptron is wrong about at least one corner. Write `counterexample(w, b)`: `w` of shape `(2, 1)`, `b` a number.
# Returns a list `[x_1, x_2]` of zeros and ones: a corner where the perceptron $w^T x + b > 0$ gives another answer than XOR. Where there are several, any of them will do.
# Example: the OR neuron `w = [[2.0], [3.0]]`, `b = -1.0` is wrong at `[1, 1]` only.
#
# <details><summary>Hint 1</summary>There are only four corners. Ask the perceptron about each.</details>
# <details><summary>Hint 2</summary>x_1 != x_2 is XOR; compare it with z > 0.</details>
# <details><summary>Hint 3</summary>Two loops over 0 and 1, a weighted sum, one comparison, and return at the first corner where the two differ.</details>


# %% grade_id="counterexample"
def counterexample(w, b):
    # BEGIN SOLUTION: return [x_1, x_2], a corner about which this perceptron is wrong
    for x_1 in (0, 1):
        for x_2 in (0, 1):
            fires = w[0, 0] * x_1 + w[1, 0] * x_2 + b > 0
            if fires != (x_1 != x_2):
                return [x_1, x_2]
    # END SOLUTION


# %% check="counterexample.wrong_corner" points=2 of="counterexample"
title = "a corner about which the perceptron is wrong"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for w_1, w_2, b in (
        (2.0, 3.0, -1.0),
        (2.0, 3.0, -4.0),
        (-1.0, -1.0, 1.5),
        (1.0, -1.0, -0.5),
        (-1.0, 1.0, -0.5),
    ):
        drawn.append({"w": rng.uniform(0.9, 1.1) * np.array([[w_1], [w_2]]), "b": b})
    return drawn + [{"w": rng.normal(size=(2, 1)), "b": float(rng.normal())} for _ in range(3)]


def call(f, case):
    found = f(**case)
    if np.shape(found) != (2,) or not all(value in (0, 1) for value in found):
        return found
    x = np.array(found, dtype=float)
    fires = bool(case["w"][:, 0] @ x + case["b"] > 0)
    return (
        "a corner where the perceptron is wrong" if fires != (x[0] != x[1]) else "a corner where it is right"
    )


def explain(case, expected, found):
    if found is None:
        return "nothing was returned for this neuron; look at all four corners"
    if found == "a corner where it is right":
        return "there the perceptron and XOR agree"
    return "return a list of two numbers, each 0 or 1"


# %% [markdown]
# ## Exercise 6 · XOR with a hidden layer
#
# Pick the weights of a network with two inputs, two hidden perceptrons and one output perceptron
# ([section 5](../01_perceptron_to_neuron.ipynb#cell-id=5-Layers-and-hidden-units)) that computes XOR. The lesson went by *OR, but not AND*. Find **another way**: one hidden
# unit fires for $x_1$ *and not* $x_2$, the other for $x_2$ *and not* $x_1$.
#
# `xor_network()` returns `W1 (2, 2)`, `b1 (2, 1)`, `W2 (1, 2)`, `b2 (1, 1)`.
#
# <details><summary>Hint 1</summary>"x1 and not x2" fires at (1, 0) alone. Which sign must the weight of x2 have?</details>
# <details><summary>Hint 2</summary>Each row of W1 belongs to one hidden unit. The output is 1 if one of the two fires.</details>
# <details><summary>Hint 3</summary>One hidden unit has the weights 1 and -1 and a bias between -1 and 0. The other has the weights exchanged. The output unit is an OR.</details>


# %% grade_id="xor_network"
def xor_network():
    # BEGIN SOLUTION: return W1 (2, 2), b1 (2, 1), W2 (1, 2), b2 (1, 1)
    W1 = np.array([[1.0, -1.0], [-1.0, 1.0]])
    b1 = np.array([[-0.5], [-0.5]])
    W2 = np.array([[1.0, 1.0]])
    b2 = np.array([[-0.5]])
    return W1, b1, W2, b2
    # END SOLUTION


# %% check="xor_network.answers" points=1 of="xor_network"
title = "hidden units and answers at the four corners"


def cases(rng):
    return [
        {"x_1": 0.0, "x_2": 0.0},
        {"x_1": 0.0, "x_2": 1.0},
        {"x_1": 1.0, "x_2": 0.0},
        {"x_1": 1.0, "x_2": 1.0},
    ]


def call(f, case):
    W1, b1, W2, b2 = (np.asarray(part, dtype=float) for part in f())
    shapes = (W1.shape, b1.shape, W2.shape, b2.shape)
    if shapes != ((2, 2), (2, 1), (1, 2), (1, 1)):
        return f"shapes {shapes}"
    x = np.array([[case["x_1"]], [case["x_2"]]])
    hidden = (W1 @ x + b1 > 0).astype(float)  # (2, 1)
    answer = (W2 @ hidden + b2 > 0).astype(float)  # (1, 1)
    return {"hidden units that fire": float(hidden.sum()), "answer": float(answer[0, 0])}


def explain(case, expected, found):
    if isinstance(found, str):
        return "the shapes must be (2, 2), (2, 1), (1, 2) and (1, 1)"
    if isinstance(found, dict) and found.get("hidden units that fire") != expected["hidden units that fire"]:
        return (
            "in this way exactly one hidden unit fires at (0, 1) and at (1, 0), and none at the other corners"
        )
    return None


# %% [markdown]
# ## Exercise 7 · A layer, and its size
#
# Write `layer_forward(A_prev, W, b)` ([section 5](../01_perceptron_to_neuron.ipynb#cell-id=5-Layers-and-hidden-units)): one layer of sigmoid neurons.
#
# | argument | meaning |
# |---|---|
# | `A_prev` | `(n_in, m)` what the layer before says |
# | `W` | `(n_out, n_in)` weights, one row a neuron |
# | `b` | `(n_out, 1)` biases |
#
# Returns `(n_out, m)`. And write `count_parameters(n_units)`: how many weights and biases a network has. `n_units` is a list with the units of each layer, inputs first.
# Example: `count_parameters([2, 2, 1])` is `9`.
#
# <details><summary>Hint 1</summary>With neurons as rows nothing has to be transposed. b is added along each row by itself.</details>
# <details><summary>Hint 2</summary>A unit has one weight for each unit of the layer before it, and one bias. The inputs have none.</details>
# <details><summary>Hint 3</summary>The layer is exercise 2 with W @ A_prev + b. The count is a sum over pairs of neighbours of (n_in + 1) times n_out.</details>


# %% grade_id="layer_forward"
def layer_forward(A_prev, W, b):
    # BEGIN SOLUTION: return the answers of all neurons of the layer, shape (n_out, m)
    Z = W @ A_prev + b  # (n_out, m)
    return 1 / (1 + np.exp(-Z))
    # END SOLUTION


# %% grade_id="count_parameters"
def count_parameters(n_units):
    # BEGIN SOLUTION: return the number of weights and biases
    return sum((n_units[l - 1] + 1) * n_units[l] for l in range(1, len(n_units)))
    # END SOLUTION


# %% check="layer_forward.values" points=1 of="layer_forward"
title = "answers of a layer"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_in, n_out, m in ((2, 3, 4), (3, 1, 5), (4, 2, 1), (3, 3, 3)):
        drawn.append(
            {
                "A_prev": rng.normal(size=(n_in, m)),
                "W": rng.normal(size=(n_out, n_in)),
                "b": rng.normal(size=(n_out, 1)),
            }
        )
    return drawn


def explain(case, expected, found):
    A_prev, W = case["A_prev"], case["W"]
    if np.shape(found) == np.shape(expected):
        if np.allclose(found, 1 / (1 + np.exp(-W @ A_prev))):
            return "the biases are missing"
        if np.allclose(found, 1 / (1 + np.exp(-W @ A_prev + case["b"]))):
            return (
                "the minus stands before the product only; it belongs before the whole sum: -(W @ A_prev + b)"
            )
        if W.shape[0] == W.shape[1] and np.allclose(found, 1 / (1 + np.exp(-(W.T @ A_prev + case["b"])))):
            return "W has one row a neuron already: do not transpose it"
    return None


# %% check="count_parameters.values" points=1 of="count_parameters"
title = "how many weights and biases"


def cases(rng):
    drawn = [{"n_units": [2, 2, 1]}, {"n_units": [784, 16, 10]}]
    for length in (2, 4, 5):
        drawn.append({"n_units": [int(n) for n in rng.integers(1, 30, length)]})
    return drawn


def explain(case, expected, found):
    n_units = case["n_units"]
    weights = sum(n_units[l - 1] * n_units[l] for l in range(1, len(n_units)))
    if found == weights:
        return "these are the weights alone; each unit but the inputs has a bias too"
    if found == weights + sum(n_units):
        return "the inputs are data: they have no bias"
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: a neuron that says yes to everything
#
# `warm_enough(X, w, threshold)` should be a perceptron: 1.0 where the weighted sum $w^T x$ is **above** the threshold, else 0.0, shape `(1, m)`. It runs,
# and calls nearly every day a summer's day ([section 8](../01_perceptron_to_neuron.ipynb#cell-id=8-Common-mistakes)). Repair it.
# Example: `warm_enough(np.array([[11.0, 14.0]]), np.array([[1.0]]), 13.0)` is `[[0.0, 1.0]]`.
#
# <details><summary>Hint 1</summary>Compute both columns of the example by hand, line by line.</details>
# <details><summary>Hint 2</summary>sum > threshold is the same as sum + b > 0. Which b?</details>
# <details><summary>Hint 3</summary>One sign is wrong, in the line that makes the bias.</details>


# %% grade_id="warm_enough"
def warm_enough(X, w, threshold):
    # BEGIN SOLUTION
    b = -threshold
    # END SOLUTION
    # BEGIN STARTER
    # b = threshold
    # END STARTER
    Z = w.T @ X + b  # (1, m)
    return (Z > 0).astype(float)


# %% check="warm_enough.values" points=1 of="warm_enough"
title = "above the threshold, or not"
inputs_unchanged = True


def cases(rng):
    drawn = [{"X": np.array([[11.0, 14.0]]), "w": np.array([[1.0]]), "threshold": 13.0}]
    for m in (6, 9, 14):
        X = np.stack([rng.uniform(0, 20, m), rng.uniform(5, 35, m)])  # (2, m)
        drawn.append({"X": X, "w": np.array([[0.8], [0.2]]), "threshold": float(rng.uniform(11, 15))})
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected) and np.all(np.asarray(found) == 1):
        return "the bias still helps the neuron to fire; a threshold must hold it back"
    return None


# %% [markdown]
# Done? Go on with [lesson 1.2](../02_logistic_regression.ipynb), where neurons find their weights themselves. Or try to draw
# a network of perceptrons that says whether an odd number of **three** inputs is 1.
