# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2.2 · Regularisation
#
# A network with nearly six thousand weights can learn two hundred answers by heart, the wrong ones too. Then
# it makes no error in training and many afterwards. In this lesson you meet the remedies: a price
# on large weights, units that are switched off at random, more pictures out of the same ones, an earlier end, and the vote of
# several networks. All of them work on the same task, and at the end one table shows what each is worth.
#
# **After this you can**
#
# - add an L2 or L1 penalty to any cost, with the right factor and the right gradient,
# - explain weight decay, and say why small weights make a simpler network,
# - write inverted dropout forward and backward, and know when it must be off,
# - use augmentation, early stopping and ensembles, and name the price of each,
# - find a wrong penalty by comparing its gradient with nudges.
#
# **Time** about 110 minutes. **Builds on** 1.2 (logistic regression), 1.5 (deep networks), 2.1 (bias and variance).
# **Next** 2.3 Making deep training stable.

# %%
import itertools
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_small_digits
from course_utils.explorers import DropoutExplorer, WeightDecayExplorer
from course_utils.kernels.activations import sigmoid, tanh_backward, tanh_forward
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.dropout import dropout_backward, dropout_forward
from course_utils.kernels.losses import binary_cross_entropy, softmax_cross_entropy
from course_utils.plots import COLOURS, use_style

use_style()

# %% [markdown]
# ## 1 · A task made for overfitting
#
# Real handwriting again, scanned at 8 × 8 pixels. To provoke trouble we keep few pictures, 200, and pretend that a tired typist
# got **one label in five wrong**. Dev and test labels stay right. Each *trial* draws its own 200 pictures, its own typing errors
# and its own first weights from its seed; so we can see whether a remedy helps always or by luck.

# %%
digits = load_small_digits()
mean_picture = digits.X_train[:600].mean(axis=0)  # (8, 8, 1)


def as_columns(pictures):
    """Subtract the mean picture and unroll. pictures : (m, 8, 8, 1). Returns (64, m)."""
    return 2 * (pictures - mean_picture).reshape(len(pictures), -1).T.astype(float)


