# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 1.4 · Shallow networks
#
# Eight functions; six of them together are the network with one hidden layer of
# [lesson 1.4](../04_shallow_networks.ipynb). Write each answer in its cell, run it, **save**, and run the
# check below it. A check tries your function on fresh inputs and shows what was expected, what came, and what
# may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. `parameters` is always a dict with the keys `"W1"`, `"b1"`, `"W2"`, `"b2"`. What a function is given stays as it
# is: a case also fails if its inputs are changed. In the examples `[[1.0, 2.0]]` is short for `np.array([[1.0, 2.0]])`.

# %%
import numpy as np


# %% [markdown]
# ## Exercise 1 · The start
#
# Write `initialise(n_x, n_H, n_y, rng)` ([section 7 of the lesson](../04_shallow_networks.ipynb#cell-id=7-How-not-to-start)).
#
# | argument | meaning |
# |---|---|
# | `n_x`, `n_H`, `n_y` | numbers of inputs, hidden units, outputs |
# | `rng` | a `np.random.Generator` |
#
# Returns a dict: `W1` of shape `(n_H, n_x)` and `W2` of shape `(n_y, n_H)`, normal draws times 0.5, **W1 drawn first**;
# `b1` `(n_H, 1)` and `b2` `(n_y, 1)`, zeros. Example: with `rng = np.random.default_rng(0)`, `initialise(2, 3, 1, rng)["W1"]`
# begins with `0.0629, -0.0661`.
#
# <details><summary>Hint 1</summary>One row of W for each unit of its layer, one column for each input of that layer.</details>
# <details><summary>Hint 2</summary>rng.standard_normal(shape) takes the shape as a tuple.</details>
# <details><summary>Hint 3</summary>W1 = 0.5 * rng.standard_normal((n_H, n_x)); W2 is made the same way from the other two numbers.</details>


# %% grade_id="initialise"
def initialise(n_x, n_H, n_y, rng):
    # BEGIN SOLUTION: return a dict with W1 (n_H, n_x), b1 (n_H, 1), W2 (n_y, n_H), b2 (n_y, 1)
    return {
        "W1": 0.5 * rng.standard_normal((n_H, n_x)),
        "b1": np.zeros((n_H, 1)),
        "W2": 0.5 * rng.standard_normal((n_y, n_H)),
        "b2": np.zeros((n_y, 1)),
    }
    # END SOLUTION


# %% check="initialise.values" points=1 of="initialise"
title = "random weights, zero biases"


def cases(rng):
    sizes = ((2, 3, 1), (3, 5, 2), (4, 2, 3), (1, 6, 1))
    return [{"sizes": list(s), "seed": int(rng.integers(1000))} for s in sizes]


def call(f, case):
    return f(*case["sizes"], np.random.default_rng(case["seed"]))


def explain(case, expected, found):
    if not isinstance(found, dict) or set(found) != {"W1", "b1", "W2", "b2"}:
        return 'return a dict with exactly the keys "W1", "b1", "W2", "b2"'
    n_x, n_H, n_y = case["sizes"]
    if np.shape(found["W1"]) == (n_x, n_H) != (n_H, n_x):
        return "W1 is transposed: it has one row a hidden unit, so its shape is (n_H, n_x)"
    if np.shape(found["W1"]) == (n_H, n_x):
        if not np.any(found["W1"]):
            return "all weights are zero: equal units would stay equal for ever"
        if np.allclose(found["W1"], 2 * expected["W1"]):
            return "the factor 0.5 is missing"
        if np.shape(found["W2"]) == (n_y, n_H) and not np.allclose(found["W1"], expected["W1"]):
            return "the values differ: draw W1 before W2, with rng.standard_normal, and nothing else from rng"
    return None


