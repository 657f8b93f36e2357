# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 5.2 · GRU, LSTM and friends
#
# *The cats near the old farmer that saw the dog beside the house …* was, or were? You kept one bit, *many cats*, through
# ten words that said other things. A simple recurrent network can carry such a bit for a few steps. In this lesson you
# build cells with **gates**: small valves, computed from the data, that decide what a memory takes in, keeps and shows.
# Then you measure whether they keep what they promise. The first answer may surprise you.
#
# **After this you can**
#
# - write one step of a GRU and of an LSTM, and say what each gate does,
# - explain by one product why a memory that lasts also lets gradients last,
# - measure how far back a cell can learn, and say why the biases of its gates matter so much,
# - read a sequence in both directions, and put layers on layers,
# - say what a fast kernel does differently from the equations, and how much each trick gains.
#
# **Time** about two hours. **Builds on** 5.1 Recurrent networks (one cell used at every step, backpropagation through time);
# 1.2 (sigmoid, cross-entropy); 2.4 (Adam). **Next** 5.3 Using word embeddings.

# %%
from itertools import pairwise
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

import course_utils.kernels.textbook.recurrent as textbook
from course_utils.explorers import GatedModel, GateExplorer, SentenceGatesExplorer
from course_utils.kernels.activations import sigmoid, softmax
from course_utils.kernels.losses import softmax_cross_entropy
from course_utils.kernels.recurrent import (
    bidirectional_backward,
    bidirectional_forward,
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
    reverse_sequences,
    rnn_backward,
    rnn_forward,
    stacked_backward,
    stacked_forward,
)
from course_utils.plots import COLOURS, use_style
from course_utils.training import Adam, clip_by_norm, gradient_check

use_style()

# %% [markdown]
# ## 1 · What must be remembered
#
# First the notation, because a batch of sequences has three axes. In this course they always stand in this order:
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x^{\langle t\rangle}$ | input of step $t$, all examples side by side | $(n_x, m)$ |
# | `x` | all steps of all examples | $(n_x, m, T_x)$ |
# | $a^{\langle t\rangle}$ | **hidden state** after step $t$: what the next step and the outside get to see | $(n_a, m)$ |
# | `a` | hidden states of all steps | $(n_a, m, T_x)$ |
#
# $n_x$ numbers describe one step, $m$ is the number of sequences, $T_x$ the number of steps. So `x[:, :, t]` is step $t$ of all
# sequences, with one example a column as ever.
#
# Our test of memory is as plain as can be. At the first step one of four **symbols** appears. Then come `lag` steps of
# chatter: other symbols that mean nothing. At the end the network must say which symbol came first. Whoever guesses is right
# in 25 per cent.

# %%
SYMBOLS, CHATTER = 4, 4


def recall_batch(rng, m, lag):
    """Sequences that start with the symbol to be recalled.

    rng : generator   m : sequences   lag : steps of chatter after the symbol
    Returns x (8, m, lag + 1) one-hot, Y (4, m) one-hot, and None: all sequences have the same length.
    """
    x = np.zeros((SYMBOLS + CHATTER, m, lag + 1))
    symbol = rng.integers(0, SYMBOLS, m)
    x[symbol, np.arange(m), 0] = 1
    chatter = SYMBOLS + rng.integers(0, CHATTER, (m, lag))
    x[chatter, np.arange(m)[:, None], 1 + np.arange(lag)] = 1
    return x, np.eye(SYMBOLS)[:, symbol], None


x, Y, _ = recall_batch(np.random.default_rng(0), m=3, lag=6)
print("x:", x.shape, "= (n_x, m, T_x)    Y:", Y.shape)
for i in range(3):
    letters = ["ABCDwxyz"[k] for k in x[:, i].argmax(axis=0)]
    print("sequence:", " ".join(letters), "  answer:", "ABCD"[Y[:, i].argmax()])

# %% [markdown]
# ## 2 · The GRU, in two helpings
#
# ### Simplified: one gate
#
# The simple cell rewrites its whole state at every step. The **gated recurrent unit** has a memory $c$ (which is also its
# hidden state, $a = c$) and asks first whether to touch it. Three lines:
#
# $$\tilde c^{\langle t\rangle} = \tanh(W_c\,[c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_c) \qquad\text{the candidate: what could be written}$$
#
# $$\Gamma_u = \sigma(W_u\,[c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_u) \qquad\text{the update gate: how much of it is written}$$
#
# $$c^{\langle t\rangle} = \Gamma_u * \tilde c^{\langle t\rangle} + (1 - \Gamma_u) * c^{\langle t-1\rangle} \qquad\text{the new memory}$$
#
# $[c; x]$ is the state stacked on the input, $(n_a + n_x, m)$. The star multiplies entry by entry: each unit has a gate of its own.
# $\Gamma_u$ comes from a sigmoid, so it lies between 0 (keep the old) and 1 (take the new).
#
# *Predict before you run:* a memory of 0.9 meets a candidate of $-0.5$. What is the new memory for a gate of 0, of 0.1, of 1?

# %%
c_prev, candidate = 0.9, -0.5
for update in (0.0, 0.1, 1.0):
    print(f"update gate {update:3}: new memory {update * candidate + (1 - update) * c_prev:+.2f}")

# %% [markdown]
# The new memory is a weighted mean of old and new. It can never be larger than both.
#
# ### Full: a second gate for the candidate
#
# The full GRU adds $\Gamma_r$, how **relevant** the old state is for the candidate:
#
# $$\Gamma_r = \sigma(W_r\,[c^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_r), \qquad
# \tilde c^{\langle t\rangle} = \tanh(W_c\,[\Gamma_r * c^{\langle t-1\rangle};\; x^{\langle t\rangle}] + b_c).$$
#
# With $\Gamma_r = 0$ the candidate is made from the input alone, as if the sequence began here. Each weight matrix has the shape
# $(n_a, n_a + n_x)$, each bias $(n_a, 1)$. First one step for a whole batch:


# %%
def gru_step(xt, a_prev, parameters):
    """One step of the full GRU.

    xt : (n_x, m)   a_prev : (n_a, m)   parameters : Wu, Wr, Wc (n_a, n_a + n_x), bu, br, bc (n_a, 1)
    Returns the new state (n_a, m).
    """
    both = np.concatenate([a_prev, xt])  # (n_a + n_x, m)
    update = sigmoid(parameters["Wu"] @ both + parameters["bu"])  # (n_a, m)
    relevance = sigmoid(parameters["Wr"] @ both + parameters["br"])  # (n_a, m)
    filtered = np.concatenate([relevance * a_prev, xt])  # (n_a + n_x, m)
    candidate = np.tanh(parameters["Wc"] @ filtered + parameters["bc"])  # (n_a, m)
    return update * candidate + (1 - update) * a_prev


GATES = {"rnn": (), "gru": ("u", "r", "c"), "lstm": ("f", "i", "o", "c")}