def draw_trial(seed, m=200, mistyped=40):
    """Training pictures (m, 8, 8, 1), one-hot labels (10, m), and which labels are wrong."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(600, m, replace=False)
    labels = digits.Y_train[chosen].copy()
    wrong = rng.choice(m, mistyped, replace=False)
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, mistyped)) % 10  # any digit but the right one
    return digits.X_train[chosen], np.eye(10)[labels].T, wrong


X_dev, labels_dev = as_columns(digits.X_dev), digits.Y_dev
X_test = as_columns(np.concatenate([digits.X_train[600:], digits.X_test]))  # no trial draws from these
labels_test = np.concatenate([digits.Y_train[600:], digits.Y_test])
print("training", draw_trial(0)[0].shape, "  dev", X_dev.shape, "  test", X_test.shape)

# %% [markdown]
# The network has two hidden layers of 48 tanh units and ten outputs. **Softmax** turns the ten scores of a picture into ten
# probabilities that add up to 1, $e^{z_j} / \sum_k e^{z_k}$; the cost is minus the logarithm of the probability that the right digit gets. It is the
# cross-entropy of 1.2 for more than two classes, and lesson 2.6 derives it. A label is a column with a 1 at its digit and zeros elsewhere (**one-hot**).
# Training is gradient descent on all 200 pictures at once. `train` takes the function that gives cost and gradients, so that each remedy below can
# bring its own.


# %%
def initialise(seed, sizes=(64, 48, 48, 10)):
    """Weights normal with variance 1/n_prev, biases zero. Returns {"W1": (48, 64), "b1": (48, 1), ...}."""
    rng, parameters = np.random.default_rng(seed), {}
    for layer, (n_prev, n) in enumerate(itertools.pairwise(sizes), start=1):
        parameters[f"W{layer}"] = rng.standard_normal((n, n_prev)) / np.sqrt(n_prev)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters


def forward(parameters, X, keep_probs=(1, 1), rng=None):
    """Scores (10, m) and what going back needs. keep_probs belong to section 6; 1 means: all units stay."""
    A, caches = X, []
    for layer, keep_prob in enumerate(keep_probs, start=1):
        Z, dense = dense_forward(A, parameters[f"W{layer}"], parameters[f"b{layer}"])  # (48, m)
        A, active = tanh_forward(Z)
        A, dropped = dropout_forward(A, keep_prob, rng)
        caches.append((dense, active, dropped))
    Z, dense = dense_forward(A, parameters["W3"], parameters["b3"])  # (10, m)
    return Z, (*caches, dense)


def cost_and_gradients(parameters, X, Y, keep_probs=(1, 1), rng=None):
    """Cross-entropy, and one gradient a parameter. X : (64, m)   Y : (10, m)."""
    Z3, (*caches, dense) = forward(parameters, X, keep_probs, rng)
    J, dZ = softmax_cross_entropy(Z3, Y)
    gradients = {}
    dA, gradients["dW3"], gradients["db3"] = dense_backward(dZ, dense)
    for layer in (2, 1):
        dense, active, dropped = caches[layer - 1]
        dZ = tanh_backward(dropout_backward(dA, dropped), active)
        dA, gradients[f"dW{layer}"], gradients[f"db{layer}"] = dense_backward(dZ, dense)
    return float(J), gradients


def train(
    trial, rule=cost_and_gradients, epochs=300, alpha=0.3, change=None, watch=None, start=None, finish=None
):
    """Gradient descent on the pictures of a trial.

    rule : cost and gradients   alpha : number, or function of the epoch   start : seed of the first weights
    change(pictures, rng) : new pictures for each epoch   finish(parameters, alpha) : after each step
    watch(epoch, parameters) : called after each epoch
    """
    pictures, Y, _ = draw_trial(trial)
    X, rng = as_columns(pictures), np.random.default_rng(1000 + trial)
    parameters = initialise(100 + trial if start is None else start)
    for epoch in range(1, epochs + 1):
        if change is not None:
            X = as_columns(change(pictures, rng))
        _, gradients = rule(parameters, X, Y)
        rate = alpha(epoch) if callable(alpha) else alpha
        for name in parameters:
            parameters[name] = parameters[name] - rate * gradients[f"d{name}"]
        if finish is not None:
            finish(parameters, rate)
        if watch is not None:
            watch(epoch, parameters)
    return parameters


def probabilities(parameters, X):
    """Softmax of the scores, nothing dropped. Returns (10, m)."""
    Z, _ = forward(parameters, X)
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def error(P, labels):
    """Share of wrong answers. P : (10, m)   labels : (m,)."""
    return float((P.argmax(axis=0) != labels).mean())


def cross_entropy(parameters, X, Y):
    """The cost alone, without penalty and with nothing dropped."""
    return float(softmax_cross_entropy(forward(parameters, X)[0], Y)[0])


Y_dev = np.eye(10)[labels_dev].T  # (10, 299)
count = sum(value.size for value in initialise(0).values())
print(count, "parameters for 200 pictures")

# %% [markdown]
# *Predict before you run:* forty training labels are wrong. Which share of the training answers will the network get "right"?

# %%
pictures_0, Y_0, wrong_0 = draw_trial(0)
X_0 = as_columns(pictures_0)  # (64, 200)
curve = []


def note_costs(epoch, parameters):
    if epoch % 5 == 0:
        curve.append((epoch, cross_entropy(parameters, X_0, Y_0), cross_entropy(parameters, X_dev, Y_dev)))


plain_0 = train(0, watch=note_costs)
P = probabilities(plain_0, X_0)
given = Y_0.argmax(axis=0)
print(
    f"training pictures: {1 - error(P, given):.0%} as typed, the mistyped ones {1 - error(P[:, wrong_0], given[wrong_0]):.0%}"
)
print(f"test pictures: {error(probabilities(plain_0, X_test), labels_test):.0%} wrong")

# %% tags=["figure"]
epochs_seen, train_costs, dev_costs = np.array(curve).T
figure, axis = plt.subplots(figsize=(6.4, 2.9))
axis.plot(epochs_seen, train_costs, label="train")
axis.plot(epochs_seen, dev_costs, "--", label="dev")
best = int(dev_costs.argmin())
axis.plot(epochs_seen[best], dev_costs[best], "o", color=COLOURS["black"], label="lowest dev cost")
axis.set(
    xlabel="epoch", ylabel="cross-entropy", ylim=(0, None), title="Better and better, and worse and worse"
)
axis.legend()
plt.show()

# %% [markdown]
# *In words:* the training cost sinks towards zero all the time. The dev cost sinks for the first
# fifty epochs or so, turns at the dot, and then climbs far above its lowest point.
#
# The network knows all typing errors by heart. This is **overfitting**, a problem of variance: low training error, high dev error. More
# data would help most. When there is no more data, we **regularise**: we make it harder to learn by heart.
#
# ## 2 · A price on weights: logistic regression
#
# To answer differently to pictures that hardly differ, a model needs large weights. So let large weights cost something.
# With $\lambda \ge 0$, the **regularisation parameter**:
#
# $$\text{L2:}\quad J = \frac1m \sum_i \mathcal L^{(i)} + \frac{\lambda}{2m} \lVert w \rVert_2^2, \qquad \lVert w \rVert_2^2 = \sum_j w_j^2 = w^T w,
# \qquad dw = \dots + \frac{\lambda}{m} w$$
#
# $$\text{L1:}\quad J = \frac1m \sum_i \mathcal L^{(i)} + \frac{\lambda}{m} \lVert w \rVert_1, \qquad\;\; \lVert w \rVert_1 = \sum_j |w_j|,
# \qquad dw = \dots + \frac{\lambda}{m} \operatorname{sign}(w)$$
#
# The 2 below the fraction bar of L2 is there to cancel when $w_j^2$ is differentiated. $|w_j|$ has nothing to cancel, so L1 has $\lambda/m$. The
# dots are the gradient you know. The bias is one number and is left free: it only moves the scores up or down.
#
# First by hand, for two weights.

# %%
w_two, lambd, m_two = np.array([[3.0], [-4.0]]), 0.5, 10
print(
    "L2 penalty:", lambd / (2 * m_two) * np.sum(w_two**2), "  its gradient:", (lambd / m_two * w_two).ravel()
)
print(
    "L1 penalty:",
    round(lambd / m_two * np.abs(w_two).sum(), 3),
    "  its gradient:",
    (lambd / m_two * np.sign(w_two)).ravel(),
)

# %% [markdown]
# L2 pulls the larger weight harder, L1 pulls both alike. Near zero this decides everything: the pull of L2 fades with the
# weight, which never quite arrives; the pull of L1 stays until the weight is **exactly** zero. Now in a model: threes against
# eights, forty pictures, 64 weights.


# %%
def logistic_cost_and_gradients(w, b, X, Y, lambd=0.0, penalty="L2"):
    """Regularised cross-entropy and gradients. w : (n_x, 1)   b : number   X : (n_x, m)   Y : (1, m)."""
    m = X.shape[1]
    A = sigmoid(w.T @ X + b)  # (1, m)
    J, _ = binary_cross_entropy(A, Y)
    dZ = A - Y  # (1, m)
    dw, db = X @ dZ.T / m, float(dZ.mean())  # (n_x, 1)
    if penalty == "L2":
        return float(J) + lambd / (2 * m) * np.sum(w**2), dw + lambd / m * w, db
    return float(J) + lambd / m * np.sum(np.abs(w)), dw + lambd / m * np.sign(w), db


pair = load_small_digits(classes=(3, 8))
X_pair = as_columns(pair.X_train[:40])  # (64, 40)
Y_pair = (pair.Y_train[:40] == 8).astype(float).reshape(1, -1)
X_pair_test = as_columns(pair.X_test)
Y_pair_test = (pair.Y_test == 8).astype(float).reshape(1, -1)

rng = np.random.default_rng(0)
w_try, nudge = rng.standard_normal((64, 1)), 1e-6
for penalty in ("L2", "L1"):
    _, dw, _ = logistic_cost_and_gradients(w_try, 0.1, X_pair, Y_pair, 2.0, penalty)
    step = np.zeros_like(w_try)
    step[20] = nudge
    up, _, _ = logistic_cost_and_gradients(w_try + step, 0.1, X_pair, Y_pair, 2.0, penalty)
    down, _, _ = logistic_cost_and_gradients(w_try - step, 0.1, X_pair, Y_pair, 2.0, penalty)
    print(f"{penalty}: gradient {dw[20, 0]:+.5f}   nudged {(up - down) / (2 * nudge):+.5f}")

# %% [markdown]
# Formula and nudge agree. One detail before we train with L1: a step of fixed length can jump *over* zero, and jump back, for ever. So
# take the step on the data first, then pull each weight towards zero by $\alpha\lambda/m$, and **stop at zero**:
#
# $$w := \operatorname{sign}(w)\,\max\!\left(|w| - \frac{\alpha\lambda}{m},\ 0\right) \qquad \text{("soft threshold")}$$


# %%
def pull_to_zero(W, distance):
    """Move each weight towards zero by a distance, at most to zero."""
    return np.sign(W) * np.maximum(np.abs(W) - distance, 0)


def train_logistic(lambd, penalty, alpha=0.1, steps=2000):
    """Gradient descent from zero weights. Returns w (64, 1) and b."""
    m, w, b = X_pair.shape[1], np.zeros((64, 1)), 0.0
    for _ in range(steps):
        _, dw, db = logistic_cost_and_gradients(w, b, X_pair, Y_pair, lambd if penalty == "L2" else 0.0)
        w, b = w - alpha * dw, b - alpha * db
        if penalty == "L1":
            w = pull_to_zero(w, alpha * lambd / m)
    return w, b


models = {
    "no penalty": train_logistic(0.0, "L2"),
    "L2, λ = 2": train_logistic(2.0, "L2"),
    "L1, λ = 0.8": train_logistic(0.8, "L1"),
}
for name, (w, b) in models.items():
    right = ((w.T @ X_pair_test + b > 0) == Y_pair_test).mean()
    print(
        f"{name:12} length of w {np.linalg.norm(w):5.2f}   exact zeros {np.sum(w == 0):2} of 64   right on test {right:.0%}"
    )

# %% tags=["figure"]
figure, axes = plt.subplots(1, 3, figsize=(7.4, 2.7))
for axis, (name, (w, _)) in zip(axes, models.items(), strict=True):
    limit = np.abs(w).max()
    axis.imshow(w.reshape(8, 8), cmap="PuOr_r", vmin=-limit, vmax=limit)
    axis.plot(*np.argwhere(w.reshape(8, 8) == 0).T[::-1], "x", ms=4, color=COLOURS["grey"])
    axis.set(title=name, xticks=[], yticks=[])
figure.suptitle("Weights as pictures; a cross marks an exact zero", x=0.01, ha="left", fontsize=11)
plt.show()

# %% [markdown]
# *In words:* three pictures of 8 × 8 weights, each with its own scale. Crosses mark zeros. Without a penalty and with L2 only the three pixels that are
# blank in all forty pictures have weight zero; the two show the same pattern, though the weights of L2 are less than half as long. In the L1 picture all but
# nine pixels are crossed out, and nearly all that are left lie at the left side, where an eight has ink and a three has none.
#
# L1 gives a **sparse** model: small to store, and it says which pixels count. L2 is used far more often to fight overfitting.
#
# ## 3 · The same for networks
#
# A network has a matrix for each layer. The sum of all its squared entries is its squared **Frobenius norm**, the matrix's name for what is the L2 norm of a vector:
#
# $$J = \frac1m \sum_{i=1}^m \mathcal L^{(i)} + \frac{\lambda}{2m} \sum_{l=1}^L \lVert W^{[l]} \rVert_F^2, \qquad
# \lVert W^{[l]} \rVert_F^2 = \sum_{i=1}^{n^{[l]}} \sum_{j=1}^{n^{[l-1]}} \bigl(W^{[l]}_{ij}\bigr)^2.$$
#
# Each gradient gains one term, $dW^{[l]} = (\text{from backpropagation}) + \frac{\lambda}{m} W^{[l]}$. Put it into the step:
#
# $$W^{[l]} := W^{[l]} - \alpha \Bigl(\text{backprop} + \frac{\lambda}{m} W^{[l]}\Bigr) = \Bigl(1 - \frac{\alpha\lambda}{m}\Bigr) W^{[l]} - \alpha\,(\text{backprop}).$$
#
# Every step first shrinks the weights by a factor a little below 1. Hence the second name of L2, **weight decay**.


# %%
def with_l2(lambd):
    """The rule of section 1 with an L2 penalty on all weights, none on biases."""

    def rule(parameters, X, Y):
        m = X.shape[1]
        J, gradients = cost_and_gradients(parameters, X, Y)
        for name in ("W1", "W2", "W3"):
            J += lambd / (2 * m) * np.sum(parameters[name] ** 2)
            gradients[f"d{name}"] += lambd / m * parameters[name]
        return J, gradients

    return rule


def l1_step(lambd, m=200):
    """For `finish`: the soft threshold after each step. Its cost is the one of section 1 plus lambda/m sum |W|."""

    def finish(parameters, alpha):
        for name in ("W1", "W2", "W3"):
            parameters[name] = pull_to_zero(parameters[name], alpha * lambd / m)

    return finish


# The two forms of one step
alpha, lambd, m = 0.3, 8.0, 200
before = initialise(100)
_, plain_gradients = cost_and_gradients(before, X_0, Y_0)
_, penalised_gradients = with_l2(lambd)(before, X_0, Y_0)
by_gradient = before["W2"] - alpha * penalised_gradients["dW2"]
by_decay = (1 - alpha * lambd / m) * before["W2"] - alpha * plain_gradients["dW2"]
print(
    "factor of the decay:",
    1 - alpha * lambd / m,
    "  same step:",
    np.allclose(by_gradient, by_decay, atol=1e-14),
)

# %% [markdown]
# (With plain gradient descent the two forms are one. With Adam, lesson 2.4, they are not: Adam divides the penalty's gradient by its own running size.
# AdamW therefore applies the decay apart.)
#
# How large should $\lambda$ be? It is a hyperparameter: try some, and let the **dev set** choose.

# %%
print("lambda   train cost   dev cost   dev error   mean |W|")
by_lambda = {}
for lambd in (0, 1, 4, 8, 16, 32):
    trained = by_lambda[lambd] = train(0, with_l2(lambd))
    size = np.mean(np.abs(np.concatenate([trained[f"W{layer}"].ravel() for layer in (1, 2, 3)])))
    print(
        f"{lambd:6}   {cross_entropy(trained, X_0, Y_0):10.2f}   {cross_entropy(trained, X_dev, Y_dev):8.2f}"
        f"   {error(probabilities(trained, X_dev), labels_dev):9.0%}   {size:8.3f}"
    )

# %% [markdown]
# Read from top to bottom: the training cost rises, as it must, since training now serves two masters. The dev cost falls, reaches its best in the
# middle, and rises again where the network is too poor even for the true pattern: too little variance has become too much bias.
#
# ### Which J to plot
#
# Gradient descent lowers the cost **with** the penalty. Plot that one when you look for bugs. To see the difference at its clearest, take the network of section 1,
# which has learned everything by heart, and train on with $\lambda = 8$.

# %%
l2_rule, history = with_l2(8), []
parameters = {key: value.copy() for key, value in plain_0.items()}
for _ in range(150):
    J, gradients = l2_rule(parameters, X_0, Y_0)
    history.append((J, cross_entropy(parameters, X_0, Y_0)))
    for name in parameters:
        parameters[name] -= 0.3 * gradients[f"d{name}"]
J_regularised, J_data = np.array(history).T
for name, J in (("J with the penalty", J_regularised), ("cross-entropy alone", J_data)):
    print(
        f"{name:20} first {J[0]:.2f}, last {J[-1]:.2f}, steps uphill {'none' if np.all(np.diff(J) < 0) else 'many'}"
    )

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(6.4, 2.8))
axis.plot(J_regularised, label="J with the penalty")
axis.plot(J_data, "--", label="cross-entropy alone")
axis.set(xlabel="step", ylabel="cost", ylim=(0, None), title="Only one of them must fall in every step")
axis.legend()
plt.show()

# %% [markdown]
# *In words:* the solid line, J with the penalty, falls in every step and levels off. The dashed line, cross-entropy alone, begins near
# zero and climbs while the weights decay.
#
# Who plots the dashed line hunts a bug that is not there.
#
# ## 4 · Why small weights help: two intuitions
#
# **Fewer units at work.** If $\lambda$ is large, many weights are near zero, and what they connect hardly matters. The network acts like a smaller
# one. **Straighter units.** Small weights give small scores $z$. Near zero, $\tanh z \approx z$: a straight line. A network of straight units is one straight
# model, and a straight model cannot draw a boundary round each typing error.
#
# Both can be measured. We count scores with $|z| < 0.5$, where tanh is straight within eight per cent; weights smaller than 0.01, which hardly
# connect anything; and how much of the scores $z^{[3]}$ is *bent*: the share of their variance that the best straight model of the pixels cannot explain.

# %%
design = np.vstack([X_test, np.ones(X_test.shape[1])])  # (65, 898): pixels and a bias
print("lambda   |z| < 0.5   |W| < 0.01   bent")
for lambd in (0, 1, 4, 8, 16):
    trained = by_lambda[lambd]
    Z3, ((_, A1, _), (_, A2, _), _) = forward(trained, X_test)  # A1, A2: (48, 898)
    straight = np.mean(np.abs(np.concatenate([A1, A2])) < np.tanh(0.5))
    W_all = np.concatenate([trained[name].ravel() for name in ("W1", "W2", "W3")])
    fitted = np.linalg.lstsq(design.T, Z3.T, rcond=None)[0].T @ design  # (10, 898)
    bent = np.sum((Z3 - fitted) ** 2) / np.sum((Z3 - Z3.mean(axis=1, keepdims=True)) ** 2)
    print(f"{lambd:6}   {straight:9.0%}   {np.mean(np.abs(W_all) < 0.01):10.0%}   {bent:4.1%}")

# %% [markdown]
# More scores lie in the straight part, more weights are next to nothing, and the bent part of the answers goes away: both intuitions describe what happens
# here. At the strong end a straight model could replace the network. That is more bias, and the table in section 3 showed what it costs.
#
# ### Play: the strength of a penalty
#
# Sixty noisy points, a network with two hidden layers of tanh units, and a slider for $\lambda$. The middle picture shows all weights in order of size.
#
# 1. Start at *No penalty* and read the dev curve. Then choose *A little L2*. Which curve changes its shape, which only its height?
# 2. Switch between *A little L2* and *A little L1* and watch the middle picture. Where do you see exact zeros?
# 3. Raise $\lambda$ from 0.3 to 10. When does the boundary become straight? When does it vanish, and what is the cost then?

# %%
WeightDecayExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. Without a penalty the dev curve turns and climbs. With a little L2 it goes flat instead: its shape changes. The training curve keeps its shape and ends a little higher.
# 2. The flat stretch at height zero. L2 has none; its curve only lies flatter.
# 3. Around $\lambda = 3$ nearly all scores lie in the straight part of tanh, and so does the boundary. A little further the weights die, the network
#    says one half everywhere, and the cost is $\log 2 = 0.693$.
# </details>
#
# ## 5 · Dropout, forward
#
# A different idea. In every step of training, switch off some units at random, new ones each time. With probability `keep_prob` a unit stays. No unit can rely on one particular
# neighbour, for it may be absent; so each must be useful on its own, and weight is spread over many inputs.
#
# For layer 1 and one column an example, with a **mask** $D^{[1]}$ of the shape of $A^{[1]}$:
#
# $$D^{[1]}_{ij} = 1 \text{ with probability keep\_prob, else } 0, \qquad A^{[1]} := \frac{A^{[1]} * D^{[1]}}{\text{keep\_prob}}.$$
#
# *Predict before you run:* four activations are 1, 2, 3 and 4. What is their mean over very many masks with `keep_prob = 0.8`, with and without the division?

# %%
rng = np.random.default_rng(3)
A = np.array([[1.0], [2.0], [3.0], [4.0]])  # (4, 1): four units, one example
keep_prob = 0.8
for _ in range(3):
    D = rng.random(A.shape) < keep_prob  # True where the unit stays
    print("mask", D.astype(int).ravel(), "  activations", (A * D / keep_prob).ravel())

masks = rng.random((4, 100_000)) < keep_prob  # one column a mask
print("mean without the division", (A * masks).mean(axis=1).round(1))
print("mean with it             ", (A * masks / keep_prob).mean(axis=1).round(1))

# %% [markdown]
# Without the division the layer would answer at 80 per cent of its strength in training, and at full strength later, when nothing is dropped: the next layer
# would meet numbers that it was never trained for. Dividing by `keep_prob` keeps the **expected value**. That is why it is called *inverted* dropout; at test time nothing has to be done.
#
# As a loop over units and examples, and as the kernel does it:


# %%
def dropout_loop(A, keep_prob, rng):
    """Inverted dropout, one number at a time. A : (n, m). Returns out (n, m) and the mask."""
    n, m = A.shape
    out, D = np.zeros((n, m)), np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            if rng.random() < keep_prob:
                D[i, j] = 1.0
                out[i, j] = A[i, j] / keep_prob
    return out, D


A_wide = np.random.default_rng(4).standard_normal((48, 200))
slow, D = dropout_loop(A_wide, 0.5, np.random.default_rng(5))
fast, _ = dropout_forward(A_wide, 0.5, np.random.default_rng(5))
print("loop kept", D.mean().round(1), "  kernel kept", (fast != 0).mean().round(1))
print(
    "every number is 0 or doubled, in both:",
    *(bool(np.all((out == 0) | np.isclose(out, 2 * A_wide))) for out in (slow, fast)),
)

# %% tags=["nbval-ignore-output"]
started = perf_counter()
dropout_loop(A_wide, 0.5, rng)
loop_seconds = perf_counter() - started
started = perf_counter()
for _ in range(100):
    dropout_forward(A_wide, 0.5, rng)
kernel_seconds = (perf_counter() - started) / 100
print(
    f"loop {1000 * loop_seconds:.2f} ms, kernel {1000 * kernel_seconds:.3f} ms: {loop_seconds / kernel_seconds:.0f} times faster"
)

# %% [markdown]
# ## 6 · Dropout, backward, and its rules
#
# Dropout multiplied each activation by a fixed number, 0 or $1/\text{keep\_prob}$. So the gradient on the way back is multiplied by **the same** numbers:
#
# $$dA^{[1]} := \frac{dA^{[1]} * D^{[1]}}{\text{keep\_prob}}, \qquad \text{with the mask of the forward pass, not a new one.}$$
#
# Check it with nudges. The mask must be the same for all three costs, so each call gets a generator with the same seed.

# %%
keep_probs = (0.5, 0.7)
start = initialise(7)
_, gradients = cost_and_gradients(start, X_0, Y_0, keep_probs, np.random.default_rng(9))
for name, place in (("W1", (3, 20)), ("W2", (5, 6)), ("W3", (1, 2))):
    costs = []
    for nudge in (1e-5, -1e-5):
        nudged = {key: value.copy() for key, value in start.items()}
        nudged[name][place] += nudge
        costs.append(cost_and_gradients(nudged, X_0, Y_0, keep_probs, np.random.default_rng(9))[0])
    print(
        f"d{name}{place}: gradient {gradients[f'd{name}'][place]:+.6f}   nudged {(costs[0] - costs[1]) / 2e-5:+.6f}"
    )

# %% [markdown]
# Three rules:
#
# - **Each layer has its own `keep_prob`.** Where a large matrix invites overfitting, keep fewer; for the output keep all. The input is rarely touched: 0.9 or 1.
# - **Off at test time.** An answer must not depend on a throw of dice.
# - **J is not well defined while dropout is on.** The same parameters have another cost with every mask.


# %%
def with_dropout(keep_probs, seed):
    """The rule of section 1 with dropout; masks are drawn from the seed."""
    rng = np.random.default_rng(seed)
    return lambda parameters, X, Y: cost_and_gradients(parameters, X, Y, keep_probs, rng)


noisy, quiet = [], []
dropout_rule = with_dropout((0.3, 0.5), 11)
look = np.random.default_rng(12)


def note_noise(epoch, parameters):
    noisy.append(cost_and_gradients(parameters, X_0, Y_0, (0.3, 0.5), look)[0])
    quiet.append(cross_entropy(parameters, X_0, Y_0))


dropped_0 = train(0, dropout_rule, watch=note_noise)
same = [cost_and_gradients(dropped_0, X_0, Y_0, (0.3, 0.5), look)[0] for _ in range(5)]
print("one network, five masks:", [round(J, 2) for J in same])
without = []
train(0, watch=lambda epoch, parameters: without.append(cross_entropy(parameters, X_0, Y_0)))
for name, costs in (("with masks", noisy), ("keep_prob 1", without)):
    print(f"J {name:11}: steps uphill {'none' if np.all(np.diff(costs) < 0) else 'many'}")
print(
    f"dev error {error(probabilities(dropped_0, X_dev), labels_dev):.0%}, without dropout {error(probabilities(plain_0, X_dev), labels_dev):.0%}"
)

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(6.4, 2.8))
axis.plot(noisy, lw=0.9, color=COLOURS["orange"], label="cost of a mask")
axis.plot(quiet, "--", color=COLOURS["blue"], label="cost with nothing dropped")
axis.set(xlabel="epoch", ylabel="cross-entropy, train", ylim=(0, None), title="A cost that throws dice")
axis.legend()
plt.show()

# %% [markdown]
# *In words:* the solid line, the cost with a new mask each time, jitters and stays high. The dashed line, the same
# networks measured with nothing dropped, lies far below and is smoother.
#
# So when you look for bugs, set every `keep_prob` to 1 first, see $J$ fall in every step, and only then switch dropout on.
#
# ### Why it works
#
# **Many networks in one.** Every mask is a smaller network, and all share their weights. At test time the whole network stands in for the mean of them all. How well?

# %%
mean_of_masks = np.zeros((10, X_test.shape[1]))
look = np.random.default_rng(13)
for _ in range(200):
    Z, _ = forward(dropped_0, X_test, (0.3, 0.5), look)
    E = np.exp(Z - Z.max(axis=0))
    mean_of_masks += E / E.sum(axis=0) / 200
whole = probabilities(dropped_0, X_test)
print(
    f"same answer as the mean of 200 sub-networks: {np.mean(whole.argmax(axis=0) == mean_of_masks.argmax(axis=0)):.0%} of the test pictures"
)

# %% [markdown]
# **A relative of L2.** For one linear unit with squared error the mean over all masks can be worked out. With three inputs there are only eight masks; we add them up, each with
# its probability, and compare with plain error plus a penalty on the squares:
#
# $$E\Bigl[\bigl(y - \tfrac{1}{p} \sum_j w_j x_j d_j\bigr)^2\Bigr] = \bigl(y - w^T x\bigr)^2 + \frac{1-p}{p} \sum_j w_j^2 x_j^2.$$

# %%
w_unit, x_unit, y_unit, p = np.array([0.5, -1.0, 2.0]), np.array([1.0, 3.0, 0.5]), 1.0, 0.8
expected = 0.0
for mask in itertools.product((0, 1), repeat=3):
    d = np.array(mask)
    chance = np.prod(np.where(d == 1, p, 1 - p))
    expected += chance * (y_unit - np.sum(w_unit * x_unit * d) / p) ** 2
penalised = (y_unit - w_unit @ x_unit) ** 2 + (1 - p) / p * np.sum(w_unit**2 * x_unit**2)
print(f"mean over the eight masks {expected:.4f}   plain error and penalty {penalised:.4f}")

# %% [markdown]
# So dropout is weight decay whose strength fits itself to each input: where $x_j$ is often large, $w_j$ costs more.
#
# ### Play: dropout
#
# 1. *No dropout* against *Some dropout*: what happens to the two curves?
# 2. Choose *Dropout at test time* and move *Sample*. How far does the boundary wander?
# 3. *Forgotten division*: what does the text say about the distance between the whole network and its sub-networks?

# %%
DropoutExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. The training curve ends higher, the dev curve climbs much less: less variance, a little more bias.
# 2. Each sample is another boundary. Nobody wants a diagnosis that changes when asked twice.
# 3. The distance grows: at test time the layers speak louder than they did in training.
# </details>
#
# ## 7 · More pictures out of the same: augmentation
#
# A seven moved by half a pixel is still a seven. **Data augmentation** makes new examples by changes that keep the label: shifts, small turns, zooms, other light;
# for photographs also mirror images. They are worth less than new pictures, and cost nothing.
#
# We shift each picture by a random fraction of a pixel in both directions, anew in each epoch. A fraction means a mixture of two neighbours.


# %%
def shifted(pictures, rng):
    """Move each picture by up to one pixel, up or down and left or right. pictures : (m, 8, 8, 1), and so returned."""
    wide = np.pad(pictures[..., 0], ((0, 0), (1, 1), (1, 1)))  # (m, 10, 10), a blank frame
    t, s = rng.uniform(-1, 1, (2, len(pictures), 1, 1))
    rows = (1 - np.abs(t)) * wide[:, 1:-1] + np.abs(t) * np.where(
        t > 0, wide[:, :-2], wide[:, 2:]
    )  # (m, 8, 10)
    moved = (1 - np.abs(s)) * rows[:, :, 1:-1] + np.abs(s) * np.where(s > 0, rows[:, :, :-2], rows[:, :, 2:])
    return moved[..., None]  # (m, 8, 8, 1)


def mirrored(pictures, rng):
    """Mirror every second picture, drawn at random."""
    turn = rng.random((len(pictures), 1, 1, 1)) < 0.5
    return np.where(turn, pictures[:, :, ::-1], pictures)


# %% tags=["figure"]
rng = np.random.default_rng(2)
shown = pictures_0[:6]
figure, axes = plt.subplots(3, 6, figsize=(6.4, 3.3))
for row, (name, pictures) in enumerate(
    (("as written", shown), ("shifted", shifted(shown, rng)), ("mirrored", shown[:, :, ::-1]))
):
    for axis, picture in zip(axes[row], pictures, strict=True):
        axis.imshow(picture[..., 0], cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
    axes[row, 0].set_ylabel(name)
plt.show()

# %% [markdown]
# *In words:* three rows of six digits. The second row shows the digits of the first, slightly moved and softer. In the third they are mirrored:
# a nought or an eight survives that, a six does not.

# %%
for name, change in (("as written", None), ("shifted", shifted), ("mirrored", mirrored)):
    trained = train(0, change=change)
    print(f"{name:10}   dev error {error(probabilities(trained, X_dev), labels_dev):.0%}")

# %% [markdown]
# Shifts help more than anything so far. Mirror images harm here: the network must learn a second, false handwriting with the same few units. Whether a
# change keeps the label is knowledge about the *task*. A mirrored cat is a cat.
#
# ## 8 · An earlier end
#
# The dev curve of section 1 has a lowest point. Why not stop there? **Early stopping** keeps the parameters with the lowest dev cost so far. Training starts
# with small weights and they grow; an early end catches them at middle size, so the effect is like that of L2. And one run tries all sizes.


# %%
def train_early(trial, every=5, **settings):
    """Train, and return the parameters of the epoch with the lowest dev cost, and that epoch."""
    best = {"cost": np.inf, "epoch": 0, "parameters": None}

    def watch(epoch, parameters):
        if epoch % every == 0:
            J = cross_entropy(parameters, X_dev, Y_dev)
            if best["cost"] > J:
                best.update(
                    cost=J, epoch=epoch, parameters={key: value.copy() for key, value in parameters.items()}
                )

    train(trial, watch=watch, **settings)
    return best["parameters"], best["epoch"]


for alpha in (0.3, 0.1):
    early, epoch = train_early(0, alpha=alpha)
    print(
        f"alpha {alpha}: best epoch {epoch:3}   train cost {cross_entropy(early, X_0, Y_0):.2f}"
        f"   dev error {error(probabilities(early, X_dev), labels_dev):.0%}"
    )

# %% [markdown]
# It works very well here. Its price is another: it **breaks orthogonality**. Good knobs turn one thing each. *Lower the training cost* is one task, with its own
# knobs (optimiser, learning rate, larger network). *Do not overfit* is another (penalty, dropout, data). The number of epochs turns both at once: training stops with
# the training cost still high, and the right moment moves when the learning rate does. With L2 the two stay apart: train as long and as well as you like, and $\lambda$ alone sets the balance.

# %%
print("epochs   dev cost without penalty   with L2, lambda 8")
for epochs in (75, 300, 900):
    costs = [
        cross_entropy(train(0, rule, epochs=epochs), X_dev, Y_dev)
        for rule in (cost_and_gradients, with_l2(8))
    ]
    print(f"{epochs:6}   {costs[0]:24.2f}   {costs[1]:17.2f}")

# %% [markdown]
# Without a penalty the answer depends on when you look; with one it settles. The price of L2 is the search for $\lambda$: several runs instead of one.
#
# ## 9 · Several heads: ensembles
#
# Train the same network five times from different first weights. Each learns the typing errors in its own way, and what they share is the digits. So take the mean of their probabilities: an
# **ensemble**. It costs five trainings and five times the work at each answer.
#
# **Snapshot ensembles** (Huang and others, 2017) get their members out of *one* training. The learning rate goes down along half a cosine, so that the network settles in a valley; a snapshot is taken; then the
# rate jumps up again and throws it out, on the way to another valley.
#
# $$\alpha_t = \frac{\alpha_0}{2} \left(1 + \cos \frac{\pi\, ((t - 1) \bmod T)}{T}\right), \qquad T\ \text{epochs in a cycle.}$$

# %%
CYCLE = 60  # epochs; five cycles in 300


def cosine_rate(epoch, largest=0.6):
    """Learning rate of an epoch, counted from 1."""
    return largest / 2 * (1 + np.cos(np.pi * ((epoch - 1) % CYCLE) / CYCLE))


def train_snapshots(trial):
    """Parameters at the end of each cycle, a list of five."""
    snapshots = []

    def watch(epoch, parameters):
        if epoch % CYCLE == 0:
            snapshots.append({key: value.copy() for key, value in parameters.items()})

    train(trial, alpha=cosine_rate, watch=watch)
    return snapshots


def vote(members, X):
    """Mean of the members' probabilities. Returns (10, m)."""
    return np.mean([probabilities(member, X) for member in members], axis=0)