# %% [markdown]
# ## Exercise 2 · Forward
#
# Write `forward(X, parameters)`: tanh in the hidden layer, sigmoid at the output ([section 2](../04_shallow_networks.ipynb#cell-id=2-One-hidden-layer)).
#
# | argument | meaning |
# |---|---|
# | `X` | `(n_x, m)` examples, one a column |
# | `parameters` | `W1 (n_H, n_x)`, `b1 (n_H, 1)`, `W2 (n_y, n_H)`, `b2 (n_y, 1)` |
#
# Returns `A1` of shape `(n_H, m)` and `A2` of shape `(n_y, m)`. Example: `X = [[1.0]]`, `W1 = [[1.0], [-1.0]]`, `b1` zeros,
# `W2 = [[1.0, 1.0]]`, `b2 = [[2.0]]` give `A1 = [[0.7616], [-0.7616]]` and `A2 = [[0.8808]]`.
#
# <details><summary>Hint 1</summary>Four lines: two weighted sums, and an activation after each.</details>
# <details><summary>Hint 2</summary>(n_H, n_x) @ (n_x, m) is (n_H, m). No transpose is needed anywhere.</details>
# <details><summary>Hint 3</summary>The input of the second weighted sum is A1, not Z1 and not X.</details>


# %% grade_id="forward"
def forward(X, parameters):
    # BEGIN SOLUTION: return A1 (n_H, m) and A2 (n_y, m)
    Z1 = parameters["W1"] @ X + parameters["b1"]  # (n_H, m)
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]  # (n_y, m)
    return A1, 1 / (1 + np.exp(-Z2))
    # END SOLUTION


# %% check="forward.values" points=1 of="forward"
title = "hidden and output activations"
parts = ("A1", "A2")
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_x, n_H, n_y, m in ((1, 2, 1, 1), (2, 4, 1, 6), (3, 3, 2, 3), (5, 2, 1, 4)):
        parameters = {
            "W1": rng.normal(size=(n_H, n_x)),
            "b1": rng.normal(size=(n_H, 1)),
            "W2": rng.normal(size=(n_y, n_H)),
            "b2": rng.normal(size=(n_y, 1)),
        }
        drawn.append({"X": rng.normal(size=(n_x, m)), "parameters": parameters})
    return drawn


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return "return two arrays: A1, A2"
    X, p = case["X"], case["parameters"]
    Z1 = p["W1"] @ X + p["b1"]
    if np.shape(found[0]) == Z1.shape:
        if np.allclose(found[0], Z1):
            return "A1 is the score Z1; the activation tanh is missing"
        if np.allclose(found[0], 1 / (1 + np.exp(-Z1))):
            return "the hidden layer uses tanh here, the output the sigmoid"
        if np.allclose(found[0], np.tanh(p["W1"] @ X)):
            return "the bias b1 is missing"
    Z2 = p["W2"] @ np.tanh(Z1) + p["b2"]
    if np.shape(found[1]) == Z2.shape and np.allclose(found[1], np.tanh(Z2)):
        return "the output is a probability: sigmoid, not tanh"
    return None


# %% [markdown]
# ## Exercise 3 · The cost
#
# Write `cost(A2, Y)`: the mean cross-entropy ([section 6](../04_shallow_networks.ipynb#cell-id=6-Train-it)).
#
# | argument | meaning |
# |---|---|
# | `A2` | `(1, m)` probabilities, strictly between 0 and 1 |
# | `Y` | `(1, m)` labels, 0 or 1 |
#
# Returns one number, $J = -\frac1m \sum_i \bigl(y^{(i)} \log a^{[2](i)} + (1 - y^{(i)}) \log (1 - a^{[2](i)})\bigr)$.
# Example: `cost(np.array([[0.8, 0.4]]), np.array([[1.0, 0.0]]))` is `0.367`.
#
# <details><summary>Hint 1</summary>It is the cost of lesson 1.2; a hidden layer changes nothing about it.</details>
# <details><summary>Hint 2</summary>First an array of m losses, then their mean.</details>
# <details><summary>Hint 3</summary>Mind the sign: logarithms of probabilities are negative, a cost is not.</details>


# %% grade_id="cost"
def cost(A2, Y):
    # BEGIN SOLUTION: return the mean cross-entropy over the m examples
    return float(-(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)).mean())
    # END SOLUTION


# %% check="cost.values" points=1 of="cost"
title = "the mean cross-entropy"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for m in (1, 2, 7, 30):
        drawn.append({"A2": rng.uniform(0.05, 0.95, (1, m)), "Y": rng.integers(0, 2, (1, m)).astype(float)})
    return drawn