def initial_parameters(cell, n_a, n_x, n_y, rng, remember=0.0):
    """Random weights of a cell and of a prediction layer on top.

    cell     : "rnn", "gru" or "lstm"   n_a, n_x, n_y : units of state, input and output
    remember : 0 for biases of 0; above 0 the gates begin on the side of keeping (section 5)
    Returns a dict; Wya (n_y, n_a) and by (n_y, 1) are the prediction layer.
    """
    parameters = {}
    if cell == "rnn":
        parameters["Waa"] = rng.standard_normal((n_a, n_a)) / np.sqrt(n_a)
        parameters["Wax"] = 0.3 * rng.standard_normal((n_a, n_x))
        parameters["ba"] = np.zeros((n_a, 1))
    for gate in GATES[cell]:
        W_a = rng.standard_normal((n_a, n_a)) / np.sqrt(n_a)
        parameters["W" + gate] = np.hstack([W_a, 0.3 * rng.standard_normal((n_a, n_x))])
        parameters["b" + gate] = np.zeros((n_a, 1))
    if cell == "gru":
        parameters["bu"] -= remember  # update gate nearly shut
    if cell == "lstm":
        parameters["bf"] += remember  # forget gate nearly 1: keep
        parameters["bi"] -= remember  # input gate nearly shut
    parameters["Wya"] = rng.standard_normal((n_y, n_a)) / np.sqrt(n_a)
    parameters["by"] = np.zeros((n_y, 1))
    return parameters


# %% [markdown]
# Then the loop over time, and a comparison with the course's two kernels: the textbook one, which handles a single example at a
# time, and the fast one.

# %%
rng = np.random.default_rng(1)
n_a, n_x, m, T_x = 5, 3, 4, 7
gru = initial_parameters("gru", n_a, n_x, 2, rng)
x = rng.standard_normal((n_x, m, T_x))
a = np.zeros((n_a, m))
states = []
for t in range(T_x):
    a = gru_step(x[:, :, t], a, gru)
    states.append(a)
states = np.stack(states, axis=2)  # (n_a, m, T_x)

cell_only = {name: gru[name] for name in gru if name not in ("Wya", "by")}
slow, _ = textbook.gru_forward(x, np.zeros((n_a, m)), cell_only)
fast, _ = gru_forward(x, np.zeros((n_a, m)), cell_only)
print("states:", states.shape)
print(
    "agrees with the textbook loop:",
    np.allclose(states, slow),
    "  with the fast kernel:",
    np.allclose(states, fast),
)

# %% [markdown]
# ## 3 · The LSTM
#
# **Long short-term memory** is older than the GRU and has more freedom. It keeps two things apart: the **cell state** $c$, the memory,
# and the **hidden state** $a$, the part of it that is shown. And it has three gates.
#
# | gate | formula | question it answers |
# |---|---|---|
# | forget $\Gamma_f$ | $\sigma(W_f\,[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_f)$ | how much of the old memory stays? |
# | input $\Gamma_i$ | $\sigma(W_i\,[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_i)$ | how much of the candidate is added? |
# | output $\Gamma_o$ | $\sigma(W_o\,[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_o)$ | how much of the memory is shown? |
#
# $$\tilde c^{\langle t\rangle} = \tanh(W_c\,[a^{\langle t-1\rangle}; x^{\langle t\rangle}] + b_c), \qquad
# c^{\langle t\rangle} = \Gamma_f * c^{\langle t-1\rangle} + \Gamma_i * \tilde c^{\langle t\rangle}, \qquad
# a^{\langle t\rangle} = \Gamma_o * \tanh(c^{\langle t\rangle}).$$
#
# (Some texts call the input gate *update gate*, $\Gamma_u$. It does the same work.) Two differences to the GRU matter. Forget and input
# are independent: the memory can keep everything **and** add, so it can count. And nothing bounds it; only what is shown passes a tanh.


# %%
def lstm_step(xt, a_prev, c_prev, parameters):
    """One step of the LSTM.

    xt : (n_x, m)   a_prev, c_prev : (n_a, m)   parameters : Wf, Wi, Wo, Wc (n_a, n_a + n_x) and bf, bi, bo, bc (n_a, 1)
    Returns a (n_a, m), c (n_a, m).
    """
    both = np.concatenate([a_prev, xt])  # (n_a + n_x, m)
    forget = sigmoid(parameters["Wf"] @ both + parameters["bf"])
    write = sigmoid(parameters["Wi"] @ both + parameters["bi"])
    output = sigmoid(parameters["Wo"] @ both + parameters["bo"])
    candidate = np.tanh(parameters["Wc"] @ both + parameters["bc"])
    c = forget * c_prev + write * candidate  # (n_a, m)
    return output * np.tanh(c), c


lstm = initial_parameters("lstm", n_a, n_x, 2, rng)
a, c = np.zeros((n_a, m)), np.zeros((n_a, m))
for t in range(T_x):
    a, c = lstm_step(x[:, :, t], a, c, lstm)
cell_only = {name: lstm[name] for name in lstm if name not in ("Wya", "by")}
a_fast, c_fast, _ = lstm_forward(x, np.zeros((n_a, m)), np.zeros((n_a, m)), cell_only)
print(
    "last a and c agree with the kernel:", np.allclose(a, a_fast[:, :, -1]), np.allclose(c, c_fast[:, :, -1])
)

# %% [markdown]
# How many numbers does each cell learn? One weight matrix and one bias for every gate and candidate:

# %%
for cell in ("rnn", "gru", "lstm"):
    drawn = initial_parameters(cell, n_a=100, n_x=50, n_y=2, rng=np.random.default_rng(0))
    count = sum(value.size for name, value in drawn.items() if name not in ("Wya", "by"))
    print(f"{cell:4}  n_a = 100, n_x = 50: {count:6,} parameters, {count // 15100} × (100 · 150 + 100)")

# %% [markdown]
# ### Peepholes: gates that see the memory
#
# The gates look at $a^{\langle t-1\rangle}$. If the output gate was shut, that is zero, and the gates are blind to what the cell holds.
# **Peephole connections** let them look at $c$ itself: $\Gamma_f$ and $\Gamma_i$ at $c^{\langle t-1\rangle}$, $\Gamma_o$ at the new $c^{\langle t\rangle}$.
# Each unit peeps only at its own cell, so a peephole is a vector of $n_a$ weights, not a matrix.


# %%
def lstm_peephole_step(xt, a_prev, c_prev, parameters):
    """One step of the LSTM with peepholes pf, pi, po, each (n_a, 1); the rest as in lstm_step."""
    both = np.concatenate([a_prev, xt])
    forget = sigmoid(parameters["Wf"] @ both + parameters["pf"] * c_prev + parameters["bf"])
    write = sigmoid(parameters["Wi"] @ both + parameters["pi"] * c_prev + parameters["bi"])
    c = forget * c_prev + write * np.tanh(parameters["Wc"] @ both + parameters["bc"])
    output = sigmoid(parameters["Wo"] @ both + parameters["po"] * c + parameters["bo"])
    return output * np.tanh(c), c


