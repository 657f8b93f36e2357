# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 2.4 · Optimisation algorithms
#
# Eight short functions: the parts of every optimiser of [lesson 2.4](../04_optimisation_algorithms.ipynb). Write each
# answer in its cell, run it, **save**, and run the check below it. A check tries your function on fresh inputs and shows
# what was expected, what came, and what may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. No function may change the arrays that it is given: build new ones.

# %%
import numpy as np

# %% [markdown]
# ## Exercise 1 · Mini-batches
#
# Write `mini_batches(X, Y, size, order)`
# ([section 2 of the lesson](../04_optimisation_algorithms.ipynb#cell-id=2-Batch-mini-batch-stochastic)).
#
# | argument | meaning |
# |---|---|
# | `X` | `(n_x, m)` examples |
# | `Y` | `(1, m)` labels |
# | `size` | examples a mini-batch, at least 1 |
# | `order` | `(m,)` a shuffled order of 0 … m − 1; example `order[0]` comes first |
#
# Returns a list of pairs `(X_t, Y_t)`. Every example is in exactly one of them, in the given order; the last pair is shorter where
# `size` does not divide `m`. Example: `X = [[10, 20, 30]]`, `Y = [[0, 1, 0]]`, `size = 2`, `order = [2, 0, 1]` give two pairs:
# `([[30, 10]], [[0, 0]])` and `([[20]], [[1]])`.
#
# <details><summary>Hint 1</summary>X[:, some_list_of_numbers] picks columns, in the order of the list.</details>
# <details><summary>Hint 2</summary>The starts are 0, size, 2 size, … below m: range(0, m, size).</details>
# <details><summary>Hint 3</summary>A slice order[start : start + size] that reaches beyond the end is simply shorter. Use it for X and for Y.</details>


# %% grade_id="mini_batches"
def mini_batches(X, Y, size, order):
    # BEGIN SOLUTION: return the list of (X_t, Y_t)
    batches = []
    for start in range(0, X.shape[1], size):
        chosen = order[start : start + size]
        batches.append((X[:, chosen], Y[:, chosen]))
    return batches
    # END SOLUTION


# %% check="mini_batches.whole" points=1 of="mini_batches"
title = "mini-batches whose size divides m"


def cases(rng):
    drawn = []
    for n_x, m, size in ((1, 4, 2), (2, 6, 3), (3, 8, 8), (2, 5, 1)):
        drawn.append(
            {
                "X": rng.normal(size=(n_x, m)).round(2),
                "Y": rng.integers(0, 2, (1, m)),
                "size": size,
                "order": rng.permutation(m),
            }
        )
    return drawn


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) != len(expected):
        return f"{len(expected)} mini-batches were needed, {len(found)} came: their starts are 0, size, 2 size, ..."
    if isinstance(found, (list, tuple)):
        first = found[0]
        if isinstance(first, (list, tuple)) and len(first) == 2:
            X, size = case["X"], case["size"]
            if np.ndim(first[0]) == 2 and np.shape(first[0])[1] != size:
                return (
                    f"the first mini-batch holds {np.shape(first[0])[1]} of the {size} example(s): a slice "
                    "begins at its first number and ends before its second"
                )
            if np.shape(first[0]) == (X.shape[0], size) and np.allclose(first[0], X[:, :size]):
                return "the examples are in their old order: pick the columns by `order`"
            if np.shape(first[1]) == (1, size) and np.allclose(first[1], case["Y"][:, :size]):
                return "X is shuffled and Y is not: each example lost its own label"
    return None


# %% check="mini_batches.short" points=1 of="mini_batches"
title = "a short last mini-batch"


def cases(rng):
    drawn = []
    for n_x, m, size in ((1, 3, 2), (2, 10, 4), (3, 7, 10), (2, 9, 8)):
        drawn.append(
            {
                "X": rng.normal(size=(n_x, m)).round(2),
                "Y": rng.integers(0, 2, (1, m)),
                "size": size,
                "order": rng.permutation(m),
            }
        )
    return drawn


