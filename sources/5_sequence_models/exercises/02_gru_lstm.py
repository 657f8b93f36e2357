# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 5.2 · GRU, LSTM and friends
#
# Ten functions: both gated cells, step by step and over sequences, forward and backward, and the two directions of time, from
# [lesson 5.2](../02_gru_lstm.ipynb). Write each answer in its cell, run it, **save**, and run the
# check below it. A check tries your function on fresh inputs and shows what was expected, what came, and what
# may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. Sequences have the shape $(n_x, m, T_x)$, states $(n_a, m)$. Weights `W` have the shape
# $(n_a, n_a + n_x)$ and multiply the state stacked **on top of** the input. `sigmoid` is given.

# %%
import numpy as np


def sigmoid(Z):
    """1 / (1 + e^(-z)) of every entry."""
    return 1 / (1 + np.exp(-Z))


# %% [markdown]
# ## Exercise 1 · The GRU: one step
#
# Write `gru_step(xt, a_prev, parameters)` ([section 2 of the lesson](../02_gru_lstm.ipynb#cell-id=2-The-GRU-in-two-helpings)), the full GRU.
#
# | argument | meaning |
# |---|---|
# | `xt` | `(n_x, m)` input |
# | `a_prev` | `(n_a, m)` state before |
# | `parameters` | dict: `Wu`, `Wr`, `Wc` of shape `(n_a, n_a + n_x)`, `bu`, `br`, `bc` of shape `(n_a, 1)` |
#
# Returns `a`, the new state `(n_a, m)`. Example: with all weights and biases 0 the gates are 0.5 and the candidate is 0, so
# `a_prev = [[0.8]]` gives `[[0.4]]`.
#
# <details><summary>Hint 1</summary>Four lines: update gate, relevance gate, candidate, new state. The first two read [a_prev; xt].</details>
# <details><summary>Hint 2</summary>The candidate reads another stack: the state is multiplied by the relevance gate first.</details>
# <details><summary>Hint 3</summary>np.concatenate([relevance * a_prev, xt]) is that stack. The new state is a mean of candidate and a_prev with weights Γu and 1 − Γu.</details>


# %% grade_id="gru_step"
def gru_step(xt, a_prev, parameters):
    # BEGIN SOLUTION: return the new state (n_a, m) of the full GRU
    both = np.concatenate([a_prev, xt])  # (n_a + n_x, m)
    update = sigmoid(parameters["Wu"] @ both + parameters["bu"])
    relevance = sigmoid(parameters["Wr"] @ both + parameters["br"])
    filtered = np.concatenate([relevance * a_prev, xt])  # (n_a + n_x, m)
    candidate = np.tanh(parameters["Wc"] @ filtered + parameters["bc"])
    return update * candidate + (1 - update) * a_prev
    # END SOLUTION


# %% check="gru_step.values" points=1 of="gru_step"
title = "one step of the full GRU"


def cases(rng):
    drawn = []
    for n_a, n_x, m in ((1, 1, 1), (3, 2, 4), (2, 5, 3), (4, 4, 2)):
        parameters = {}
        for gate in "urc":
            parameters["W" + gate] = rng.normal(size=(n_a, n_a + n_x))
            parameters["b" + gate] = rng.normal(size=(n_a, 1))
        drawn.append(
            {
                "xt": rng.normal(size=(n_x, m)),
                "a_prev": rng.uniform(-1, 1, (n_a, m)),
                "parameters": parameters,
            }
        )
    return drawn


def explain(case, expected, found):
    p, a_prev, xt = case["parameters"], case["a_prev"], case["xt"]
    if np.shape(found) != np.shape(expected):
        return None
    both = np.concatenate([a_prev, xt])
    update = sigmoid(p["Wu"] @ both + p["bu"])
    relevance = sigmoid(p["Wr"] @ both + p["br"])
    filtered = np.concatenate([relevance * a_prev, xt])
    candidate = np.tanh(p["Wc"] @ filtered + p["bc"])
    if np.allclose(found, (1 - update) * candidate + update * a_prev):
        return "the two shares are swapped: the update gate is the share of the candidate"
    plain = np.tanh(p["Wc"] @ both + p["bc"])
    if np.allclose(found, update * plain + (1 - update) * a_prev):
        return "the relevance gate is missing: it multiplies a_prev inside the candidate"
    if np.allclose(found, update * np.tanh(p["Wc"] @ filtered + p["bu"]) + (1 - update) * a_prev):
        return "the candidate has a bias of its own, bc"
    if np.allclose(found, update * candidate + (1 - update) + a_prev):
        return "(1 - update) multiplies a_prev; it is not added to it"
    below = np.concatenate([xt, a_prev])
    update, relevance = (sigmoid(p["W" + g] @ below + p["b" + g]) for g in "ur")
    candidate = np.tanh(p["Wc"] @ np.concatenate([xt, relevance * a_prev]) + p["bc"])
    if np.allclose(found, update * candidate + (1 - update) * a_prev):
        return "the stack is upside down: the state stands above the input, [a_prev; xt]"
    return None