ensemble_0 = [train(0, start=500 + member) for member in range(5)]
snapshots_0 = train_snapshots(0)
for name, members in (("ensemble", ensemble_0), ("snapshots", snapshots_0)):
    alone = [error(probabilities(member, X_test), labels_test) for member in members]
    answers = np.array([probabilities(member, X_test).argmax(axis=0) for member in members])
    disagree = np.mean([np.mean(a != b) for a, b in itertools.combinations(answers, 2)])
    print(
        f"{name:9}   alone {' '.join(f'{e:.0%}' for e in alone)}   together {error(vote(members, X_test), labels_test):.0%}   two disagree on {disagree:.0%}"
    )

# %% [markdown]
# Each vote makes fewer errors than its members on average. But it is no wonder cure here. Voting removes what members do **differently**: the luck of the first
# weights. All five have learned the same typing errors, and on those they agree. Among the snapshots the first one alone is the best: it was taken early (section 8), before the errors were learned.
#
# ## 10 · All on one task
#
# Five trials, each with its own pictures, typing errors and first weights. The strengths ($\lambda = 8$ for L2, 1.5 for L1, `keep_prob` 0.3 and 0.5) come from
# small tables like that of section 3, read off the dev set. All runs take 300 epochs, the ensemble five times as many.
#
# *Predict before you run:* write down your order of the nine methods.

