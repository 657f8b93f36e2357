# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 5.6 · Sequence to sequence and beam search
#
# Eight functions: the score of a sentence, beam search, the search for the guilty, and BLEU, from
# [lesson 5.6](../06_seq2seq_beam_search.ipynb). Write each answer in its cell, run it, **save**, and run the
# check below it. A check tries your function on fresh inputs and shows what was expected, what came, and what
# may be the cause. 10 points in all; each case of a check counts for itself.
#
# Only NumPy is needed (`Counter`, from the standard library, is at hand as well). Log-probabilities are natural logarithms; an impossible word has
# the log-probability `-np.inf`. Sentences for BLEU are lists of words.

# %%
from collections import Counter

import numpy as np

# %% [markdown]
# ## Exercise 1 · The score of a sentence
#
# Write `normalised_score(log_p, alpha)` ([section 6 of the lesson](../06_seq2seq_beam_search.ipynb#cell-id=6-Beam-search)): the sum of the words' log-probabilities divided by their number to the power `alpha`.
#
# | argument | meaning |
# |---|---|
# | `log_p` | `(T_y,)` log-probability of every word, `<EOS>` included; at least one |
# | `alpha` | a number from 0 to 1 |
#
# Returns a number. Examples: `log_p = [-1.0, -2.0, -0.5, -0.5]` gives `-4.0` for `alpha = 0`, `-1.0` for `alpha = 1` and `-2.0` for `alpha = 0.5`. A sentence with an impossible word scores `-inf`.
#
# <details><summary>Hint 1</summary>T_y is the number of entries.</details>
# <details><summary>Hint 2</summary>Only the sum is divided. Do not take logarithms again.</details>
# <details><summary>Hint 3</summary>len(log_p) ** alpha is what you divide by; for alpha = 0 it is 1.</details>


# %% grade_id="normalised_score"
def normalised_score(log_p, alpha):
    # BEGIN SOLUTION: return the sum of the log-probabilities divided by T_y to the power alpha
    return np.sum(log_p) / len(log_p) ** alpha
    # END SOLUTION


# %% check="normalised_score.values" points=1 of="normalised_score"
title = "the normalised score"


def cases(rng):
    drawn = [
        {"log_p": -rng.uniform(0.1, 3, T_y), "alpha": alpha}
        for T_y, alpha in ((1, 0.7), (5, 0.0), (6, 0.7), (9, 1.0), (40, 0.5))
    ]
    impossible = -rng.uniform(0.1, 3, 4)
    impossible[2] = -np.inf
    return [*drawn, {"log_p": impossible, "alpha": 0.7}]


def call(f, case):
    score = f(**case)
    return "-inf" if isinstance(score, float) and score == -np.inf else score


def explain(case, expected, found):
    log_p, alpha = case["log_p"], case["alpha"]
    if expected == "-inf":
        return "one word is impossible, so the sentence is: its score is -inf"
    if np.ndim(found) != 0:
        return "return one number, not an array"
    if not isinstance(found, (int, float, np.number)):
        return None
    if np.isnan(found):
        return "nan came: the logarithms are given already, and only the length is raised to a power"
    if np.isclose(found, -expected):
        return "the sign is turned round: log-probabilities are at most 0, and so is the score"
    if np.isclose(found, np.sum(log_p)):
        return "the length normalisation is missing"
    if np.isclose(found, np.mean(log_p)):
        return "this is the mean; the length stands to the power alpha"
    if np.isclose(found, np.sum(log_p) / (alpha * len(log_p)) if alpha else np.nan):
        return "alpha is an exponent of the length, not a factor"
    if np.isclose(found, np.prod(np.exp(log_p))):
        return "this is the probability; stay with the logarithms"
    if np.isclose(found, np.sum(log_p) * len(log_p) ** alpha):
        return "divide by the length to the power alpha, do not multiply"
    return None