# %% [markdown]
# ### Exercise 1, second part · The whole sequence
#
# Write `gru_sequence(x, a0, parameters)`.
#
# | argument | meaning |
# |---|---|
# | `x` | `(n_x, m, T_x)` inputs |
# | `a0` | `(n_a, m)` first state |
# | `parameters` | as above |
#
# Returns `a` of shape `(n_a, m, T_x)`: the states after every step. You may call `gru_step`. Example: all weights and biases 0, `a0 = [[0.8]]`,
# three steps: `[[[0.4, 0.2, 0.1]]]`.
#
# <details><summary>Hint 1</summary>The inputs of step t are x[:, :, t], of shape (n_x, m).</details>
# <details><summary>Hint 2</summary>Collect the states in a list, or fill an array of zeros of the right shape.</details>
# <details><summary>Hint 3</summary>np.stack(states, axis=2) puts time last.</details>


# %% grade_id="gru_sequence"
def gru_sequence(x, a0, parameters):
    # BEGIN SOLUTION: return the states of all steps, (n_a, m, T_x)
    state, states = a0, []
    for t in range(x.shape[2]):
        state = gru_step(x[:, :, t], state, parameters)
        states.append(state)
    return np.stack(states, axis=2)
    # END SOLUTION


# %% check="gru_sequence.values" points=0.5 of="gru_sequence,gru_step"
title = "the states of a sequence"


def cases(rng):
    drawn = []
    for n_a, n_x, m, T_x in ((1, 1, 1, 3), (3, 2, 4, 5), (2, 3, 2, 8)):
        parameters = {}
        for gate in "urc":
            parameters["W" + gate] = rng.normal(size=(n_a, n_a + n_x))
            parameters["b" + gate] = rng.normal(size=(n_a, 1))
        drawn.append(
            {
                "x": rng.normal(size=(n_x, m, T_x)),
                "a0": rng.uniform(-1, 1, (n_a, m)),
                "parameters": parameters,
            }
        )
    return drawn


def explain(case, expected, found):
    if np.ndim(found) == 3 and np.shape(found) != np.shape(expected):
        if sorted(np.shape(found)) == sorted(np.shape(expected)):
            return "the axes are in another order: units, examples, steps"
        if np.shape(found)[2] == np.shape(expected)[2] + 1:
            return "a0 is not one of the states: the first entry is the state after step 1"
    if np.shape(found) == np.shape(expected):
        p, a0, alone = case["parameters"], case["a0"], []
        for t in range(case["x"].shape[2]):
            xt = case["x"][:, :, t]
            both = np.concatenate([a0, xt])
            update, relevance = (sigmoid(p["W" + g] @ both + p["b" + g]) for g in "ur")
            candidate = np.tanh(p["Wc"] @ np.concatenate([relevance * a0, xt]) + p["bc"])
            alone.append(update * candidate + (1 - update) * a0)
        if np.allclose(found, np.stack(alone, axis=2)):
            return "every step starts from a0 again; each must start from the state before it"
        if np.allclose(found, np.asarray(expected)[:, :, ::-1]):
            return "the states are in reverse order"
        if not np.allclose(np.asarray(found)[:, :, 0], np.asarray(expected)[:, :, 0]):
            return "the state after step 1 is wrong already: does gru_step pass its check?"
    return None


# %% [markdown]
# ## Exercise 2 · The LSTM: one step
#
# Write `lstm_step(xt, a_prev, c_prev, parameters)` ([section 3](../02_gru_lstm.ipynb#cell-id=3-The-LSTM)).
#
# | argument | meaning |
# |---|---|
# | `xt` | `(n_x, m)` input |
# | `a_prev`, `c_prev` | `(n_a, m)` hidden state and cell state before |
# | `parameters` | dict: `Wf`, `Wi`, `Wc`, `Wo` of shape `(n_a, n_a + n_x)`, `bf`, `bi`, `bc`, `bo` of shape `(n_a, 1)` |
#
# Returns `a` and `c`, both `(n_a, m)`. Example: with all weights and biases 0 and `c_prev = [[2.0]]`: `c = [[1.0]]` and
# `a = [[0.3808]]`, which is $0.5 \tanh 1$.
#
# <details><summary>Hint 1</summary>Three gates with the sigmoid and one candidate with tanh; all four read the same stack [a_prev; xt].</details>
# <details><summary>Hint 2</summary>The cell state is made of two products: what stays of the old, and what comes in.</details>
# <details><summary>Hint 3</summary>The hidden state shows the NEW cell state, through tanh, times the output gate.</details>