# %%
TRIALS = range(5)


def answers_of(method, trial):
    """Probabilities (10, 898) that a method gives the test pictures, trained on a trial's pictures."""
    if method == "nothing":
        return probabilities(train(trial), X_test)
    if method == "L2":
        return probabilities(train(trial, with_l2(8)), X_test)
    if method == "L1":
        return probabilities(train(trial, finish=l1_step(1.5)), X_test)
    if method == "dropout":
        return probabilities(train(trial, with_dropout((0.3, 0.5), 20 + trial)), X_test)
    if method == "augmentation":
        return probabilities(train(trial, change=shifted), X_test)
    if method == "early stopping":
        return probabilities(train_early(trial)[0], X_test)
    if method == "ensemble of 5":
        return vote([train(trial, start=500 + 10 * trial + member) for member in range(5)], X_test)
    if method == "5 snapshots":
        return vote(train_snapshots(trial), X_test)
    rule = with_dropout((0.5, 0.7), 20 + trial)
    return probabilities(train(trial, rule, change=shifted), X_test)


methods = (
    "nothing",
    "L2",
    "L1",
    "dropout",
    "augmentation",
    "early stopping",
    "ensemble of 5",
    "5 snapshots",
    "augmentation + dropout",
)
results = {
    method: np.array([error(answers_of(method, trial), labels_test) for trial in TRIALS])
    for method in methods
}
print("test error               mean   best   worst   better than nothing in")
for method, errors in results.items():
    wins = int((errors < results["nothing"]).sum())
    print(
        f"{method:24} {errors.mean():4.0%}   {errors.min():4.0%}   {errors.max():5.0%}   {wins} of {len(errors)} trials"
    )

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(7, 3.6))
for row, errors in enumerate(results.values()):
    axis.plot(100 * errors, np.full(len(errors), row), "o", mfc="none", color=COLOURS["blue"], ms=6)
    axis.plot(2 * [100 * errors.mean()], [row - 0.32, row + 0.32], color=COLOURS["vermillion"], lw=3)