# %% [markdown]
# ## Exercise 2 · One step of beam search
#
# Write `beam_step(log_p, totals, B)`: from the kept beginnings to the next ones.
#
# | argument | meaning |
# |---|---|
# | `log_p` | `(n_y, k)` log-probability of every next word (rows) after each of the k beginnings (columns) |
# | `totals` | `(k,)` log-probability of each beginning |
# | `B` | how many continuations to keep, at least 1 |
#
# Returns `words`, `parents`, `new_totals`, three arrays of the same length, the most probable continuation first: the word's row, the beginning's column, the log-probability of the whole. Three rules:
#
# - continuations of log-probability `-inf` are never returned;
# - so there may be **fewer** than `B`; also when `B` is larger than `n_y * k`;
# - of equally probable ones the one of the **earlier beginning** (column) comes first, then the one of the earlier word (row).
#
# Example: `log_p = [[-1.0, -0.5], [-2.0, -3.0]]`, `totals = [-1.0, -2.0]`, `B = 3` gives `words = [0, 0, 1]`, `parents = [0, 1, 0]`, `new_totals = [-2.0, -2.5, -3.0]`.
#
# <details><summary>Hint 1</summary>totals + log_p has the shape (n_y, k): NumPy adds totals[j] to column j.</details>
# <details><summary>Hint 2</summary>np.argsort with kind="stable" leaves equal entries in their order. In which order must the entries lie so that earlier columns come first?</details>
# <details><summary>Hint 3</summary>Transposed, (k, n_y), the entries of the first beginning come first. Flatten that, sort its negative, take B, and divmod(place, n_y) gives column and row. Then drop -inf.</details>


# %% grade_id="beam_step"
def beam_step(log_p, totals, B):
    # BEGIN SOLUTION: return words, parents, new_totals of the best continuations, the best first
    n_y = log_p.shape[0]
    sums = (log_p + totals).T.ravel()  # (k n_y,), beginning after beginning
    best = np.argsort(-sums, kind="stable")[:B]
    best = best[sums[best] > -np.inf]
    parents, words = np.divmod(best, n_y)
    return words, parents, sums[best]
    # END SOLUTION


# %% check="beam_step.values" points=1 of="beam_step"
title = "the best continuations, all different"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n_y, k, B in ((5, 1, 3), (4, 3, 3), (30, 4, 4), (7, 2, 1)):
        log_p = np.log(rng.dirichlet(np.ones(n_y), size=k)).T.copy()
        drawn.append({"log_p": log_p, "totals": -rng.uniform(0.5, 3, k), "B": B})
    return drawn


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 3:
        return "return three arrays: words, parents, new_totals"
    words, parents, totals = (np.asarray(part) for part in found)
    k = case["log_p"].shape[1]
    if any(part.shape != np.shape(expected[0]) for part in (words, parents, totals)):
        return f"{case['B']} continuations are asked for in all, not for every beginning"
    if k > 1 and np.array_equal(words, expected[1]) and np.array_equal(parents, expected[0]):
        return "words are rows, parents are columns: they are swapped"
    if np.allclose(np.sort(totals), np.sort(expected[2])) and not np.allclose(totals, expected[2]):
        return "these are the right continuations; the most probable must come first"
    if np.allclose(totals, np.sort(case["log_p"].ravel())[::-1][: len(totals)]):
        return "the log-probabilities of the beginnings (totals) are not added"
    sums = np.sort((case["log_p"] + case["totals"]).ravel())
    if np.allclose(totals, sums[: len(totals)]):
        return "these are the least probable ones: argsort sorts upwards"
    return None


# %% check="beam_step.edges" points=1 of="beam_step"
title = "ties, impossible words, and a wide beam"
inputs_unchanged = True


def cases(rng):
    ties = np.full((4, 3), -1.0)
    some = np.array([[-1.0, -np.inf, -2.0], [-np.inf, -np.inf, -0.5], [-3.0, -1.5, -np.inf]])
    two_alike = np.round(-rng.uniform(1, 3, (5, 2)))
    return [
        {"log_p": ties, "totals": np.array([-1.0, -1.0, -1.0]), "B": 6},
        {"log_p": some, "totals": -np.round(rng.uniform(0, 2, 3), 2), "B": 8},
        {"log_p": -rng.uniform(0.1, 3, (3, 2)), "totals": -rng.uniform(0, 2, 2), "B": 50},
        {"log_p": np.full((4, 2), -np.inf), "totals": np.array([-1.0, -2.0]), "B": 3},
        {"log_p": two_alike, "totals": np.array([-2.0, -1.0]), "B": 7},
    ]


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 3:
        return "return three arrays: words, parents, new_totals"
    words, parents, totals = (np.asarray(part) for part in found)
    try:
        impossible = bool(np.isneginf(totals).any())
    except TypeError:
        return None
    if impossible:
        return "an impossible continuation (-inf) is among the answers"
    if words.shape != np.shape(expected[0]):
        return "another number of continuations: there are fewer than B where too few are possible, and never more"
    if np.allclose(totals, expected[2]) and not (
        np.array_equal(words, expected[0]) and np.array_equal(parents, expected[1])
    ):
        return (
            "equally probable ones stand in another order: the earlier beginning first, then the earlier word"
        )
    return None


