# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 1.2 · Logistic regression and gradient descent
#
# Eight short functions; the first six together are the classifier of
# [lesson 1.2](../02_logistic_regression.ipynb). Write each answer in its cell, run it, **save**, and run the
# check below it. A check tries your function on fresh inputs and shows what was expected, what came, and what
# may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. What a function is given stays as it is: a case also fails if its inputs are changed. The last two exercises are
# bug hunts: code as it circulates, with one mistake each.

# %%
import numpy as np

# %% [markdown]
# ## Exercise 1 · The sigmoid
#
# Write `sigmoid(Z)` ([section 2 of the lesson](../02_logistic_regression.ipynb#cell-id=2-From-a-score-to-a-probability)).
#
# | argument | meaning |
# |---|---|
# | `Z` | array of any shape, the scores |
#
# Returns an array of the same shape with $1 / (1 + e^{-z})$ for every entry. It must also be right, and warn
# about nothing, where an entry is $-1000$ or $1000$. Example: `sigmoid(np.array([0.0, 3.0]))` is `[0.5, 0.9526]`.
#
# <details><summary>Hint 1</summary>For positive z the formula is safe as it stands. Which part overflows for negative z?</details>
# <details><summary>Hint 2</summary>Multiply above and below by e^z: the same function, written with e^z only.</details>
# <details><summary>Hint 3</summary>Take e to the power of -|z|, which is never above 1, and use np.where to choose between two fractions.</details>


# %% grade_id="sigmoid"
def sigmoid(Z):
    # BEGIN SOLUTION: return 1 / (1 + e^(-z)) for every entry of Z
    e = np.exp(-np.abs(Z))  # at most 1, so it never overflows
    return np.where(Z >= 0, 1 / (1 + e), e / (1 + e))
    # END SOLUTION


# %% check="sigmoid.values" points=1 of="sigmoid"
title = "the sigmoid of ordinary scores"
inputs_unchanged = True


def cases(rng):
    return [
        {"Z": np.array([0.0])},
        {"Z": rng.normal(0, 3, 5)},
        {"Z": rng.normal(0, 3, (2, 4))},
        {"Z": rng.normal(0, 3, (3, 1))},
    ]


def explain(case, expected, found):
    Z = case["Z"]
    if np.shape(found) == np.shape(Z):
        if np.allclose(found, 1 / 1 + np.exp(-Z)):
            return "this is (1 / 1) + e^(-z): put brackets around the whole denominator"
        if np.allclose(found, 1 / (1 + np.exp(Z))):
            return "the sign in the exponent is missing: it is e to the power of minus z"
        if np.allclose(found, np.exp(-Z) / (1 + np.exp(-Z))):
            return "this is 1 - sigmoid(z): it falls where it should rise"
    return None


# %% check="sigmoid.far" points=1 of="sigmoid"
title = "the sigmoid of very large and very small scores"
inputs_unchanged = True


def cases(rng):
    return [
        {"Z": np.array([-1000.0, 0.0, 1000.0])},
        {"Z": -rng.uniform(720, 2000, (1, 3))},
        {"Z": rng.uniform(720, 2000, (2, 2))},
        {"Z": np.array([-rng.uniform(720, 2000), rng.normal()])},
    ]


def call(f, case):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return f(**case)


# %% [markdown]
# ## Exercise 2 · The cost
#
# Write `cost(A, Y)`: the mean cross-entropy ([section 3](../02_logistic_regression.ipynb#cell-id=3-How-wrong-Loss-and-cost)).
#
# | argument | meaning |
# |---|---|
# | `A` | `(1, m)` probabilities, strictly between 0 and 1 |
# | `Y` | `(1, m)` labels, 0 or 1 |
#
# Returns one number, $J = -\frac1m \sum_i \bigl(y^{(i)} \log a^{(i)} + (1 - y^{(i)}) \log (1 - a^{(i)})\bigr)$.
# Example: `cost(np.array([[0.9, 0.2]]), np.array([[1.0, 0.0]]))` is `0.1643`.
#
# <details><summary>Hint 1</summary>Write the loss of every example first: an array of shape (1, m), without a loop.</details>
# <details><summary>Hint 2</summary>Where y is 1 only log a counts, where y is 0 only log(1 - a). Both terms are negative.</details>
# <details><summary>Hint 3</summary>The mean of all losses is one number; float(...) turns it into a plain one.</details>


# %% grade_id="cost"
def cost(A, Y):
    # BEGIN SOLUTION: return the mean over the m examples of the cross-entropy loss
    losses = -(Y * np.log(A) + (1 - Y) * np.log(1 - A))  # (1, m)
    return float(losses.mean())
    # END SOLUTION


