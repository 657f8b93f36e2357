# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1.5 · Deep networks
#
# One hidden layer was a row of soft lines. Stack such rows, and each layer works on what the layer before
# has found. In this lesson you write a network of any depth with two small blocks and a loop, train a shallow and a
# deep one on the same handwriting, look at what they still get wrong, and measure what depth is good for, and what
# it is not.
#
# **After this you can**
#
# - give the shape of every array in a network of $L$ layers without running it,
# - write forward and backward as building blocks with caches, and check them,
# - tell parameters from hyperparameters, and choose the latter on a dev set,
# - say what depth buys, with the parity function as the example, and what the fine print is,
# - answer "is it like the brain?" with care.
#
# **Time** about 110 minutes. **Builds on** [1.4 Shallow networks](04_shallow_networks.ipynb) (activations, the six equations, random
# starts). **Next** [track 2, Improving deep neural networks](../2_improving_networks/00_index.ipynb).

# %%
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_digits, load_small_digits
from course_utils.explorers import NetworkBuilderExplorer
from course_utils.kernels.activations import sigmoid
from course_utils.kernels.dense import dense_forward
from course_utils.kernels.losses import binary_cross_entropy, sigmoid_cross_entropy
from course_utils.plots import COLOURS, use_style
from course_utils.plots.network import draw_network
from course_utils.training import Adam, gradient_check

use_style()

# %% [markdown]
# ## 1 · L layers, and all their shapes
#
# A network is **deep** when it has several hidden layers. Nothing new is needed, only names that count. $L$ is
# the number of layers without the input; $n^{[l]}$ the number of units in layer $l$; $a^{[0]} = x$ goes in and $a^{[L]} = \hat y$ comes out.

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(7.6, 3.2))
draw_network(
    (3, 5, 5, 4, 1),
    axis,
    names=("$a^{[0]} = x$", "$a^{[1]}$", "$a^{[2]}$", "$a^{[3]}$", "$a^{[4]} = \\hat{y}$"),
)

# %% [markdown]
# *In words:* five columns of circles: 3 inputs, hidden layers of 5, 5 and 4 units, one output. Every circle is linked to all
# circles of the column before. Four columns have weights, so $L = 4$.
#
# Each layer does the same two things:
#
# $$z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}, \qquad a^{[l]} = g^{[l]}(z^{[l]}).$$
#
# $W^{[l]}$ turns $n^{[l-1]}$ numbers into $n^{[l]}$, so its shape is $(n^{[l]}, n^{[l-1]})$. That one sentence fixes all the rest.
#
# *Predict before you run:* fill in this table for the network above and $m = 100$ examples, on paper.


# %%
def initialise(sizes, rng):
    """Random weights and zero biases for every layer.

    sizes : n[0], ..., n[L]. Returns W1 (n[1], n[0]), b1 (n[1], 1), ..., WL, bL.
    The factor sqrt(2 / n[l-1]) keeps the scores of ReLU layers at one size; lesson 2.3 derives it.
    """
    parameters = {}
    for l, (n_prev, n) in enumerate(pairwise(sizes), start=1):
        parameters[f"W{l}"] = rng.standard_normal((n, n_prev)) * np.sqrt(2 / n_prev)
        parameters[f"b{l}"] = np.zeros((n, 1))
    return parameters


sizes, m = (3, 5, 5, 4, 1), 100
parameters = initialise(sizes, np.random.default_rng(0))
print("layer   W, dW     b, db     Z, A, dZ, dA    parameters")
for l in range(1, len(sizes)):
    W, b = parameters[f"W{l}"], parameters[f"b{l}"]
    print(f"{l:5}   {W.shape!s:9} {b.shape!s:9} {(sizes[l], m)!s:15} {W.size + b.size}")
print("all parameters:", sum(p.size for p in parameters.values()))

# %% [markdown]
# Two habits follow. Every gradient has the shape of its parameter. And every array that carries examples has $m$ columns; $m$ never
# appears in a parameter.
#
# ## 2 · Forward, with caches
#
# The loop over layers stays a loop: layer 3 cannot start before layer 2 is done. Backward will need things that forward
# has computed, so each block hands back a **cache**.


# %%
def relu(Z):
    """Largest of Z and 0, entry by entry."""
    return np.maximum(Z, 0)


def layer_forward(A_prev, W, b, g):
    """One layer. A_prev : (n[l-1], m)   W : (n[l], n[l-1])   b : (n[l], 1)   g : activation.

    Returns A (n[l], m) and the cache (A_prev, W, Z).
    """
    Z = W @ A_prev + b  # (n[l], n[l-1]) @ (n[l-1], m) -> (n[l], m)
    return g(Z), (A_prev, W, Z)


def forward(X, parameters):
    """ReLU in the hidden layers, sigmoid at the output. X : (n[0], m).

    Returns A of the last layer (n[L], m) and a list of caches, one a layer.
    """
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L + 1):
        A, cache = layer_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], sigmoid if l == L else relu)
        caches.append(cache)
    return A, caches


X_try = np.random.default_rng(1).standard_normal((3, 100))
A_try, caches = forward(X_try, parameters)
for l, (A_prev, W, Z) in enumerate(caches, start=1):
    print(f"layer {l}: A_prev {A_prev.shape!s:9} W {W.shape!s:7} Z {Z.shape}")
print("output", A_try.shape, " Z of layer 1 as the course's kernel has it:",
      np.allclose(caches[0][2], dense_forward(X_try, parameters["W1"], parameters["b1"])[0]))  # fmt: skip