# %% grade_id="lstm_step"
def lstm_step(xt, a_prev, c_prev, parameters):
    # BEGIN SOLUTION: return the new hidden state and the new cell state, both (n_a, m)
    both = np.concatenate([a_prev, xt])  # (n_a + n_x, m)
    forget = sigmoid(parameters["Wf"] @ both + parameters["bf"])
    write = sigmoid(parameters["Wi"] @ both + parameters["bi"])
    output = sigmoid(parameters["Wo"] @ both + parameters["bo"])
    candidate = np.tanh(parameters["Wc"] @ both + parameters["bc"])
    c = forget * c_prev + write * candidate
    return output * np.tanh(c), c
    # END SOLUTION


# %% check="lstm_step.values" points=1 of="lstm_step"
title = "one step of the LSTM"


def cases(rng):
    drawn = []
    for n_a, n_x, m in ((1, 1, 1), (3, 2, 4), (2, 5, 3), (4, 4, 2)):
        parameters = {}
        for gate in "fico":
            parameters["W" + gate] = rng.normal(size=(n_a, n_a + n_x))
            parameters["b" + gate] = rng.normal(size=(n_a, 1))
        drawn.append(
            {
                "xt": rng.normal(size=(n_x, m)),
                "a_prev": rng.uniform(-1, 1, (n_a, m)),
                "c_prev": rng.normal(size=(n_a, m)),
                "parameters": parameters,
            }
        )
    return drawn


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2 or np.shape(found[0]) != np.shape(expected[0]):
        return "return two arrays, a and c, in this order"
    p, c_prev = case["parameters"], case["c_prev"]
    both = np.concatenate([case["a_prev"], case["xt"]])
    forget, write, output = (sigmoid(p["W" + g] @ both + p["b" + g]) for g in "fio")
    c = forget * c_prev + write * np.tanh(p["Wc"] @ both + p["bc"])
    if np.allclose(found[0], output * np.tanh(c_prev)):
        return "the hidden state shows the new cell state, not c_prev"
    if np.allclose(found[0], output * c):
        return "the tanh around the new cell state is missing in a"
    candidate = np.tanh(p["Wc"] @ both + p["bc"])
    if np.allclose(found[1], write * c_prev + forget * candidate):
        return "forget and input gate are swapped"
    if np.allclose(found[1], forget * c_prev + (1 - forget) * candidate):
        return "that is the GRU's way; the LSTM has an input gate of its own, with Wi and bi"
    below = np.concatenate([case["xt"], case["a_prev"]])
    forget, write = (sigmoid(p["W" + g] @ below + p["b" + g]) for g in "fi")
    if np.allclose(found[1], forget * c_prev + write * np.tanh(p["Wc"] @ below + p["bc"])):
        return "the stack is upside down: the state stands above the input, [a_prev; xt]"
    if np.shape(found[1]) == np.shape(c) and np.allclose(found[0], c) and np.allclose(found[1], expected[0]):
        return "the order is a, then c"
    return None


# %% [markdown]
# ### Exercise 2, second part · The whole sequence
#
# Write `lstm_sequence(x, a0, c0, parameters)`.
#
# | argument | meaning |
# |---|---|
# | `x` | `(n_x, m, T_x)` inputs |
# | `a0`, `c0` | `(n_a, m)` first hidden state and first cell state |
# | `parameters` | as above |
#
# Returns `a` and `c`, both `(n_a, m, T_x)`: the two states after every step. You may call `lstm_step`. Example: all weights and biases 0,
# `c0 = [[2.0]]`, two steps: `c = [[[1.0, 0.5]]]` and `a = [[[0.3808, 0.2311]]]`.
#
# <details><summary>Hint 1</summary>As in exercise 1, but two states go from step to step.</details>
# <details><summary>Hint 2</summary>Both come out of the step, and both go into the next one.</details>
# <details><summary>Hint 3</summary>a, c = lstm_step(x[:, :, t], a, c, parameters); collect both, and np.stack each with axis=2.</details>


# %% grade_id="lstm_sequence"
def lstm_sequence(x, a0, c0, parameters):
    # BEGIN SOLUTION: return the hidden states and the cell states of all steps, both (n_a, m, T_x)
    a, c, hidden_states, cell_states = a0, c0, [], []
    for t in range(x.shape[2]):
        a, c = lstm_step(x[:, :, t], a, c, parameters)
        hidden_states.append(a)
        cell_states.append(c)
    return np.stack(hidden_states, axis=2), np.stack(cell_states, axis=2)
    # END SOLUTION


# %% check="lstm_sequence.values" points=0.5 of="lstm_sequence,lstm_step"
title = "both states of a sequence"


def cases(rng):
    drawn = []
    for n_a, n_x, m, T_x in ((1, 1, 1, 3), (3, 2, 4, 5), (2, 3, 2, 8)):
        parameters = {}
        for gate in "fico":
            parameters["W" + gate] = rng.normal(size=(n_a, n_a + n_x))
            parameters["b" + gate] = rng.normal(size=(n_a, 1))
        drawn.append(
            {
                "x": rng.normal(size=(n_x, m, T_x)),
                "a0": rng.uniform(-1, 1, (n_a, m)),
                "c0": rng.normal(size=(n_a, m)),
                "parameters": parameters,
            }
        )
    return drawn