def explain(case, expected, found):
    if np.ndim(found) == 0 and not isinstance(found, (str, dict, type(None))):
        if np.isclose(found, -expected):
            return "the sign: a cross-entropy is never negative"
        if case["Y"].size > 1 and np.isclose(found, expected * case["Y"].size):
            return "this is the sum; the cost is the mean"
    return None


# %% [markdown]
# ## Exercise 4 · Backward
#
# Write `backward(X, Y, A1, A2, parameters)`: the six equations, for tanh hidden units ([section 5](../04_shallow_networks.ipynb#cell-id=5-Six-equations)).
#
# | argument | meaning |
# |---|---|
# | `X`, `Y` | `(n_x, m)` examples and `(n_y, m)` labels |
# | `A1`, `A2` | `(n_H, m)` and `(n_y, m)`, from `forward` |
# | `parameters` | as above |
#
# Returns a dict with the keys `"dW1"`, `"db1"`, `"dW2"`, `"db2"`, each of its parameter's shape: the derivatives of the **mean** loss.
# Example: `X = [[1.0]]`, `Y = [[1.0]]`, `A1 = [[0.5]]`, `A2 = [[0.6]]`, `W2 = [[2.0]]` give `dW2 = [[-0.2]]`, `db2 = [[-0.4]]`, `dW1 = [[-0.6]]`, `db1 = [[-0.6]]`.
#
# <details><summary>Hint 1</summary>Start at the output, dZ2 = A2 - Y; then dW2 and db2 from it, as in 1.2 with A1 for X.</details>
# <details><summary>Hint 2</summary>To reach the hidden layer, multiply by W2 transposed, then entry by entry by the slope of tanh, written with A1.</details>
# <details><summary>Hint 3</summary>Sums over examples run along axis 1 and keep their dimension: .sum(axis=1, keepdims=True). The factor 1/m appears once in each of the four results.</details>


# %% grade_id="backward"
def backward(X, Y, A1, A2, parameters):
    # BEGIN SOLUTION: return a dict with dW1, db1, dW2, db2
    m = X.shape[1]
    dZ2 = A2 - Y  # (n_y, m)
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)  # (n_H, m)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
    }
    # END SOLUTION


# %% check="backward.output_layer" points=1 of="backward"
title = "dW2 and db2, the gradients of the output layer"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_x, n_H, n_y, m in ((2, 3, 1, 4), (3, 2, 1, 7), (2, 4, 2, 5)):
        drawn.append(
            {
                "X": rng.normal(size=(n_x, m)),
                "Y": rng.integers(0, 2, (n_y, m)).astype(float),
                "A1": np.tanh(rng.normal(size=(n_H, m))),
                "A2": rng.uniform(0.05, 0.95, (n_y, m)),
                "parameters": {"W1": rng.normal(size=(n_H, n_x)), "W2": rng.normal(size=(n_y, n_H))},
            }
        )
    return drawn


def call(f, case):
    gradients = f(**case)
    return gradients["dW2"], gradients["db2"]


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) == 2:
        m = case["X"].shape[1]
        if np.shape(found[0]) == np.shape(expected[0]) and np.allclose(found[0], m * expected[0]):
            return "the factor 1/m is missing: the cost is a mean"
        if np.shape(found[1]) != np.shape(expected[1]):
            return "db2 must have the shape of b2, (n_y, 1): sum along axis 1 and keep the dimension"
    return None


# %% check="backward.hidden_layer" points=1 of="backward"
title = "dW1 and db1, the gradients of the hidden layer"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_x, n_H, n_y, m in ((2, 3, 1, 4), (3, 2, 1, 7), (2, 4, 2, 5)):
        drawn.append(
            {
                "X": rng.normal(size=(n_x, m)),
                "Y": rng.integers(0, 2, (n_y, m)).astype(float),
                "A1": np.tanh(rng.normal(size=(n_H, m))),
                "A2": rng.uniform(0.05, 0.95, (n_y, m)),
                "parameters": {"W1": rng.normal(size=(n_H, n_x)), "W2": rng.normal(size=(n_y, n_H))},
            }
        )
    return drawn