# %% [markdown]
# ## Exercise 3 · Beam search
#
# No recipe this time. Write `beam_search(log_p, B, longest, alpha)` for a small language model in which the next word depends on the last one only. Word 0 is `<EOS>`; it also starts the sentence.
#
# | argument | meaning |
# |---|---|
# | `log_p` | `(n_y, n_y)`: entry `[i, j]` is the log-probability of word `i` after word `j` |
# | `B` | beam width |
# | `longest` | words at most, `<EOS>` included |
# | `alpha` | exponent of the length normalisation, for the **finished** sentences |
#
# Keep the `B` most probable beginnings at every step, by the sum of their log-probabilities. One that ends with `<EOS>` is finished: it leaves the beam, **and the beam gets narrower by one**. (At first there may be fewer beginnings than `B`; that does not change `B`.) Stop when the beam is empty or after `longest` words.
# Returns `tokens`, a list of whole numbers that ends with 0, of the finished sentence with the highest normalised score, and that `score`. If no sentence is finished: an empty list and `-np.inf`.
#
# Example: `log_p = np.log([[0.1, 0.6], [0.9, 0.4]])`. After `<EOS>` comes word 1 with probability 0.9, after word 1 comes `<EOS>` with 0.6. With `B = 2`, `longest = 3`, `alpha = 0` the answer is `[1, 0]` with the score $\log(0.9 \cdot 0.6) = -0.616$.
#
# You may call `beam_step` and `normalised_score`, or do without them.
#
# <details><summary>Hint 1</summary>Keep three things side by side: the beginnings (lists), their totals (an array), their last words (an array). At first: one empty beginning, total 0, last word 0.</details>
# <details><summary>Hint 2</summary>log_p[:, last] has one column a beginning, as beam_step wants it. After a step, each kept beginning is that of its parent with one word more.</details>
# <details><summary>Hint 3</summary>Sort the kept ones into finished (word 0: remember tokens and score, B becomes B - 1) and open ones (they form the next beam). The score is the total divided by the number of tokens, 0 included, to the power alpha.</details>


# %% grade_id="beam_search"
def beam_search(log_p, B, longest, alpha):
    # BEGIN SOLUTION: return the tokens (a list that ends with 0) and the score of the best finished sentence
    beginnings, totals, last = [[]], np.zeros(1), np.array([0])
    best_tokens, best_score = [], -np.inf
    for length in range(1, longest + 1):
        words, parents, sums = beam_step(log_p[:, last], totals, B)
        kept = []
        for word, parent, total in zip(words, parents, sums, strict=True):
            tokens = [*beginnings[parent], int(word)]
            if word == 0:
                B -= 1
                if total / length**alpha > best_score:
                    best_tokens, best_score = tokens, total / length**alpha
            else:
                kept.append((tokens, total))
        if B == 0 or not kept:
            break
        beginnings = [tokens for tokens, _ in kept]
        totals = np.array([total for _, total in kept])
        last = np.array([tokens[-1] for tokens in beginnings])
    return best_tokens, best_score
    # END SOLUTION


# %% check="beam_search.values" points=2 of="beam_search,beam_step,normalised_score"
title = "the best finished sentence"
inputs_unchanged = True


