# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 1.5 · Deep networks
#
# Eight functions; the first seven together are a network of any depth, as in
# [lesson 1.5](../05_deep_networks.ipynb). Write each answer in its cell, run it, **save**, and run the
# check below it. A check tries your function on fresh inputs and shows what was expected, what came, and what
# may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. `parameters` is always a dict with the keys `"W1"`, `"b1"`, ..., `"WL"`, `"bL"`; hidden layers use ReLU, the
# output the sigmoid. The slope of ReLU at 0 is taken as 0. What a function is given stays as it is: a case also fails if its inputs are
# changed. In the examples `[[1.0, 2.0]]` is short for `np.array([[1.0, 2.0]])`.

# %%
import numpy as np


# %% [markdown]
# ## Exercise 1 · The start
#
# Write `initialise(sizes, rng)` ([section 1 of the lesson](../05_deep_networks.ipynb#cell-id=1-L-layers-and-all-their-shapes)).
#
# | argument | meaning |
# |---|---|
# | `sizes` | list of the numbers of units: $n^{[0]}, n^{[1]}, \dots, n^{[L]}$ |
# | `rng` | a `np.random.Generator` |
#
# Returns a dict with `W1`, `b1`, ..., `WL`, `bL`. $W^{[l]}$ has the shape $(n^{[l]}, n^{[l-1]})$: standard normal draws times $\sqrt{2/n^{[l-1]}}$, drawn in the
# order of the layers; $b^{[l]}$ is zero, of shape $(n^{[l]}, 1)$. Example: `initialise([2, 3, 1], np.random.default_rng(0))["W1"]` begins with `0.1257, -0.1321`.
#
# <details><summary>Hint 1</summary>Layer l needs two neighbours of the list: sizes[l - 1] and sizes[l].</details>
# <details><summary>Hint 2</summary>There are len(sizes) - 1 layers; f"W{l}" makes the key.</details>
# <details><summary>Hint 3</summary>for l in range(1, len(sizes)): one line for W, one for b.</details>


# %% grade_id="initialise"
def initialise(sizes, rng):
    # BEGIN SOLUTION: return a dict with W1, b1, ..., WL, bL
    parameters = {}
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = rng.standard_normal((sizes[l], sizes[l - 1])) * np.sqrt(2 / sizes[l - 1])
        parameters[f"b{l}"] = np.zeros((sizes[l], 1))
    return parameters
    # END SOLUTION


# %% check="initialise.values" points=1 of="initialise"
title = "parameters of every layer"


def cases(rng):
    layers = ([2, 3, 1], [4, 2, 5, 1], [3, 3, 3, 3, 1], [6, 1])
    return [{"sizes": sizes, "seed": int(rng.integers(1000))} for sizes in layers]


def call(f, case):
    return f(case["sizes"], np.random.default_rng(case["seed"]))


def explain(case, expected, found):
    if not isinstance(found, dict):
        return "return a dict"
    if set(found) != set(expected):
        return f"the keys must be {', '.join(expected)}: layers are counted from 1, the input is none"
    n = case["sizes"]
    if np.shape(found["W1"]) == (n[0], n[1]) != (n[1], n[0]):
        return "W1 is transposed: one row a unit of layer 1, so (n[1], n[0])"
    if np.shape(found["W1"]) == (n[1], n[0]):
        if np.allclose(found["W1"], np.asarray(expected["W1"]) * np.sqrt(n[0] / 2)):
            return "the factor sqrt(2 / n[l-1]) is missing"
        if n[0] != n[1] and np.allclose(found["W1"], np.asarray(expected["W1"]) * np.sqrt(n[0] / n[1])):
            return "the factor needs the number of inputs of the layer, n[l-1], not of its units"
    return None