zeros = {name: np.zeros((1, 2)) for name in ("Wf", "Wi", "Wo", "Wc")}
unit = {**zeros, "bf": 6.0, "bi": -6.0, "bo": -6.0, "bc": 0.0, "pf": 0.0, "pi": 0.0, "po": 0.0}
nothing_new = np.zeros((1, 1))
for name, po in (("without peepholes", 0.0), ("with po = 8     ", 8.0)):
    shown = []
    for memory in (0.2, 1.5):
        a_one, _ = lstm_peephole_step(nothing_new, nothing_new, np.array([[memory]]), {**unit, "po": po})
        shown.append(f"c = {memory}: shows {a_one.item():.2f}")
    print(name, " ", "   ".join(shown))

# %% [markdown]
# Both times the last hidden state was 0 and no input came. Without peepholes the output gate cannot know that the memory is full; with
# one it opens by itself once $c$ is large. That helps where exact timing counts. In a large comparison
# on speech, handwriting and music they made no significant difference (Greff and others, 2017), so the course's kernels leave them out.
#
# ### Play: be the gates
#
# One unit of memory, and you hold the valves. Grey dots are the candidates that arrive; blue is the memory. Arrow keys move a
# selected slider.
#
# 1. Set the forget gate to 0.9. How much of the 0.8 is left at step 20? Compute it first: how many steps lie between?
# 2. Back to *Write, keep, read*. Open the *input gate* at the rest of the steps a little. When can you no longer tell what was written?
# 3. Choose *GRU*. Why does the slider of the forget gate stand still?
# 4. Let the LSTM's memory grow beyond 1. Can the GRU do that?

# %%
GateExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. Seventeen steps, $0.8 \cdot 0.9^{17} = 0.13$. A gate of 0.9 sounds like *keep*, and it keeps a sixth.
# 2. The chatter adds up. The first steps already matter: the explorer calls it lost when the rest of the memory has outgrown what was written.
# 3. A GRU keeps $1 - \Gamma_u$. Letting in 0.02 means keeping 0.98; there is only one valve.
# 4. With forget and input gate both at 1 the LSTM adds up what comes, without limit. The GRU takes means, so it stays within the range of
#    its candidates.
# </details>
#
# ## 4 · Why gates keep gradients
#
# To learn from the end of a sequence what to do at its beginning, the gradient must travel back through every step between. Take one unit
# of the LSTM and hold its gates still. From $c^{\langle t\rangle} = \Gamma_f c^{\langle t-1\rangle} + \Gamma_i \tilde c^{\langle t\rangle}$ follows
#
# $$\frac{\partial c^{\langle t\rangle}}{\partial c^{\langle t-1\rangle}} = \Gamma_f
# \qquad\Rightarrow\qquad
# \frac{\partial c^{\langle t\rangle}}{\partial c^{\langle t-k\rangle}} = \prod_{s=t-k+1}^{t} \Gamma_f^{\langle s\rangle}.$$
#
# **What the memory keeps, the gradient keeps.** In the simple cell that factor is $W_{aa}^T$ and a slope of tanh, the same matrix at every
# step: its powers shrink or grow. In the gated cells the factor is a gate, close to 1 where the gate says *keep*. (In the GRU it is $1 - \Gamma_u$.
# The gates also depend on the state; that adds further terms, which the measurement below includes.)
#
# *Predict before you run:* all biases are zero and all weights small. About which value do the gates have, and what is left of a gradient after
# ten steps?


# %%
KERNELS = {
    "rnn": (rnn_forward, rnn_backward),
    "gru": (gru_forward, gru_backward),
    "lstm": (lstm_forward, lstm_backward),
}


def cell_parameters(parameters):
    """The parameters without the prediction layer."""
    return {name: value for name, value in parameters.items() if name not in ("Wya", "by")}


def run_cell(cell, parameters, x, lengths=None):
    """A cell over a batch from zero states. x : (n_x, m, T_x). Returns a (n_a, m, T_x) and the cache."""
    zero = np.zeros((parameters["Wya"].shape[1], x.shape[1]))
    states = (zero, zero) if cell == "lstm" else (zero,)
    results = KERNELS[cell][0](x, *states, cell_parameters(parameters), lengths=lengths)
    return results[0], results[-1]


def surviving_gradient(cell, parameters, x, distances, rng):
    """Length of the gradient of the last state with respect to the state some steps before.

    x : (n_x, m, T_x)   distances : numbers of steps, each at most T_x
    Returns a list: for a random direction of length 1 at the end, mean length of what arrives that far back.
    """
    n_a, m = parameters["Wya"].shape[1], x.shape[1]
    direction = rng.standard_normal((n_a, m))
    direction /= np.linalg.norm(direction, axis=0)
    lengths = []
    for k in distances:
        x_end = x[:, :, x.shape[2] - k :]
        _, cache = run_cell(cell, parameters, x_end)
        at_end = np.zeros((n_a, m, k))
        at_end[:, :, -1] = direction
        if cell == "lstm":  # the direction points along the cell state; the state before is (a, c)
            g = lstm_backward(np.zeros_like(at_end), cache, dc=at_end)
            arrived = np.concatenate([g["da0"], g["dc0"]])
        else:
            arrived = KERNELS[cell][1](at_end, cache)["da0"]
        lengths.append(float(np.linalg.norm(arrived, axis=0).mean()))
    return lengths


VARIANTS = {
    "RNN": ("rnn", 0.0, ":", COLOURS["black"]),
    "GRU, biases 0": ("gru", 0.0, "--", COLOURS["orange"]),
    "LSTM, biases 0": ("lstm", 0.0, "-.", COLOURS["purple"]),
    "GRU, biased to keep": ("gru", 4.0, "--", COLOURS["blue"]),
    "LSTM, biased to keep": ("lstm", 4.0, "-", COLOURS["vermillion"]),
}
distances = [1, 2, 5, 10, 20, 30, 50, 75, 100]
x_long, _, _ = recall_batch(np.random.default_rng(2), m=32, lag=99)  # (8, 32, 100)
survived = {}
for name, (cell, remember, _, _) in VARIANTS.items():
    drawn = initial_parameters(cell, 16, 8, 4, np.random.default_rng(0), remember)
    survived[name] = surviving_gradient(cell, drawn, x_long, distances, np.random.default_rng(3))

print("steps back             " + "".join(f"{k:9}" for k in (1, 10, 50, 100)))
for name, values in survived.items():
    print(f"{name:21}  " + "".join(f"{values[distances.index(k)]:9.1g}" for k in (1, 10, 50, 100)))

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(7.4, 3.4))
for name, (_, _, dash, colour) in VARIANTS.items():
    axis.semilogy(
        distances, np.maximum(survived[name], 1e-17), dash, color=colour, marker="o", ms=3, label=name
    )
axis.set(
    xlabel="steps back in time",
    ylabel="length of the gradient",
    ylim=(1e-17, 20),
    title="Before any training",
)
axis.legend(loc="lower left")
plt.show()