def cases(rng):
    def model(n_y, end):
        P = rng.dirichlet(np.full(n_y, 0.6), size=n_y) + 1e-4
        P[:, 0] += end
        P[0, 0] = 1e-3  # an empty sentence is rare
        return np.log(P / P.sum(axis=1, keepdims=True)).T.copy()

    def needs_a_wide_beam(n_y, B, longest):
        # At first there are fewer beginnings than B. Whoever takes their number for the new B loses the best.
        for _ in range(1000):
            log_p = model(n_y, 0.02)
            wide, narrow = (beam_search(log_p, width, longest, 1.0)[0] for width in (B, n_y - 1))
            if wide != narrow:
                break
        return {"log_p": log_p, "B": B, "longest": longest, "alpha": 1.0}

    # Greedy search goes wrong: word 1 leads at first, word 2 ends better.
    trap = np.log(
        np.array(
            [[0.01, 0.2, 0.9, 0.3], [0.5, 0.3, 0.04, 0.3], [0.4, 0.1, 0.03, 0.2], [0.09, 0.4, 0.03, 0.2]]
        )
    )

    def early_and_late():
        P = np.array(
            [
                [0.015, 0.75, 0.002, 0.002, 0.99],
                [0.65, 0.06, 0.002, 0.002, 0.002],
                [0.30, 0.06, 0.002, 0.002, 0.002],
                [0.015, 0.06, 0.99, 0.002, 0.002],
                [0.015, 0.06, 0.002, 0.99, 0.002],
            ]
        ) * rng.uniform(0.99, 1.01, (5, 5))
        return np.log(P / P.sum(axis=0))

    never = np.log(rng.dirichlet(np.ones(3), size=3)).T.copy()
    never[0] = -np.inf  # no sentence ever ends
    return [
        {"log_p": trap, "B": 1, "longest": 6, "alpha": 0.0},
        {"log_p": trap, "B": 2, "longest": 6, "alpha": 0.0},
        {"log_p": model(5, 0.3), "B": 3, "longest": 8, "alpha": 0.7},
        {"log_p": model(6, 0.1), "B": 4, "longest": 10, "alpha": 1.0},
        needs_a_wide_beam(3, 20, 7),
        # Sentences end early and late, and the long ones win: whoever goes on after a 0 loses them.
        {"log_p": early_and_late(), "B": 2, "longest": 7, "alpha": 1.0},
        {"log_p": never, "B": 2, "longest": 4, "alpha": 0.7},
    ]


def call(f, case):
    answer = f(**case)
    if (
        isinstance(answer, (tuple, list))
        and len(answer) == 2
        and isinstance(answer[1], float)
        and answer[1] == -np.inf
    ):
        return answer[0], "-inf"
    return answer


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return "return two things: the list of tokens and the score"
    tokens, score = found
    if not len(expected[0]):
        return "no sentence was finished within the limit: the answer is an empty list and -inf"
    if score == "-inf":
        return "there is a finished sentence within the limit; its score is finite"
    if not isinstance(tokens, (list, tuple, np.ndarray)) or np.ndim(score) != 0:
        return "return the list of tokens first, then the score"
    tokens = [int(t) for t in np.ravel(np.asarray(tokens, dtype=float))]
    if not isinstance(score, (int, float, np.number)):
        return None
    if not tokens:
        return "there is a finished sentence within the limit; an open beginning at the limit is none"
    if tokens[-1] != 0:
        return "a finished sentence ends with 0, and the 0 belongs to the tokens"
    if tokens[0] == 0 and len(tokens) > 1:
        return "the start is no word of the sentence; only what was written counts"
    if tokens.count(0) > 1:
        return "a finished sentence was continued: after a 0 the hypothesis leaves the beam"
    if len(tokens) > case["longest"]:
        return "the sentence is longer than the limit; the 0 counts as one of the words"
    total, before = 0.0, 0
    for token in tokens:
        total += case["log_p"][token, before]
        before = token
    backwards, before = 0.0, 0
    for token in tokens:
        backwards += case["log_p"][before, token]
        before = token
    if np.isclose(score, backwards / len(tokens) ** case["alpha"]) and not np.isclose(backwards, total):
        return "rows and columns are swapped: [i, j] is word i after word j, so column j belongs to the last word"
    if not np.isclose(score, total / len(tokens) ** case["alpha"]):
        if np.isclose(score, total):
            return "the score is not normalised: divide by the number of words, the final 0 counted, to the power alpha"
        if np.isclose(score, total / max(len(tokens) - 1, 1) ** case["alpha"]):
            return "the final 0 counts as a word in the length"
        if tokens == list(expected[0]):
            return "the sentence is right, its score is not"
        return "score and tokens do not belong together: are the parents followed, with their totals?"
    if case["B"] > len(case["log_p"]) and score < expected[1]:
        return "a better sentence ends later: the search goes on after the first end, and B shrinks only by the sentences that end (a wide beam holds fewer than B at first)"
    if score > expected[1]:
        return "this scores higher than what the search should find: does the beam get narrower when a sentence ends, and is [i, j] word i after word j?"
    return "another finished sentence of this search scores higher: is it dropped, crowded out by one that went on after its 0, or compared before normalising?"


