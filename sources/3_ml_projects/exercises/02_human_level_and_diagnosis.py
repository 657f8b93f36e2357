# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 3.2 · Human level and diagnosis
#
# Six short functions that turn error rates into decisions, as in [lesson 3.2](../02_human_level_and_diagnosis.ipynb). Write each answer in its
# cell, run it, **save**, and run the check below it. A check tries your function on fresh numbers and shows what was expected,
# what came, and what may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed. All errors are in per cent.

# %%
import itertools

import numpy as np

# %% [markdown]
# ## Exercise 1 · The gaps
#
# Write `error_gaps(human, train, train_dev, dev, test)`
# ([sections 1 and 5 of the lesson](../02_human_level_and_diagnosis.ipynb#cell-id=5-A-third-gap-other-data)).
#
# | argument | meaning |
# |---|---|
# | `human` | human-level error |
# | `train`, `train_dev`, `dev`, `test` | errors of the model on the four sets |
#
# Returns `(4,)`: avoidable bias, variance, data mismatch, over-fitting to dev, in this order. A gap may be negative.
# Example: `error_gaps(0, 1, 9, 10, 10.5)` is `[1, 8, 1, 0.5]`.
#
# <details><summary>Hint 1</summary>Put the five errors in a row. Each gap is a difference of neighbours.</details>
# <details><summary>Hint 2</summary>Upper minus lower: a positive gap is a loss on the way from human level to the test set.</details>
# <details><summary>Hint 3</summary>np.diff of the row does all four at once.</details>


# %% grade_id="error_gaps"
def error_gaps(human, train, train_dev, dev, test):
    # BEGIN SOLUTION: return the four gaps as an array
    return np.diff(np.array([human, train, train_dev, dev, test], dtype=float))
    # END SOLUTION


# %% check="error_gaps.values" points=1 of="error_gaps"
title = "four gaps of five errors"


def cases(rng):
    drawn = [{"human": 0.0, "train": 1.0, "train_dev": 9.0, "dev": 10.0, "test": 10.5}]
    for _ in range(4):
        errors = np.cumsum(rng.uniform(-0.5, 6, 5)).round(1)
        names = ("human", "train", "train_dev", "dev", "test")
        drawn.append({name: float(e) for name, e in zip(names, errors, strict=True)})
    return drawn


def explain(case, expected, found):
    if np.shape(found) == (4,):
        if np.allclose(found, -np.asarray(expected)):
            return "all signs are turned round: subtract the lower set's error from the upper one's"
        errors = np.array([case[name] for name in ("human", "train", "train_dev", "dev", "test")])
        if np.allclose(found, errors[1:] - errors[0]):
            return "these are differences to human level; each gap lies between two neighbours"
    return None


# %% [markdown]
# ## Exercise 2 · Diagnosis over a table
#
# Write `diagnose(table)` ([section 1](../02_human_level_and_diagnosis.ipynb#cell-id=1-The-same-errors-two-diagnoses)).
#
# | argument | meaning |
# |---|---|
# | `table` | `(cases, 4)`: one case a row, with human, train, train-dev and dev error |
#
# Where training and dev data come from one distribution there is no train-dev set; that entry is then `np.nan`, and the whole step from train to dev is variance.
#
# Returns a list with one word a row: `"bias"`, `"variance"` or `"mismatch"`, for the largest gap; on a tie the one that comes first in this
# sentence. Example: the rows `[1, 8, nan, 10]`, `[7.5, 8, nan, 10]`, `[0, 1, 9, 10]`, `[0, 1, 1.5, 10]` give
# `["bias", "variance", "variance", "mismatch"]`.
#
# <details><summary>Hint 1</summary>First decide per row whether there is a train-dev error: np.isnan says so.</details>
# <details><summary>Hint 2</summary>Without it, variance is dev minus train, and there is no mismatch: as if train-dev were equal to dev.</details>
# <details><summary>Hint 3</summary>Three gaps a row in the order of the words; np.argmax takes the first of equal ones.</details>


# %% grade_id="diagnose"
def diagnose(table):
    # BEGIN SOLUTION: return a list with "bias", "variance" or "mismatch" for each row
    words = []
    for human, train, train_dev, dev in table:
        if np.isnan(train_dev):
            train_dev = dev
        gaps = [train - human, train_dev - train, dev - train_dev]
        words.append(("bias", "variance", "mismatch")[int(np.argmax(gaps))])
    return words
    # END SOLUTION


# %% check="diagnose.stated" points=1 of="diagnose"
title = "the cases stated in the lesson"