# %% [markdown]
# ## 3 · Backward, block by block
#
# Suppose somebody gives us $dZ^{[l]}$. Then layer $l$ does what the output layer of 1.4 did:
#
# $$dW^{[l]} = \tfrac1m\, dZ^{[l]} A^{[l-1]T}, \qquad db^{[l]} = \tfrac1m \sum_i dZ^{[l](i)}, \qquad dA^{[l-1]} = W^{[l]T} dZ^{[l]},$$
#
# and the activation of the layer **before** leads on to its score:
#
# $$dZ^{[l-1]} = dA^{[l-1]} * g^{[l-1]\prime}(Z^{[l-1]}).$$
#
# Mind the index: the slope is that of the layer whose $dZ$ we are computing, $l - 1$, not $l$. Who starts the chain? The loss. For each
# example, $da^{[L]} = -\frac{y}{a} + \frac{1-y}{1-a}$, **one column an example**, no sum; times the sigmoid's slope it becomes $dZ^{[L]} = A^{[L]} - Y$.

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(9.2, 3.0))
for l in range(1, 5):
    g = "sigmoid" if l == 4 else "ReLU"
    axis.text(
        2.4 * l,
        1.6,
        f"forward {l}\n$W^{{[{l}]}}, b^{{[{l}]}}$\n{g}",
        ha="center",
        va="center",
        bbox={"boxstyle": "round", "fc": "#d9ecf7"},
    )
    axis.text(
        2.4 * l,
        0,
        f"backward {l}\n$dW^{{[{l}]}}, db^{{[{l}]}}$",
        ha="center",
        va="center",
        bbox={"boxstyle": "round", "fc": "#fbe5d6"},
    )
    arrow = {"arrowstyle": "->", "color": COLOURS["black"]}
    axis.annotate("", (2.4 * l - 0.7, 1.6), (2.4 * l - 1.7, 1.6), arrowprops=arrow)
    axis.text(2.4 * l - 1.2, 1.7, f"$A^{{[{l - 1}]}}$", ha="center", va="bottom")
    axis.annotate("", (2.4 * l, 0.38), (2.4 * l, 1.05), arrowprops={**arrow, "ls": "--"})
    axis.text(2.4 * l + 0.1, 0.72, "cache", va="center", fontsize=9)
    axis.annotate("", (2.4 * l + 0.75, 0), (2.4 * l + 1.65, 0), arrowprops=arrow)
    axis.text(2.4 * l + 1.2, 0.1, f"$dZ^{{[{l}]}}$", ha="center", va="bottom")
axis.annotate("", (11.3, 1.6), (10.35, 1.6), arrowprops=arrow)
axis.text(11.35, 1.6, "$A^{[4]}$\ncost J", va="center")
axis.annotate("", (11.6, 0.3), (11.6, 1.15), arrowprops=arrow)
axis.set(xlim=(0.5, 12.3), ylim=(-0.6, 2.2))
axis.set_axis_off()

# %% [markdown]
# *In words:* above, four forward blocks in a row from left to right, each handing its $A$ to the next; the last leads to the cost.
# Below, four backward blocks, run through from right to left, each handing on $dZ$. A dashed arrow takes each forward block's cache down to its backward block.


# %%
def layer_backward(dZ, cache):
    """One layer backward. dZ : (n[l], m). Returns dA_prev (n[l-1], m), dW, db; the factor 1/m is in dW and db."""
    A_prev, W, _ = cache
    m = A_prev.shape[1]
    dW = dZ @ A_prev.T / m  # (n[l], m) @ (m, n[l-1]) -> (n[l], n[l-1])
    db = dZ.sum(axis=1, keepdims=True) / m  # (n[l], 1)
    return W.T @ dZ, dW, db  # (n[l-1], n[l]) @ (n[l], m) -> (n[l-1], m)


def backward(A, Y, caches):
    """All gradients. A, Y : (n[L], m). Returns a dict with dW1, db1, ..., dWL, dbL."""
    gradients, dZ = {}, A - Y  # sigmoid and cross-entropy, as ever
    for l in range(len(caches), 0, -1):
        dA_prev, gradients[f"dW{l}"], gradients[f"db{l}"] = layer_backward(dZ, caches[l - 1])
        if l > 1:
            Z_prev = caches[l - 2][2]  # the score of layer l - 1
            dZ = dA_prev * (Z_prev > 0)  # the slope of ReLU there
    return gradients


# %% [markdown]
# Check the claims: first the start of the chain, then every gradient of a 5-layer network.

# %%
Y_try = (X_try[:1] * X_try[1:2] > 0).astype(float)
dA = -Y_try / A_try + (1 - Y_try) / (1 - A_try)  # (1, m): one column an example
dZ = dA * A_try * (1 - A_try)
print("dA", dA.shape, "  dA * slope of the sigmoid = A - Y:", np.allclose(dZ, A_try - Y_try))


def check_gradients(backward, sizes, rng):
    """Print the verdict of a gradient check for each parameter. backward : function (A, Y, caches)."""
    parameters = initialise(sizes, rng)
    for name in parameters:
        parameters[name] = parameters[name] + 0.1 * rng.standard_normal(parameters[name].shape)
    X, Y = rng.standard_normal((sizes[0], 20)), (rng.random((1, 20)) < 0.5).astype(float)
    A, caches = forward(X, parameters)
    gradients = backward(A, Y, caches)
    report = gradient_check(lambda p: binary_cross_entropy(forward(X, p)[0], Y)[0], parameters, gradients)
    for l in range(1, len(sizes)):
        print(f"layer {l}: dW {report.tensors[f'W{l}'].verdict}, db {report.tensors[f'b{l}'].verdict}")


check_gradients(backward, (3, 6, 5, 4, 3, 1), np.random.default_rng(2))