# %% [markdown]
# ## Exercise 4 · Whose fault?
#
# Write `at_fault(log_p_human, log_p_output, T_human, T_output, alpha)` ([section 8](../06_seq2seq_beam_search.ipynb#cell-id=8-Wrong-answer-whose-fault)). For some wrong outputs you are given the model's log-probability of a person's translation and of the output, and their numbers of words. The search
# maximised the **normalised** score with this `alpha`.
#
# | argument | meaning |
# |---|---|
# | `log_p_human`, `log_p_output` | `(n,)` log-probability of either sentence |
# | `T_human`, `T_output` | `(n,)` whole numbers, words of either sentence |
# | `alpha` | a number from 0 to 1 |
#
# Returns a list of n strings, `"search"` or `"model"`. If both scores are equal, the model is at fault.
# Example: `[-4.0, -6.0]`, `[-5.0, -5.0]`, `[8, 8]`, `[8, 8]`, `0.7` gives `["search", "model"]`.
#
# <details><summary>Hint 1</summary>Two scores for every sentence pair, each with its own length.</details>
# <details><summary>Hint 2</summary>If the person's sentence has the higher score, the search should have found it.</details>
# <details><summary>Hint 3</summary>"search" needs a strictly higher score of the person's sentence. Dividing arrays by arrays ** alpha works entry by entry.</details>


# %% grade_id="at_fault"
def at_fault(log_p_human, log_p_output, T_human, T_output, alpha):
    # BEGIN SOLUTION: return a list with "search" or "model" for every pair
    human = np.asarray(log_p_human) / np.asarray(T_human) ** alpha
    output = np.asarray(log_p_output) / np.asarray(T_output) ** alpha
    return ["search" if missed else "model" for missed in human > output]
    # END SOLUTION


# %% check="at_fault.values" points=1 of="at_fault"
title = "search or model"


def cases(rng):
    drawn = []
    for n, alpha in ((6, 0.0), (8, 0.7), (10, 1.0)):
        drawn.append(
            {
                "log_p_human": -np.round(rng.uniform(3, 9, n), 2),
                "log_p_output": -np.round(rng.uniform(3, 9, n), 2),
                "T_human": rng.integers(4, 16, n),
                "T_output": rng.integers(4, 16, n),
                "alpha": alpha,
            }
        )
    # Equal scores, an impossible sentence of the person, and a pair that turns round with alpha.
    drawn.append(
        {
            "log_p_human": np.array([-4.0, -np.inf, -6.0, -3.0]),
            "log_p_output": np.array([-4.0, -9.0, -5.0, -8.0]),
            "T_human": np.array([8, 8, 16, 5]),
            "T_output": np.array([8, 8, 4, 5]),
            "alpha": 1.0,
        }
    )
    return drawn


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != len(expected):
        return "return a list with one word for every pair, search or model"
    if any(word not in ("search", "model") for word in found):
        return 'the words are "search" and "model", in small letters'
    if all(f != e for f, e in zip(found, expected, strict=True)):
        return "every answer is turned round: a right sentence with the higher score was missed by the search"
    plain = [
        "search" if h > o else "model" for h, o in zip(case["log_p_human"], case["log_p_output"], strict=True)
    ]
    if list(found) == plain:
        return "compare what the search maximised: the normalised scores, each with its own length"
    human = case["log_p_human"] / case["T_human"] ** case["alpha"]
    output = case["log_p_output"] / case["T_output"] ** case["alpha"]
    if list(found) == ["search" if h >= o else "model" for h, o in zip(human, output, strict=True)]:
        return "with equal scores no search could tell them apart: the model is at fault"
    return None


# %% [markdown]
# ## Exercise 5 · Clipped precision
#
# Write `modified_precision(candidate, references, n)` ([section 9](../06_seq2seq_beam_search.ipynb#cell-id=9-BLEU)).
#
# | argument | meaning |
# |---|---|
# | `candidate` | list of words, may be empty |
# | `references` | list of lists of words, at least one |
# | `n` | length of the runs, at least 1 |
#
# Returns two whole numbers: how many of the candidate's n-grams count, each at most as often as in the **one** reference that has it most often; and how many n-grams the candidate has. A candidate shorter than `n` has none: `(0, 0)`.
# Example: `["the"] * 7`, `[["the", "cat", "is", "on", "the", "mat"]]`, `1` gives `(2, 7)`.
#
# <details><summary>Hint 1</summary>The n-grams of words are tuple(words[i : i + n]); for which i?</details>
# <details><summary>Hint 2</summary>Counter(...) of a list of n-grams counts them. A Counter gives 0 for what it does not hold.</details>
# <details><summary>Hint 3</summary>For every n-gram of the candidate: min(its count, max over the references of their counts). Add these up. The total is max(0, len(candidate) - n + 1).</details>