# %% [markdown]
# ## Exercise 2 · Forward
#
# Write `forward(X, parameters)` ([section 2](../05_deep_networks.ipynb#cell-id=2-Forward-with-caches)).
#
# | argument | meaning |
# |---|---|
# | `X` | `(n[0], m)` examples, one a column |
# | `parameters` | of any number of layers |
#
# Returns two lists: `A = [X, A1, ..., AL]` with the activations of layers 0 to L, and `Z = [None, Z1, ..., ZL]`, so that the place in the list is the layer.
# Example: `X = [[2.0]]`, `W1 = [[1.0], [-1.0]]`, `b1` zeros, `W2 = [[1.0, 1.0]]`, `b2 = [[-1.0]]` give `A[1] = [[2.0], [0.0]]` and `A[2] = [[0.7311]]`.
#
# <details><summary>Hint 1</summary>L is half the number of parameters.</details>
# <details><summary>Hint 2</summary>In the loop, the input of layer l is the last entry of A so far.</details>
# <details><summary>Hint 3</summary>Append Z first, then its activation: np.maximum(Z, 0) for l below L, the sigmoid for l = L.</details>


# %% grade_id="forward"
def forward(X, parameters):
    # BEGIN SOLUTION: return the lists A and Z
    L = len(parameters) // 2
    A, Z = [X], [None]
    for l in range(1, L + 1):
        Z.append(parameters[f"W{l}"] @ A[l - 1] + parameters[f"b{l}"])  # (n[l], m)
        A.append(1 / (1 + np.exp(-Z[l])) if l == L else np.maximum(Z[l], 0))
    return A, Z
    # END SOLUTION


# %% check="forward.values" points=1 of="forward"
title = "activations and scores of all layers"
inputs_unchanged = True


def draw_network_and_data(rng, sizes, m):
    parameters = {}
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1]))
        parameters[f"b{l}"] = 0.5 * rng.normal(size=(sizes[l], 1))
    return {"X": rng.normal(size=(sizes[0], m)), "parameters": parameters}


def cases(rng):
    layers = (([1, 2, 1], 1), ([3, 4, 2, 1], 5), ([2, 3, 3, 3, 1], 4), ([5, 1], 3))
    return [draw_network_and_data(rng, sizes, m) for sizes, m in layers]


def call(f, case):
    A, Z = f(**case)
    return {"A": list(A[1:]), "Z": list(Z[1:])}


def explain(case, expected, found):
    if not isinstance(found, dict) or "A" not in found or len(found["A"]) != len(expected["A"]):
        return "A must hold X and one array a layer, and Z must begin with None: index and layer agree then"
    last, hidden = np.asarray(expected["Z"][-1]), np.asarray(expected["Z"][0])
    if np.shape(found["A"][-1]) == last.shape and np.allclose(found["A"][-1], np.maximum(last, 0)):
        return "the last layer uses the sigmoid, not ReLU"
    if len(expected["A"]) > 1 and np.shape(found["A"][0]) == hidden.shape:
        if np.allclose(found["A"][0], 1 / (1 + np.exp(-hidden))):
            return "hidden layers use ReLU; only the last layer uses the sigmoid"
        if np.allclose(found["A"][0], hidden):
            return "the activation of the hidden layers is missing"
    return None


# %% [markdown]
# ## Exercise 3 · The cost
#
# Write `cost(AL, Y)`: the mean cross-entropy, safe at the ends ([the formula, in lesson 1.2](../02_logistic_regression.ipynb#cell-id=3-How-wrong-Loss-and-cost)).
#
# | argument | meaning |
# |---|---|
# | `AL` | `(1, m)` probabilities; exactly 1 may occur where $y = 1$, exactly 0 where $y = 0$ |
# | `Y` | `(1, m)` labels, 0 or 1 |
#
# Returns one number. An example with $a = y$ costs exactly 0; the formula as it stands would give `nan` there ($0 \cdot \log 0$). Your function must not warn.
# Example: `cost(np.array([[1.0, 0.5]]), np.array([[1.0, 0.0]]))` is `0.3466`.
#
# <details><summary>Hint 1</summary>What probability did the network give to the answer that was true? Only its logarithm counts.</details>
# <details><summary>Hint 2</summary>np.where(Y == 1, AL, 1 - AL) picks that probability for every example.</details>
# <details><summary>Hint 3</summary>Take the logarithm of the picked array only: it holds no zero. Then minus the mean.</details>