# %% [markdown]
# *In words:* the axis is logarithmic and the curves are nearly straight, so gradients shrink by a steady factor a step. The simple network and the two gated cells with zero biases
# all plunge: a millionth is left after fifty steps. The GRU with zero biases is the worst of all. The two cells that are biased to keep lie on each other near the top, losing about two per cent a step.
#
# So gates are no charm. A gate with bias 0 is half open, $\sigma(0) = 0.5$, and halves the memory at every step: $0.5^{10} \approx 0.001$. What gates offer is a
# **choice**: their value is learned, it differs from unit to unit and from step to step, and the product can be held near 1. With a bias of 4,
# $\sigma(4) = 0.982$, and $0.982^{100} = 0.16$ survives. The simple cell has no such setting: make its matrix larger and gradients explode.

# %%
for scale in (0.5, 0.8, 1.0, 2.0):
    drawn = initial_parameters("rnn", 16, 8, 4, np.random.default_rng(0))
    drawn["Waa"] = scale * drawn["Waa"]
    largest = np.abs(np.linalg.eigvals(drawn["Waa"])).max()
    drawn["Wax"] = 0 * drawn["Wax"]  # states stay at 0, tanh has slope 1: the pure power of a matrix
    values = surviving_gradient("rnn", drawn, x_long, [10, 50, 100], np.random.default_rng(3))
    print(
        f"largest eigenvalue of Waa {largest:.2f}: after 10, 50, 100 steps"
        + "".join(f"{v:9.0e}" for v in values)
    )

# %% [markdown]
# An eigenvalue a little below 1, and the gradient vanishes; a little above, and it explodes. (Chatter pushes the states into the flat parts of tanh; that is why it vanished in the picture, at an
# eigenvalue above 1.) Clipping (lesson 5.1) tames the explosion; nothing brings back what vanished.
#
# ## 5 · The long-memory task, measured
#
# Now training. On the last state sits the **prediction layer**, $\hat y = \mathrm{softmax}(W_{ya}\, a^{\langle T_x\rangle} + b_y)$: many inputs, one output.
# (For an output at every step the same layer is applied to every $a^{\langle t\rangle}$; section 7 does that.) Five candidates, three lags, two seeds, 300 steps of Adam
# with mini-batches of 16 fresh sequences. All have $n_a = 16$.


# %%
def cost_and_gradients(cell, parameters, x, Y, lengths=None):
    """Cost of the prediction from the last state, and all gradients.

    x : (n_x, m, T_x)   Y : (n_y, m) one-hot   lengths : (m,) or None
    Returns J and a dict with one gradient a parameter.
    """
    a, cache = run_cell(cell, parameters, x, lengths)
    a_last = a[:, :, -1]  # (n_a, m); shorter sequences carry their last state to the end
    J, dZ = softmax_cross_entropy(parameters["Wya"] @ a_last + parameters["by"], Y)  # dZ (n_y, m)
    da = np.zeros_like(a)
    da[:, :, -1] = parameters["Wya"].T @ dZ  # the cost looks at the last state only
    gradients = KERNELS[cell][1](da, cache)
    gradients["dWya"] = dZ @ a_last.T
    gradients["dby"] = dZ.sum(axis=1, keepdims=True)
    return J, {"d" + name: gradients["d" + name] for name in parameters}


def train_cell(cell, parameters, make_batch, steps, rng, learning_rate=0.01):
    """Train in place on fresh batches. make_batch(rng) gives x, Y, lengths. Returns the costs."""
    optimiser, costs = Adam(learning_rate), []
    for _ in range(steps):
        J, gradients = cost_and_gradients(cell, parameters, *make_batch(rng))
        optimiser.step(parameters, clip_by_norm(gradients, 1.0))
        costs.append(float(J))
    return costs


def answers(cell, parameters, x, lengths=None):
    """Index of the most likely answer, (m,)."""
    a, _ = run_cell(cell, parameters, x, lengths)
    return (parameters["Wya"] @ a[:, :, -1] + parameters["by"]).argmax(axis=0)


# %% [markdown]
# Before any training: are the gradients right? Nudges say so, for all three cells.

# %%
x, Y, _ = recall_batch(np.random.default_rng(4), m=3, lag=4)
for cell in ("rnn", "gru", "lstm"):
    drawn = initial_parameters(cell, 3, 8, 4, np.random.default_rng(5))
    _, gradients = cost_and_gradients(cell, drawn, x, Y)
    worst = 0.0
    for name, value in drawn.items():
        for index in ((0, 0), (value.shape[0] - 1, value.shape[1] - 1)):
            kept = value[index]
            value[index] = kept + 1e-5
            up, _ = cost_and_gradients(cell, drawn, x, Y)
            value[index] = kept - 1e-5
            down, _ = cost_and_gradients(cell, drawn, x, Y)
            value[index] = kept
            worst = max(worst, abs((up - down) / 2e-5 - gradients["d" + name][index]))
    print(f"{cell:4}: largest difference to a nudge below 1e-8: {bool(worst < 1e-8)}")

# %% [markdown]
# *Predict before you run:* look at the curves of section 4. Which of the five learn to remember over 25 steps? Over 100?

# %%
LAGS, SEEDS = (5, 25, 100), (0, 1)
accuracy, curves, trained = {}, {}, {}
for name, (cell, remember, _, _) in VARIANTS.items():
    for lag in LAGS:
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            drawn = initial_parameters(cell, 16, SYMBOLS + CHATTER, SYMBOLS, rng, remember)
            curves[name, lag, seed] = train_cell(
                cell, drawn, lambda rng, lag=lag: recall_batch(rng, 16, lag), steps=300, rng=rng
            )
            x_new, Y_new, _ = recall_batch(np.random.default_rng(99), 500, lag)
            accuracy[name, lag, seed] = (answers(cell, drawn, x_new) == Y_new.argmax(axis=0)).mean()
            trained[name, lag, seed] = drawn


def verdict(share):
    """A share of right answers in words that do not hang on the last decimal."""
    return "learned" if share >= 0.95 else "no"


print("500 new sequences each; seeds 0 / 1; learned means at least 95% right")
print(f"{'':21}" + "".join(f"   lag {lag:3}          " for lag in LAGS))
for name in VARIANTS:
    cells = (" / ".join(verdict(accuracy[name, lag, seed]) for seed in SEEDS) for lag in LAGS)
    print(f"{name:21}" + "".join(f"   {text:17}" for text in cells))

# %% [markdown]
# The exact shares, from the machine that built this page. 25 per cent is guessing; a half means that two of four symbols are told apart.

# %% tags=["nbval-ignore-output"]
for name in VARIANTS:
    print(
        f"{name:21}",
        "  ".join(f"lag {lag}: {accuracy[name, lag, 0]:.0%} {accuracy[name, lag, 1]:.0%}" for lag in LAGS),
    )