def cases(rng):
    rows = [[1, 8, np.nan, 10], [7.5, 8, np.nan, 10], [0, 1, 9, 10], [0, 1, 1.5, 10]]
    return [{"table": np.array([row], dtype=float)} for row in rows]


def explain(case, expected, found):
    if not isinstance(found, list) or len(found) != 1 or found == expected:
        return None
    human, train, train_dev, dev = case["table"][0]
    numbers = f"{human:g} / {train:g} / {train_dev:g} / {dev:g}"
    if np.isnan(train_dev) and expected == ["variance"]:
        return f"{numbers}: without a train-dev set the whole step from train to dev is variance"
    if np.isnan(train_dev):
        return f"{numbers}: the largest gap is {expected[0]}; np.argmax takes nan for the largest of all"
    return f"{numbers}: the largest step between two neighbours is {expected[0]}, found {found[0]!r}"


# %% check="diagnose.tables" points=2 of="diagnose"
title = "whole tables, with and without a train-dev set"


def cases(rng):
    drawn = []
    for rows in (3, 5, 8, 8):
        steps = rng.permuted(np.tile([0.5, 2.0, 4.0, 7.0], (rows, 1)), axis=1)
        table = np.cumsum(steps, axis=1)
        table[rng.random(rows) < 0.4, 2] = np.nan
        drawn.append({"table": table})
    drawn.append({"table": np.array([[0.0, 2.0, 4.0, 6.0], [1.0, 2.0, np.nan, 3.0], [5.0, 1.0, 2.0, 2.5]])})
    return drawn


def explain(case, expected, found):
    if isinstance(found, list) and len(found) == len(expected):
        for row, (want, got) in enumerate(zip(expected, found, strict=True)):
            if want != got:
                numbers = " / ".join(f"{e:g}" for e in case["table"][row])
                words = f"row {row}, {numbers}: the largest gap is {want}, found {got!r}"
                if np.isnan(case["table"][row]).any():
                    return f"{words}; with nan in it, np.argmax and max do not find the largest"
                return words
    return None


# %% [markdown]
# ## Exercise 3 · Which human?
#
# Write `human_level(readers, goal)` ([section 3](../02_human_level_and_diagnosis.ipynb#cell-id=3-Human-level-as-a-stand-in-and-which-human)).
#
# | argument | meaning |
# |---|---|
# | `readers` | dictionary from the name of a reader, or group of readers, to an error; one of them is called `"today"`, whoever does the job now |
# | `goal` | `"diagnose"`: estimate the Bayes error. `"replace"`: show that the system is worth using in place of today's way |
#
# Returns the error that serves the goal. For any other goal raise a `ValueError`. Example: with `{"today": 3.0, "doctor": 1.0, "team": 0.5}`,
# `"diagnose"` gives 0.5 and `"replace"` gives 3.0.
#
# <details><summary>Hint 1</summary>No reader can be better than the Bayes error. Which of them is nearest to it?</details>
# <details><summary>Hint 2</summary>For the other goal there is nothing to compute: look it up.</details>
# <details><summary>Hint 3</summary>min(readers.values()), readers["today"], and raise ValueError(…) for the rest.</details>


# %% grade_id="human_level"
def human_level(readers, goal):
    # BEGIN SOLUTION: return the error of the readers that serve the goal
    if goal == "diagnose":
        return min(readers.values())
    if goal == "replace":
        return readers["today"]
    raise ValueError(f"no goal is called {goal!r}")
    # END SOLUTION


# %% check="human_level.values" points=1 of="human_level"
title = "human level for a goal"


def cases(rng):
    drawn = []
    for goal in ("diagnose", "replace", "diagnose", "replace", "publish"):
        errors = rng.permutation([0.5, 0.8, 1.3, 2.9, 6.0])[:4] + rng.integers(0, 3) / 10
        names = ("team", "doctor", "student", "today")
        drawn.append(
            {"readers": {n: round(float(e), 1) for n, e in zip(names, errors, strict=True)}, "goal": goal}
        )
    return drawn


def call(f, case):
    try:
        error = f(**case)
    except ValueError:
        return "ValueError"
    if isinstance(error, Exception):
        return "an error that was returned"
    return "nothing" if error is None else float(error)


def explain(case, expected, found):
    if found == "an error that was returned":
        return "an error is raised, not returned: raise ValueError(...)"
    if expected == "ValueError":
        return "a goal that is not in the table must raise ValueError"
    if found == "nothing":
        return f"nothing is returned for {case['goal']!r}: a branch without return"
    errors = list(case["readers"].values())
    if case["goal"] == "replace" and found in errors:
        return 'the one to be replaced is whoever does the job now, the reader called "today"'
    if isinstance(found, float) and case["goal"] == "diagnose":
        if np.isclose(found, np.mean(errors)):
            return "the mean of the readers is above the best of them, and the Bayes error is below"
        if np.isclose(found, max(errors)):
            return "this is the worst reader; the Bayes error is at most the best one's"
        if found in errors:
            return "another reader does better: the lowest of all errors is nearest to the Bayes error"
    return None