# %% grade_id="cost"
def cost(AL, Y):
    # BEGIN SOLUTION: return the mean cross-entropy; examples with AL equal to Y cost 0
    given_to_the_truth = np.where(Y == 1, AL, 1 - AL)  # (1, m)
    return float(-np.log(given_to_the_truth).mean())
    # END SOLUTION


# %% check="cost.values" points=1 of="cost"
title = "the mean cross-entropy, with perfect answers among them"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for m, perfect in ((3, 0), (5, 1), (8, 3), (12, 5)):
        AL, Y = rng.uniform(0.05, 0.95, (1, m)), rng.integers(0, 2, (1, m)).astype(float)
        AL[0, :perfect] = Y[0, :perfect]
        drawn.append({"AL": AL, "Y": Y})
    return drawn


def call(f, case):
    with np.errstate(divide="raise", invalid="raise"):
        return f(**case)


def explain(case, expected, found):
    if np.ndim(found) == 0 and isinstance(found, (int, float)):
        if np.isnan(found):
            return "0 times log 0 is nan: take no logarithm of the side that does not count"
        if np.isclose(found, -expected):
            return "the sign: a cross-entropy is never negative"
        if np.isclose(found, expected * case["Y"].size):
            return "this is the sum; the cost is the mean"
    return None


# %% [markdown]
# ## Exercise 4 · One layer backward
#
# Write `layer_backward(dZ, A_prev, W)` ([section 3](../05_deep_networks.ipynb#cell-id=3-Backward-block-by-block)).
#
# | argument | meaning |
# |---|---|
# | `dZ` | `(n[l], m)` |
# | `A_prev` | `(n[l-1], m)`, the activations that came in |
# | `W` | `(n[l], n[l-1])` |
#
# Returns `dA_prev` `(n[l-1], m)`, `dW` and `db`; the factor $\frac1m$ belongs to `dW` and `db`, not to `dA_prev`.
# Example: `dZ = [[1.0, 3.0]]`, `A_prev = [[2.0, 1.0]]`, `W = [[5.0]]` give `dA_prev = [[5.0, 15.0]]`, `dW = [[2.5]]`, `db = [[2.0]]`.
#
# <details><summary>Hint 1</summary>Write the shape of each result first; then there is one way to multiply.</details>
# <details><summary>Hint 2</summary>dW is (n[l], m) times (m, n[l-1]); dA_prev is (n[l-1], n[l]) times (n[l], m).</details>
# <details><summary>Hint 3</summary>db sums dZ over the examples, along axis 1, and keeps the dimension.</details>


# %% grade_id="layer_backward"
def layer_backward(dZ, A_prev, W):
    # BEGIN SOLUTION: return dA_prev, dW, db
    m = dZ.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m
    # END SOLUTION


# %% check="layer_backward.values" points=1 of="layer_backward"
title = "dA_prev, dW and db of one layer"
inputs_unchanged = True
parts = ("dA_prev", "dW", "db")


def cases(rng):
    drawn = []
    for n_prev, n, m in ((1, 1, 2), (3, 2, 5), (2, 4, 3), (3, 3, 7)):
        drawn.append(
            {
                "dZ": rng.normal(size=(n, m)),
                "A_prev": rng.normal(size=(n_prev, m)),
                "W": rng.normal(size=(n, n_prev)),
            }
        )
    return drawn


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 3:
        return "return three arrays: dA_prev, dW, db"
    dZ, W, m = case["dZ"], case["W"], case["dZ"].shape[1]
    if np.shape(found[0]) == np.shape(expected[0]):
        if W.shape[0] == W.shape[1] > 1 and np.allclose(found[0], W @ dZ):
            return "dA_prev needs W transposed"
        if np.allclose(found[0], np.asarray(expected[0]) / m):
            return "dA_prev carries no 1/m: it is one column an example"
    if np.shape(found[1]) == np.shape(expected[1]) and np.allclose(found[1], m * np.asarray(expected[1])):
        return "the factor 1/m is missing in dW"
    if np.shape(found[2]) != np.shape(expected[2]):
        return "db has the shape (n[l], 1): sum along axis 1 and keep the dimension"
    return None