# %% [markdown]
# ## 4 · Shallow against deep, on real handwriting
#
# The task: is a handwritten digit **odd**? There are five odd shapes and five even ones, with nothing in common but arithmetic. A
# single weighted sum of pixels cannot be good at it. The pictures come in three parts: most to **train** on, some to compare choices on (the **dev set**,
# section 7), and some for the last word (the **test set**).

# %%
digits = load_digits()


def as_columns(images):
    """Unroll pictures into columns. images : (m, n_H, n_W, 1). Returns (n_H * n_W, m)."""
    return images.reshape(len(images), -1).T.astype(float)


def is_odd(labels):
    """1.0 for odd digits. labels : (m,). Returns (1, m)."""
    return (labels % 2).reshape(1, -1).astype(float)


X_train, X_dev, X_test = map(as_columns, (digits.X_train, digits.X_dev, digits.X_test))
Y_train, Y_dev, Y_test = map(is_odd, (digits.Y_train, digits.Y_dev, digits.Y_test))
print(
    "train", X_train.shape, " dev", X_dev.shape, " test", X_test.shape, f" odd in train: {Y_train.mean():.0%}"
)

# %% [markdown]
# One thing is new in the training loop. A step does not look at all 8000 pictures but at 64 of them, drawn in random order. The
# gradient is a little noisy and more than a hundred times cheaper; lesson 2.4 measures this trade. One pass over all pictures is an **epoch**.


# %%
def train(X, Y, sizes, rng, learning_rate=0.1, epochs=10, batch=64):
    """Gradient descent on batches. X : (n[0], m)   Y : (1, m). Returns the trained parameters."""
    parameters = initialise(sizes, rng)
    m = X.shape[1]
    for _ in range(epochs):
        order = rng.permutation(m)
        for start in range(0, m, batch):
            chosen = order[start : start + batch]
            A, caches = forward(X[:, chosen], parameters)
            gradients = backward(A, Y[:, chosen], caches)
            for name in parameters:
                parameters[name] -= learning_rate * gradients["d" + name]
    return parameters


def accuracy(parameters, X, Y):
    """Share of right answers."""
    return float(((forward(X, parameters)[0] > 0.5) == Y).mean())


# %% [markdown]
# A fair contest: nearly the same number of parameters. One network is wide, with a single hidden layer; the other has four
# layers of 64 units. Each gets three random starts.
#
# *Predict before you run:* which one is better on the training pictures? On the test pictures? By how much?

# %%
contest = {"2 layers": (784, 80, 1), "5 layers": (784, 64, 64, 64, 64, 1)}
trained = {}
for name, sizes in contest.items():
    count = sum(p.size for p in initialise(sizes, np.random.default_rng(0)).values())
    trained[name] = [train(X_train, Y_train, sizes, np.random.default_rng(seed)) for seed in range(3)]
    scores = np.array([[accuracy(p, X_train, Y_train), accuracy(p, X_test, Y_test)] for p in trained[name]])
    mean = scores.mean(axis=0)
    print(f"{name}: {count:,} parameters   train {mean[0]:.1%}   test {mean[1]:.1%}   "
          f"(each start: {', '.join(f'{s:.1%}' for s in scores[:, 1])})")  # fmt: skip

w, b = np.zeros((1, 784)), 0.0
for _ in range(300):  # logistic regression, for comparison
    dZ = sigmoid(w @ X_train + b) - Y_train
    w, b = w - 0.1 * dZ @ X_train.T / dZ.size, b - 0.1 * dZ.mean()
print(f"1 layer:  785 parameters   test {((sigmoid(w @ X_test + b) > 0.5) == Y_test).mean():.1%}")

# %% [markdown]
# <details><summary>What the contest showed</summary>
#
# A hidden layer is worth a great deal: the step from one layer to two cuts the errors to less than half. The step from two to five, with no more parameters, fits the
# training pictures clearly better, and the test pictures by about one picture in a hundred. With 1000 test pictures, chance alone moves a score of 97 per cent by about half a
# point, so the test gap is real but small. These pictures are small and easy. On large photographs depth decides (track 4).
# </details>
#
# ### Look at the mistakes

# %%
deep = trained["5 layers"][0]
A_test, caches_test = forward(X_test, deep)
wrong = np.flatnonzero((A_test[0] > 0.5) != (Y_test[0] > 0.5))
print(f"{len(wrong)} of {Y_test.size} test pictures are wrong")
print("digit:   ", "  ".join(f"{d:3}" for d in range(10)))
print("pictures:", "  ".join(f"{(digits.Y_test == d).sum():3}" for d in range(10)))
print("mistakes:", "  ".join(f"{(digits.Y_test[wrong] == d).sum():3}" for d in range(10)))

# %% tags=["figure"]
surest = wrong[np.argsort(-np.abs(A_test - Y_test)[0, wrong])][:12]
figure, axes = plt.subplots(2, 6, figsize=(8.2, 3.7))
for axis, i in zip(axes.flat, surest, strict=True):
    axis.imshow(digits.X_test[i, :, :, 0], cmap="gray_r")
    axis.set(xticks=[], yticks=[])
    axis.set_title(f"a {digits.Y_test[i]}, P(odd) = {A_test[0, i]:.2f}", fontsize=9)

# %% [markdown]
# *In words:* the twelve test pictures on which the deep network was most sure and wrong, each with the true digit and the network's answer.
# Some are hard for anyone: the 1 that is a black bar, the 3 under a blot, the 9 whose upper loop is open. Others, such as the 5 and the last 4,
# any child reads. The network has seen no picture quite like them, and it is sure all the same: a probability near 0 or 1 is no promise.
#
# ## 5 · Why deep? Features, from simple to complex
#
# The hope for depth: early layers find strokes, later layers put strokes together. In faces one would expect edges, then eyes and noses, then faces; in sound,
# then syllables, then words. Let us look at this network instead of hoping.