def explain(case, expected, found):
    if isinstance(found, (list, tuple)):
        m, size = case["X"].shape[1], case["size"]
        if len(found) == m // size:
            return f"the last {m % size} example(s) are missing: round the number of mini-batches up"
        if len(found) == m // size + 2:
            return "there is one pair too many; is the last one empty?"
        widths = [
            np.shape(pair[0])[-1] for pair in found if isinstance(pair, (list, tuple)) and len(pair) == 2
        ]
        if len(widths) == len(expected) and sum(widths) != m:
            return (
                f"the mini-batches hold {sum(widths)} of the {m} examples: a slice begins at its first number "
                "and ends before its second"
            )
    return None


# %% [markdown]
# ## Exercise 2 · The average that forgets
#
# Write `weighted_average(theta, beta)` with bias correction
# ([section 3](../04_optimisation_algorithms.ipynb#cell-id=3-Averages-that-forget)).
#
# | argument | meaning |
# |---|---|
# | `theta` | `(T,)` the series |
# | `beta` | share of the old average, from 0 to below 1 |
#
# Returns `(T,)`: the corrected averages $v_t / (1 - \beta^t)$ for $t = 1 \dots T$, where $v_t = \beta v_{t-1} + (1 - \beta)\theta_t$ and $v_0 = 0$.
# Example: `weighted_average(np.array([40.0, 49.0, 45.0]), 0.9)` is `[40.0, 44.7368, 44.8339]`.
#
# <details><summary>Hint 1</summary>Keep one number, v, through the loop. What you append is another number.</details>
# <details><summary>Hint 2</summary>t starts at 1; enumerate(theta, start=1) counts so.</details>
# <details><summary>Hint 3</summary>Two lines in the loop: v from v by the formula, then append v divided by (1 - beta**t), leaving v itself alone.</details>


# %% grade_id="weighted_average"
def weighted_average(theta, beta):
    # BEGIN SOLUTION: return the T corrected averages
    v, corrected = 0.0, []
    for t, value in enumerate(theta, start=1):
        v = beta * v + (1 - beta) * value
        corrected.append(v / (1 - beta**t))
    return np.array(corrected)
    # END SOLUTION


# %% check="weighted_average.values" points=1 of="weighted_average"
title = "corrected averages of a series"


def cases(rng):
    drawn = [{"theta": np.array([40.0, 49.0, 45.0]), "beta": 0.9}]
    for T, beta in ((5, 0.5), (12, 0.98), (30, 0.7)):
        drawn.append({"theta": rng.normal(15, 5, T).round(1), "beta": beta})
    return drawn


def explain(case, expected, found):
    theta, beta = case["theta"], case["beta"]
    if np.shape(found) == np.shape(expected):
        v, raw, fed, fed_back = 0.0, [], 0.0, []
        for t, value in enumerate(theta, start=1):
            v = beta * v + (1 - beta) * value
            fed = (beta * fed + (1 - beta) * value) / (1 - beta**t)
            raw.append(v)
            fed_back.append(fed)
        raw = np.array(raw)
        if np.allclose(found, raw):
            return "these are the raw averages: each must be divided by 1 - beta^t"
        if np.allclose(found, fed_back):
            return "the corrected value went back into the recursion; keep v raw and correct a copy"
        if np.allclose(found, (1 - beta) * theta):
            return "this uses v_0 = 0 each time; the recursion needs v of the day before"
        if np.allclose(found[1:], raw[1:] / (1 - beta ** np.arange(1, len(raw)))):
            return "t starts at 1: the second value is divided by 1 - beta^2, not by 1 - beta"
    return None