# %% tags=["figure"]
figure, axes = plt.subplots(1, 3, figsize=(9.4, 2.9), sharey=True)
for axis, lag in zip(axes, LAGS, strict=True):
    for name, (_, _, dash, colour) in VARIANTS.items():
        axis.plot(curves[name, lag, 0], dash, color=colour, label=name, lw=1.5)
    axis.axhline(np.log(4), color=COLOURS["grey"], lw=0.8)
    axis.set(xlabel="step of training", title=f"lag {lag}")
axes[0].set_ylabel("cost J")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# *In words:* cost against steps of training, seed 0, for the three lags; the grey line is $\log 4$, the cost of guessing. At lag 5 all five curves fall to 0, and the two cells biased to keep
# are the last. At lag 25 those two fall first, the simple network falls after some 170 steps, and the GRU and the LSTM with zero biases stay on the grey line. At lag 100 only the two cells biased to keep
# fall to 0.
#
# This is what section 4 foretold. Where the gradient arrives, the cell learns. The simple network holds out longer than its curve suggests, but it gambles. Another lag, three seeds:

# %%
lucky = []
for seed in (0, 1, 2):
    rng = np.random.default_rng(seed)
    drawn = initial_parameters("rnn", 16, SYMBOLS + CHATTER, SYMBOLS, rng)
    train_cell("rnn", drawn, lambda rng: recall_batch(rng, 16, 30), steps=300, rng=rng)
    x_new, Y_new, _ = recall_batch(np.random.default_rng(99), 500, 30)
    lucky.append(verdict((answers("rnn", drawn, x_new) == Y_new.argmax(axis=0)).mean()))
print("RNN at lag 30, seeds 0 / 1 / 2:", " / ".join(lucky))

# %% [markdown]
# It learns when its random matrix happens to hold four states apart, and otherwise not. Three things to take along:
#
# - *GRU and LSTM remember longer* is true for cells whose gates **can begin** open to the past. Started with half-open gates they were worse here than the
#   simple network.
# - Set the bias of the forget gate to 1 or more (in a GRU, that of the update gate below 0). If you know the lag $T$, a bias of about $\log T$ is a good guess: then
#   $\sigma(b)$ loses about $1/T$ a step (Tallec and Ollivier, 2018). Ours, 4, is $\log 55$.
# - Open gates have a price: at lag 5 the cells biased to keep were slowest, because they write little at first. And three hundred steps are few; longer training may move the borders.
#
# After training the gradient must arrive, or nothing could have been learned. Measure it in the trained cells:

# %%
for name in ("GRU, biased to keep", "LSTM, biased to keep"):
    after = surviving_gradient(
        VARIANTS[name][0], trained[name, 100, 0], x_long, [100], np.random.default_rng(3)
    )[0]
    print(f"{name}: above 1% of the gradient survives 100 steps after training: {after > 0.01}")

# %% [markdown]
# ## 6 · A memory reads a sentence
#
# Back to the cats. We write sentences by a small grammar: a subject in the singular or plural, then up to four clauses with other nouns that distract. The network reads to the
# end and must choose *was* or *were* for the subject, the first noun. Sentences differ in length, so the batch is **padded** with zeros and `lengths` tells
# the kernel where each one ends; past its end a sequence keeps its state.

# %%
NOUNS = {
    "cat": "cats",
    "dog": "dogs",
    "bird": "birds",
    "girl": "girls",
    "farmer": "farmers",
    "house": "houses",
    "tree": "trees",
}
ADJECTIVES, LINKS, VERBS = (
    ("old", "small", "happy", "quiet"),
    ("near", "behind", "with", "beside"),
    ("saw", "liked"),
)
WORDS = ("the", "that", *ADJECTIVES, *LINKS, *VERBS, *NOUNS, *NOUNS.values())


def draw_sentence(rng, clauses):
    """A list of words and whether the subject is plural (0 or 1)."""
    words, plural = [], None
    for k in range(clauses + 1):
        if k:
            words += [rng.choice(LINKS)] if rng.random() < 0.6 else ["that", rng.choice(VERBS)]
        words.append("the")
        if rng.random() < 0.3:
            words.append(rng.choice(ADJECTIVES))
        many = int(rng.integers(2))
        words.append(rng.choice(list(NOUNS.values() if many else NOUNS)))
        plural = many if plural is None else plural
    return [str(word) for word in words], plural


def sentence_batch(rng, m, most_clauses=4):
    """x (n_x, m, T_x) one-hot and padded with zeros, Y (2, m), lengths (m,)."""
    drawn = [draw_sentence(rng, int(rng.integers(most_clauses + 1))) for _ in range(m)]
    lengths = np.array([len(words) for words, _ in drawn])
    x, Y = np.zeros((len(WORDS), m, lengths.max())), np.zeros((2, m))
    for i, (words, plural) in enumerate(drawn):
        x[[WORDS.index(word) for word in words], i, np.arange(len(words))] = 1
        Y[plural, i] = 1
    return x, Y, lengths


for clauses in (0, 1, 3):
    words, plural = draw_sentence(np.random.default_rng(20 + clauses), clauses)
    print(" ".join(words), "…", ("was", "were")[plural])

# %%
rng = np.random.default_rng(1)
agreement = initial_parameters("gru", n_a=4, n_x=len(WORDS), n_y=2, rng=rng, remember=2.0)
train_cell("gru", agreement, lambda rng: sentence_batch(rng, 32), steps=300, rng=rng, learning_rate=0.02)
for most_clauses in (4, 8):
    x_new, Y_new, lengths = sentence_batch(np.random.default_rng(98), 500, most_clauses)
    right = (answers("gru", agreement, x_new, lengths) == Y_new.argmax(axis=0)).mean()
    print(f"up to {most_clauses} clauses, {lengths.max()} words at most: {right:.0%} right")

# %% [markdown]
# Four units of memory are enough, even for sentences far longer than any seen in training. What do they do? Look for a unit that opens its update gate at the subject
# and shuts it afterwards. (With another seed the four units share the work in another way; a unit of this kind often comes out, not always this clearly.)

# %%
model = GatedModel(
    "gru", WORDS, cell_parameters(agreement), agreement["Wya"], agreement["by"], ("was", "were")
)
words = model.read("the cats near the old farmer that saw the dog beside the house")
_, cache = gru_forward(model.one_hot(words), np.zeros((4, 1)), model.parameters)
update = cache.G[:, :4, 0].T  # (n_a, T_x): the cache holds the gates of every step
for k in range(4):
    print(
        f"unit {k}: update gate at 'cats' {update[k, 1]:.1f}, mean over the rest {update[k, 2:].mean():.1f}"
    )
keeper = int(np.argmax(update[:, 1] - update[:, 2:].mean(axis=1)))
print("the keeper is unit", keeper)

# %% [markdown]
# ### Play: watch the memory
#
# The top shows one unit and the answer after each word; the rows below its gates; the table at the bottom all units. You can type a sentence of your own from the known words.
#
# 1. At which word does the answer jump? What does the update gate of the keeper do at the other nouns?
# 2. Compare a unit whose gate stays open. How can it remember?
# 3. Type `the house` and then `the houses`. Then add many clauses. Type a word it does not know.