# %% tags=["figure"]
figure, axes = plt.subplots(3, 10, figsize=(9.4, 3.3))
strongest = np.argsort(-np.abs(deep["W2"]).sum(axis=0))[:10]  # units of layer 1 that layer 2 listens to most
start = initialise(contest["5 layers"], np.random.default_rng(0))  # where this network began
learned = (deep["W1"] - start["W1"])[strongest]
limit = np.abs(learned).max() * 0.6
for axis, picture in zip(axes[0], learned, strict=True):
    axis.imshow(picture.reshape(28, 28), cmap="PuOr_r", vmin=-limit, vmax=limit)
_, caches_train = forward(X_train, deep)
for row, layer in ((1, 2), (2, 4)):
    Z = caches_train[layer - 1][2]  # (64, m)
    active = np.flatnonzero((Z > 0).mean(axis=1) > 0.05)[:10]
    for axis, j in zip(axes[row], active, strict=True):
        favourites = np.argsort(-Z[j])[:40]
        axis.imshow(X_train[:, favourites].mean(axis=1).reshape(28, 28), cmap="gray_r")
for row, label in enumerate(("layer 1:\nlearned", "layer 2:\nfavourites", "layer 4:\nfavourites")):
    axes[row, 0].set_ylabel(label, rotation=0, ha="right", va="center")
for axis in axes.flat:
    axis.set(xticks=[], yticks=[])

# %% [markdown]
# *In words:* the upper row shows, for ten units of layer 1, what training added to their random first weights, as pictures. The rows below show ten units of layer 2 and
# ten of layer 4, each as the mean of the 40 training pictures that excite it most.
# The first row holds light and dark strokes and blobs at certain places. In the second, most means already look like a digit; in the last row, some do, and others are a blur of several digits with the same answer.
#
# Pictures invite wishful reading, so measure. Two questions for each layer. How much of the units' scores could a plain weighted sum of the **pixels** give? And how
# well can a plain weighted sum of the **layer's answers** tell odd from even?


# %%
def best_weighted_sum(F, T, F_new):
    """Least squares: fit targets T (k, m) by weighted sums of features F (n, m). Returns the fit on F_new."""
    with_one = np.vstack([F, np.ones((1, F.shape[1]))])
    weights = np.linalg.lstsq(with_one.T, T.T, rcond=1e-6)[0]
    return weights.T @ np.vstack([F_new, np.ones((1, F_new.shape[1]))])


print("layer   odd from even, by its answers   its scores, by weighted sums of pixels")
for l in range(5):
    features, features_test = caches_train[l][0], caches_test[l][0]  # answers of layer l; 0: the pixels
    separated = ((best_weighted_sum(features, Y_train, features_test) > 0.5) == Y_test).mean()
    line = f"{l:5} {separated:18.0%}"
    if l > 0:
        Z, Z_test = caches_train[l - 1][2], caches_test[l - 1][2]
        rest = Z_test - best_weighted_sum(X_train, Z, X_test)
        explained = 1 - (rest**2).sum() / ((Z_test - Z_test.mean(axis=1, keepdims=True)) ** 2).sum()
        line += f"{explained:36.0%}"
    print(line)

# %% [markdown]
# That is what *from simple to complex* means here. The first layer's scores **are** weighted sums of pixels, by construction; each later layer is less of one. And
# with each layer the question gets easier: what was a tangle of ten shapes in the pixels is nearly two heaps at the end.
#
# ## 6 · Why deep? The parity circuit
#
# Are there functions that depth computes cheaply and width does not? The classic example is **parity**: given $n$ bits, is the number of ones odd? Flip any single bit, and the answer flips.
#
# With gates it is a tree. One gate computes the *exclusive or* (XOR) of two bits, half as many gates in the next level take the results, and so on: $n - 1$ gates, $\log_2 n$ levels.
# A gate is itself a tiny network with threshold units (1 if the score is above 0): *or*, *and*, then *or but not and*.


# %%
def step(Z):
    """Threshold unit: 1.0 where the score is above 0."""
    return (Z > 0).astype(float)


def parity_by_tree(bits):
    """Parity as a tree of XOR gates. bits : (n, m) of 0.0 and 1.0, n a power of 2. Returns (1, m) and the units used."""
    A, units = bits, 0
    while len(A) > 1:
        total = A[0::2] + A[1::2]  # both inputs of each gate have weight 1
        either, both = step(total - 0.5), step(total - 1.5)
        A = step(either - both - 0.5)
        units += 3 * len(A)
    return A, units


def all_patterns(n):
    """Every pattern of n bits, one a column. Returns (n, 2**n)."""
    return np.array(list(product((0.0, 1.0), repeat=n))).T


def parity_by_patterns(bits):
    """Parity with one hidden layer whose units each recognise one odd pattern. Returns (1, m) and the units used."""
    n = len(bits)
    odd = [p for p in product((0.0, 1.0), repeat=n) if sum(p) % 2 == 1]
    W = 2 * np.array(odd) - 1  # (2**(n-1), n): +1 where the pattern has a one, -1 where it has a zero
    b = 0.5 - np.array(odd).sum(axis=1, keepdims=True)  # above 0 only if every bit agrees
    hidden = step(W @ bits + b)
    return step(hidden.sum(axis=0, keepdims=True) - 0.5), len(odd) + 1