# %% [markdown]
# ## Exercise 3 · A step with momentum
#
# Write `momentum_step(W, dW, v, alpha, beta)` ([section 4](../04_optimisation_algorithms.ipynb#cell-id=4-Momentum)).
#
# | argument | meaning |
# |---|---|
# | `W`, `dW` | parameters and their gradient, one shape |
# | `v` | the average of the gradients so far, same shape |
# | `alpha`, `beta` | learning rate; share of the old average |
#
# Returns the new `W` and the new `v`. Example: `W = [[1.0]]`, `dW = [[2.0]]`, `v = [[1.0]]`, `alpha = 0.1`, `beta = 0.9` give
# `W = [[0.89]]`, `v = [[1.1]]`.
#
# <details><summary>Hint 1</summary>Which comes first, the new average or the step? The step uses the new one.</details>
# <details><summary>Hint 2</summary>The gradient enters with the weight 1 - beta.</details>
# <details><summary>Hint 3</summary>Two lines: v = beta v + (1 - beta) dW as a new array, then W minus alpha times it.</details>


# %% grade_id="momentum_step"
def momentum_step(W, dW, v, alpha, beta):
    # BEGIN SOLUTION: return the new W and the new v
    v = beta * v + (1 - beta) * dW
    return W - alpha * v, v
    # END SOLUTION


# %% check="momentum_step.values" points=1 of="momentum_step"
title = "one step with momentum"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for shape, beta in (((1, 1), 0.9), ((3, 2), 0.9), ((4, 1), 0.5), ((2, 5), 0.99)):
        drawn.append(
            {
                "W": rng.normal(size=shape),
                "dW": rng.normal(size=shape),
                "v": rng.normal(size=shape),
                "alpha": float(rng.uniform(0.01, 0.5)),
                "beta": beta,
            }
        )
    return drawn


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) == 2 and np.shape(found[1]) == np.shape(case["v"]):
        W, dW, v, alpha, beta = (case[k] for k in ("W", "dW", "v", "alpha", "beta"))
        if np.allclose(found[1], beta * v + dW):
            return "the factor (1 - beta) before dW is missing"
        if np.allclose(found[1], expected[1]) and np.shape(found[0]) == np.shape(W):
            if np.allclose(found[0], W - alpha * v):
                return "W moved along the old average; use the new one"
            if np.allclose(found[0], W - alpha * dW):
                return "W moved along the gradient itself; use the average v"
    return None


# %% [markdown]
# ## Exercise 4 · A step of RMSprop
#
# Write `rmsprop_step(W, dW, s, alpha, beta, epsilon)` ([section 5](../04_optimisation_algorithms.ipynb#cell-id=5-RMSprop)).
#
# | argument | meaning |
# |---|---|
# | `W`, `dW` | parameters and their gradient, one shape |
# | `s` | the average of the squared gradients so far, same shape, nowhere negative |
# | `alpha`, `beta` | learning rate; share of the old average |
# | `epsilon` | small and positive; stands **outside** the root |
#
# Returns the new `W` and the new `s`. Example: `W = [[1.0]]`, `dW = [[2.0]]`, `s = [[0.0]]`, `alpha = 0.1`, `beta = 0.75`, `epsilon = 1e-8`
# give `W = [[0.8]]`, `s = [[1.0]]`.
#
# <details><summary>Hint 1</summary>Squares and roots are entry by entry: ** and np.sqrt.</details>
# <details><summary>Hint 2</summary>The average is of squares; the step is along the gradient itself, which keeps its sign.</details>
# <details><summary>Hint 3</summary>The denominator is np.sqrt of the new s, plus epsilon.</details>


# %% grade_id="rmsprop_step"
def rmsprop_step(W, dW, s, alpha, beta, epsilon):
    # BEGIN SOLUTION: return the new W and the new s
    s = beta * s + (1 - beta) * dW**2
    return W - alpha * dW / (np.sqrt(s) + epsilon), s
    # END SOLUTION