# %% [markdown]
# ## Exercise 5 · All layers backward
#
# Write `backward(A, Z, Y, parameters)` ([section 3](../05_deep_networks.ipynb#cell-id=3-Backward-block-by-block)).
#
# | argument | meaning |
# |---|---|
# | `A`, `Z` | the lists from exercise 2 |
# | `Y` | `(1, m)` labels |
# | `parameters` | as above |
#
# Returns a dict with `dW1`, `db1`, ..., `dWL`, `dbL`. You may call `layer_backward`. Example: with the network of exercise 2's example and
# `Y = [[1.0]]`, `dW2` is `[[-0.5379, 0.0]]` and `dW1` is `[[-0.5379], [0.0]]`.
#
# <details><summary>Hint 1</summary>dZ of the last layer is A - Y. Then walk l from L down to 1.</details>
# <details><summary>Hint 2</summary>After layer l you have dA of layer l - 1. Times the slope of ReLU there it becomes dZ of layer l - 1. Layer 0 has no slope.</details>
# <details><summary>Hint 3</summary>The slope of ReLU at layer l - 1 is Z[l - 1] > 0; range(L, 0, -1) counts down.</details>


# %% grade_id="backward"
def backward(A, Z, Y, parameters):
    # BEGIN SOLUTION: return a dict with dW1, db1, ..., dWL, dbL
    L = len(parameters) // 2
    gradients, dZ = {}, A[L] - Y
    for l in range(L, 0, -1):
        dA, gradients[f"dW{l}"], gradients[f"db{l}"] = layer_backward(dZ, A[l - 1], parameters[f"W{l}"])
        if l > 1:
            dZ = dA * (Z[l - 1] > 0)
    return gradients
    # END SOLUTION


# %% check="backward.last_layer" points=1 of="backward,layer_backward,forward"
title = "gradients of the last layer"
inputs_unchanged = True
parts = ("dW of the last layer", "db of the last layer")


def case_of(rng, sizes, m):
    parameters = {}
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1]))
        parameters[f"b{l}"] = 0.5 * rng.normal(size=(sizes[l], 1))
    A, Z = forward(rng.normal(size=(sizes[0], m)), parameters)
    return {"A": A, "Z": Z[1:], "Y": rng.integers(0, 2, (1, m)).astype(float), "parameters": parameters}


def cases(rng):
    return [case_of(rng, sizes, m) for sizes, m in (([2, 3, 1], 4), ([3, 4, 2, 1], 6), ([4, 1], 5))]


def call(f, case):
    gradients = f(case["A"], [None, *case["Z"]], case["Y"], case["parameters"])
    L = len(case["Z"])
    return gradients[f"dW{L}"], gradients[f"db{L}"]


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return None
    if np.shape(found[0]) == np.shape(expected[0]) and np.allclose(found[0], -np.asarray(expected[0])):
        return "dZ of the last layer is A - Y, not Y - A"
    return None


def explain_error(case, error):
    if "NoneType" in error:
        return "layer 0 has no score, its place in Z is None: use the slope Z[l - 1] > 0 only while l > 1"
    n, m = [np.shape(A)[0] for A in case["A"]], np.shape(case["Y"])[1]
    if any(f"({n[l - 1]},{m}) ({n[l]},{m})" in error for l in range(2, len(n))):
        return (
            "the slope has another shape than dA: it belongs to the layer you arrive at, Z[l - 1], not Z[l]"
        )
    return None


# %% check="backward.all_layers" points=1 of="backward,layer_backward,forward"
title = "gradients of all layers"
inputs_unchanged = True