print("bits   tree: levels, units   one unit a pattern: units   both right on all patterns")
for n in (2, 4, 8):
    bits = all_patterns(n)
    truth = bits.sum(axis=0, keepdims=True) % 2
    (tree, tree_units), (wide, wide_units) = parity_by_tree(bits), parity_by_patterns(bits)
    right = bool((tree == truth).all() and (wide == truth).all())
    print(f"{n:4} {int(np.log2(n)):14} {tree_units:6} {wide_units:26}   {right}")
for n in (16, 32):
    print(f"{n:4} {int(np.log2(n)):14} {3 * (n - 1):6} {2 ** (n - 1) + 1:26,}   (too many to run)")

# %% [markdown]
# A circuit of *and*, *or* and *not* with one middle level really needs one gate for each of the $2^{n-1}$ odd patterns: drop one and that pattern is answered wrongly. The tree
# needs $3(n-1)$ units. That is the gap between logarithmic depth and exponential width.
#
# **The fine print.** Many notes go on to say that a shallow *neural network* needs exponentially many units for parity. It does not. A neuron adds with weights, so it can count:


# %%
def parity_by_counting(bits):
    """Parity with one hidden layer of n units: unit k fires when at least k bits are one. Returns (1, m), units used."""
    n = len(bits)
    hidden = step(np.ones((n, n)) @ bits - np.arange(n).reshape(-1, 1) - 0.5)  # (n, m)
    signs = np.where(np.arange(n) % 2 == 0, 1.0, -1.0).reshape(1, -1)  # +1, -1, +1, ...
    return step(signs @ hidden - 0.5), n + 1


for n in (4, 8, 12):
    bits = all_patterns(n)
    answer, units = parity_by_counting(bits)
    print(f"{n} bits: {units} units, right on all patterns: {bool((answer == bits.sum(axis=0) % 2).all())}")

# %% [markdown]
# So parity shows the gap for circuits. For neural networks there are other functions with a proven exponential gap, such as a saw-tooth that folds the line again and again
# (Telgarsky, 2016). And *being able to compute* is not *being able to learn*. So let us train both.
#
# ### Train both
#
# Eight bits, 256 patterns, some for training, the rest for testing. The shallow network gets $2^7 = 128$ tanh units, as many as there are odd patterns. The tree has the shape of the circuit:
# each gate is a network of four tanh units, and all seven gates share their weights. It is only told whether the whole is odd, never what a gate should do. Both use Adam, a faster form of gradient descent (track 2), and ten (tree) or three (shallow) random
# starts; we keep the start with the lowest **training** cost, so the test patterns decide nothing.


# %%
def gate_tree_forward(X, p):
    """Tree of equal gates. X : (n, m) of -1 and +1   p : W1 (4, 2), b1 (4, 1), W2 (1, 4), b2 (1, 1).

    Returns the score of the last gate (1, m), and caches.
    """
    A, m, caches = X, X.shape[1], []
    while True:
        pairs = np.stack([A[0::2], A[1::2]]).reshape(2, -1)  # (2, gates * m): all gates of this level at once
        hidden = np.tanh(p["W1"] @ pairs + p["b1"])  # (4, gates * m)
        Z = (p["W2"] @ hidden + p["b2"]).reshape(-1, m)  # (gates, m)
        caches.append((pairs, hidden, Z))
        if len(Z) == 1:
            return Z, caches
        A = np.tanh(Z)


def gate_tree_backward(dZ, caches, p):
    """Gradients of all gates, added up, since they share their weights. dZ : (1, m), the 1/m included."""
    gradients = {"d" + name: np.zeros_like(value) for name, value in p.items()}
    for level in range(len(caches) - 1, -1, -1):
        pairs, hidden, Z = caches[level]
        dz = dZ.reshape(1, -1)
        dhidden = (p["W2"].T @ dz) * (1 - hidden**2)
        gradients["dW2"] += dz @ hidden.T
        gradients["db2"] += dz.sum(axis=1, keepdims=True)
        gradients["dW1"] += dhidden @ pairs.T
        gradients["db1"] += dhidden.sum(axis=1, keepdims=True)
        if level > 0:
            dpairs = (p["W1"].T @ dhidden).reshape(2, len(Z), -1)
            dA = np.empty((2 * len(Z), dpairs.shape[2]))
            dA[0::2], dA[1::2] = dpairs
            dZ = dA * (1 - np.tanh(caches[level - 1][2]) ** 2)
    return gradients


def shallow_forward(X, p):
    """One hidden tanh layer. Returns the score (1, m), and caches."""
    hidden = np.tanh(p["W1"] @ X + p["b1"])
    return p["W2"] @ hidden + p["b2"], (X, hidden)


def shallow_backward(dZ, cache, p):
    """Gradients of `shallow_forward`. dZ : (1, m), the 1/m included."""
    X, hidden = cache
    dhidden = (p["W2"].T @ dZ) * (1 - hidden**2)
    return {
        "dW1": dhidden @ X.T,
        "db1": dhidden.sum(axis=1, keepdims=True),
        "dW2": dZ @ hidden.T,
        "db2": dZ.sum(axis=1, keepdims=True),
    }