# %%
SentenceGatesExplorer(
    model,
    [
        "the cats near the old farmer that saw the dog beside the house",
        "the cat near the old farmers that saw the dogs beside the houses",
        "the bird that liked the trees behind the small houses with the girls",
        "the happy girls",
    ],
    unit=keeper,
).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. At the first noun. After it the keeper's gate falls to nearly shut, and *farmer*, *dog* and *house* pass by without touching the memory. Nobody told it what a subject is.
# 2. A unit with an open gate rewrites itself at every step, with a candidate that repeats its old value: the memory sits in the loop $c \to \tilde c \to c$, held in place by the
#    flat end of tanh. That is how a simple network remembers. It works while the value is large; the gate works for small values too.
# 3. The answer follows the first noun. An unknown word is refused with the list of known ones; a real system has a token for unknown words.
# </details>
#
# ## 7 · Both directions
#
# *He said Teddy bears are on sale.* *He said Teddy smiled.* Is *Teddy* a name of a person? At the word itself no reader from the left can know. A **bidirectional** network has
# two cells with their own weights: one reads from the left, one from the right, and the prediction at each step sees both,
#
# $$\hat y^{\langle t\rangle} = \mathrm{softmax}\bigl(W_y\,[\overrightarrow a^{\langle t\rangle}; \overleftarrow a^{\langle t\rangle}] + b_y\bigr).$$
#
# Now there is an output at **every** step: $W_y a$ for each of the $T_x$ states. The task: mark the words that are names of persons.

# %%
PERSONS = ("teddy", "rose", "hunter", "april")
THINGS = {"teddy": "bears", "rose": "bushes", "hunter": "boots", "april": "showers"}
OPENINGS = ("he said", "yes", "they think that", "we know")
AFTER_PERSON = ("smiled", "was late", "sang well")
TAG_WORDS = tuple(
    sorted(
        {w for text in (*OPENINGS, *AFTER_PERSON) for w in text.split()}
        | {*PERSONS, *THINGS.values(), "are", "sold"}
    )
)


def tag_batch(rng, m):
    """Sentences with an ambiguous word. Returns x (n_x, m, T_x), Y (2, m, T_x), lengths, place of that word (m,)."""
    drawn = []
    for _ in range(m):
        opening, word = str(rng.choice(OPENINGS)).split(), str(rng.choice(PERSONS))
        person = int(rng.integers(2))
        rest = str(rng.choice(AFTER_PERSON)).split() if person else [THINGS[word], "are", "sold"]
        drawn.append((opening + [word, *rest], len(opening), person))
    lengths = np.array([len(words) for words, _, _ in drawn])
    place = np.array([at for _, at, _ in drawn])
    x, Y = np.zeros((len(TAG_WORDS), m, lengths.max())), np.zeros((2, m, lengths.max()))
    for i, (words, at, person) in enumerate(drawn):
        x[[TAG_WORDS.index(word) for word in words], i, np.arange(len(words))] = 1
        Y[0, i, : len(words)] = 1  # not a person; padding stays without a label
        Y[:, i, at] = (1 - person, person)
    return x, Y, lengths, place


def train_tagger(both_ways, n_a, steps, rng):
    """A GRU tagger that reads one way or both. Returns a function x, lengths -> scores (2, m, T_x)."""
    n_x = len(TAG_WORDS)
    sides = ("forward", "backward") if both_ways else ("forward",)
    cells = {side: cell_parameters(initial_parameters("gru", n_a, n_x, 2, rng)) for side in sides}
    top = {"Wy": rng.standard_normal((2, n_a * len(sides))) / np.sqrt(n_a), "by": np.zeros((2, 1))}
    everything = {f"{side}_{name}": value for side in sides for name, value in cells[side].items()} | top
    optimiser = Adam(0.02)

    def read(x, lengths):
        if both_ways:
            return bidirectional_forward("gru", x, cells, lengths=lengths)  # a (2 n_a, m, T_x)
        return gru_forward(x, np.zeros((n_a, x.shape[1])), cells["forward"], lengths=lengths)

    def score(a):
        return np.tensordot(top["Wy"], a, axes=1) + top["by"][:, :, None]  # (2, m, T_x)

    for _ in range(steps):
        x, Y, lengths, _ = tag_batch(rng, 32)
        a, cache = read(x, lengths)
        dZ = (softmax(score(a)) - Y) * Y.sum(axis=0) / lengths.sum()  # padding has no label and no say
        da = np.tensordot(top["Wy"].T, dZ, axes=1)  # (n_a or 2 n_a, m, T_x)
        if both_ways:
            found = bidirectional_backward(da, cache)
            gradients = {f"d{side}_{name[1:]}": g for side in sides for name, g in found[side].items()}
        else:
            gradients = {f"dforward_{name[1:]}": g for name, g in gru_backward(da, cache).items()}
        gradients |= {
            "dWy": np.tensordot(dZ, a, axes=((1, 2), (1, 2))),
            "dby": dZ.sum(axis=(1, 2)).reshape(2, 1),
        }
        optimiser.step(everything, gradients)
    return lambda x, lengths: score(read(x, lengths)[0])


# %% [markdown]
# *Predict before you run:* persons and things are equally frequent. What is the best that a reader from the left can reach on the ambiguous word? On the other words?

# %%
x_new, Y_new, lengths, place = tag_batch(np.random.default_rng(97), 400)
labelled = Y_new.sum(axis=0) == 1  # (m, T_x), False in the padding
for name, both_ways, n_a in (("left to right, 8 units ", False, 8), ("both ways, 2 × 4 units ", True, 4)):
    score = train_tagger(both_ways, n_a, steps=150, rng=np.random.default_rng(0))
    right = score(x_new, lengths).argmax(axis=0) == Y_new.argmax(axis=0)  # (m, T_x)
    ambiguous = right[np.arange(400), place]
    right[np.arange(400), place] = True
    others = right[labelled].mean()
    print(
        f"{name}  other words {others:.0%} right   ambiguous word: {'solved' if ambiguous.mean() > 0.95 else 'about half'}"
    )

persons = Y_new[1, np.arange(400), place].mean()
print(
    f"always 'person' or always 'thing' would be right in {max(persons, 1 - persons):.0%} of the ambiguous words"
)

# %% [markdown]
# From the left, half: no training can beat a coin when the evidence comes later. With both directions the same number of units answers all. The price: the **whole** sequence must be there
# before the first answer. For a text that is fine; for speech that is to be understood while it is spoken, it is not.
#
# ## 8 · Deep recurrent networks
#
# Layers can be stacked: the states $a^{[1]\langle t\rangle}$ of the first layer are the inputs of the second. A state now has two indices, the layer in square brackets, the step in angle brackets:
#
# $$a^{[l]\langle t\rangle} = g\bigl(W_a^{[l]}\,[a^{[l]\langle t-1\rangle};\; a^{[l-1]\langle t\rangle}] + b_a^{[l]}\bigr).$$
#
# Three layers are already a lot, because each is deep in time as well.