axis.set_yticks(range(len(results)), list(results))
axis.invert_yaxis()
axis.set(xlim=(0, None), xlabel="test error, per cent", title="Circles: five trials. Bars: their mean")
plt.show()

# %% [markdown]
# *In words:* one row a method. Without any remedy the circles lie between twenty and thirty per cent. L2, L1, dropout and early stopping move them to between
# thirteen and twenty-two, augmentation alone further than any penalty, and augmentation with dropout furthest. The two ensembles stay close to the first row.
#
# What the table does *not* say: that this order holds everywhere. With clean labels and more pictures the penalties gain less and ensembles more. It says that remedies
# can be compared, that one trial is not enough, and that two remedies which work differently add up.
#
# ## 11 · Common mistakes
#
# **Wrong factors.** In circulation: an L1 penalty with $\lambda/2m$; "L2" defined as the sum of absolute values and "L1" as the sum of squares; a network penalty $\frac{1}{2m}\sum\lVert W\rVert^2$ without its $\lambda$.
# Each makes a cost that does not belong to its gradient, and nudges find it.

# %%
w_check, lambd, m_check = np.array([0.5, -2.0]), 3.0, 10
squares, absolutes = lambda w: np.sum(w**2), lambda w: np.sum(np.abs(w))
pull_l2, pull_l1 = lambd / m_check * w_check, lambd / m_check * np.sign(w_check)
table = {
    "L2, lambda/2m": (lambda w: lambd / (2 * m_check) * squares(w), pull_l2),
    "L1, lambda/m": (lambda w: lambd / m_check * absolutes(w), pull_l1),
    "L1 with lambda/2m": (lambda w: lambd / (2 * m_check) * absolutes(w), pull_l1),
    "absolute values called L2": (lambda w: lambd / (2 * m_check) * absolutes(w), pull_l2),
    "squares called L1": (lambda w: lambd / (2 * m_check) * squares(w), pull_l1),
    "network penalty, no lambda": (lambda w: 1 / (2 * m_check) * squares(w), pull_l2),
}
print("penalty                      nudged slopes    gradient in use")
for name, (penalty, gradient) in table.items():
    slopes = [(penalty(w_check + step) - penalty(w_check - step)) / 2e-5 for step in 1e-5 * np.eye(2)]
    verdict = "agree" if np.allclose(slopes, gradient) else "WRONG"
    print(
        f"{name:26}   {slopes[0]:+.2f} {slopes[1]:+.2f}      {gradient[0]:+.2f} {gradient[1]:+.2f}     {verdict}"
    )