def step(xt, a, c, p):
    """Both states after a step."""
    both = np.concatenate([a, xt])
    forget, write, output = (sigmoid(p["W" + g] @ both + p["b" + g]) for g in "fio")
    c = forget * c + write * np.tanh(p["Wc"] @ both + p["bc"])
    return output * np.tanh(c), c


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return "return two arrays, the hidden states and the cell states, in this order"
    if np.shape(found[0]) != np.shape(expected[0]):
        if sorted(np.shape(found[0])) == sorted(np.shape(expected[0])):
            return "the axes are in another order: units, examples, steps"
        return None
    if np.shape(found[1]) == np.shape(expected[1]) and np.allclose(found[0], expected[1]):
        return "the order is the hidden states a, then the cell states c"
    a, stuck, p = case["a0"], [], case["parameters"]
    for t in range(case["x"].shape[2]):
        a, c = step(case["x"][:, :, t], a, case["c0"], p)
        stuck.append(c)
    if np.allclose(found[1], np.stack(stuck, axis=2)):
        return "the cell state starts from c0 again in every step; hand the new one on, as you do with a"
    alone = [step(case["x"][:, :, t], case["a0"], case["c0"], p)[1] for t in range(case["x"].shape[2])]
    if np.allclose(found[1], np.stack(alone, axis=2)):
        return "every step starts from a0 and c0 again; each must start from the two states before it"
    if not np.allclose(np.asarray(found[0])[:, :, 0], np.asarray(expected[0])[:, :, 0]):
        return "the states after step 1 are wrong already: does lstm_step pass its check?"
    return None


# %% [markdown]
# ## Exercise 3 · Back through one step of the LSTM
#
# Write `lstm_step_backward(da, dc, step, parameters)`. The gradients of the cost with respect to this step's `a` and `c` are given. Going through
# the equations backwards ($*$ is entry by entry):
#
# - `a = output * tanh(c)`: `a` hands a part of its gradient to `output` and a part to `c`; the latter comes **on top of** the given `dc`;
# - `c = forget * c_prev + write * candidate`: four factors, four gradients;
# - the slope of a sigmoid with value $\Gamma$ is $\Gamma(1 - \Gamma)$, that of a tanh with value $v$ is $1 - v^2$.
#
# | argument | meaning |
# |---|---|
# | `da`, `dc` | `(n_a, m)` gradients of this step's `a` and `c` |
# | `step` | dict with `forget`, `write`, `output`, `candidate`, `c`, `c_prev`, each `(n_a, m)` |
# | `parameters` | as in exercise 2 |
#
# Returns `da_prev` and `dc_prev`, both `(n_a, m)`. Example: all weights 0, `da = [[0.0]]`, `dc = [[2.0]]`, `forget = [[0.9]]`: `da_prev` is 0 and `dc_prev` is `[[1.8]]`.
#
# <details><summary>Hint 1</summary>First complete dc: add da * output * (1 - tanh(c)^2). Then every other line uses the completed dc.</details>
# <details><summary>Hint 2</summary>Find the gradient of each of the four scores Z = W [a_prev; x] + b. For the forget gate: dc * c_prev * forget * (1 - forget).</details>
# <details><summary>Hint 3</summary>da_prev is the sum over the four of W.T @ dZ, and of that the rows that belong to a_prev: the first n_a. dc_prev is one product.</details>


# %% grade_id="lstm_step_backward"
def lstm_step_backward(da, dc, step, parameters):
    # BEGIN SOLUTION: return da_prev and dc_prev, both (n_a, m)
    n_a = da.shape[0]
    forget, write, output, candidate = step["forget"], step["write"], step["output"], step["candidate"]
    tanh_c = np.tanh(step["c"])
    dc = dc + da * output * (1 - tanh_c**2)
    dZ = {
        "o": da * tanh_c * output * (1 - output),
        "f": dc * step["c_prev"] * forget * (1 - forget),
        "i": dc * candidate * write * (1 - write),
        "c": dc * write * (1 - candidate**2),
    }
    d_both = sum(parameters["W" + gate].T @ dZ[gate] for gate in dZ)  # (n_a + n_x, m)
    return d_both[:n_a], dc * forget
    # END SOLUTION


# %% check="lstm_step_backward.da_prev" points=1 of="lstm_step_backward"
title = "da_prev, through the gates"


def cases(rng):
    drawn = []
    for n_a, n_x, m in ((1, 1, 2), (3, 2, 4), (2, 5, 3)):
        step = {name: rng.uniform(0.05, 0.95, (n_a, m)) for name in ("forget", "write", "output")}
        step["candidate"] = rng.uniform(-0.9, 0.9, (n_a, m))
        step["c_prev"] = rng.normal(size=(n_a, m))
        step["c"] = step["forget"] * step["c_prev"] + step["write"] * step["candidate"]
        drawn.append(
            {
                "da": rng.normal(size=(n_a, m)),
                "dc": rng.normal(size=(n_a, m)),
                "step": step,
                "parameters": {"W" + gate: rng.normal(size=(n_a, n_a + n_x)) for gate in "fico"},
            }
        )
    return drawn