# %% check="rmsprop_step.values" points=1 of="rmsprop_step"
title = "one step of RMSprop"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for shape, epsilon in (((1, 1), 1e-8), ((3, 2), 1e-8), ((4, 1), 0.1), ((2, 5), 0.5)):
        drawn.append(
            {
                "W": rng.normal(size=shape),
                "dW": rng.normal(size=shape),
                "s": rng.uniform(0, 2, shape),
                "alpha": float(rng.uniform(0.01, 0.5)),
                "beta": float(rng.choice([0.9, 0.99, 0.5])),
                "epsilon": epsilon,
            }
        )
    return drawn


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) == 2 and np.shape(found[1]) == np.shape(case["s"]):
        W, dW, s, alpha, beta, epsilon = (case[k] for k in ("W", "dW", "s", "alpha", "beta", "epsilon"))
        new = beta * s + (1 - beta) * dW**2
        if np.allclose(found[1], (1 - beta) * dW**2):
            return "the old average is missing: s = beta s + (1 - beta) dW^2"
        if np.allclose(found[1], beta * s + (1 - beta) * dW):
            return "the average must be of the squared gradient"
        if np.allclose(found[1], new) and np.shape(found[0]) == np.shape(W):
            if np.allclose(found[0], W - alpha * dW / np.sqrt(new + epsilon)):
                return "epsilon is inside the root; here it is added after taking the root"
            if np.allclose(found[0], W - alpha * dW / (np.sqrt(s) + epsilon)):
                return "the step used the old s; use the new one"
    return None


# %% [markdown]
# ## Exercise 5 · A step of Adam
#
# Write `adam_step(W, dW, v, s, t, alpha, beta1, beta2, epsilon)` ([section 6](../04_optimisation_algorithms.ipynb#cell-id=6-Adam)).
#
# | argument | meaning |
# |---|---|
# | `W`, `dW` | parameters and their gradient, one shape |
# | `v`, `s` | the **raw** averages of the gradients and of their squares |
# | `t` | number of this step, 1 at the first |
# | `alpha`, `beta1`, `beta2`, `epsilon` | as in the lesson; epsilon outside the root |
#
# Returns the new `W`, the new raw `v` and the new raw `s`. Example: `W = [[0.0]]`, `dW = [[4.0]]`, `v = s = [[0.0]]`, `t = 1`, `alpha = 0.01`,
# `beta1 = 0.9`, `beta2 = 0.999`, `epsilon = 1e-8` give `W = [[-0.01]]`, `v = [[0.4]]`, `s = [[0.016]]`.
#
# <details><summary>Hint 1</summary>First exercises 3 and 4 for the averages, each with its own beta. No step yet.</details>
# <details><summary>Hint 2</summary>Divide copies by 1 - beta1^t and 1 - beta2^t. What you return is not divided.</details>
# <details><summary>Hint 3</summary>The step is alpha times corrected v over (root of corrected s, plus epsilon). Five lines in all.</details>


# %% grade_id="adam_step"
def adam_step(W, dW, v, s, t, alpha, beta1, beta2, epsilon):
    # BEGIN SOLUTION: return the new W, v and s
    v = beta1 * v + (1 - beta1) * dW
    s = beta2 * s + (1 - beta2) * dW**2
    v_corrected = v / (1 - beta1**t)
    s_corrected = s / (1 - beta2**t)
    return W - alpha * v_corrected / (np.sqrt(s_corrected) + epsilon), v, s
    # END SOLUTION


# %% check="adam_step.averages" points=1 of="adam_step"
title = "Adam's two averages, kept raw"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for shape, t in (((1, 1), 1), ((3, 2), 2), ((2, 4), 7), ((4, 1), 60)):
        drawn.append(
            {
                "W": rng.normal(size=shape),
                "dW": rng.normal(size=shape),
                "v": rng.normal(size=shape),
                "s": rng.uniform(0, 2, shape),
                "t": t,
                "alpha": 0.01,
                "beta1": 0.9,
                "beta2": 0.999,
                "epsilon": 1e-8,
            }
        )
    return drawn


def call(f, case):
    return f(**case)[1:]