# %% [markdown]
# The first two lines are right. In the third, nudges say half of what training subtracts: the cost on your plot and the one you minimise have two different $\lambda$. Crossing the names also crosses what you get: who wants
# a sparse model and takes the "L1" of such notes gets squares, and no zeros.

# %%
for name, penalty, lambd in (("L1 as it is", "L1", 0.8), ('the crossed "L1": squares', "L2", 0.8)):
    w, _ = train_logistic(lambd, penalty)
    print(f"{name:26} exact zeros: {np.sum(w == 0)} of 64")

print("\npenalty of the network of section 1 for lambda = 1 and 16")
frobenius = sum(np.sum(plain_0[name] ** 2) for name in ("W1", "W2", "W3"))
print(f"with lambda    {1 / 400 * frobenius:.2f}   {16 / 400 * frobenius:.2f}")
print(f"without        {1 / 400 * frobenius:.2f}   {1 / 400 * frobenius:.2f}")

# %% [markdown]
# (Three pixels are blank in all forty pictures; their weights never move from zero.) Without the $\lambda$ the plotted cost does not notice the knob.
#
# **The division by keep_prob forgotten.** In training nothing looks odd: the next layer simply learns weights that are $1/\text{keep\_prob}$ times as large, and makes up for the
# quiet layer before it. Take the network that was trained with dropout above, and its twin that forgot. Mask for mask they give the same scores. Then testing begins, and all units speak.