def call(f, case):
    return f(**case)[0]


def explain(case, expected, found):
    n_a, rows = case["da"].shape[0], case["parameters"]["Wf"].shape[1]
    if np.ndim(found) == 2 and np.shape(found)[0] in (rows, rows - n_a) and rows - n_a != n_a:
        return "the rows of W.T @ dZ belong to [a_prev; x]: keep the first n_a of them"
    if np.shape(found) != np.shape(expected):
        return None
    step, parameters, da = case["step"], case["parameters"], case["da"]
    forget, write, output = step["forget"], step["write"], step["output"]
    candidate, tanh_c = step["candidate"], np.tanh(step["c"])
    whole = case["dc"] + da * output * (1 - tanh_c**2)

    def through_gates(dc, at_output):
        """Gradient (n_a + n_x, m) of the stack, given what the cell state and the output gate get."""
        dZ = {
            "f": dc * step["c_prev"] * forget * (1 - forget),
            "i": dc * candidate * write * (1 - write),
            "c": dc * write * (1 - candidate**2),
            "o": at_output * tanh_c * output * (1 - output),
        }
        return sum(parameters["W" + gate].T @ dZ[gate] for gate in dZ)

    slips = {
        "the output gate gets its gradient from da, not from dc": through_gates(whole, whole)[:n_a],
        "the part of da that comes through tanh(c) must be added to dc first": through_gates(case["dc"], da)[
            :n_a
        ],
        "the rows that belong to a_prev are the first n_a, not the last": through_gates(whole, da)[-n_a:],
        "the slope of tanh, 1 - tanh(c)^2, is missing on the way from a to c": through_gates(
            case["dc"] + da * output, da
        )[:n_a],
        "the way through the output gate is missing": through_gates(whole, 0 * da)[:n_a],
    }
    for words, gradient in slips.items():
        if np.allclose(found, gradient):
            return words
    return None


# %% check="lstm_step_backward.dc_prev" points=1 of="lstm_step_backward"
title = "dc_prev, along the memory"


def cases(rng):
    drawn = []
    for n_a, n_x, m in ((1, 1, 2), (3, 2, 4), (2, 5, 3)):
        step = {name: rng.uniform(0.05, 0.95, (n_a, m)) for name in ("forget", "write", "output")}
        step["candidate"] = rng.uniform(-0.9, 0.9, (n_a, m))
        step["c_prev"] = rng.normal(size=(n_a, m))
        step["c"] = step["forget"] * step["c_prev"] + step["write"] * step["candidate"]
        drawn.append(
            {
                "da": rng.normal(size=(n_a, m)),
                "dc": rng.normal(size=(n_a, m)),
                "step": step,
                "parameters": {"W" + gate: rng.normal(size=(n_a, n_a + n_x)) for gate in "fico"},
            }
        )
    return drawn


def call(f, case):
    return f(**case)[1]


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        if np.allclose(found, case["dc"] * case["step"]["forget"]):
            return "the part of da that comes through tanh(c) must be added to dc first"
        plain = case["dc"] + case["da"] * case["step"]["output"]
        if np.allclose(found, plain * case["step"]["forget"]):
            return "the slope of tanh, 1 - tanh(c)^2, is missing on the way from a to c"
    return None


# %% [markdown]
# ## Exercise 4 · Back through one step of the GRU
#
# No recipe this time. Write `gru_step_backward(da, xt, a_prev, parameters)`: the gradient of the cost with respect to the state **before** the step.
#
# | argument | meaning |
# |---|---|
# | `da` | `(n_a, m)` gradient with respect to the new state |
# | `xt`, `a_prev`, `parameters` | what `gru_step` was called with |
#
# Returns `da_prev` `(n_a, m)`. Check yourself by nudging: with `da` all ones, `da_prev` is the slope of `gru_step(...).sum()`.
# Example: all weights and biases 0, `da = [[1.0]]`: `[[0.5]]`.
#
# <details><summary>Hint 1</summary>a_prev has four ways into the new state: directly, through the update gate, and twice through the candidate. Add all of them up.</details>
# <details><summary>Hint 2</summary>Directly: da * (1 - update). The candidate sees relevance * a_prev, a product: one part goes to a_prev, one to the relevance gate.</details>
# <details><summary>Hint 3</summary>d_filtered = Wc.T @ dZ_c, of which the first n_a rows belong to relevance * a_prev. Times relevance: a part of da_prev. Times a_prev and the slope of the sigmoid: dZ_r.</details>