# %% [markdown]
# ## Exercise 4 · Gap or chance?
#
# Write `counts(error_a, error_b, m)` ([section 7](../02_human_level_and_diagnosis.ipynb#cell-id=7-A-gap-or-chance)).
#
# | argument | meaning |
# |---|---|
# | `error_a`, `error_b` | errors on two different sets, in per cent |
# | `m` | number of examples in **each** of the two sets |
#
# Returns two numbers: the gap `error_b - error_a`, and its chance: twice the standard deviation of a difference,
# $2\sqrt{p_a(1 - p_a)/m + p_b(1 - p_b)/m}$, both in per cent points. Mind that $p$ is a share and not a percentage.
# Example: `counts(10.0, 20.0, 100)` is `10.0` and `10.0`.
#
# <details><summary>Hint 1</summary>Turn both errors into shares first: divide by 100.</details>
# <details><summary>Hint 2</summary>The two variances p (1 - p) / m add under one root. The roots themselves do not.</details>
# <details><summary>Hint 3</summary>Multiply the root by 2, and by 100 to come back to points.</details>


# %% grade_id="counts"
def counts(error_a, error_b, m):
    # BEGIN SOLUTION: return the gap and its chance, in per cent points
    p_a, p_b = error_a / 100, error_b / 100
    deviation = np.sqrt(p_a * (1 - p_a) / m + p_b * (1 - p_b) / m)
    return error_b - error_a, float(200 * deviation)
    # END SOLUTION


# %% check="counts.values" points=1 of="counts"
title = "a gap and its chance"


def cases(rng):
    drawn = [{"error_a": 10.0, "error_b": 20.0, "m": 100}]
    for m in (50, 1000, 20_000):
        a, b = rng.uniform(0.5, 40, 2).round(1)
        drawn.append({"error_a": float(a), "error_b": float(b), "m": m})
    return drawn


def explain(case, expected, found):
    pair = isinstance(found, (list, tuple)) and len(found) == 2
    if pair and isinstance(found[1], (int, float)):
        if np.isclose(found[1], expected[1] / 2):
            return "this is one standard deviation; chance is taken as two"
        if np.isclose(found[1], expected[1] / 100):
            return "this is a share; the answer is asked for in per cent points: times 100"
        p = np.array([case["error_a"], case["error_b"]]) / 100
        if np.isclose(found[1], 200 * np.sqrt(p * (1 - p) / case["m"]).sum()):
            return "the two standard deviations were added; add the variances, then take one root"
    return None


# %% [markdown]
# ## Exercise 5 · What to do on Monday
#
# No recipe this time. Write `ranked_actions(errors, m)`: the gaps that deserve work, the most urgent first.
#
# | argument | meaning |
# |---|---|
# | `errors` | dictionary with `"human"`, `"train"`, `"dev"`, `"test"`, and sometimes `"train-dev"` |
# | `m` | examples in each of the train-dev, dev and test sets |
#
# A gap deserves work if it is larger than its chance (exercise 4). Human level and training error count as exact: they add nothing below the root. Without a train-dev set, the step from train
# to dev is variance.
#
# Returns a list of words out of `"larger model"` (avoidable bias), `"more data"` (variance), `"data like the target"` (mismatch) and `"larger dev set"` (over-fitting to dev),
# by falling size of the gaps (no two are equal); an empty list if none deserves work. Example: `ranked_actions({"human": 0.0, "train": 1.0, "train-dev": 9.0, "dev": 10.0, "test": 10.0}, 1000)` is
# `["more data", "larger model"]`: the mismatch of one point lies within its chance of 2.6.
#
# <details><summary>Hint 1</summary>Walk along the row of sets that are there. Each step gives a size, a chance and a word.</details>
# <details><summary>Hint 2</summary>The chance of a step needs p(1 - p)/m of its two ends, which is 0 for human and train.</details>
# <details><summary>Hint 3</summary>Collect (size, word) where size > chance, sort by size from large to small, keep the words.</details>