def call(f, case):
    gradients = f(**case)
    return gradients["dW1"], gradients["db1"]


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return None
    X, A1 = case["X"], case["A1"]
    m, back = X.shape[1], case["parameters"]["W2"].T @ (case["A2"] - case["Y"])
    if np.shape(found[0]) == np.shape(expected[0]):
        if np.allclose(found[0], back @ X.T / m):
            return "the slope of tanh, 1 - A1^2, is missing"
        if np.allclose(found[0], (back * A1 * (1 - A1)) @ X.T / m):
            return "A1 (1 - A1) is the slope of the sigmoid; that of tanh is 1 - A1^2"
        for slope in (1 - np.tanh(A1) ** 2, 1 - A1):
            if np.allclose(found[0], (back * slope) @ X.T / m):
                return "dW1 differs: A1 is tanh(Z1) already, so the slope of tanh is 1 - A1^2"
        if np.allclose(found[0], m * expected[0]):
            return "the factor 1/m is missing: the cost is a mean"
    if np.shape(found[1]) != np.shape(expected[1]):
        return "db1 must have the shape of b1, (n_H, 1): a sum over all entries mixes the units"
    return None


# %% [markdown]
# ## Exercise 5 · The update
#
# Write `update(parameters, gradients, learning_rate)` ([section 6](../04_shallow_networks.ipynb#cell-id=6-Train-it)).
#
# | argument | meaning |
# |---|---|
# | `parameters` | dict of arrays, e.g. `"W1"` |
# | `gradients` | dict with an entry `"d" + name` for each parameter |
# | `learning_rate` | length of the step, positive |
#
# Returns a **new** dict with the parameters after one step of gradient descent; the dict and the arrays that you are given stay as they are.
# Example: `update({"W1": np.array([[1.0]])}, {"dW1": np.array([[2.0]])}, 0.1)` is `{"W1": np.array([[0.8]])}`.
#
# <details><summary>Hint 1</summary>The same line for every parameter: a loop over the names.</details>
# <details><summary>Hint 2</summary>W -= ... would write into the array that you were given.</details>
# <details><summary>Hint 3</summary>The gradient's name is "d" + name. A dict comprehension over parameters.items() does it in one line.</details>


# %% grade_id="update"
def update(parameters, gradients, learning_rate):
    # BEGIN SOLUTION: return a new dict of parameters, one step against the gradients
    return {name: value - learning_rate * gradients["d" + name] for name, value in parameters.items()}
    # END SOLUTION


# %% check="update.values" points=1 of="update"
title = "one step of gradient descent"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_x, n_H in ((1, 2), (2, 4), (3, 3)):
        shapes = {"W1": (n_H, n_x), "b1": (n_H, 1), "W2": (1, n_H), "b2": (1, 1)}
        drawn.append(
            {
                "parameters": {name: rng.normal(size=shape) for name, shape in shapes.items()},
                "gradients": {"d" + name: rng.normal(size=shape) for name, shape in shapes.items()},
                "learning_rate": float(rng.uniform(0.05, 0.9)),
            }
        )
    return drawn


def explain(case, expected, found):
    if not isinstance(found, dict):
        return "return the new dict of parameters"
    uphill = case["parameters"]["W1"] + case["learning_rate"] * case["gradients"]["dW1"]
    if np.shape(found.get("W1")) == uphill.shape and np.allclose(found["W1"], uphill):
        return "this steps uphill: subtract the gradient"
    return None


# %% [markdown]
# ## Exercise 6 · The whole model
#
# No recipe this time. Write `train(X, Y, n_H, learning_rate, steps, rng)`: a network with one hidden layer of `n_H` tanh units and
# one sigmoid output, trained by gradient descent on all examples ([section 6](../04_shallow_networks.ipynb#cell-id=6-Train-it)).
#
# | argument | meaning |
# |---|---|
# | `X`, `Y` | `(n_x, m)` examples and `(1, m)` labels |
# | `n_H` | hidden units |
# | `learning_rate`, `steps` | of gradient descent; at least 1 step |
# | `rng` | a `np.random.Generator`, used for the start of exercise 1 only |
#
# Returns the trained `parameters` and `costs`, a list of `steps` numbers: the cost **before** each step. You may call your functions from above.
# Example: with `X = [[1.0, -1.0]]`, `Y = [[1.0, 0.0]]`, `n_H = 2`, rate 1.0, one step and `np.random.default_rng(0)`, `costs` is `[0.6849]`.
#
# <details><summary>Hint 1</summary>How many inputs and outputs? X and Y tell.</details>
# <details><summary>Hint 2</summary>One step is: answers, cost, gradients, new parameters. The cost belongs to the answers before the update.</details>
# <details><summary>Hint 3</summary>Each of the five lines calls one of your functions; only the order is left to find.</details>