# %% check="cost.values" points=1 of="cost"
title = "the mean cross-entropy"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for m in (1, 3, 8, 20):
        drawn.append({"A": rng.uniform(0.05, 0.95, (1, m)), "Y": rng.integers(0, 2, (1, m)).astype(float)})
    return drawn


def explain(case, expected, found):
    A, Y = case["A"], case["Y"]
    if np.ndim(found) == 0 and np.isclose(found, 0.5 * ((A - Y) ** 2).mean()):
        return "this is the squared error; cross-entropy uses logarithms"
    if np.ndim(found) == 0 and np.isclose(found, -(Y * np.log(A)).mean()):
        return "the part for y = 0 is missing: (1 - y) log(1 - a)"
    return None


# %% [markdown]
# ## Exercise 3 · The gradients
#
# Write `gradients(X, A, Y)` ([section 7](../02_logistic_regression.ipynb#cell-id=7-All-examples-from-the-loop-to-one-product)), without a loop.
#
# | argument | meaning |
# |---|---|
# | `X` | `(n_x, m)` examples, one a column |
# | `A` | `(1, m)` probabilities that the model gave |
# | `Y` | `(1, m)` labels |
#
# Returns `dw` of shape `(n_x, 1)` and `db`, one number: the derivatives of the **mean** loss.
# Example: `X = [[1, 2], [3, 4]]`, `A = [[0.5, 0.5]]`, `Y = [[1, 0]]` give `dw = [[0.25], [0.25]]` and `db = 0.0`.
#
# <details><summary>Hint 1</summary>One line for the errors: dZ = A - Y, of shape (1, m).</details>
# <details><summary>Hint 2</summary>(n_x, m) times (m, 1) is (n_x, 1). Which of X and dZ must be transposed?</details>
# <details><summary>Hint 3</summary>The product sums over the examples; the mean needs one thing more. db is the mean of dZ.</details>


# %% grade_id="gradients"
def gradients(X, A, Y):
    # BEGIN SOLUTION: return dw of shape (n_x, 1) and the number db
    m = X.shape[1]
    dZ = A - Y  # (1, m)
    dw = X @ dZ.T / m  # (n_x, m) @ (m, 1) -> (n_x, 1)
    return dw, float(dZ.mean())
    # END SOLUTION


# %% check="gradients.dw" points=1 of="gradients"
title = "dw, the gradient of the weights"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_x, m in ((1, 1), (3, 5), (4, 4), (2, 9)):
        drawn.append(
            {
                "X": rng.normal(size=(n_x, m)),
                "A": rng.uniform(0.05, 0.95, (1, m)),
                "Y": rng.integers(0, 2, (1, m)).astype(float),
            }
        )
    return drawn


def call(f, case):
    return f(**case)[0]


def explain(case, expected, found):
    X, dZ = case["X"], case["A"] - case["Y"]
    if np.shape(found) == X.shape and X.shape[1] > 1 and np.allclose(found, X * dZ / X.shape[1]):
        return "this multiplies entry by entry; the sum over the examples is a matrix product, @"
    return None


# %% check="gradients.db" points=1 of="gradients"
title = "db, the gradient of the bias"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_x, m in ((1, 2), (3, 5), (2, 9)):
        drawn.append(
            {
                "X": rng.normal(size=(n_x, m)),
                "A": rng.uniform(0.05, 0.95, (1, m)),
                "Y": rng.integers(0, 2, (1, m)).astype(float),
            }
        )
    return drawn


def call(f, case):
    return f(**case)[1]


# %% [markdown]
# ## Exercise 4 · One step downhill
#
# Write `descent_step(w, b, dw, db, learning_rate)` ([section 8](../02_logistic_regression.ipynb#cell-id=8-Walking-downhill)).
#
# | argument | meaning |
# |---|---|
# | `w`, `dw` | `(n_x, 1)` weights and their gradient |
# | `b`, `db` | numbers, bias and its gradient |
# | `learning_rate` | length of the step, positive |
#
# Returns the new `w` and the new `b`. Mind that `w -= ...` changes the array you were given.
# Example: `w = [[1.0]]`, `b = 0.0`, `dw = [[2.0]]`, `db = -1.0`, rate 0.1 give `[[0.8]]` and `0.1`.
#
# <details><summary>Hint 1</summary>The gradient points uphill.</details>
# <details><summary>Hint 2</summary>w = w - ... makes a new array. w -= ... writes into the one you were given.</details>
# <details><summary>Hint 3</summary>Two lines of the same shape: parameter minus learning rate times its gradient; return both.</details>


# %% grade_id="descent_step"
def descent_step(w, b, dw, db, learning_rate):
    # BEGIN SOLUTION: return the new w and the new b, one step against the gradient
    return w - learning_rate * dw, b - learning_rate * db
    # END SOLUTION