def case_of(rng, sizes, m):
    parameters = {}
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1]))
        parameters[f"b{l}"] = 0.5 * rng.normal(size=(sizes[l], 1))
    A, Z = forward(rng.normal(size=(sizes[0], m)), parameters)
    return {"A": A, "Z": Z[1:], "Y": rng.integers(0, 2, (1, m)).astype(float), "parameters": parameters}


def cases(rng):
    layers = (([2, 3, 1], 4), ([3, 4, 2, 1], 6), ([3, 3, 3, 3, 1], 8), ([2, 5, 4, 3, 1], 5))
    return [case_of(rng, sizes, m) for sizes, m in layers]


def call(f, case):
    return f(case["A"], [None, *case["Z"]], case["Y"], case["parameters"])


def explain(case, expected, found):
    if not isinstance(found, dict) or set(found) != set(expected):
        return "return a dict with dW1, db1, ..., dWL, dbL"
    parts = [k for k in expected if np.shape(found[k]) != np.shape(expected[k])]
    if parts:
        return f"{parts[0]} must have the shape of its parameter"
    wrong = [k for k in expected if not np.allclose(found[k], expected[k])]
    L = len(expected) // 2
    if wrong and f"dW{L}" not in wrong:
        return "the last layer is right, an earlier one not: the slope belongs to the layer you arrive at, Z[l - 1]"
    return None


def explain_error(case, error):
    if "NoneType" in error:
        return "layer 0 has no score, its place in Z is None: use the slope Z[l - 1] > 0 only while l > 1"
    n, m = [np.shape(A)[0] for A in case["A"]], np.shape(case["Y"])[1]
    if any(f"({n[l - 1]},{m}) ({n[l]},{m})" in error for l in range(2, len(n))):
        return (
            "the slope has another shape than dA: it belongs to the layer you arrive at, Z[l - 1], not Z[l]"
        )
    return None


# %% [markdown]
# ## Exercise 6 · The update
#
# Write `update(parameters, gradients, learning_rate)`, for any number of layers ([section 4](../05_deep_networks.ipynb#cell-id=4-Shallow-against-deep-on-real-handwriting), the last lines of `train`).
#
# | argument | meaning |
# |---|---|
# | `parameters`, `gradients` | dicts: for each parameter `"W1"` there is a gradient `"dW1"` |
# | `learning_rate` | length of the step, positive |
#
# Returns a **new** dict with the parameters after one step; the dicts and arrays that you are given stay as they are. `gradients` may hold more entries than needed.
# Example: `update({"W1": np.array([[1.0]])}, {"dW1": np.array([[2.0]]), "dA0": np.array([[9.0]])}, 0.1)` is `{"W1": np.array([[0.8]])}`.
#
# <details><summary>Hint 1</summary>The names come from parameters, not from gradients.</details>
# <details><summary>Hint 2</summary>W = W - ... makes a new array, W -= ... writes into the one you were given.</details>
# <details><summary>Hint 3</summary>One loop over parameters.items(); the gradient's name is "d" + name.</details>


# %% grade_id="update"
def update(parameters, gradients, learning_rate):
    # BEGIN SOLUTION: return a new dict of parameters, one step against the gradients
    return {name: value - learning_rate * gradients["d" + name] for name, value in parameters.items()}
    # END SOLUTION


# %% check="update.values" points=1 of="update"
title = "one step for every parameter"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for sizes in ([2, 1], [3, 2, 1], [2, 4, 3, 1]):
        parameters, gradients = {}, {"dA0": rng.normal(size=(sizes[0], 5))}
        for l in range(1, len(sizes)):
            for name, shape in ((f"W{l}", (sizes[l], sizes[l - 1])), (f"b{l}", (sizes[l], 1))):
                parameters[name] = rng.normal(size=shape)
                gradients["d" + name] = rng.normal(size=shape)
        rate = float(rng.uniform(0.05, 0.9))
        drawn.append({"parameters": parameters, "gradients": gradients, "learning_rate": rate})
    return drawn