# %% grade_id="train"
def train(X, Y, n_H, learning_rate, steps, rng):
    # BEGIN SOLUTION: return the trained parameters and the list of costs
    parameters, costs = initialise(X.shape[0], n_H, Y.shape[0], rng), []
    for _ in range(steps):
        A1, A2 = forward(X, parameters)
        costs.append(cost(A2, Y))
        parameters = update(parameters, backward(X, Y, A1, A2, parameters), learning_rate)
    return parameters, costs
    # END SOLUTION


# %% check="train.costs" points=1 of="train,initialise,forward,cost,backward,update"
title = "the costs of a training run"
inputs_unchanged = True
tolerance = (1e-4, 1e-7)


def cases(rng):
    drawn = []
    for n_x, n_H, m, steps in ((1, 2, 4, 1), (2, 3, 12, 5), (2, 4, 30, 40), (3, 2, 20, 10)):
        X = rng.normal(size=(n_x, m))
        Y = (np.abs(X[:1]) < 0.7).astype(float)
        drawn.append({"X": X, "Y": Y, "n_H": n_H, "steps": steps, "seed": int(rng.integers(1000))})
    return drawn


def call(f, case):
    rng = np.random.default_rng(case["seed"])
    return f(case["X"], case["Y"], case["n_H"], 0.5, case["steps"], rng)[1]


def explain(case, expected, found):
    if isinstance(found, (list, tuple, np.ndarray)):
        if len(found) != case["steps"]:
            return f"costs must have one number a step, here {case['steps']}"
        if len(found) > 1 and np.allclose(found[:-1], expected[1:], atol=1e-6):
            return "each cost comes one step too late: append it before the update"
        if len(found) > 1 and np.allclose(found, found[0]):
            return "the cost never changes: are the updated parameters used in the next step?"
    return None


# %% check="train.parameters" points=1 of="train,initialise,forward,cost,backward,update"
title = "the trained parameters"
inputs_unchanged = True
tolerance = (1e-4, 1e-7)


def cases(rng):
    drawn = []
    for n_x, n_H, m, steps in ((1, 2, 5, 2), (2, 3, 15, 10), (3, 4, 30, 30)):
        X = rng.normal(size=(n_x, m))
        Y = (np.abs(X[:1]) < 0.7).astype(float)
        drawn.append({"X": X, "Y": Y, "n_H": n_H, "steps": steps, "seed": int(rng.integers(1000))})
    return drawn


def call(f, case):
    rng = np.random.default_rng(case["seed"])
    return f(case["X"], case["Y"], case["n_H"], 0.5, case["steps"], rng)[0]


# %% [markdown]
# ## Exercise 7 · Bug hunt: a start that does not start
#
# This line is in many notes, and it raises an error ([section 9](../04_shallow_networks.ipynb#cell-id=9-Common-mistakes)). Repair `small_weights(rng)`. It shall return an array of shape `(2, 2)`: normal draws from
# `rng`, times 0.01. Example: with `np.random.default_rng(0)` it is `[[0.0013, -0.0013], [0.0064, 0.0010]]`.
#
# <details><summary>Hint 1</summary>Run the cell below it with a call, and read the last line of the error.</details>
# <details><summary>Hint 2</summary>np.random.randn wants its sizes one by one; it also draws from a hidden generator and not from rng.</details>
# <details><summary>Hint 3</summary>The generator's method is standard_normal, and it wants a tuple.</details>


# %% grade_id="small_weights"
def small_weights(rng):
    # BEGIN SOLUTION
    return rng.standard_normal((2, 2)) * 0.01
    # END SOLUTION
    # BEGIN STARTER
    # return np.random.randn((2, 2)) * 0.01
    # END STARTER


# %% check="small_weights.values" points=1 of="small_weights"
title = "small random weights from the generator given"


def cases(rng):
    return [{"seed": int(rng.integers(100000))} for _ in range(4)]