# %% check="descent_step.values" points=1 of="descent_step"
title = "one step of gradient descent"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_x in (1, 2, 5):
        drawn.append(
            {
                "w": rng.normal(size=(n_x, 1)),
                "b": float(rng.normal()),
                "dw": rng.normal(size=(n_x, 1)),
                "db": float(rng.normal()),
                "learning_rate": float(rng.uniform(0.01, 0.9)),
            }
        )
    return drawn


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) == 2:
        uphill = case["w"] + case["learning_rate"] * case["dw"]
        if np.shape(found[0]) == uphill.shape and np.allclose(found[0], uphill):
            return "this steps uphill: subtract the gradient"
        if np.shape(found[0]) == uphill.shape and np.allclose(found[0], case["w"] - case["dw"]):
            return "the learning rate is missing"
    return None


# %% [markdown]
# ## Exercise 5 · The whole model
#
# No recipe this time. Write `train(X, Y, learning_rate, steps)`: gradient descent for logistic regression
# ([section 8](../02_logistic_regression.ipynb#cell-id=8-Walking-downhill)).
#
# | argument | meaning |
# |---|---|
# | `X` | `(n_x, m)` examples |
# | `Y` | `(1, m)` labels |
# | `learning_rate` | length of the steps |
# | `steps` | how many, at least 1 |
#
# Start from zero weights and zero bias. Returns `w` of shape `(n_x, 1)`, `b`, and `costs`, a list of `steps`
# numbers: the cost **before** each step. You may call your functions from above.
# Example: `train(np.array([[1.0]]), np.array([[1.0]]), 1.0, 1)` gives `w = [[0.5]]`, `b = 0.5`, `costs = [0.6931]`.
#
# <details><summary>Hint 1</summary>Four things happen in each step: probabilities, cost, gradients, update. In which order?</details>
# <details><summary>Hint 2</summary>The very first cost is log 2 = 0.6931, whatever the data. If yours is not, you append too late.</details>
# <details><summary>Hint 3</summary>A = sigmoid(w.T @ X + b) has shape (1, m); the other three lines call exercises 2, 3 and 4.</details>


# %% grade_id="train"
def train(X, Y, learning_rate, steps):
    # BEGIN SOLUTION: return w, b and the list of costs after gradient descent from zero
    w, b, costs = np.zeros((X.shape[0], 1)), 0.0, []
    for _ in range(steps):
        A = sigmoid(w.T @ X + b)  # (1, m)
        costs.append(cost(A, Y))
        dw, db = gradients(X, A, Y)
        w, b = descent_step(w, b, dw, db, learning_rate)
    return w, b, costs
    # END SOLUTION


# %% check="train.values" points=1 of="train,sigmoid,cost,gradients,descent_step"
title = "training from zero"
parts = ("w", "b", "costs")
inputs_unchanged = True
tolerance = (1e-5, 1e-8)


def cases(rng):
    drawn = []
    for n_x, m, steps in ((1, 4, 1), (2, 10, 5), (3, 30, 40)):
        X = rng.normal(size=(n_x, m))
        Y = (X[:1] + 0.3 * rng.normal(size=(1, m)) > 0).astype(float)
        drawn.append({"X": X, "Y": Y, "learning_rate": 0.5, "steps": steps})
    return drawn


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) == 3 and np.ndim(found[2]) == 1:
        if len(found[2]) != case["steps"]:
            return f"costs must have one number a step, here {case['steps']}"
        if len(found[2]) and not np.isclose(found[2][0], np.log(2)):
            return "the first cost must be log 2 = 0.6931: zero weights, and appended before the step"
    return None


# %% [markdown]
# ## Exercise 6 · A decision
#
# Write `predict(w, b, X)` ([section 8](../02_logistic_regression.ipynb#cell-id=8-Walking-downhill)).
#
# | argument | meaning |
# |---|---|
# | `w`, `b` | `(n_x, 1)` weights and the bias, a number |
# | `X` | `(n_x, m)` examples |
#
# Returns `(1, m)`: 1.0 where the probability of $y = 1$ is **above** one half, else 0.0.
# Example: `predict(np.array([[1.0]]), -2.0, np.array([[1.0, 2.0, 3.0]]))` is `[[0.0, 0.0, 1.0]]`.
#
# <details><summary>Hint 1</summary>For which scores z is the sigmoid above one half? You may not even need it.</details>
# <details><summary>Hint 2</summary>A comparison of an array with a number gives an array of True and False.</details>
# <details><summary>Hint 3</summary>(w.T @ X + b > 0) has the right shape; .astype(float) gives ones and zeros.</details>