# %% grade_id="ranked_actions"
def ranked_actions(errors, m):
    # BEGIN SOLUTION: return the words for the gaps that deserve work, largest gap first
    order = [name for name in ("human", "train", "train-dev", "dev", "test") if name in errors]
    words = {"train": "larger model", "train-dev": "more data", "test": "larger dev set"}
    words["dev"] = "data like the target" if "train-dev" in errors else "more data"

    def variance(name):
        p = errors[name] / 100
        return 0.0 if name in ("human", "train") else p * (1 - p) / m

    found = []
    for low, high in itertools.pairwise(order):
        size = errors[high] - errors[low]
        if size > 200 * np.sqrt(variance(low) + variance(high)):
            found.append((size, words[high]))
    return [word for _, word in sorted(found, reverse=True)]
    # END SOLUTION


# %% check="ranked_actions.values" points=2 of="ranked_actions"
title = "actions in the right order"


def cases(rng):
    def case(m, human, train, train_dev, dev, test):
        errors = {"human": human, "train": train, "train-dev": train_dev, "dev": dev, "test": test}
        return {"errors": {name: float(e) for name, e in errors.items() if e is not None}, "m": m}

    drawn = [
        case(1000, 0, 1, 9, 10, 10),
        case(1000, 0, 1, 1.5, 10, 10),
        case(10_000, 1, 8, None, 10, 10.2),
        case(100, 7.5, 8, None, 10, 11),
        case(100, 9, 9, None, 11, 12),
        case(10_000, 0, 1, None, 2.5, 6),
        case(10_000, 5, 1, None, 1.5, 1.5),
    ]
    for m in (300, 10_000):
        steps = rng.permutation([0.4, 3.0, 6.0, 11.0])
        drawn.append(case(m, *(1 + np.cumsum([0, *steps])).round(1).tolist()))
    return drawn


def explain(case, expected, found):
    if isinstance(found, list) and found != expected:
        if sorted(map(str, found)) == sorted(expected):
            return "the right words in another order: the largest gap comes first"
        extra = [word for word in found if word not in expected]
        if extra:
            return f"{extra[0]!r} does not deserve work here: is its gap larger than chance, and is the word right?"
        missing = [word for word in expected if word not in found]
        if missing:
            return (
                f"{missing[0]!r} is missing: its gap is larger than its chance (human level and training error "
                "count as exact)"
            )
    return None


# %% [markdown]
# ## Exercise 6 · Bug hunt: variance that is none
#
# This function shall return by how much the dev error would fall if the **variance** were cured completely, and all other gaps stayed. It
# is called with four errors, training and dev data being of different kinds, and promises far too much. Repair it.
#
# | argument | meaning |
# |---|---|
# | `human`, `train`, `train_dev`, `dev` | errors, in per cent |
#
# Returns one number, at least 0: where new examples do better than the training ones there is nothing to cure. Example: `gain_from_more_data(0.0, 1.0, 1.5, 10.0)` is `0.5`.
#
# <details><summary>Hint 1</summary>For the example it returns 9. Which two gaps are in that nine?</details>
# <details><summary>Hint 2</summary>More data of the training kind bring the error on *such* data down. On which set is that measured?</details>
# <details><summary>Hint 3</summary>One name is wrong, and one case is not thought of: a negative difference.</details>


# %% grade_id="gain_from_more_data"
def gain_from_more_data(human, train, train_dev, dev):
    # BEGIN SOLUTION
    return max(0.0, train_dev - train)
    # END SOLUTION
    # BEGIN STARTER
    # return dev - train
    # END STARTER


# %% check="gain_from_more_data.values" points=2 of="gain_from_more_data"
title = "what more data of the training kind can buy"


def cases(rng):
    drawn = [{"human": 0.0, "train": 1.0, "train_dev": 1.5, "dev": 10.0}]
    for _ in range(4):
        errors = np.cumsum(rng.uniform(0.3, 6, 4)).round(1)
        names = ("human", "train", "train_dev", "dev")
        drawn.append({n: float(e) for n, e in zip(names, errors, strict=True)})
    drawn.append({"human": 1.0, "train": 6.0, "train_dev": 5.5, "dev": 9.0})
    return drawn


def explain(case, expected, found):
    if isinstance(found, (int, float)):
        if np.isclose(found, case["dev"] - case["train"]):
            return (
                "this is variance and mismatch together; more data of the training kind cure only the first"
            )
        if np.isclose(found, case["dev"] - case["train_dev"]):
            return "this is the data mismatch; examples of the training kind do nothing against it"
        if np.isclose(found, case["train"] - case["human"]):
            return "this is the avoidable bias; it is there on the training examples already"
        if found < 0:
            return "a negative gain: where train-dev is below train there is nothing to cure, so 0"
    return None


# %% [markdown]
# Done? Go on with 3.3 Error analysis and mismatched data, or take the errors of a model of your own and put them into the explorer of the lesson.