# %% grade_id="modified_precision"
def modified_precision(candidate, references, n):
    # BEGIN SOLUTION: return the clipped count and the number of n-grams in the candidate
    def count(words):
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    counts, allowed = count(candidate), [count(reference) for reference in references]
    clipped = sum(min(times, max(a[gram] for a in allowed)) for gram, times in counts.items())
    return clipped, sum(counts.values())
    # END SOLUTION


# %% check="modified_precision.values" points=1.5 of="modified_precision"
title = "clipped counts of n-grams"


def cases(rng):
    words = ["the", "cat", "dog", "on", "a", "mat"]

    def sentence(length):
        return [words[i] for i in rng.integers(0, len(words), length)]

    repeated = [words[0]] * 5
    return [
        {"candidate": repeated, "references": [["the", "cat", "the"], ["the", "mat"], ["the"]], "n": 1},
        {"candidate": sentence(9), "references": [sentence(8), sentence(10)], "n": 1},
        {"candidate": sentence(12), "references": [sentence(12), sentence(9), sentence(14)], "n": 2},
        {
            "candidate": ["a", "cat", "on", "a", "cat", "on", "a"],
            "references": [["a", "cat", "on", "a", "dog"], ["on", "a", "cat", "on", "mat"]],
            "n": 3,
        },
        {"candidate": sentence(2), "references": [sentence(6)], "n": 3},
        {"candidate": [], "references": [sentence(5)], "n": 1},
    ]


def explain(case, expected, found):
    if not isinstance(found, (list, tuple, np.ndarray)) or np.shape(found) != (2,):
        return "return two whole numbers: the clipped count and the number of n-grams"
    candidate, references, n = case["candidate"], case["references"], case["n"]
    if len(candidate) < n:
        return "the candidate is shorter than n: it has no n-gram, so both numbers are 0"

    def grams(words):
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    counts = Counter(grams(candidate))
    clipped, total = int(found[0]), int(found[1])
    if total != expected[1]:
        if total == len(candidate) - n:
            return "the last n-gram is missing: there are len - n + 1"
        if total == len(candidate):
            return "the second number counts n-grams, not words"
        if total == len(counts):
            return "the second number counts every occurrence, not the different n-grams"
        return None
    every = [Counter(grams(reference)) for reference in references]
    if clipped == sum(min(times, every[0][gram]) for gram, times in counts.items()):
        return "only the first reference is looked at"
    if clipped == sum(times for gram, times in counts.items() if any(c[gram] for c in every)):
        return (
            "nothing is clipped: an n-gram counts at most as often as in the reference that has it most often"
        )
    if clipped == sum(min(times, sum(c[gram] for c in every)) for gram, times in counts.items()):
        return "the references' counts are added up; the largest of them is the limit"
    if clipped == sum(any(c[gram] for c in every) for gram in counts):
        return "each different n-gram counts once here; it may count up to its limit"
    return None


# %% [markdown]
# ## Exercise 6 · Bug hunt: a bonus for brevity
#
# This penalty circulates in print. It rewards a candidate for leaving words out. Repair `brevity_penalty(c, r)`: `c` words in the candidate, `r` in the reference. It is 1 for `c > r`. An empty candidate
# (`c = 0`) gets 0. Example: `c = 4`, `r = 8` gives $e^{-1} = 0.3679$.
#
# <details><summary>Hint 1</summary>Put in c = 4, r = 8. Is a penalty ever above 1?</details>
# <details><summary>Hint 2</summary>The exponent must be 0 for c = r and negative for a shorter candidate.</details>
# <details><summary>Hint 3</summary>A fraction stands upside down. Now which c must not be divided by?</details>


# %% grade_id="brevity_penalty"
def brevity_penalty(c, r):
    # BEGIN SOLUTION
    if c > r:
        return 1.0
    if c == 0:
        return 0.0
    return float(np.exp(1 - r / c))
    # END SOLUTION
    # BEGIN STARTER
    # if c > r:
    #     return 1.0
    # return float(np.exp(1 - c / r))
    # END STARTER


# %% check="brevity_penalty.values" points=0.5 of="brevity_penalty"
title = "short candidates lose"