# %%
rng = np.random.default_rng(6)
sizes = [8, 16, 16, 16]  # n_x, then n_a of each layer
layers = [cell_parameters(initial_parameters("lstm", n, below, 2, rng)) for below, n in pairwise(sizes)]
x, _, _ = recall_batch(rng, m=4, lag=9)
a_top, cache = stacked_forward("lstm", x, layers)
print("x", x.shape, " a of the top layer", a_top.shape)
gradients = stacked_backward(np.ones_like(a_top), cache)
for number, (layer, g) in enumerate(zip(layers, gradients["layers"], strict=True), start=1):
    print(
        f"layer {number}: Wf {layer['Wf'].shape}, {sum(v.size for v in layer.values()):5,} parameters, dWf {g['dWf'].shape}"
    )


def top_cost(parameters):
    """Sum of the top layer's states, as a function of the lowest layer's parameters."""
    return float(stacked_forward("lstm", x, [parameters, *layers[1:]])[0].sum())


report = gradient_check(top_cost, layers[0], gradients["layers"][0], rng=np.random.default_rng(0))
print("gradients of the lowest layer pass the check:", report.ok)

# %% [markdown]
# A layer may itself read both ways (`{"forward": …, "backward": …}` in the list); the layer above then has $2 n_a$ inputs.
#
# ## 9 · From the textbook step to the kernel
#
# The equations say *one product for every gate, one example after the other*. The kernel computes the same numbers, but puts the work in another order. For the LSTM:
#
# 1. **All examples at once.** A state is $(n_a, m)$, and one product serves the batch.
# 2. **Fused gates.** The four matrices read the same input $[a; x]$, so they are put below each other into one of $4 n_a$ rows: one product instead of four. The bias is one more column, multiplied by a row of ones.
# 3. **Inputs laid out beforehand.** All $[a; x; 1]$ live in one array, filled with every $x^{\langle t\rangle}$ before the first step; a step writes $a^{\langle t\rangle}$ straight to where the next one reads it. Nothing is stacked or copied in the loop.
# 4. **One tanh for everything**, because $\sigma(z) = \tfrac12(1 + \tanh\tfrac z2)$.
# 5. Going **back**, only the chain of states is sequential. The products for $dx$ and $dW$ are *hoisted* out of the loop: all steps side by side in one large product at the end.
#
# Another classic trick is to hoist the **input projection**: $W_x x^{\langle t\rangle}$ does not need the state, so all steps can be one large product before the loop. The course's kernel does not do this: then each step would have to
# add the stored part again, and with $n_x$ smaller than $n_a$ one fused product is about as good. Do not believe it; here are the versions, one idea at a time.


# %%
def lstm_four_products(x, p):
    """All examples at once, one product a gate."""
    a = c = np.zeros((p["bf"].shape[0], x.shape[1]))
    states = []
    for t in range(x.shape[2]):
        a, c = lstm_step(x[:, :, t], a, c, p)
        states.append(a)
    return np.stack(states, axis=2)


def finish_step(Z, c_prev):
    """From the four blocks of rows i, f, o, c~ to the next a and c. Z : (4 n_a, m)."""
    n_a = len(c_prev)
    gates = sigmoid(Z[: 3 * n_a])
    c = gates[n_a : 2 * n_a] * c_prev + gates[:n_a] * np.tanh(Z[3 * n_a :])
    return gates[2 * n_a :] * np.tanh(c), c


def lstm_fused(x, p):
    """One product for all four gates."""
    W = np.concatenate([p["W" + g] for g in "ifoc"])  # (4 n_a, n_a + n_x)
    b = np.concatenate([p["b" + g] for g in "ifoc"])
    a = c = np.zeros((p["bf"].shape[0], x.shape[1]))
    states = []
    for t in range(x.shape[2]):
        a, c = finish_step(W @ np.concatenate([a, x[:, :, t]]) + b, c)
        states.append(a)
    return np.stack(states, axis=2)


def lstm_hoisted(x, p):
    """Fused, and the inputs' part of all steps in one product before the loop."""
    n_a, (n_x, m, T_x) = p["bf"].shape[0], x.shape
    W = np.concatenate([p["W" + g] for g in "ifoc"])
    W_a, W_x = W[:, :n_a].copy(), W[:, n_a:]
    b = np.concatenate([p["b" + g] for g in "ifoc"])
    wide = np.ascontiguousarray(x.transpose(0, 2, 1)).reshape(n_x, T_x * m)
    from_input = (W_x @ wide + b).reshape(4 * n_a, T_x, m)
    a = c = np.zeros((n_a, m))
    states = []
    for t in range(T_x):
        a, c = finish_step(W_a @ a + from_input[:, t], c)
        states.append(a)
    return np.stack(states, axis=2)


def lstm_textbook(x, p):
    """One example, one gate at a time."""
    zero = np.zeros((p["bf"].shape[0], x.shape[1]))
    return textbook.lstm_forward(x, zero, zero, p)[0]


def lstm_kernel(x, p):
    """The course's kernel."""
    zero = np.zeros((p["bf"].shape[0], x.shape[1]))
    return lstm_forward(x, zero, zero, p)[0]


rng = np.random.default_rng(7)
p = cell_parameters(initial_parameters("lstm", n_a=64, n_x=32, n_y=2, rng=rng))
x = rng.standard_normal((32, 32, 30))  # (n_x, m, T_x)
VERSIONS = {
    "textbook, one example": lstm_textbook,
    "all examples": lstm_four_products,
    "fused gates": lstm_fused,
    "fused and hoisted": lstm_hoisted,
    "kernel": lstm_kernel,
}
expected = lstm_textbook(x, p)
for name, version in VERSIONS.items():
    print(f"{name:22} same states: {np.allclose(version(x, p), expected)}")

# %% [markdown]
# The times, on the machine that built this page. Each version runs in turn, several times; the median counts.

# %% tags=["nbval-ignore-output"]
seconds = {name: [] for name in VERSIONS}
for _ in range(5):
    for name, version in VERSIONS.items():
        started = perf_counter()
        version(x, p)
        seconds[name].append(perf_counter() - started)
slowest = np.median(seconds["textbook, one example"])
for name, values in seconds.items():
    print(
        f"{name:22} {1000 * np.median(values):8.2f} ms   {slowest / np.median(values):5.1f} times the textbook's speed"
    )

# %% [markdown]
# And forward with backward, for all three cells:

# %% tags=["nbval-ignore-output"]
for cell in ("rnn", "gru", "lstm"):
    p = cell_parameters(initial_parameters(cell, 64, 32, 2, rng))
    zero = np.zeros((64, 32))
    states = (zero, zero) if cell == "lstm" else (zero,)
    ones = np.ones((64, 32, 30))
    slow_functions = (getattr(textbook, f"{cell}_forward"), getattr(textbook, f"{cell}_backward"))
    medians = []
    for (forward, backward), repeats in ((slow_functions, 1), (KERNELS[cell], 5)):
        times = []
        for _ in range(repeats):
            started = perf_counter()
            backward(ones, forward(x, *states, p)[-1])
            times.append(perf_counter() - started)
        medians.append(np.median(times))
    print(
        f"{cell:4}  textbook {1000 * medians[0]:7.1f} ms   kernel {1000 * medians[1]:6.2f} ms   {medians[0] / medians[1]:4.0f} times"
    )