# %%
def forward_forgetting(parameters, X, keep_probs, rng):
    """`forward` with masks and without the division: W (A * D) is (keep_prob W) (A * D / keep_prob)."""
    quiet = {f"W{layer}": keep_probs[layer - 2] * parameters[f"W{layer}"] for layer in (2, 3)}
    return forward({**parameters, **quiet}, X, keep_probs, rng)


keep_probs = (0.3, 0.5)
twin = {**dropped_0, "W2": dropped_0["W2"] / keep_probs[0], "W3": dropped_0["W3"] / keep_probs[1]}
Z_inverted, _ = forward(dropped_0, X_0, keep_probs, np.random.default_rng(14))
Z_twin, _ = forward_forgetting(twin, X_0, keep_probs, np.random.default_rng(14))
print("equal scores in training, with the same masks:", np.allclose(Z_inverted, Z_twin, atol=1e-10))
for name, trained in (("inverted dropout", dropped_0), ("division forgotten", twin)):
    loudness = np.abs(forward(trained, X_dev)[0]).mean()
    print(
        f"at test time, {name:18} mean |score| {loudness:4.1f}   dev cost {cross_entropy(trained, X_dev, Y_dev):.2f}"
    )

# %% [markdown]
# The answers are far too sure of themselves, and the cost shows it. (The number of errors may hardly change, which is why this mistake lives so long.)
#
# **Dropout left on at test time.** The same pictures, asked twice:

# %%
look = np.random.default_rng(14)
first, second = (forward(dropped_0, X_dev, (0.3, 0.5), look)[0].argmax(axis=0) for _ in range(2))
print(
    f"answers that changed: {np.mean(first != second):.0%}   errors {np.mean(first != labels_dev):.0%} and {np.mean(second != labels_dev):.0%}, with nothing dropped {error(probabilities(dropped_0, X_dev), labels_dev):.0%}"
)

# %% [markdown]
# **The comparison the wrong way round.** Numbers *below* `keep_prob` keep their unit. With `>` in its place, or with a comment that says they are dropped, 0.8 becomes 0.2:

# %%
draws = np.random.default_rng(15).random(100_000)
print(
    "draws < 0.8 keeps", (draws < 0.8).mean().round(2), "  draws > 0.8 keeps", (draws > 0.8).mean().round(2)
)

# %% [markdown]
# ## 12 · What you should remember
#
# - Overfitting: training cost falls, dev cost rises. More data helps most; regularise when there is none.
# - L2: $\frac{\lambda}{2m}\sum W^2$, gradient $\frac{\lambda}{m}W$, decay factor $1 - \alpha\lambda/m$. L1: $\frac{\lambda}{m}\sum|W|$, gradient $\frac{\lambda}{m}\operatorname{sign} W$, exact zeros.
# - Small weights make units straight and the network simple. The dev set chooses $\lambda$; plot the J that has the penalty in it.
# - Inverted dropout: mask, divide by `keep_prob`, the same mask on the way back, nothing at test time.
# - Augment only by changes that keep the label.
# - Early stopping is cheap and good, but turns two knobs at once.
# - Ensembles remove what their members do differently, not what they all got wrong.
#
# ### Ask yourself
#
# <details><summary>1. You double the number of training pictures and keep λ. Does the penalty get stronger or weaker, compared with the data?</summary>
#
# Weaker. The cross-entropy is a mean and keeps its size; the penalty $\frac{\lambda}{2m}\sum W^2$ is halved. That is as it should be: more data need less help.
# </details>
#
# <details><summary>2. The training error is 12 per cent, the dev error 13. A friend suggests more dropout. Your answer?</summary>
#
# The gap is small: this is bias, not variance. Regularisation would make it worse. A larger network or longer training is the knob.
# </details>
#
# <details><summary>3. Why is the bias left out of the penalty?</summary>
#
# It cannot make answers to similar inputs differ, so it hardly overfits; and there are few of them. Pulling it to zero would only forbid the model the right mean.
# </details>
#
# <details><summary>4. In a gradient check with dropout the numbers never agree. What is wrong?</summary>
#
# Probably nothing but the masks: each call draws its own, so three different costs are compared. Give each call a generator with the same seed, or set `keep_prob` to 1.
# </details>
#
# <details><summary>5. αλ/m comes out as 2.5 for you. What happens to the weights?</summary>
#
# The decay factor is $1 - 2.5 = -1.5$: weights change their sign and grow in each step. It diverges; lower $\alpha$ or $\lambda$.
# </details>
#
# **References.** A. Hoerl, R. Kennard (1970), *Ridge regression* (L2) · A. Krogh, J. Hertz (1992), *A simple weight decay can improve generalization* · R. Tibshirani (1996), *Regression shrinkage and
# selection via the lasso* (L1) · E. Alpaydin, C. Kaynak (1998), *Cascading classifiers* (the digits) · L. Prechelt (1998), *Early stopping, but when?* · L. Hansen, P. Salamon (1990), *Neural network ensembles* · I. Daubechies, M. Defrise,
# C. De Mol (2004), *An iterative thresholding algorithm* (soft threshold) · S. Wager, S. Wang, P. Liang (2013), *Dropout training as adaptive regularization* · N. Srivastava and others (2014), *Dropout* · G. Huang and others (2017), *Snapshot
# ensembles* · I. Loshchilov, F. Hutter (2019), *Decoupled weight decay regularization*.
#
# **Now you:** [exercises for this lesson](exercises/02_regularisation.ipynb).