def cases(rng):
    c, r = int(rng.integers(3, 7)), int(rng.integers(9, 15))
    # c = r and c > r give 1 for the wrong formula too, so each case holds several pairs.
    return [
        {"pairs": [[c, r], [r, r]]},
        {"pairs": [[1, 3], [r + 1, r]]},
        {"pairs": [[0, r], [2 * c, 2 * c + 1]]},
    ]


def call(f, case):
    return [f(c, r) for c, r in case["pairs"]]


def explain(case, expected, found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        return None
    for (c, r), value in zip(case["pairs"], found, strict=True):
        if not isinstance(value, (int, float)):
            return "return a number"
        if c and r != c and np.isclose(value, c / r):
            return "this is the quotient of the lengths; the penalty is exp(1 - r/c)"
        if value > 1:
            return "a factor above 1: the shorter candidate gets a bonus"
        if c == 0 and value != 0:
            return "nothing was translated: the penalty of an empty candidate is 0"
        if c >= r and value != 1:
            return "a candidate that is at least as long as the reference is not punished"
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: scores above 1
#
# This function should join the precisions $p_1, \dots, p_N$ to one BLEU score. It gives 2.718 for a perfect translation. Repair `combine(precisions, penalty)`: `precisions` is a list of numbers from 0 to 1, `penalty` the brevity penalty.
# If one precision is 0, the score is 0. Example: `combine([0.9, 0.4], 0.5)` gives `0.3`.
#
# <details><summary>Hint 1</summary>Compare with the formula in section 9 of the lesson, symbol by symbol.</details>
# <details><summary>Hint 2</summary>It is the geometric mean: exp undoes something that was done to each precision before.</details>
# <details><summary>Hint 3</summary>The mean is one of logarithms; look for a precision of 0 first, its logarithm warns.</details>


# %% grade_id="combine"
def combine(precisions, penalty):
    # BEGIN SOLUTION
    if min(precisions) == 0:
        return 0.0
    return float(penalty * np.exp(np.mean(np.log(precisions))))
    # END SOLUTION
    # BEGIN STARTER
    # return float(penalty * np.exp(np.mean(precisions)))
    # END STARTER


# %% check="combine.values" points=0.5 of="combine"
title = "the geometric mean of the precisions"


def cases(rng):
    drawn = [
        {"precisions": np.sort(rng.uniform(0.1, 1, n))[::-1].tolist(), "penalty": float(rng.uniform(0.3, 1))}
        for n in (1, 2, 4)
    ]
    return [
        *drawn,
        {"precisions": [1.0, 1.0, 1.0, 1.0], "penalty": 1.0},
        {"precisions": [0.7, 0.2, 0.0], "penalty": 1.0},
    ]


def explain(case, expected, found):
    if not isinstance(found, (int, float)):
        return "return a number"
    p, penalty = np.array(case["precisions"]), case["penalty"]
    if np.isclose(found, penalty * np.exp(p.mean())):
        return "exp of a mean of precisions: the logarithm of each precision is missing"
    if np.isclose(found, penalty * p.mean()):
        return "this is the ordinary mean; BLEU takes the geometric one"
    if p.all() and np.isclose(found, penalty * np.exp(np.log(p).sum())):
        return "this is the product of the precisions; divide the sum of their logarithms by N"
    if p.all() and np.isclose(found, np.exp(penalty * np.log(p).mean())):
        return "the penalty is a factor in front; here it stands inside exp"
    if not p.all():
        return "one precision is 0, and so is the geometric mean"
    return None


# %% [markdown]
# ## Exercise 8 · BLEU
#
# Now all of it, for one sentence. Write `bleu(candidate, references, max_n)`.
#
# | argument | meaning |
# |---|---|
# | `candidate` | list of words, may be empty |
# | `references` | list of lists of words, at least one |
# | `max_n` | longest runs to count |
#
# Returns a number from 0 to 1. The `r` of the brevity penalty is the length of the reference **nearest in length** to the candidate; of two equally near ones, the shorter. A candidate with fewer than `max_n` words, or without one matching run of some length, scores 0.
# Example: `"the cat on the mat"`, one reference `"the cat sat on the mat"` (both split into words), `max_n = 2`: $p_1 = 5/5$, $p_2 = 3/4$, $\mathrm{BP} = e^{1 - 6/5}$, so `0.7090`. You may call your functions from above.
#
# <details><summary>Hint 1</summary>Three parts, all written already: precisions for n = 1 to max_n, their combination, the penalty.</details>
# <details><summary>Hint 2</summary>min(lengths, key=...) with a pair as key sorts by distance first, then by length.</details>
# <details><summary>Hint 3</summary>Look for a clipped count of 0 before you divide: it covers the empty and the too short candidate as well.</details>


# %% grade_id="bleu"
def bleu(candidate, references, max_n):
    # BEGIN SOLUTION: return the BLEU score of one sentence
    precisions = []
    for n in range(1, max_n + 1):
        clipped, total = modified_precision(candidate, references, n)
        if clipped == 0:
            return 0.0
        precisions.append(clipped / total)
    c = len(candidate)
    r = min((len(reference) for reference in references), key=lambda length: (abs(length - c), length))
    return combine(precisions, brevity_penalty(c, r))
    # END SOLUTION


# %% check="bleu.values" points=1.5 of="bleu,modified_precision,brevity_penalty,combine"
title = "BLEU of one sentence"


def cases(rng):
    words = ["the", "cat", "dog", "on", "a", "mat", "sat", "old", "near", "it", "and", "so"]

    def sentence(length):
        return [words[i] for i in rng.integers(0, len(words), length)]

    def near(text, dropped):
        kept = np.delete(np.arange(len(text)), dropped)
        return [text[i] for i in kept]

    long_one = [words[i] for i in rng.permutation(len(words))[:10]]
    tie = sentence(8)
    return [
        {"candidate": near(long_one, [3]), "references": [long_one], "max_n": 2},
        {"candidate": long_one, "references": [long_one[:5] + sentence(5), long_one], "max_n": 4},
        # Two references equally near in length, 6 and 10: the shorter counts.
        {"candidate": tie, "references": [[*tie, "the", "mat"], tie[:6]], "max_n": 2},
        # The nearest reference is not the shortest.
        {
            "candidate": [*long_one[:7], "then"],
            "references": [long_one[:4], [*long_one[:7], "or", "else"]],
            "max_n": 2,
        },
        {"candidate": long_one[:4], "references": [long_one, long_one[:6]], "max_n": 3},
        {"candidate": long_one[:6], "references": [long_one[:6][::-1]], "max_n": 1},
        {"candidate": sentence(2), "references": [sentence(7)], "max_n": 4},
        {"candidate": [], "references": [sentence(5)], "max_n": 2},
    ]


def explain(case, expected, found):
    if not isinstance(found, (int, float)):
        return "return a number"
    c, lengths = len(case["candidate"]), [len(r) for r in case["references"]]
    if expected == 0:
        return "a candidate without one matching run of some length, or too short for one, scores 0"
    if found > 1:
        return "BLEU is at most 1; try your combine and brevity_penalty alone"
    nearest = min(lengths, key=lambda r: (abs(r - c), r))

    def penalty(r):
        return 1.0 if c > r else float(np.exp(1 - r / c))

    without = expected / penalty(nearest)
    if np.isclose(found, without) and penalty(nearest) < 1:
        if len(set(lengths)) > 1:
            return "the brevity penalty is missing, or its r is not the reference nearest in length"
        return "the brevity penalty is missing"
    for name, r in (("first", lengths[0]), ("longest", max(lengths)), ("shortest", min(lengths))):
        if r != nearest and np.isclose(found, without * penalty(r)):
            farther = (
                "of two equally near references the shorter counts" if abs(r - c) == abs(nearest - c) else ""
            )
            return farther or f"r is the reference nearest in length, not the {name} one"
    if np.isclose(found, without * penalty(float(np.mean(lengths)))):
        return "r is the length of one reference, the nearest, not their mean"

    def precision(n):
        def count(words):
            return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

        allowed = Counter()
        for reference in case["references"]:
            allowed |= count(reference)
        counts = count(case["candidate"])
        return sum((counts & allowed).values()) / sum(counts.values())

    precisions = [precision(n) for n in range(1, case["max_n"] + 1)]
    if np.isclose(found, penalty(nearest) * precisions[-1]):
        return "only the longest runs are counted; all n from 1 to max_n belong to the mean"
    if np.isclose(found, penalty(nearest) * np.prod(precisions)):
        return "this is the product of the precisions; BLEU takes their geometric mean"
    if np.isclose(found, penalty(nearest) * np.mean(precisions)):
        return "this is the ordinary mean of the precisions; BLEU takes the geometric one"
    return None