def learn_parity(kind, X, Y, X_new, Y_new, rng, steps=600):
    """Train once. Returns the last cost, training accuracy, test accuracy, number of parameters."""
    n_in, units = (2, 4) if kind == "tree" else (8, 128)
    go, back = (
        (gate_tree_forward, gate_tree_backward) if kind == "tree" else (shallow_forward, shallow_backward)
    )
    scale = 0.7
    p = {
        "W1": scale * rng.standard_normal((units, n_in)),
        "b1": scale * rng.standard_normal((units, 1)),
        "W2": scale * rng.standard_normal((1, units)),
        "b2": np.zeros((1, 1)),
    }
    optimiser = Adam(0.03)
    for _ in range(steps):
        Z, caches = go(X, p)
        cost, dZ = sigmoid_cross_entropy(Z, Y)
        optimiser.step(p, back(dZ, caches, p))
    right = [float(((go(x, p)[0] > 0) == y).mean()) for x, y in ((X, Y), (X_new, Y_new))]
    return cost, *right, sum(value.size for value in p.values())


patterns = all_patterns(8)
odd = patterns.sum(axis=0, keepdims=True) % 2
signs = 2 * patterns - 1  # -1 and +1 are centred on 0
order = np.random.default_rng(0).permutation(256)
known_counts = (64, 96, 128, 192)
results = {"tree": [], "shallow": []}
print("known   network                   learned all known   right on unknown   starts that found it")
for known in known_counts:
    seen, unseen = order[:known], order[known:]
    for kind, starts in (("tree", 10), ("shallow", 3)):
        runs = [
            learn_parity(
                kind,
                signs[:, seen],
                odd[:, seen],
                signs[:, unseen],
                odd[:, unseen],
                np.random.default_rng(seed),
            )
            for seed in range(starts)
        ]
        cost, right_seen, right_unseen, count = min(runs)
        results[kind].append(right_unseen)
        solved = sum(run[2] == 1 for run in runs)
        about = f"about {5 * round(20 * right_unseen)}%"
        print(
            f"{known:5}   {kind:7} {count:4} parameters   {right_seen == 1!s:17}   {about:16}   {solved} of {starts}"
        )

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(6.4, 3.2))
axis.plot(known_counts, results["tree"], "o-", label="tree, 17 parameters")
axis.plot(known_counts, results["shallow"], "s--", label="shallow, 1281 parameters")
axis.axhline(0.5, color=COLOURS["grey"], lw=1, ls=":")
axis.text(192, 0.51, "guessing", ha="right", va="bottom", fontsize=9)
axis.set(
    xlabel="patterns known, of 256",
    ylabel="right on unknown patterns",
    ylim=(0, 1.08),
    xticks=known_counts,
    title="The tree finds the rule, the wide net a table",
)
axis.legend(loc="lower right")
plt.show()

# %% [markdown]
# *In words:* with 64 known patterns the tree's solid line is well above the shallow network's dashed one; it is at 1 from 96 on. The shallow network's dashed line stays at or below
# one half up to 128 known patterns and ends below the tree at 192.
#
# The gap is clear. The shallow network learns every pattern it is shown, and with half of all patterns known it knows nothing about the rest: next to each pattern, one flipped bit away, the answer is always the
# other one, so neighbours mislead. It has a table; only
# with three quarters of all patterns in it does the table begin to help with the rest. The tree, with 75 times fewer parameters, has the rule. And there is a price: most of its starts fail, because a gate gets no useful signal before the
# other gates are right. Depth makes a short description *possible*. Whether descent finds it is another question; for parity on many bits it is known not to.
#
# ## 7 · Parameters and hyperparameters
#
# **Parameters** are what gradient descent changes: all $W^{[l]}$ and $b^{[l]}$. **Hyperparameters** are what you decide before it starts, and what decides how the
# parameters come out: the learning rate, the number of epochs, $L$, every $n^{[l]}$, the activations, the batch size. They have no gradient. One tries values and
# compares on the **dev set**, which took no part in training; the test set stays untouched until the end.
#
# *Predict before you run:* which of the two columns below will be more sensitive to the learning rate?

# %%
print("dev accuracy after 2 epochs     784-64-1   784-64-64-64-1")
grid = {}
for rate in (0.001, 0.01, 0.1, 1.0):
    for sizes in ((784, 64, 1), (784, 64, 64, 64, 1)):
        p = train(X_train, Y_train, sizes, np.random.default_rng(0), rate, epochs=2)
        grid[rate, sizes] = accuracy(p, X_dev, Y_dev)
    shallow_score, deep_score = (grid[rate, sizes] for sizes in ((784, 64, 1), (784, 64, 64, 64, 1)))
    print(f"learning rate {rate:5} {shallow_score:20.0%} {deep_score:14.0%}")
best_rate, best_sizes = max(grid, key=grid.get)
print("chosen on the dev set: learning rate", best_rate, "with sizes", best_sizes)

# %% [markdown]
# The same code, the same data, the same number of steps: from 60 to 96 per cent, by choices that no gradient makes. And the choices depend on each other: the rate that is best for the
# shallow network is far too large for the deep one, whose steps in one layer change the input of all layers above. After more epochs another pair may win.
# What worked on another task may not work on yours: try it. Lesson 2.5 does the search with a plan. Start
# with the simple: logistic regression, then one hidden layer, then more, as long as the dev set thanks you.
#
# ## 8 · Is it like the brain?
#
# A unit adds weighted inputs and fires when the sum is large; so, roughly, does a nerve cell. The name and the first ideas came from there, and convolutional networks (track 4) owe
# something to what is known about the eye. Beyond that the likeness is thin.
#
# - A human brain has about 86 billion nerve cells (counted by Azevedo and others, 2009). Our deep network has 257 units.
# - One real nerve cell is not one unit: to imitate the input and output of a single cell of the cortex took a network of five to eight layers (Beniaguev, Segev, London, 2021).
# - How the brain learns is not known. Backpropagation in its textbook form is an unlikely answer: to send the error back, each layer would need the
#   *transposed weights of the next one*, and nerve fibres conduct one way (Crick, 1989).
#
# The last point can be tried. Send the error back through **fixed random** matrices instead of $W^T$ and see what happens (Lillicrap and others, 2016).