def explain(case, expected, found):
    if isinstance(found, (list, tuple)) and len(found) == 2 and np.shape(found[0]) == np.shape(expected[0]):
        if np.allclose(found[0], expected[0] / (1 - case["beta1"] ** case["t"])):
            return "the corrected averages are returned; the raw ones must go on to the next step"
        if np.allclose(found[1], case["beta2"] * expected[0] + (1 - case["beta2"]) * case["dW"] ** 2):
            return "v stands in the recursion of s; it is s = beta2 s + (1 - beta2) dW^2"
    return None


# %% check="adam_step.step" points=1 of="adam_step"
title = "Adam's step, with both corrections"


def cases(rng):
    drawn = []
    for shape, t, epsilon in (((1, 1), 1, 1e-8), ((3, 2), 2, 1e-8), ((2, 4), 7, 0.1), ((4, 1), 60, 1e-8)):
        drawn.append(
            {
                "W": rng.normal(size=shape),
                "dW": rng.normal(size=shape),
                "v": rng.normal(size=shape),
                "s": rng.uniform(0, 0.02, shape),
                "t": t,
                "alpha": float(rng.uniform(0.01, 0.5)),
                "beta1": 0.9,
                "beta2": 0.999,
                "epsilon": epsilon,
            }
        )
    return drawn


def call(f, case):
    return f(**case)[0]


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    W, dW, t, alpha, epsilon = (case[k] for k in ("W", "dW", "t", "alpha", "epsilon"))
    b1, b2 = case["beta1"], case["beta2"]
    v, s = b1 * case["v"] + (1 - b1) * dW, b2 * case["s"] + (1 - b2) * dW**2
    vc, sc = v / (1 - b1**t), s / (1 - b2**t)
    wrong = {
        "neither average was corrected": v / (np.sqrt(s) + epsilon),
        "only s was corrected": v / (np.sqrt(sc) + epsilon),
        "only v was corrected": vc / (np.sqrt(s) + epsilon),
        "s was corrected with beta1; it has its own beta2": vc / (np.sqrt(s / (1 - b1**t)) + epsilon),
        "epsilon is inside the root": vc / np.sqrt(sc + epsilon),
        "the corrections divide by 1 - beta^t: the power t is missing": v
        / (1 - b1)
        / (np.sqrt(s / (1 - b2)) + epsilon),
        "the step goes along the gradient; it goes along the corrected average v": dW
        / (np.sqrt(sc) + epsilon),
    }
    for words, step in wrong.items():
        if np.allclose(found, W - alpha * step, rtol=1e-7, atol=0) and not np.allclose(
            step, vc / (np.sqrt(sc) + epsilon)
        ):
            return words
    return None


# %% [markdown]
# ## Exercise 6 · Schedules
#
# No recipe this time. Write `learning_rate(name, alpha_0, epoch, decay)`
# ([section 8](../04_optimisation_algorithms.ipynb#cell-id=8-Lowering-the-learning-rate)): the learning rate after `epoch` finished epochs.
#
# | `name` | learning rate |
# |---|---|
# | `"inverse"` | $\alpha_0 / (1 + \text{decay} \cdot \text{epoch})$ |
# | `"exponential"` | $\alpha_0 \cdot \text{decay}^{\text{epoch}}$ |
# | `"root"` | $\text{decay} \cdot \alpha_0 / \sqrt{\text{epoch}}$; at epoch 0, where that is infinite, $\text{decay} \cdot \alpha_0$ |
# | `"staircase"` | halved after every `decay` epochs |
#
# For any other name raise a `ValueError`. Examples: `learning_rate("inverse", 0.2, 3, 1.0)` is `0.05`,
# `learning_rate("staircase", 0.2, 9, 4)` is `0.05`.
#
# <details><summary>Hint 1</summary>Four cases and an error: if, elif, …, else.</details>
# <details><summary>Hint 2</summary>How many whole stairs of `decay` epochs lie behind you? Python's // counts them.</details>
# <details><summary>Hint 3</summary>max(epoch, 1) below the root takes care of epoch 0. The last line is raise ValueError(…).</details>