# %% grade_id="gru_step_backward"
def gru_step_backward(da, xt, a_prev, parameters):
    # BEGIN SOLUTION: return da_prev (n_a, m)
    n_a = da.shape[0]
    both = np.concatenate([a_prev, xt])
    update = sigmoid(parameters["Wu"] @ both + parameters["bu"])
    relevance = sigmoid(parameters["Wr"] @ both + parameters["br"])
    candidate = np.tanh(parameters["Wc"] @ np.concatenate([relevance * a_prev, xt]) + parameters["bc"])
    dZ_c = da * update * (1 - candidate**2)
    dZ_u = da * (candidate - a_prev) * update * (1 - update)
    d_filtered = (parameters["Wc"].T @ dZ_c)[:n_a]
    dZ_r = d_filtered * a_prev * relevance * (1 - relevance)
    through_gates = (parameters["Wu"].T @ dZ_u + parameters["Wr"].T @ dZ_r)[:n_a]
    return da * (1 - update) + d_filtered * relevance + through_gates
    # END SOLUTION


# %% check="gru_step_backward.values" points=1.5 of="gru_step_backward"
title = "the gradient of the state before"


def cases(rng):
    drawn = []
    for n_a, n_x, m in ((1, 1, 2), (3, 2, 4), (2, 5, 3), (4, 1, 1)):
        parameters = {}
        for gate in "urc":
            parameters["W" + gate] = rng.normal(size=(n_a, n_a + n_x))
            parameters["b" + gate] = rng.normal(size=(n_a, 1))
        drawn.append(
            {
                "da": rng.normal(size=(n_a, m)),
                "xt": rng.normal(size=(n_x, m)),
                "a_prev": rng.uniform(-1, 1, (n_a, m)),
                "parameters": parameters,
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    p, a_prev, da = case["parameters"], case["a_prev"], case["da"]
    both = np.concatenate([a_prev, case["xt"]])
    update = sigmoid(p["Wu"] @ both + p["bu"])
    relevance = sigmoid(p["Wr"] @ both + p["br"])
    candidate = np.tanh(p["Wc"] @ np.concatenate([relevance * a_prev, case["xt"]]) + p["bc"])
    d_filtered = (p["Wc"].T @ (da * update * (1 - candidate**2)))[: len(da)]
    parts = {
        "the direct way, da * (1 - update)": da * (1 - update),
        "the way through the candidate, times relevance": d_filtered * relevance,
        "the way through the update gate": (p["Wu"].T @ (da * (candidate - a_prev) * update * (1 - update)))[
            : len(da)
        ],
        "the way through the relevance gate": (
            p["Wr"].T @ (d_filtered * a_prev * relevance * (1 - relevance))
        )[: len(da)],
    }
    for name, part in parts.items():
        if np.allclose(found, expected - part):
            return f"one part is missing: {name}"
    if np.allclose(found, parts["the direct way, da * (1 - update)"]):
        return "only the direct way is there; the gates and the candidate depend on a_prev too"
    return None


# %% [markdown]
# ## Exercise 5 · Back through the whole sequence
#
# Write `gru_sequence_backward(da, x, a0, parameters)`: backpropagation through time. Each state has two readers: the next step, and whatever
# else looks at it, such as a prediction layer. `da` holds the gradient from those others alone.
#
# | argument | meaning |
# |---|---|
# | `da` | `(n_a, m, T_x)`: entry `t` is what the outside hands to the state after step `t` |
# | `x`, `a0`, `parameters` | what `gru_sequence` was called with |
#
# Returns `da0` `(n_a, m)`, the gradient of the cost with respect to `a0`. You may call `gru_sequence` and `gru_step_backward`.
# Example: all weights and biases 0, `da = [[[0.0, 0.0, 1.0]]]`: `[[0.125]]`; and `da = [[[1.0, 1.0, 1.0]]]`: `[[0.875]]`.
#
# <details><summary>Hint 1</summary>Go from the last step to the first, with one gradient in your hand.</details>
# <details><summary>Hint 2</summary>Before you go back through step t, add what the outside hands to its state: da[:, :, t].</details>
# <details><summary>Hint 3</summary>Step t started from the state before it: the states of gru_sequence at t - 1, and a0 for the first step.</details>


# %% grade_id="gru_sequence_backward"
def gru_sequence_backward(da, x, a0, parameters):
    # BEGIN SOLUTION: return da0, the gradient with respect to the first state (n_a, m)
    states = gru_sequence(x, a0, parameters)
    gradient = np.zeros(a0.shape)
    for t in reversed(range(x.shape[2])):
        a_prev = states[:, :, t - 1] if t > 0 else a0
        gradient = gru_step_backward(gradient + da[:, :, t], x[:, :, t], a_prev, parameters)
    return gradient
    # END SOLUTION


# %% check="gru_sequence_backward.values" points=1 of="gru_sequence_backward,gru_step_backward,gru_sequence"
title = "the gradient of the first state"


def cases(rng):
    drawn = []
    for n_a, n_x, m, T_x in ((1, 1, 1, 3), (3, 2, 4, 5), (2, 3, 2, 7)):
        parameters = {}
        for gate in "urc":
            parameters["W" + gate] = rng.normal(size=(n_a, n_a + n_x))
            parameters["b" + gate] = rng.normal(size=(n_a, 1))
        drawn.append(
            {
                "da": rng.normal(size=(n_a, m, T_x)),
                "x": rng.normal(size=(n_x, m, T_x)),
                "a0": rng.uniform(-1, 1, (n_a, m)),
                "parameters": parameters,
            }
        )
    return drawn


def step(xt, a, p):
    """The state after a step."""
    both = np.concatenate([a, xt])
    update, relevance = (sigmoid(p["W" + g] @ both + p["b" + g]) for g in "ur")
    candidate = np.tanh(p["Wc"] @ np.concatenate([relevance * a, xt]) + p["bc"])
    return update * candidate + (1 - update) * a


def measured(da, x, a0, p):
    """Gradient (n_a, m) of sum(da * states) with respect to a0, by nudging."""

    def cost(a):
        total = 0.0
        for t in range(x.shape[2]):
            a = step(x[:, :, t], a, p)
            total += np.sum(da[:, :, t] * a)
        return total

    gradient = np.zeros(a0.shape)
    for index in np.ndindex(a0.shape):
        nudge = np.zeros(a0.shape)
        nudge[index] = 1e-5
        gradient[index] = (cost(a0 + nudge) - cost(a0 - nudge)) / 2e-5
    return gradient


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    da, x, a0, p = (case[name] for name in ("da", "x", "a0", "parameters"))
    last = np.concatenate([0 * da[:, :, :-1], da[:, :, -1:]], axis=2)
    if np.allclose(found, measured(last, x, a0, p), atol=1e-7):
        return "only the last state's da is there; add da[:, :, t] before you go back through each step t"
    if np.allclose(found, measured(da - last, x, a0, p), atol=1e-7):
        return "the last state's da is missing: the walk begins with da[:, :, T_x - 1]"
    if np.allclose(found, measured(da[:, :, :1], x[:, :, :1], a0, p), atol=1e-7):
        return (
            "later steps are missing: the gradient that comes back through step t + 1 is added to da[:, :, t]"
        )
    return (
        "do gru_sequence and gru_step_backward pass their checks? Then look at the state that each step started "
        "from, and at the order of the steps: from the last to the first"
    )


# %% [markdown]
# ## Exercise 6 · Both directions
#
# Write `merge_directions(a_left, a_right, lengths)` ([section 7](../02_gru_lstm.ipynb#cell-id=7-Both-directions)). A cell has read each sequence from the left, another has read each sequence
# **turned round within its own length**. Put the two together so that both halves of a column speak of the same step.
#
# | argument | meaning |
# |---|---|
# | `a_left` | `(n_a, m, T_x)`: entry `t` is the state after reading steps 0 to t |
# | `a_right` | `(n_a, m, T_x)`: entry `k` is the state after reading the **last** `k + 1` steps of the sequence, from its end |
# | `lengths` | list of `m` whole numbers, 1 to `T_x` |
#
# Returns `a` of shape `(2 n_a, m, T_x)`: left above right, zeros past the end of each sequence.
# Example: `a_left = [[[1, 2, 3]]]`, `a_right = [[[7, 8, 9]]]`, `lengths = [2]` gives `[[[1, 2, 0]], [[8, 7, 0]]]`.
#
# <details><summary>Hint 1</summary>A loop over the examples is fine. Each has its own length n; only entries 0 to n - 1 count.</details>
# <details><summary>Hint 2</summary>The reader from the right is at step t after reading n - t steps. Which entry of a_right is that?</details>
# <details><summary>Hint 3</summary>For one example, a_right[:, i, :n] turned round, [:, ::-1], fits the steps 0 to n - 1.</details>


# %% grade_id="merge_directions"
def merge_directions(a_left, a_right, lengths):
    # BEGIN SOLUTION: return both directions of every step, (2 n_a, m, T_x), zeros in the padding
    n_a, m, T_x = a_left.shape
    a = np.zeros((2 * n_a, m, T_x))
    for i in range(m):
        n = lengths[i]
        a[:n_a, i, :n] = a_left[:, i, :n]
        a[n_a:, i, :n] = a_right[:, i, :n][:, ::-1]
    return a
    # END SOLUTION


# %% check="merge_directions.values" points=1 of="merge_directions"
title = "both directions of the same step"


def cases(rng):
    drawn = []
    for n_a, m, T_x in ((1, 1, 3), (2, 3, 5), (3, 4, 6)):
        drawn.append(
            {
                "a_left": rng.normal(size=(n_a, m, T_x)),
                "a_right": rng.normal(size=(n_a, m, T_x)),
                "lengths": [int(n) for n in rng.integers(1, T_x, m)],
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        n_a = case["a_left"].shape[0]
        if np.allclose(found[n_a:], case["a_right"][:, :, ::-1]):
            return "this turns the whole array, padding first; turn each sequence within its own length"
        if np.any(found != 0) and np.allclose(np.where(expected != 0, found, 0), expected):
            return "past the end of a sequence there must be zeros"
        n = case["lengths"][0]
        if n > 1 and np.allclose(found[n_a:, 0, :n], case["a_right"][:, 0, :n]):
            return "the states from the right are still in their own order: entry 0 belongs to the last step"
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: a memory that counts the steps
#
# This simplified GRU circulates in print. With its gate shut the memory should stand still; instead it grows by 1 at every step.
# Repair `simple_gru_memory(c_prev, candidate, update)`: all three and the result have the shape `(n_a, m)`.
# Example: `c_prev = [[0.5]]`, `candidate = [[-1.0]]`, `update = [[0.25]]` give `[[0.125]]`.
#
# <details><summary>Hint 1</summary>Put in update = 0, then update = 1. Which of the two comes out wrong?</details>
# <details><summary>Hint 2</summary>The new memory is a weighted mean: each value has a weight, and the weights add up to 1.</details>
# <details><summary>Hint 3</summary>One sign between a weight and its value is wrong.</details>


# %% grade_id="simple_gru_memory"
def simple_gru_memory(c_prev, candidate, update):
    # BEGIN SOLUTION
    return update * candidate + (1 - update) * c_prev
    # END SOLUTION
    # BEGIN STARTER
    # return update * candidate + (1 - update) + c_prev
    # END STARTER


# %% check="simple_gru_memory.values" points=0.5 of="simple_gru_memory"
title = "a weighted mean of old and new"


def cases(rng):
    drawn = []
    for shape in ((1, 1), (3, 2), (2, 5)):
        drawn.append(
            {
                "c_prev": rng.uniform(-1, 1, shape),
                "candidate": rng.uniform(-1, 1, shape),
                "update": rng.uniform(0.1, 0.9, shape),
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    c_prev, candidate, update = case["c_prev"], case["candidate"], case["update"]
    if np.allclose(found, (1 - update) * candidate + update * c_prev):
        return "the two shares are swapped: the update gate is the share of the candidate"
    if np.allclose(found, update * candidate + (1 + update) * c_prev):
        return "the two weights must add up to 1: update and 1 - update"
    if np.max(np.abs(found)) > 1:
        return "the memory leaves the range of its inputs; a weighted mean cannot"
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: a candidate that cannot speak
#
# This candidate works as long as all biases are 0, and goes mute when the gate is biased to keep. Repair `gru_candidate(xt, a_prev, relevance, parameters)`; it returns
# $\tilde c$ `(n_a, m)`. `parameters` holds all entries of exercise 1. There are **two** mistakes.
# Example: all weights 0, `bc = [[0.5]]`, `bu = [[-4.0]]`: `[[0.4621]]`, which is $\tanh 0.5$.
#
# <details><summary>Hint 1</summary>Compare each name with the formula of the candidate in section 2. A candidate may be negative.</details>
# <details><summary>Hint 2</summary>Which bias belongs to the candidate? And is the candidate a share between 0 and 1?</details>
# <details><summary>Hint 3</summary>A gate has a sigmoid. What has a tanh?</details>


# %% grade_id="gru_candidate"
def gru_candidate(xt, a_prev, relevance, parameters):
    filtered = np.concatenate([relevance * a_prev, xt])  # (n_a + n_x, m)
    # BEGIN SOLUTION
    return np.tanh(parameters["Wc"] @ filtered + parameters["bc"])
    # END SOLUTION
    # BEGIN STARTER
    # return sigmoid(parameters["Wc"] @ filtered + parameters["bu"])
    # END STARTER


# %% check="gru_candidate.values" points=1 of="gru_candidate"
title = "the candidate of the GRU"


def cases(rng):
    drawn = []
    for n_a, n_x, m in ((1, 1, 2), (3, 2, 4), (2, 5, 3)):
        parameters = {}
        for gate in "urc":
            parameters["W" + gate] = rng.normal(size=(n_a, n_a + n_x))
            parameters["b" + gate] = rng.normal(size=(n_a, 1))
        drawn.append(
            {
                "xt": rng.normal(size=(n_x, m)),
                "a_prev": rng.uniform(-1, 1, (n_a, m)),
                "relevance": rng.uniform(0, 1, (n_a, m)),
                "parameters": parameters,
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    p = case["parameters"]
    filtered = np.concatenate([case["relevance"] * case["a_prev"], case["xt"]])
    if np.allclose(found, sigmoid(p["Wc"] @ filtered + p["bu"])):
        return (
            "this is a share between 0 and 1, made with the bias of the update gate; a candidate is neither"
        )
    if np.allclose(found, np.tanh(p["Wc"] @ filtered + p["bu"])):
        return "the tanh is right now; look at the bias"
    if np.allclose(found, sigmoid(p["Wc"] @ filtered + p["bc"])):
        return "the bias is right now; look at the function around it"
    return None