# %%
def train_with_random_feedback(X, Y, sizes, rng, learning_rate=0.1, epochs=6, batch=64):
    """As `train`, but W[l].T is replaced on the way back by a random matrix that never changes."""
    parameters = initialise(sizes, rng)
    feedback = {l: parameters[f"W{l}"].T for l in range(1, len(sizes))}
    feedback = {l: rng.permutation(matrix.ravel()).reshape(matrix.shape) for l, matrix in feedback.items()}
    m = X.shape[1]
    for _ in range(epochs):
        order = rng.permutation(m)
        for start in range(0, m, batch):
            chosen = order[start : start + batch]
            A, caches = forward(X[:, chosen], parameters)
            dZ, gradients = A - Y[:, chosen], {}
            for l in range(len(caches), 0, -1):
                _, gradients[f"dW{l}"], gradients[f"db{l}"] = layer_backward(dZ, caches[l - 1])
                if l > 1:
                    dZ = (feedback[l] @ dZ) * (caches[l - 2][2] > 0)
            for name in parameters:
                parameters[name] -= learning_rate * gradients["d" + name]
    return parameters


for sizes in ((784, 64, 64, 1), (784, 64, 64, 64, 64, 1)):
    true_way = train(X_train, Y_train, sizes, np.random.default_rng(1), epochs=6)
    random_way = train_with_random_feedback(X_train, Y_train, sizes, np.random.default_rng(1))
    print(f"{len(sizes) - 1} layers: test {accuracy(true_way, X_test, Y_test):.0%} with W transposed, "
          f"{accuracy(random_way, X_test, Y_test):.0%} with random feedback")  # fmt: skip

# %% [markdown]
# It learns: the weights before it adapt until the random path carries something useful. But it learns less well, and the deeper network loses more. So exact transposed weights are not needed,
# and this does not show that the brain does it so.
# A fair summary: a network is a flexible function from inputs to outputs whose
# numbers are found by descent. It was inspired by the brain; it is no model of it.
#
# ## 9 · Play: build a network
#
# Small digits of 8 × 8 pixels, the same question. The table shows every shape and the number of parameters; the training runs while you look.
#
# 1. Most of the parameters sit in one place. Where? Move *Units in layer 1* and *Units in layer 2* and compare what the total does.
# 2. Two networks with about 2,700 parameters: the pyramid, and one hidden layer of 41 units. Which has the lower cost after 300 epochs?
# 3. Choose *Five sigmoid layers*. Which single change makes it learn?
# 4. With three hidden layers of ReLU units, find the largest learning rate that still learns.

# %%
small = load_small_digits()
NetworkBuilderExplorer(
    as_columns(small.X_train),
    is_odd(small.Y_train),
    as_columns(small.X_dev),
    is_odd(small.Y_dev),
    question="is the digit odd?",
).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. In $W^{[1]}$, since the input is the widest layer: one more unit in layer 1 costs 65 parameters there and one column of $W^{[2]}$.
# 2. The pyramid, by a good deal: gradient descent gets further in the same number of epochs.
# 3. tanh or ReLU instead of sigmoid. A larger learning rate alone does not help in time: five slopes of at most one quarter make the first layers' gradients hundreds of times smaller.
# 4. Between 0.5 and 1, for most seeds. Just below the edge the cost jumps; above it units die and the answer is the same for every picture.
# </details>
#
# ## 10 · Common mistakes
#
# When all layers have the same width, every matrix is square, and wrong formulas raise no error. So the mistakes below are run in a network of **equal widths**, where only a gradient
# check can tell. First the right one:


# %%
equal_widths = (4, 4, 4, 4, 1)
check_gradients(backward, equal_widths, np.random.default_rng(3))

# %% [markdown]
# **The wrong layer's slope.** $dZ^{[l-1]} = W^{[l]T}dZ^{[l]} * g'(Z^{[l]})$, with $l$ in the slope where it must be $l - 1$.


# %%
def backward_wrong_index(A, Y, caches):
    gradients, dZ = {}, A - Y
    for l in range(len(caches), 0, -1):
        dA_prev, gradients[f"dW{l}"], gradients[f"db{l}"] = layer_backward(dZ, caches[l - 1])
        if l > 1:
            dZ = dA_prev * (caches[l - 1][2] > 0)  # Z of layer l; it must be caches[l - 2]
    return gradients


check_gradients(backward_wrong_index, equal_widths, np.random.default_rng(3))
try:
    check_gradients(backward_wrong_index, (3, 6, 5, 4, 1), np.random.default_rng(3))
except ValueError as problem:
    print("different widths:", problem)


# %% [markdown]
# The last layer's gradients are right, all others wrong. (At the output, $Z^{[L]}$ has one row, and broadcasting stretches it over all units.) **The transpose forgotten**, $W^{[l]} dZ^{[l]}$ instead of $W^{[l]T} dZ^{[l]}$:


# %%
def backward_no_transpose(A, Y, caches):
    gradients, dZ = {}, A - Y
    for l in range(len(caches), 0, -1):
        dA_prev, gradients[f"dW{l}"], gradients[f"db{l}"] = layer_backward(dZ, caches[l - 1])
        if l > 1:
            W = caches[l - 1][1]
            dA_prev = W @ dZ if W.shape[0] == W.shape[1] else dA_prev
            dZ = dA_prev * (caches[l - 2][2] > 0)
    return gradients


check_gradients(backward_no_transpose, equal_widths, np.random.default_rng(3))