def explain(case, expected, found):
    if not isinstance(found, dict):
        return "return the new dict of parameters"
    if set(found) != set(expected):
        return "the new dict has exactly the names of parameters; gradients may hold other entries"
    uphill = case["parameters"]["W1"] + case["learning_rate"] * case["gradients"]["dW1"]
    if np.shape(found["W1"]) == uphill.shape and np.allclose(found["W1"], uphill):
        return "this steps uphill: subtract the gradient"
    return None


# %% [markdown]
# ## Exercise 7 · The whole model
#
# No recipe this time. Write `train(X, Y, sizes, learning_rate, steps, rng)`: gradient descent on all examples, for a network of any depth
# ([section 4](../05_deep_networks.ipynb#cell-id=4-Shallow-against-deep-on-real-handwriting) trains on batches; here each step sees all examples).
#
# | argument | meaning |
# |---|---|
# | `X`, `Y` | `(n[0], m)` examples and `(1, m)` labels |
# | `sizes` | `[n[0], ..., 1]` |
# | `learning_rate`, `steps` | of gradient descent; at least 1 step |
# | `rng` | a `np.random.Generator`, used for the start of exercise 1 only |
#
# Returns the trained `parameters` and `costs`, a list with the cost **before** each step. You may call your functions from above.
# Example: with `X = [[1.0, -1.0]]`, `Y = [[1.0, 0.0]]`, `sizes = [1, 2, 1]`, rate 0.5, one step and `np.random.default_rng(0)`, `costs` is `[0.6704]`.
#
# <details><summary>Hint 1</summary>Which four things happen in each step, and which of them needs the old parameters?</details>
# <details><summary>Hint 2</summary>Exercise 6 gives a new dict; the next step must start from it.</details>
# <details><summary>Hint 3</summary>forward gives the lists; the last entry of A goes into the cost, both lists into backward.</details>


# %% grade_id="train"
def train(X, Y, sizes, learning_rate, steps, rng):
    # BEGIN SOLUTION: return the trained parameters and the list of costs
    parameters, costs = initialise(sizes, rng), []
    for _ in range(steps):
        A, Z = forward(X, parameters)
        costs.append(cost(A[-1], Y))
        parameters = update(parameters, backward(A, Z, Y, parameters), learning_rate)
    return parameters, costs
    # END SOLUTION


# %% check="train.costs" points=1 of="train,initialise,forward,cost,layer_backward,backward,update"
title = "the costs of a training run"
tolerance = (1e-4, 1e-7)
inputs_unchanged = True


def cases(rng):
    drawn = []
    for sizes, m, steps in (([1, 2, 1], 4, 1), ([2, 4, 3, 1], 12, 6), ([3, 4, 4, 4, 1], 25, 25)):
        X = rng.normal(size=(sizes[0], m))
        Y = (np.abs(X[:1]) < 0.7).astype(float)
        drawn.append({"X": X, "Y": Y, "sizes": sizes, "steps": steps, "seed": int(rng.integers(1000))})
    return drawn


def call(f, case):
    rng = np.random.default_rng(case["seed"])
    return f(case["X"], case["Y"], case["sizes"], 0.2, case["steps"], rng)[1]


def explain(case, expected, found):
    if isinstance(found, (list, tuple, np.ndarray)):
        if len(found) != case["steps"]:
            return f"costs must have one number a step, here {case['steps']}"
        if len(found) > 1 and np.allclose(found[:-1], expected[1:], atol=1e-6):
            return "each cost comes one step too late: append it before the update"
        if len(found) > 1 and np.allclose(found, found[0]):
            return "the cost never changes: are the updated parameters used in the next step?"
    return None


def explain_error(case, error):
    if "NoneType" in error:
        return "is it in backward? Layer 0 has no score: use the slope Z[l - 1] > 0 only while l > 1"
    return None


# %% check="train.parameters" points=1 of="train,initialise,forward,cost,layer_backward,backward,update"
title = "the trained parameters"
tolerance = (1e-4, 1e-7)
inputs_unchanged = True