def call(f, case):
    try:
        return f(np.random.default_rng(case["seed"]))
    except TypeError as problem:  # the mistake of this hunt; explain() below tells what it means
        return f"TypeError: {problem}"


def explain(case, expected, found):
    if isinstance(found, str):
        return "np.random.randn raises a TypeError: it takes its sizes one by one and not as a tuple"
    if np.shape(found) == (2, 2):
        if np.allclose(np.asarray(found, dtype=float), 100 * expected):
            return "the factor 0.01 is missing"
        return "the numbers do not come from rng: np.random.randn uses a hidden generator of its own"
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: units that never part
#
# This training runs without an error, and its hidden units stay equal for ever ([section 7](../04_shallow_networks.ipynb#cell-id=7-How-not-to-start)). Repair the start in `hidden_weights_after_training(X, Y, n_H, steps, rng)`:
# weights are normal draws from `rng` times 0.5, **W1 first**, then W2; biases stay zero. The steps are right as they are.
#
# | argument | meaning |
# |---|---|
# | `X`, `Y` | `(n_x, m)` and `(1, m)` |
# | `n_H`, `steps` | hidden units, steps of gradient descent with rate 0.5 |
# | `rng` | a `np.random.Generator` |
#
# Returns `W1` of shape `(n_H, n_x)` after training. Example: with `X = [[1.0, -1.0]]`, `Y = [[1.0, 0.0]]`, `n_H = 2`, no steps and
# `np.random.default_rng(0)` it is `[[0.0629], [-0.0661]]`.
#
# <details><summary>Hint 1</summary>Print W1 before and after training, with the code as it stands.</details>
# <details><summary>Hint 2</summary>With W2 zero, dZ1 is zero. With equal rows in W1, the gradients have equal rows.</details>
# <details><summary>Hint 3</summary>Two lines of the start change. The biases may stay.</details>


# %% grade_id="hidden_weights_after_training"
def hidden_weights_after_training(X, Y, n_H, steps, rng):
    n_x, m = X.shape
    # BEGIN SOLUTION
    W1 = 0.5 * rng.standard_normal((n_H, n_x))
    W2 = 0.5 * rng.standard_normal((1, n_H))
    # END SOLUTION
    # BEGIN STARTER
    # W1 = np.zeros((n_H, n_x))
    # W2 = np.zeros((1, n_H))
    # END STARTER
    b1, b2 = np.zeros((n_H, 1)), np.zeros((1, 1))
    for _ in range(steps):
        A1 = np.tanh(W1 @ X + b1)
        dZ2 = 1 / (1 + np.exp(-(W2 @ A1 + b2))) - Y
        dZ1 = (W2.T @ dZ2) * (1 - A1**2)
        W2, b2 = W2 - 0.5 * dZ2 @ A1.T / m, b2 - 0.5 * dZ2.mean(axis=1, keepdims=True)
        W1, b1 = W1 - 0.5 * dZ1 @ X.T / m, b1 - 0.5 * dZ1.mean(axis=1, keepdims=True)
    return W1


# %% check="hidden_weights_after_training.values" points=1 of="hidden_weights_after_training"
title = "hidden units that have parted"
inputs_unchanged = True
tolerance = (1e-4, 1e-7)


def cases(rng):
    drawn = []
    for n_x, n_H, m, steps in ((1, 2, 6, 0), (2, 3, 15, 10), (2, 4, 25, 30), (3, 2, 20, 20)):
        X = rng.normal(size=(n_x, m))
        Y = (np.abs(X[:1]) < 0.7).astype(float)
        drawn.append({"X": X, "Y": Y, "n_H": n_H, "steps": steps, "seed": int(rng.integers(1000))})
    return drawn


def call(f, case):
    return f(case["X"], case["Y"], case["n_H"], case["steps"], np.random.default_rng(case["seed"]))


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        if not np.any(found):
            return "W1 is still all zero: with W2 zero, nothing comes back to the hidden layer"
        if np.allclose(found, np.asarray(found)[:1]):
            return "all rows of W1 are equal: units that start equal stay equal"
    return None


# %% [markdown]
# Done? Give your `train` the clover of the lesson, and find the smallest `n_H` that reaches 90 per cent on new points. Then go on with
# [1.5 Deep networks](../05_deep_networks.ipynb).