# %% [markdown]
# **`a[l] = g(a[l])` in the forward step.** The activation is applied to the *score* of the layer. Applied to the activations that came in, the weights never enter.

# %%
p = initialise(equal_widths, np.random.default_rng(3))
A = A_wrong = np.random.default_rng(4).standard_normal((4, 1))
for l in (1, 2, 3):
    A = relu(p[f"W{l}"] @ A + p[f"b{l}"])
    A_wrong = relu(A_wrong)  # "a = g(a)"
print("g(z):", A[:, 0].round(3))
print("g(a):", A_wrong[:, 0].round(3), " the same after one layer as after a hundred")

# %% [markdown]
# **$Z = W^T X + B$ beside a $W$ of shape $(n^{[l]}, n^{[l-1]})$.** Either $W$ holds one unit a row, then it is $WA + b$; or one unit a column, then it is $W^TA + b$. One cannot have both. With equal
# widths the mix runs, and the units listen to each other's weights.

# %%
X_four = np.random.default_rng(4).standard_normal((4, 2))
print("W  X:", (p["W1"] @ X_four)[0].round(3), "  W' X:", (p["W1"].T @ X_four)[0].round(3), " no error")
try:
    initialise((3, 5), np.random.default_rng(0))["W1"].T @ X_try
except ValueError as problem:
    print("W of shape (5, 3):", str(problem)[:60], "...")

# %% [markdown]
# **$dA^{[L]}$ as a sum over the examples.** $\sum_i \bigl(-\frac{y^{(i)}}{a^{(i)}} + \frac{1-y^{(i)}}{1-a^{(i)}}\bigr)$ is one number. Broadcasting gives it to every example, and each is
# pushed in the same direction, whatever its label.

# %%
slope = A_try * (1 - A_try)
dZ_right = (-Y_try / A_try + (1 - Y_try) / (1 - A_try)) * slope  # (1, m)
dZ_summed = (-Y_try / A_try + (1 - Y_try) / (1 - A_try)).sum() * slope  # a number, stretched to (1, m)
print("shapes:", dZ_right.shape, dZ_summed.shape, " no error")
for name, dZ in (("one column an example", dZ_right), ("summed", dZ_summed)):
    print(
        f"{name:22} pushes up: {(dZ[Y_try == 1] < 0).mean():4.0%} of class 1, {(dZ[Y_try == 0] < 0).mean():4.0%} of class 0"
    )

# %% [markdown]
# The sum over examples comes later, inside $dW = \frac1m dZ A_{prev}^T$, where each example has its own activations beside it.
#
# ## 11 · What you should remember
#
# - $W^{[l]}$ is $(n^{[l]}, n^{[l-1]})$, $b^{[l]}$ is $(n^{[l]}, 1)$; $Z, A, dZ, dA$ are $(n^{[l]}, m)$; gradients have their parameter's shape.
# - Forward: $A^{[l]} = g(W^{[l]}A^{[l-1]} + b^{[l]})$, and keep a cache. Backward: the same blocks in reverse.
# - $dZ^{[l-1]} = W^{[l]T}dZ^{[l]} * g'(Z^{[l-1]})$: the slope of the layer you arrive at.
# - Deeper layers are less like weighted sums of pixels, and make the question easier for the next.
# - Depth can be exponentially cheaper, if the problem is made of parts; learning it is another matter.
# - Parameters are learned; hyperparameters are chosen, on the dev set.
# - Test formulas with different widths and with a gradient check.
#
# ### Ask yourself
#
# <details><summary>1. A network has sizes 784, 100, 50, 1. What are the shapes of W2, db2 and dA1 for m = 32?</summary>
#
# $W^{[2]}$: (50, 100). $db^{[2]}$: (50, 1). $dA^{[1]}$: (100, 32).
# </details>
#
# <details><summary>2. Which arrays must the forward pass keep for the backward pass, and why?</summary>
#
# For each layer $A^{[l-1]}$ (for $dW^{[l]}$), $W^{[l]}$ (for $dA^{[l-1]}$), and $Z^{[l]}$ or, for these activations, $A^{[l]}$ (for the slope).
# </details>
#
# <details><summary>3. A colleague's 10-layer network has 64 units in each layer and trains badly. A gradient check was never done. What do you suspect first?</summary>
#
# All hidden matrices are square: a forgotten transpose or a wrong index raises no error. Check with different widths, then with nudges.
# </details>
#
# <details><summary>4. Is the seed of the random start a parameter or a hyperparameter?</summary>
#
# It is fixed before training and has no gradient, so a hyperparameter. But do not tune it: report several seeds instead, as the contest did.
# </details>
#
# **References.** F. Crick (1989), *The recent excitement about neural networks* · J. Håstad (1986), *Almost optimal lower bounds for small depth circuits* · Y. Bengio (2009), *Learning deep
# architectures for AI* · F. Azevedo and others (2009), *Equal numbers of neuronal and nonneuronal cells make the human brain an isometrically scaled-up primate brain* · M. Zeiler, R. Fergus (2014), *Visualizing and understanding
# convolutional networks* · K. He, X. Zhang, S. Ren, J. Sun (2015), *Delving deep into rectifiers* (the factor in the start) · M. Telgarsky (2016), *Benefits of depth in neural networks* · T. Lillicrap and others (2016), *Random synaptic feedback weights
# support error backpropagation for deep learning* · S. Shalev-Shwartz, O. Shamir, S. Shammah (2017), *Failures of gradient-based deep learning* (parity is hard to learn) · D. Beniaguev, I. Segev, M. London (2021), *Single cortical neurons as deep artificial neural networks*.
#
# **Now you:** [exercises for this lesson](exercises/05_deep_networks.ipynb).