def cases(rng):
    drawn = []
    for sizes, m, steps in (([1, 3, 1], 5, 2), ([2, 3, 3, 1], 15, 10), ([3, 4, 2, 2, 1], 25, 20)):
        X = rng.normal(size=(sizes[0], m))
        Y = (np.abs(X[:1]) < 0.7).astype(float)
        drawn.append({"X": X, "Y": Y, "sizes": sizes, "steps": steps, "seed": int(rng.integers(1000))})
    return drawn


def call(f, case):
    rng = np.random.default_rng(case["seed"])
    return f(case["X"], case["Y"], case["sizes"], 0.2, case["steps"], rng)[0]


def explain_error(case, error):
    if "NoneType" in error:
        return "is it in backward? Layer 0 has no score: use the slope Z[l - 1] > 0 only while l > 1"
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: the index that nobody sees
#
# The formula $dZ^{[l-1]} = W^{[l]T} dZ^{[l]} * g^{[l-1]\prime}(Z^{[l-1]})$ circulates with a wrong index. In a network whose layers have equal widths this code runs without an error, and its
# gradients are wrong ([section 10](../05_deep_networks.ipynb#cell-id=10-Common-mistakes)). Repair `dZ_of_all_layers(dZ_last, Z, W)`.
#
# | argument | meaning |
# |---|---|
# | `dZ_last` | `(n[L], m)`, dZ of the last layer |
# | `Z` | list `[Z1, ..., ZL]` of the scores; **place 0 holds layer 1** |
# | `W` | list `[W1, ..., WL]` likewise |
#
# Hidden layers use ReLU. Returns the list `[dZ1, ..., dZL]`. Example:
# `dZ_of_all_layers(np.array([[1.0]]), [np.array([[-1.0]]), np.array([[2.0]])], [np.array([[1.0]]), np.array([[3.0]])])` is
# `[np.array([[0.0]]), np.array([[1.0]])]`: the unit of layer 1 is off, so nothing reaches its score.
#
# <details><summary>Hint 1</summary>Write down for one round of the loop which layer's dZ is being computed.</details>
# <details><summary>Hint 2</summary>Place k of each list belongs to layer k + 1. W and the slope in one line belong to different layers.</details>
# <details><summary>Hint 3</summary>The slope must come from the layer whose dZ is put at the front of the list. One index changes by one.</details>


# %% grade_id="dZ_of_all_layers"
def dZ_of_all_layers(dZ_last, Z, W):
    dZ = [dZ_last]
    for k in range(len(W) - 1, 0, -1):
        dA_prev = W[k].T @ dZ[0]
        # BEGIN SOLUTION
        dZ.insert(0, dA_prev * (Z[k - 1] > 0))
        # END SOLUTION
        # BEGIN STARTER
        # dZ.insert(0, dA_prev * (Z[k] > 0))
        # END STARTER
    return dZ


# %% check="dZ_of_all_layers.values" points=1 of="dZ_of_all_layers"
title = "dZ of every layer"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n, L, m in ((2, 2, 12), (3, 3, 8), (4, 4, 6), (2, 5, 9)):
        drawn.append(
            {
                "dZ_last": rng.normal(size=(n, m)),
                "Z": [rng.normal(size=(n, m)) for _ in range(L)],
                "W": [rng.normal(size=(n, n)) for _ in range(L)],
            }
        )
    return drawn


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != len(expected):
        return f"the list must hold one dZ for each of the {len(expected)} layers"
    before_last = case["W"][-1].T @ case["dZ_last"]
    if np.shape(found[-2]) == before_last.shape:
        if np.allclose(found[-2], before_last * (case["Z"][-1] > 0)):
            return "the slope is taken from layer l; it belongs to layer l - 1, whose dZ this is"
        if np.allclose(found[-2], (case["W"][-1] @ case["dZ_last"]) * (case["Z"][-2] > 0)):
            return "the transpose of W is missing"
    return None


# %% [markdown]
# Done? Give your `train` the small digits of the lesson's explorer, and try to beat its pyramid on the dev set. Next comes
# [track 2, Improving deep neural networks](../../2_improving_networks/00_index.ipynb).