# %% [markdown]
# Handling all examples together brings by far the most. What comes after is smaller, and how much depends on sizes and machine: run the cells on yours.
#
# ## 10 · Common mistakes
#
# **Another function where the gate's sigmoid belongs.** Some notes write the gate as $\delta(\dots)$ and leave open what that is. It must be the **sigmoid**: a gate is a share between 0 and 1. With tanh, say, it can be negative,
# and then $1 - \Gamma_u$ is larger than 1: the memory does not fade, it grows.

# %%
c_good = c_bad = 0.5
for step in range(1, 31):
    z = -1.0  # the gate's score; the candidate is 0 throughout
    gate = sigmoid(np.array([z]))[0]
    c_good = gate * 0.0 + (1 - gate) * c_good
    c_bad = np.tanh(z) * 0.0 + (1 - np.tanh(z)) * c_bad
    if step in (1, 5, 30):
        print(f"step {step:2}: memory with sigmoid {c_good:.4f}   with tanh {c_bad:.3g}")

# %% [markdown]
# **`(1 - Gamma_u) + c` instead of the product.** A plus where a star belongs. Shut the gate: the memory should stay as it is.

# %%
c_right = c_wrong = 0.5
for _ in range(10):
    c_right = 0.0 * 0.3 + (1 - 0.0) * c_right
    c_wrong = 0.0 * 0.3 + (1 - 0.0) + c_wrong
print(f"gate shut for ten steps, memory 0.5 at first: with the product {c_right}, with the plus {c_wrong}")

# %% [markdown]
# It counts the steps. Test a cell with its gates fully open and fully shut; both answers are known without computing.
#
# **The candidate with the bias of the gate.** Printed as $\tilde c = \tanh(W_c[\dots] + b_u)$. The candidate's bias is $b_c$. With zero biases nobody notices, because both are the same number. Then somebody biases the gate to keep:

# %%
parameters = initial_parameters("gru", 16, 8, 4, np.random.default_rng(0), remember=4.0)
x_short, _, _ = recall_batch(np.random.default_rng(1), 200, 0)  # the symbol alone
for name, bias in (("b_c", parameters["bc"]), ("b_u", parameters["bu"])):
    filtered = np.concatenate([np.zeros((16, 200)), x_short[:, :, 0]])
    candidate = np.tanh(parameters["Wc"] @ filtered + bias)
    spread = candidate.std(axis=1).mean()
    print(f"candidate with {name}: mean {candidate.mean():+.2f}, spread over the inputs {spread:.3f}")

# %% [markdown]
# With $b_u = -4$ every candidate sits at $-1$, whatever the input: the cell can write only one value, and tanh is so flat there that no gradient comes through.
#
# **Turning padded sequences round with `[::-1]`.** The reader from the right then meets the padding first, and each sequence arrives at another step.

# %%
x = np.array([[[1.0, 2.0, 3.0, 0.0, 0.0]]])  # (1, 1, 5): three steps, then padding
print("x[:, :, ::-1]          ", x[0, 0, ::-1])
print("within its own length  ", reverse_sequences(x, [3])[0, 0])

# %% [markdown]
# **Gates with bias 0 on a task with long memory.** That was section 5: at lag 25 GRU and LSTM learned nothing. Look at the biases first when a gated network does not learn.
#
# **Weights from a library that applies $\Gamma_r$ later.** Some libraries compute $\Gamma_r * (W a + b)$, some $W(\Gamma_r * a) + b$. Both are called GRU. The weights of one do not work in the other:

# %%
rng = np.random.default_rng(8)
W, a_prev, relevance = (
    rng.standard_normal((3, 3)),
    rng.standard_normal((3, 1)),
    np.array([[0.1], [0.5], [0.9]]),
)
print("gate before the product:", (W @ (relevance * a_prev)).ravel().round(2))
print("gate after the product: ", (relevance * (W @ a_prev)).ravel().round(2))

# %% [markdown]
# ## 11 · What you should remember
#
# - Sequences are `x` $(n_x, m, T_x)$, states `a` $(n_a, m, T_x)$.
# - GRU: $c = \Gamma_u * \tilde c + (1 - \Gamma_u) * c_{prev}$, a mean of new and old; $\Gamma_r$ filters the past for the candidate.
# - LSTM: $c = \Gamma_f * c_{prev} + \Gamma_i * \tilde c$, $a = \Gamma_o * \tanh c$; keeping and adding are independent.
# - The gradient along the memory is the product of the forget gates: what is kept can be learned from.
# - Bias the gates to keep. Half-open gates forget by half at every step.
# - Both directions when the future is there; padding is turned and masked with `lengths`.
# - Fast kernels fuse gates and hoist what does not wait for the state; the numbers stay the same.
#
# ### Ask yourself
#
# <details><summary>1. A forget gate stays at 0.99. After how many steps is half of the memory gone?</summary>
#
# $0.99^k = 0.5$ gives $k = \log 0.5 / \log 0.99 \approx 69$.
# </details>
#
# <details><summary>2. Which setting of its gates turns an LSTM into (nearly) a GRU without relevance gate?</summary>
#
# $\Gamma_i = 1 - \Gamma_f$ and $\Gamma_o = 1$. What remains is the tanh on the way out and a cell state bounded like the GRU's.
# </details>
#
# <details><summary>3. Can a GRU count how many symbols of a kind have come?</summary>
#
# Only roughly: its state is a mean of candidates and stays between $-1$ and 1. An LSTM with $\Gamma_f = 1$ adds a fixed amount at each symbol, without limit.
# </details>
#
# <details><summary>4. You want to caption live speech. Which part of this lesson must you do without?</summary>
#
# The reading from the right. At most you can wait for a few steps and let the reader from the right see only those.
# </details>
#
# **References.** S. Hochreiter, J. Schmidhuber (1997), *Long short-term memory* · M. Schuster, K. Paliwal (1997), *Bidirectional recurrent neural networks* · F. Gers, J. Schmidhuber, F. Cummins (2000), *Learning to forget*
# (the forget gate) · F. Gers, J. Schmidhuber (2000), *Recurrent nets that time and count* (peepholes) · K. Cho and others (2014), *Learning phrase representations using RNN encoder–decoder* (the GRU) · J. Chung and others (2014), *Empirical
# evaluation of gated recurrent neural networks* · R. Jozefowicz, W. Zaremba, I. Sutskever (2015), *An empirical exploration of recurrent network architectures* (the bias of the forget gate) · K. Greff and others (2017), *LSTM: a search space odyssey* · C. Tallec, Y. Ollivier (2018), *Can recurrent
# neural networks warp time?* (biases from the lag).
#
# **Now you:** [exercises for this lesson](exercises/02_gru_lstm.ipynb).