# %% grade_id="predict"
def predict(w, b, X):
    # BEGIN SOLUTION: return 1.0 where the probability is above one half, else 0.0, shape (1, m)
    return (w.T @ X + b > 0).astype(float)
    # END SOLUTION


# %% check="predict.values" points=1 of="predict,sigmoid"
title = "answers of a trained model"
inputs_unchanged = True


def cases(rng):
    drawn = [{"w": np.array([[1.0]]), "b": -2.0, "X": np.array([[1.0, 2.0, 3.0, -4.0]])}]
    for n_x, m in ((2, 7), (4, 12), (3, 20)):
        w, b, X = rng.normal(size=(n_x, 1)), float(rng.normal()), rng.normal(size=(n_x, m))
        drawn.append({"w": w, "b": b, "X": X})
    return drawn


def explain(case, expected, found):
    Z = case["w"].T @ case["X"] + case["b"]
    if np.shape(found) == Z.shape and np.array_equal(found, (Z >= 0).astype(float)):
        return "exactly at one half the answer is 0: use > and not >="
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: probabilities above one
#
# This function circulates ([section 9](../02_logistic_regression.ipynb#cell-id=9-Common-mistakes)). It runs, its answers have the right shape, and
# every one of them is larger than 1.
# Repair `probabilities(w, b, X)`; it shall return $\sigma(w^T x + b)$ for every column of `X`, shape `(1, m)`.
# Example: `probabilities(np.array([[2.0]]), 0.0, np.array([[0.0, 1.0]]))` is `[[0.5, 0.8808]]`.
#
# <details><summary>Hint 1</summary>Try it by hand at z = 0. The sigmoid gives one half there.</details>
# <details><summary>Hint 2</summary>In which order does Python divide and add?</details>
# <details><summary>Hint 3</summary>Everything below the fraction bar belongs inside one pair of brackets.</details>


# %% grade_id="probabilities"
def probabilities(w, b, X):
    Z = w.T @ X + b  # (1, m)
    # BEGIN SOLUTION
    return 1 / (1 + np.exp(-Z))
    # END SOLUTION
    # BEGIN STARTER
    # A = 1 / 1 + np.exp(-Z)
    # return A
    # END STARTER


# %% check="probabilities.values" points=1 of="probabilities"
title = "probabilities between 0 and 1"
inputs_unchanged = True


def cases(rng):
    drawn = [{"w": np.array([[2.0]]), "b": 0.0, "X": np.array([[0.0, 1.0, -1.0]])}]
    for n_x, m in ((2, 3), (3, 6), (5, 4)):
        drawn.append(
            {"w": rng.normal(size=(n_x, 1)), "b": float(rng.normal()), "X": rng.normal(size=(n_x, m))}
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected) and np.max(found) > 1:
        return "a probability above 1: division binds before addition, so 1 / 1 + e is (1 / 1) + e"
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: a cost that rewards mistakes
#
# A loop over the examples, as many notes have it ([section 9](../02_logistic_regression.ipynb#cell-id=9-Common-mistakes)). Its result is negative, and a better model gets a larger one.
# Repair `cost_loop(A, Y)`. It takes `A` and `Y` of shape `(1, m)` and returns the mean cross-entropy; keep the loop.
# Example: `cost_loop(np.array([[0.9, 0.2]]), np.array([[1.0, 0.0]]))` is `0.1643`.
#
# <details><summary>Hint 1</summary>What sign has the logarithm of a number below 1?</details>
# <details><summary>Hint 2</summary>Compare the line inside the loop with the formula of exercise 2.</details>
# <details><summary>Hint 3</summary>One character inside the loop is wrong.</details>


# %% grade_id="cost_loop"
def cost_loop(A, Y):
    m = A.shape[1]
    J = 0.0
    for i in range(m):
        # BEGIN SOLUTION
        J -= Y[0, i] * np.log(A[0, i]) + (1 - Y[0, i]) * np.log(1 - A[0, i])
        # END SOLUTION
        # BEGIN STARTER
        # J += Y[0, i] * np.log(A[0, i]) + (1 - Y[0, i]) * np.log(1 - A[0, i])
        # END STARTER
    return J / m


# %% check="cost_loop.values" points=1 of="cost_loop"
title = "the mean cross-entropy, by a loop"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for m in (1, 4, 11):
        drawn.append({"A": rng.uniform(0.05, 0.95, (1, m)), "Y": rng.integers(0, 2, (1, m)).astype(float)})
    return drawn


# %% [markdown]
# Done? Go on with [1.3 Vectorization and NumPy](../03_vectorization_numpy.ipynb), or take your `train` for a walk: give it the digits of the lesson and
# find the largest learning rate whose cost never rises.