# %% grade_id="learning_rate"
def learning_rate(name, alpha_0, epoch, decay):
    # BEGIN SOLUTION: return the learning rate of the schedule that is named
    if name == "inverse":
        return alpha_0 / (1 + decay * epoch)
    if name == "exponential":
        return alpha_0 * decay**epoch
    if name == "root":
        return decay * alpha_0 / max(epoch, 1) ** 0.5
    if name == "staircase":
        return alpha_0 * 0.5 ** (epoch // decay)
    raise ValueError(f"no schedule is called {name!r}")
    # END SOLUTION


# %% check="learning_rate.values" points=1 of="learning_rate"
title = "four schedules, and an unknown one"


def cases(rng):
    drawn = []
    for name, decay in (
        ("inverse", 1.0),
        ("inverse", 0.1),
        ("exponential", 0.95),
        ("root", 1.5),
        ("staircase", 4),
    ):
        alpha_0 = float(rng.uniform(0.05, 0.9))
        for epoch in (0, int(rng.integers(1, 4)), int(rng.integers(8, 30))):
            drawn.append({"name": name, "alpha_0": alpha_0, "epoch": epoch, "decay": decay})
    drawn.append({"name": "sudden", "alpha_0": 0.1, "epoch": 2, "decay": 1.0})
    return drawn


def call(f, case):
    try:
        rate = f(**case)
    except ValueError:
        return "ValueError"
    if isinstance(rate, Exception):
        return "an error that was returned"
    return "nothing" if rate is None else float(rate)


def explain(case, expected, found):
    if found == "an error that was returned":
        return "an error is raised, not returned: raise ValueError(...)"
    if expected == "ValueError":
        return "a name that is not in the table must raise ValueError"
    if found == "nothing":
        return f"nothing is returned for {case['name']!r}: a branch without return"
    if found == "ValueError":
        return f"{case['name']!r} is in the table, and your function raised ValueError"
    if case["name"] == "root" and case["epoch"] == 0:
        return "at epoch 0 the root is 0; there the rate is decay times alpha_0"
    smooth = case["name"] == "staircase" and case["alpha_0"] * 0.5 ** (case["epoch"] / case["decay"])
    if smooth and isinstance(found, float) and np.isclose(found, smooth):
        return "between stairs the rate stays: count whole stairs with //"
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: steps that die out
#
# `adam_run` trains one number with Adam and returns where it is after each step. With a constant gradient every step should be
# as long as `alpha`. These get shorter and shorter. Repair it.
#
# | argument | meaning |
# |---|---|
# | `w` | start, a number |
# | `gradients` | `(T,)` the gradient at each step |
# | `alpha` | learning rate |
#
# Returns `(T,)`. Example: `adam_run(0.0, np.array([2.0, 2.0, 2.0]), 0.1)` is `[-0.1, -0.2, -0.3]`.
#
# <details><summary>Hint 1</summary>The first step is right. What is different when the second begins?</details>
# <details><summary>Hint 2</summary>Print v after each step for a constant gradient. A raw average of a constant creeps up to it from below.</details>
# <details><summary>Hint 3</summary>The corrected values are copies with names of their own. Nothing but the recursion may change v and s.</details>


# %% grade_id="adam_run"
def adam_run(w, gradients, alpha):
    v, s, path = 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        v = 0.9 * v + 0.1 * g
        s = 0.999 * s + 0.001 * g**2
        # BEGIN SOLUTION
        v_corrected = v / (1 - 0.9**t)
        s_corrected = s / (1 - 0.999**t)
        w = w - alpha * v_corrected / (np.sqrt(s_corrected) + 1e-8)
        # END SOLUTION
        # BEGIN STARTER
        # v = v / (1 - 0.9**t)
        # s = s / (1 - 0.999**t)
        # w = w - alpha * v / (np.sqrt(s) + 1e-8)
        # END STARTER
        path.append(w)
    return np.array(path)


# %% check="adam_run.values" points=1 of="adam_run"
title = "the path of Adam over many steps"


def cases(rng):
    drawn = [{"w": 0.0, "gradients": np.array([2.0, 2.0, 2.0]), "alpha": 0.1}]
    for T in (4, 10, 25):
        drawn.append({"w": float(rng.normal()), "gradients": rng.normal(1, 1, T), "alpha": 0.05})
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    w, v, s, raw = case["w"], 0.0, 0.0, []
    for g in case["gradients"]:
        v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
        w = w - case["alpha"] * v / (np.sqrt(s) + 1e-8)
        raw.append(w)
    if np.allclose(found, raw):
        return "the step uses the raw averages; it needs the corrected copies, each under a name of its own"
    if np.isclose(found[0], expected[0]):
        return (
            "the first step is right and later ones are not: something changes v or s besides the recursion"
        )
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: first steps ten times too long
#
# `adam_move(dW, v, s, t, alpha)` returns by how much Adam moves `W` in step `t`, from raw averages `v` and `s` of the steps before. Its first moves
# are about ten times as long as `alpha`. Repair it. All arrays have one shape; $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\varepsilon = 10^{-8}$.
# Example: `adam_move(np.array([3.0]), np.array([0.0]), np.array([0.0]), 1, 0.01)` is `[-0.01]`.
#
# <details><summary>Hint 1</summary>At t = 1, with zero averages, both corrected values must give back dW and dW squared.</details>
# <details><summary>Hint 2</summary>A correction undoes the missing weight of one average. Which beta made that average?</details>
# <details><summary>Hint 3</summary>One name in the line of s_corrected is wrong.</details>


# %% grade_id="adam_move"
def adam_move(dW, v, s, t, alpha):
    beta1, beta2 = 0.9, 0.999
    v = beta1 * v + (1 - beta1) * dW
    s = beta2 * s + (1 - beta2) * dW**2
    v_corrected = v / (1 - beta1**t)
    # BEGIN SOLUTION
    s_corrected = s / (1 - beta2**t)
    # END SOLUTION
    # BEGIN STARTER
    # s_corrected = s / (1 - beta1**t)
    # END STARTER
    return -alpha * v_corrected / (np.sqrt(s_corrected) + 1e-8)


# %% check="adam_move.values" points=1 of="adam_move"
title = "how far Adam moves"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for shape, t in (((1,), 1), ((3,), 2), ((2, 2), 10), ((4, 1), 100)):
        first = t == 1
        drawn.append(
            {
                "dW": rng.normal(size=shape),
                "v": np.zeros(shape) if first else rng.normal(size=shape),
                "s": np.zeros(shape) if first else rng.uniform(0.1, 1, shape) * (1 - 0.999**t),
                "t": t,
                "alpha": 0.01,
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    v, s, t, alpha = 0.9 * case["v"] + 0.1 * case["dW"], case["s"], case["t"], case["alpha"]
    s = 0.999 * s + 0.001 * case["dW"] ** 2

    def move(share_v, share_s):
        return -alpha * (v / share_v) / (np.sqrt(s / share_s) + 1e-8)

    share_1, share_2 = 1 - 0.9**t, 1 - 0.999**t
    if np.allclose(found, move(share_1, share_1)):
        ratio = np.mean(np.abs(found) / np.abs(expected))
        return f"the move is {ratio:.1f} times too long: s is still far too small after its correction"
    if np.allclose(found, move(share_2, share_2)):
        return "v was made with beta1, so its correction needs beta1 too; s was repaired"
    if np.allclose(found, move(1, 1)):
        return "neither average is corrected"
    return None


# %% [markdown]
# Done? Go on with 2.5 Hyperparameter search, or put your `adam_step` into the network of the lesson and let it race against the package's.
