# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1.4 · Shallow networks
#
# Logistic regression draws one straight line. Much of the world is not cut by a straight line.
# In this lesson you put a few units side by side, let one more unit listen to them, and get a
# machine that draws curves. You derive the six equations that train it, check them, and see the
# two ways of starting it that can never work.
#
# **After this you can**
#
# - write a network with one hidden layer for one example and for all of them at once,
# - choose an activation for a hidden layer and for the output, and say why,
# - prove that a network without non-linear activations is a straight line,
# - derive the six backward equations and check them numerically,
# - say why equal weights stay equal, and show it while the network trains.
#
# **Time** about 100 minutes. **Builds on** [1.2 Logistic regression](02_logistic_regression.ipynb)
# (cost, gradients, descent) and [1.3 Vectorization and NumPy](03_vectorization_numpy.ipynb). **Next** [1.5 Deep networks](05_deep_networks.ipynb).

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_small_digits
from course_utils.explorers import DecisionBoundaryExplorer
from course_utils.kernels.activations import leaky_relu, relu, relu_backward, relu_forward, sigmoid, tanh
from course_utils.kernels.losses import binary_cross_entropy
from course_utils.plots import COLOURS, use_style
from course_utils.plots.network import draw_network
from course_utils.training import gradient_check

use_style()

# %% [markdown]
# ## 1 · A boundary that curves
#
# We make a task whose answer we know. Points are scattered over a disc. A point belongs to
# class 1 if it lies inside a clover leaf, whose edge at the angle $\varphi$ is $1.3 + 0.45\cos 3\varphi$ away
# from the centre. Then each point is pushed a little, so that the edge is blurred.


# %%
def clover_edge(angle):
    """Distance of the true boundary from the centre. angle : radians, any shape. Returns the same shape."""
    return 1.3 + 0.45 * np.cos(3 * angle)


def make_clover(m, rng, noise=0.08):
    """Points in the plane, labelled by a clover leaf.

    m : number of points   noise : standard deviation of the push
    Returns X (2, m) and Y (1, m) of 0.0 and 1.0.
    """
    angle = rng.uniform(0, 2 * np.pi, m)
    radius = 2 * np.sqrt(rng.random(m))  # the root spreads the points evenly over the disc
    Y = (radius < clover_edge(angle)).astype(float).reshape(1, -1)  # (1, m)
    X = radius * np.stack([np.cos(angle), np.sin(angle)])  # (2, m)
    return X + noise * rng.standard_normal((2, m)), Y


rng = np.random.default_rng(4)
X_train, Y_train = make_clover(400, rng)
X_test, Y_test = make_clover(2000, rng)

knows_the_edge = np.hypot(*X_test) < clover_edge(np.arctan2(X_test[1], X_test[0]))
print("X", X_train.shape, " Y", Y_train.shape, f" in class 1: {Y_train.mean():.0%}")
print(f"who knows the true edge is right on {(knows_the_edge == Y_test).mean():.0%} of the test points")

# %% [markdown]
# Nobody can do better than that last number: some points have been pushed across the edge.
#
# First the tool we have. Logistic regression from [lesson 1.2](02_logistic_regression.ipynb), in six lines.


# %%
def train_logistic(X, Y, learning_rate=0.5, steps=500):
    """Gradient descent for logistic regression. X : (n_x, m)   Y : (1, m). Returns w (1, n_x), b (1, 1)."""
    w, b = np.zeros((1, X.shape[0])), np.zeros((1, 1))
    for _ in range(steps):
        dZ = sigmoid(w @ X + b) - Y  # (1, m)
        w = w - learning_rate * dZ @ X.T / X.shape[1]
        b = b - learning_rate * dZ.mean(axis=1, keepdims=True)
    return w, b


w, b = train_logistic(X_train, Y_train)
straight = sigmoid(w @ X_test + b) > 0.5
print(f"logistic regression: right on {(straight == Y_test).mean():.0%} of the test points")
print(f"always answering 0:  right on {(Y_test == 0).mean():.0%}")

# %% [markdown]
# No better than a coin, and worse than never looking at the point. A helper draws what a classifier thinks of each
# place in the plane; we use it all through the lesson.


# %%
def draw_plane(axis, probability, X, Y, title):
    """Draw the probability of class 1 as shades, its one-half line, the true edge, and the points.

    axis : where to draw   probability : function (2, k) -> (1, k)   X : (2, m)   Y : (1, m)
    """
    side = np.linspace(-2.3, 2.3, 121)
    places = np.stack(np.meshgrid(side, side)).reshape(2, -1)  # (2, 121 * 121)
    P = probability(places).reshape(121, 121)
    axis.contourf(side, side, P, levels=np.linspace(0, 1, 11), cmap="PuOr", alpha=0.55)
    if P.min() < 0.5 < P.max():
        axis.contour(side, side, P, levels=[0.5], colors="black", linewidths=1.6)
    angle = np.linspace(0, 2 * np.pi, 200)
    edge = clover_edge(angle)
    axis.plot(edge * np.cos(angle), edge * np.sin(angle), "--", lw=1, color=COLOURS["black"])
    axis.plot(*X[:, Y[0] == 0], "o", ms=2.5, color=COLOURS["vermillion"])
    axis.plot(*X[:, Y[0] == 1], "s", ms=2.5, color=COLOURS["blue"])
    axis.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$", title=title)


# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(4.2, 3.8))
draw_plane(axis, lambda x: sigmoid(w @ x + b), X_train, Y_train, "Logistic regression")

# %% [markdown]
# *In words:* blue squares (class 1) fill a clover leaf with three lobes, orange circles surround it. The dashed
# line is the true edge. The solid line, where logistic regression says one half, cuts straight through the
# picture and runs across the leaf. The shades on both sides are pale: the probabilities hardly leave one half.
#
# ## 2 · One hidden layer
#
# One line cannot fence in a leaf. Several could, if something put them together. So: several units that each
# draw a line, and one more unit that takes **their** answers as its input.

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(6.2, 3.0))
draw_network((2, 4, 1), axis, names=("input\n$a^{[0]} = x$", "hidden layer\n$a^{[1]}$", "output\n$a^{[2]}$"))

# %% [markdown]
# *In words:* two input circles at the left, four circles in the middle, one at the right. Each circle of the middle
# has a line from both inputs, the right one has a line from each of the four. A line is a weight.
#
# The middle layer is called **hidden**, because the training data do not say what its values should be: they give $x$
# and $y$ only. The network finds its own **representation** of $x$ there, four new numbers in which the
# question becomes easy. By custom the input is layer 0 and is not counted: this is a **2-layer network**.
#
# | symbol | meaning | shape |
# |---|---|---|
# | $n^{[0]}, n^{[1]}, n^{[2]}$ | units in each layer | here 2, 4, 1 |
# | $W^{[1]}$, $b^{[1]}$ | weights and biases of the hidden layer, one **row** a unit | $(n^{[1]}, n^{[0]})$, $(n^{[1]}, 1)$ |
# | $W^{[2]}$, $b^{[2]}$ | of the output layer | $(n^{[2]}, n^{[1]})$, $(n^{[2]}, 1)$ |
# | $z^{[l]}$, $a^{[l]}$ | scores and answers (**activations**) of layer $l$ | $(n^{[l]}, 1)$ |
#
# Superscript $[l]$ is the layer, $(i)$ the example, a subscript the unit: $a^{[1](7)}_3$ is what hidden unit 3 says to example 7.
#
# ### One example, unit by unit
#
# Each unit does what logistic regression did: a weighted sum, then a squashing function.


# %%
def forward_one_example(x, W1, b1, W2, b2):
    """A 2-layer network, one unit at a time.

    x : (n_x, 1)   W1 : (n_H, n_x)   b1 : (n_H, 1)   W2 : (1, n_H)   b2 : (1, 1)
    Returns a1 (n_H, 1) and a2, one number.
    """
    n_H = W1.shape[0]
    a1 = np.zeros((n_H, 1))
    for j in range(n_H):
        z = b1[j, 0]
        for k in range(x.shape[0]):
            z += W1[j, k] * x[k, 0]
        a1[j, 0] = np.tanh(z)
    z = b2[0, 0]
    for j in range(n_H):
        z += W2[0, j] * a1[j, 0]
    return a1, 1 / (1 + np.exp(-z))


rng = np.random.default_rng(0)
W1, b1 = rng.standard_normal((4, 2)), rng.standard_normal((4, 1))
W2, b2 = rng.standard_normal((1, 4)), rng.standard_normal((1, 1))
a1, a2 = forward_one_example(X_train[:, :1], W1, b1, W2, b2)
print("hidden:", a1[:, 0].round(3), " output:", round(float(a2), 3))

# %% [markdown]
# ### One example, all units
#
# The rows of $W^{[1]}$ are the units' weights. A matrix times a column does all weighted sums at once:
#
# $$z^{[1]} = W^{[1]} x + b^{[1]}, \quad a^{[1]} = g^{[1]}(z^{[1]}), \quad z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}, \quad a^{[2]} = \sigma(z^{[2]}).$$

# %%
x = X_train[:, :1]  # (2, 1)
z1 = W1 @ x + b1  # (4, 2) @ (2, 1) -> (4, 1)
a1_fast = tanh(z1)  # (4, 1)
z2 = W2 @ a1_fast + b2  # (1, 4) @ (4, 1) -> (1, 1)
print("same hidden values:", np.allclose(a1_fast, a1), " same output:", np.allclose(sigmoid(z2), a2))

# %% [markdown]
# ### All examples
#
# Put the examples side by side, and the same four lines work without a change. Each column stays with its example; the
# bias is stretched along the columns.
#
# *Predict before you run:* with 400 examples, which shapes do $Z^{[1]}$, $A^{[1]}$, $Z^{[2]}$ and $A^{[2]}$ have?


# %%
def forward(X, parameters):
    """A 2-layer network: tanh in the hidden layer, sigmoid at the output.

    X : (n_x, m)   parameters : W1 (n_H, n_x), b1 (n_H, 1), W2 (n_y, n_H), b2 (n_y, 1)
    Returns A1 (n_H, m) and A2 (n_y, m).
    """
    Z1 = parameters["W1"] @ X + parameters["b1"]  # (n_H, n_x) @ (n_x, m) -> (n_H, m)
    A1 = tanh(Z1)  # (n_H, m)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]  # (n_y, n_H) @ (n_H, m) -> (n_y, m)
    return A1, sigmoid(Z2)


parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
A1, A2 = forward(X_train, parameters)
one_by_one = [forward_one_example(X_train[:, [i]], W1, b1, W2, b2)[1] for i in range(X_train.shape[1])]
print("A1", A1.shape, " A2", A2.shape, " same as one by one:", np.allclose(A2, one_by_one))

# %% tags=["nbval-ignore-output"]
from time import perf_counter

started = perf_counter()
for i in range(X_train.shape[1]):
    forward_one_example(X_train[:, [i]], W1, b1, W2, b2)
loop_seconds = perf_counter() - started

started = perf_counter()
for _ in range(100):
    forward(X_train, parameters)
fast_seconds = (perf_counter() - started) / 100
print(
    f"unit by unit {1000 * loop_seconds:.2f} ms, as products {1000 * fast_seconds:.3f} ms: {loop_seconds / fast_seconds:.0f} times faster"
)

# %% [markdown]
# (These times are from the machine that built this page; run the cell for yours.)
#
# ## 3 · Activations
#
# The function $g$ after the weighted sum is the **activation function**. Four are in use everywhere.
#
# | name | $g(z)$ | slope $g'(z)$ | values |
# |---|---|---|---|
# | sigmoid | $1/(1 + e^{-z})$ | $a(1 - a)$ | 0 to 1 |
# | tanh | $(e^z - e^{-z})/(e^z + e^{-z})$ | $1 - a^2$ | −1 to 1 |
# | ReLU | $\max(0, z)$ | 0 for $z < 0$, 1 for $z > 0$ | 0 and up |
# | leaky ReLU | $\max(0.01z, z)$ | 0.01 for $z < 0$, 1 for $z > 0$ | all |
#
# The slopes of the first two are written with $a = g(z)$, which the forward pass has already computed. Do not
# believe the table; nudge.

# %%
z = np.array([-3.0, -0.5, 0.5, 3.0])
slopes = {
    "sigmoid": (sigmoid, sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (tanh, 1 - tanh(z) ** 2),
    "ReLU": (relu, (z > 0) * 1.0),
    "leaky ReLU": (leaky_relu, np.where(z > 0, 1.0, 0.01)),
}
nudge = 1e-6
for name, (g, slope) in slopes.items():
    measured = (g(z + nudge) - g(z - nudge)) / (2 * nudge)
    print(f"{name:10}  formula {slope.round(4)}   nudged {measured.round(4)}")

# %% tags=["figure"]
z = np.linspace(-5, 5, 401)
curves = {
    "sigmoid": (sigmoid(z), sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (tanh(z), 1 - tanh(z) ** 2),
    "ReLU": (relu(z), np.where(z > 0, 1.0, 0.0)),
    "leaky ReLU, slope 0.1": (leaky_relu(z, 0.1), np.where(z > 0, 1.0, 0.1)),
}
figure, axes = plt.subplots(1, 4, figsize=(9.4, 2.5), sharey=True)
for axis, (name, (a, slope)) in zip(axes, curves.items(), strict=True):
    axis.plot(z, a, label="g(z)")
    axis.plot(z, slope, "--", label="slope")
    axis.axhline(0, color=COLOURS["grey"], lw=0.6)
    axis.set(title=name, xlabel="z", ylim=(-1.2, 2.2))
axes[0].legend(loc="upper left")
plt.show()

# %% [markdown]
# *In words:* four panels. Sigmoid rises from 0 to 1 and its dashed slope never passes one quarter. tanh rises from −1 to 1 and its
# slope reaches 1. ReLU is flat, then a straight ramp; its slope jumps from 0 to 1. Leaky ReLU (drawn with 0.1 on the left to be
# visible) is a ramp on both sides, gentle on the left.
#
# ### Where each belongs
#
# **In hidden layers.** tanh is a sigmoid stretched and shifted, $\tanh z = 2\sigma(2z) - 1$. It is better there: its answers are
# centred on 0, and its slope is up to four times as large. Both **saturate**: far out, the slope is almost nothing, so the
# unit hardly learns. ReLU does not saturate for positive $z$ and costs nothing to compute; it is the default choice. A ReLU
# unit whose $z$ is negative for *every* example has slope 0 everywhere and is **dead**. Leaky ReLU keeps a small slope to let it come back.

# %%
print("tanh z = 2 sigmoid(2z) - 1:", np.allclose(tanh(z), 2 * sigmoid(2 * z) - 1))
for far in (0.0, 2.0, 5.0, 10.0):
    s, t = sigmoid(np.array(far)), tanh(np.array(far))
    print(
        f"slope at z = {far:4}:  sigmoid {s * (1 - s):.6f}   tanh {1 - t**2:.6f}   ReLU {1 if far > 0 else 'none'}"
    )

# %% [markdown]
# **At the output** the question decides, not taste:
#
# | the answer $y$ is | output activation | why |
# |---|---|---|
# | yes or no | sigmoid | a probability lies between 0 and 1 |
# | any number (a temperature) | none: $a = z$ | all numbers must be reachable |
# | a number that is never negative (a price, an amount) | ReLU | it cannot answer below 0 |
#
# See the last line at work on real data: guess the darkness of a pixel from its eight neighbours. Darkness is never
# negative, and about half of all pixels are exactly 0. The same small network, trained twice.


# %%
def pixels_and_neighbours(images):
    """Each pixel with its eight neighbours; outside the picture all is paper, 0.

    images : (m, n_H, n_W, 1). Returns X (8, m * n_H * n_W) and Y (1, m * n_H * n_W).
    """
    _, n_H, n_W, _ = images.shape
    padded = np.pad(images[..., 0].astype(float), ((0, 0), (1, 1), (1, 1)))
    shifted = [padded[:, i : i + n_H, j : j + n_W].reshape(-1) for i in range(3) for j in range(3)]
    centre = shifted.pop(4)
    return np.stack(shifted), centre.reshape(1, -1)


def train_pixel_guesser(X, Y, output, rng, steps=600, learning_rate=0.5):
    """2-layer regression, 8 tanh units, squared error. output : "none" or "ReLU". Returns a function of X."""
    W1, b1 = 0.5 * rng.standard_normal((8, X.shape[0])), np.zeros((8, 1))
    W2, b2 = 0.5 * rng.standard_normal((1, 8)), np.full((1, 1), 0.5)

    def answer(X):
        A1 = tanh(W1 @ X + b1)
        Z2 = W2 @ A1 + b2
        return A1, Z2, relu(Z2) if output == "ReLU" else Z2

    for _ in range(steps):
        A1, Z2, A2 = answer(X)
        dZ2 = (A2 - Y) / Y.size  # the slope of the mean of (a - y)^2 / 2
        if output == "ReLU":
            dZ2 = dZ2 * (Z2 > 0)
        dZ1 = (W2.T @ dZ2) * (1 - A1**2)
        W2 = W2 - learning_rate * dZ2 @ A1.T
        b2 = b2 - learning_rate * dZ2.sum(axis=1, keepdims=True)
        W1 = W1 - learning_rate * dZ1 @ X.T
        b1 = b1 - learning_rate * dZ1.sum(axis=1, keepdims=True)
    return lambda X: answer(X)[2]


small = load_small_digits()
X_pixels, Y_pixels = pixels_and_neighbours(small.X_train[:60])
X_new, Y_new = pixels_and_neighbours(small.X_test)
print(f"{Y_new.size} pixels to guess, exactly 0: {(Y_new == 0).mean():.0%}")
for output in ("none", "ReLU"):
    for seed in range(3):
        guess = train_pixel_guesser(X_pixels, Y_pixels, output, np.random.default_rng(seed))(X_new)
        print(
            f"output {output:4}, start {seed}:  below zero {(guess < 0).mean():4.0%}   lowest {guess.min():5.2f}   mean error {np.abs(guess - Y_new).mean():.2f}"
        )

# %% [markdown]
# Without an output activation, more than a quarter of the answers is impossible. With ReLU none is, and two of the three
# starts have the smaller error. The other start shows the danger: its output unit **died**. It answers 0 to every pixel (0.30 is
# the mean darkness), its slope is 0 for every example, so it will never learn again. Try another start, or a smaller first weight.
#
# ### ReLU has no slope at zero
#
# Come to 0 from the left, and the slope is 0; from the right, it is 1. At the corner itself there **is no derivative**. A
# program must return something. Some notes say "it is 1", others "it is 0". Both are conventions; the
# course's kernel takes 0.

# %%
zero = np.array([[0.0]])
print("slope from the left: ", float((relu(zero) - relu(zero - nudge))[0, 0] / nudge))
print("slope from the right:", float((relu(zero + nudge) - relu(zero))[0, 0] / nudge))
A, cache = relu_forward(zero)
print("the kernel's choice: ", relu_backward(np.ones_like(A), cache)[0, 0])


# %% [markdown]
# Does the choice matter? Train a ReLU network twice on the clover, once with each convention, and count how often $z$ is exactly 0.


# %%
def train_relu(slope_at_zero, steps=300, learning_rate=0.5):
    """A network with 8 ReLU units. Returns its last cost and how often a score was exactly 0."""
    rng = np.random.default_rng(5)
    W1, b1 = rng.standard_normal((8, 2)), 0.1 * np.ones((8, 1))
    W2, b2 = 0.5 * rng.standard_normal((1, 8)), np.zeros((1, 1))
    m, zeros = X_train.shape[1], 0
    for _ in range(steps):
        Z1 = W1 @ X_train + b1
        zeros += int((Z1 == 0).sum())
        A1 = relu(Z1)
        A2 = sigmoid(W2 @ A1 + b2)
        dZ2 = A2 - Y_train
        dZ1 = (W2.T @ dZ2) * np.where(Z1 == 0, slope_at_zero, Z1 > 0)
        W2, b2 = W2 - learning_rate * dZ2 @ A1.T / m, b2 - learning_rate * dZ2.mean(axis=1, keepdims=True)
        W1, b1 = (
            W1 - learning_rate * dZ1 @ X_train.T / m,
            b1 - learning_rate * dZ1.mean(axis=1, keepdims=True),
        )
    return binary_cross_entropy(A2, Y_train)[0], zeros, Z1.size * steps


for slope_at_zero in (0.0, 1.0):
    cost, zeros, scores = train_relu(slope_at_zero)
    print(f"slope at zero {slope_at_zero}: cost {cost:.6f}, exactly zero {zeros} of {scores:,} scores")

# %% [markdown]
# Not one score in almost a million was exactly 0, so the two runs agree to the last digit. It can matter where $z$ is 0 by
# construction: an all-white picture, no bias. Then the convention decides whether that unit learns from that picture.
#
# ## 4 · Why a non-linear activation?
#
# *Predict before you run:* take the activation away, $a^{[1]} = z^{[1]}$, but use 20 hidden units. What can the boundary look like?
#
# Multiply it out:
#
# $$z^{[2]} = W^{[2]}\bigl(W^{[1]} x + b^{[1]}\bigr) + b^{[2]} = \underbrace{W^{[2]}W^{[1]}}_{W'}\, x + \underbrace{W^{[2]}b^{[1]} + b^{[2]}}_{b'} = W'x + b'.$$
#
# One matrix, one bias. The 20 units were for nothing.

# %%
rng = np.random.default_rng(2)
W1, b1 = rng.standard_normal((20, 2)), rng.standard_normal((20, 1))
W2, b2 = rng.standard_normal((1, 20)), rng.standard_normal((1, 1))

two_layers = W2 @ (W1 @ X_test + b1) + b2  # (1, m), 81 parameters
W_one, b_one = W2 @ W1, W2 @ b1 + b2  # (1, 2), (1, 1): 3 parameters
one_layer = W_one @ X_test + b_one
print(
    "81 parameters or 3: largest difference below 1e-12:", bool(np.abs(two_layers - one_layer).max() < 1e-12)
)


# %% [markdown]
# And trained? It ends where logistic regression ends.

# %%
m = X_train.shape[1]
for _ in range(1500):
    A1 = W1 @ X_train + b1  # no activation
    dZ2 = sigmoid(W2 @ A1 + b2) - Y_train
    dZ1 = W2.T @ dZ2  # times 1, the slope of a = z
    W2, b2 = W2 - 0.02 * dZ2 @ A1.T / m, b2 - 0.02 * dZ2.mean(axis=1, keepdims=True)
    W1, b1 = W1 - 0.02 * dZ1 @ X_train.T / m, b1 - 0.02 * dZ1.mean(axis=1, keepdims=True)

print("linear network, multiplied out: w =", (W2 @ W1)[0].round(2), " b =", (W2 @ b1 + b2)[0].round(2))
print("logistic regression:            w =", w[0].round(2), " b =", b[0].round(2))

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# A straight line, always. Stacking more such layers changes nothing: a product of a hundred matrices is one matrix. A
# linear unit has one place in this course, at the output of a regression.
# </details>
#
# ## 5 · Six equations
#
# To train, we need the derivative of the cost for each parameter. Walk the graph of one example from right to left, as in 1.2:
#
# $$x \to z^{[1]} \to a^{[1]} \to z^{[2]} \to a^{[2]} \to \mathcal L(a^{[2]}, y).$$
#
# **Output layer.** Sigmoid and cross-entropy are the pair you know, so $dz^{[2]} = a^{[2]} - y$. The score is
# $z^{[2]} = W^{[2]}a^{[1]} + b^{[2]}$; the activations $a^{[1]}$ stand where the pixels stood in 1.2.
#
# <details><summary>From the score to the weights</summary>
#
# $\partial z^{[2]} / \partial W^{[2]}_{1j} = a^{[1]}_j$, so $\partial\mathcal L/\partial W^{[2]}_{1j} = dz^{[2]} a^{[1]}_j$. All $j$ in one
# row: $dW^{[2]} = dz^{[2]} a^{[1]T}$, with the shape of $W^{[2]}$. And $\partial z^{[2]}/\partial b^{[2]} = 1$.
# </details>
#
# **Back through the weights.** Nudge $a^{[1]}_j$: it moves $z^{[2]}$ by $W^{[2]}_{1j}$ times as much. If there are several output units it
# moves each, and the effects add up. That sum is a product with the **transposed** matrix:
#
# $$da^{[1]} = W^{[2]T} dz^{[2]}.$$
#
# **Back through the activation.** Each $a^{[1]}_j$ depends on its own $z^{[1]}_j$ only, so entry by entry:
#
# $$dz^{[1]} = W^{[2]T} dz^{[2]} * g^{[1]\prime}(z^{[1]}).$$
#
# **Hidden layer.** The same step as at the output, with $x$ for $a^{[1]}$. For all $m$ examples the columns stand side by side, and the cost's
# $\frac1m$ goes into the parameters' gradients:
#
# $$\boxed{\begin{aligned}
# dZ^{[2]} &= A^{[2]} - Y & (n^{[2]}, m)\\
# dW^{[2]} &= \tfrac1m\, dZ^{[2]} A^{[1]T} & (n^{[2]}, n^{[1]})\\
# db^{[2]} &= \tfrac1m \textstyle\sum_i dZ^{[2](i)} & (n^{[2]}, 1)\\
# dZ^{[1]} &= W^{[2]T} dZ^{[2]} * g^{[1]\prime}(Z^{[1]}) & (n^{[1]}, m)\\
# dW^{[1]} &= \tfrac1m\, dZ^{[1]} X^T & (n^{[1]}, n^{[0]})\\
# db^{[1]} &= \tfrac1m \textstyle\sum_i dZ^{[1](i)} & (n^{[1]}, 1)
# \end{aligned}}$$
#
# The shapes alone nearly dictate them: each gradient has the shape of its parameter, and there is only one way to multiply.


# %%
def backward(X, Y, A1, A2, parameters):
    """The six equations, for tanh in the hidden layer.

    X : (n_x, m)   Y : (n_y, m)   A1 : (n_H, m)   A2 : (n_y, m)
    Returns dW1, db1, dW2, db2, each of its parameter's shape.
    """
    m = X.shape[1]
    dZ2 = A2 - Y  # (n_y, m)
    dW2 = dZ2 @ A1.T / m  # (n_y, m) @ (m, n_H) -> (n_y, n_H)
    db2 = dZ2.sum(axis=1, keepdims=True) / m  # (n_y, 1)
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)  # (n_H, n_y) @ (n_y, m) -> (n_H, m)
    dW1 = dZ1 @ X.T / m  # (n_H, m) @ (m, n_x) -> (n_H, n_x)
    db1 = dZ1.sum(axis=1, keepdims=True) / m  # (n_H, 1)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% [markdown]
# A derivation is a claim; a **gradient check** is the test. Nudge each parameter up and down, look at the cost, and compare.
# The course's `gradient_check` does so for every entry; a relative difference below $10^{-7}$ counts as good.


# %%
def cost_of(parameters, X, Y):
    """Mean cross-entropy of the network's answers."""
    return binary_cross_entropy(forward(X, parameters)[1], Y)[0]


def check_the_equations(backward, X, Y, parameters):
    """Print a verdict for each gradient. backward : a function as above."""
    A1, A2 = forward(X, parameters)
    found = backward(X, Y, A1, A2, parameters)
    report = gradient_check(lambda p: cost_of(p, X, Y), parameters, found)
    for name, tensor in report.tensors.items():
        print(f"d{name} {tensor.gradient.shape!s:7} {tensor.verdict}")


rng = np.random.default_rng(3)
parameters = {
    "W1": rng.standard_normal((4, 2)),
    "b1": rng.standard_normal((4, 1)),
    "W2": rng.standard_normal((1, 4)),
    "b2": rng.standard_normal((1, 1)),
}
check_the_equations(backward, X_train[:, :30], Y_train[:, :30], parameters)

# %% [markdown]
# One word on the course's kernels: `dense_backward` has no $\frac1m$, since there the cost's gradient carries it in $dZ$ already. Same
# result, one place for the factor.
#
# ## 6 · Train it
#
# Small random weights, zero biases (why: section 7), then forward, backward, one step down, again and again.


# %%
def initialise(n_x, n_H, n_y, rng, scale=0.5):
    """Random weights and zero biases.

    n_x, n_H, n_y : inputs, hidden units, outputs   scale : standard deviation of the weights
    """
    return {
        "W1": scale * rng.standard_normal((n_H, n_x)),
        "b1": np.zeros((n_H, 1)),
        "W2": scale * rng.standard_normal((n_y, n_H)),
        "b2": np.zeros((n_y, 1)),
    }


def train(X, Y, parameters, learning_rate=1.2, steps=2000, watch=None):
    """Gradient descent on all examples.

    parameters : the start; it is left as it is   watch : function of the parameters, called before each step
    Returns the trained parameters, the cost before each step, and what `watch` returned each time.
    """
    costs, watched = [], []
    for _ in range(steps):
        if watch:
            watched.append(watch(parameters))
        A1, A2 = forward(X, parameters)
        costs.append(binary_cross_entropy(A2, Y)[0])
        gradients = backward(X, Y, A1, A2, parameters)
        parameters = {name: parameters[name] - learning_rate * gradients["d" + name] for name in parameters}
    return parameters, costs, watched


def accuracy(parameters, X, Y):
    """Share of right answers."""
    return float(((forward(X, parameters)[1] > 0.5) == Y).mean())


trained, costs, _ = train(X_train, Y_train, initialise(2, 8, 1, np.random.default_rng(1)))
for step in (0, 10, 100, 1000, 1999):
    print(f"step {step:4}: cost {costs[step]:.3f}")
print(
    f"right on training points {accuracy(trained, X_train, Y_train):.0%}, on test points {accuracy(trained, X_test, Y_test):.0%}"
)

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.7), width_ratios=(1, 1.1))
left.plot(np.arange(1, len(costs) + 1), costs)
left.axhline(np.log(2), color=COLOURS["grey"], lw=1, ls="--")
left.set(xlabel="step", ylabel="cost J", title="A slow start, then a slope", xscale="log")
draw_plane(right, lambda x: forward(x, trained)[1], X_train, Y_train, "Eight hidden units")

# %% [markdown]
# *In words:* the cost stays near $\log 2$ (dashed) for some dozens of steps, then falls steeply and flattens (the steps are on a log scale). On the right the solid
# line, where the network says one half, follows the dashed true edge around all three lobes.
#
# ### What the hidden units say
#
# Each hidden unit is a soft line: its answer turns from −1 to 1 across it. The output unit adds the eight pictures up, with its weights.

# %% tags=["figure"]
side = np.linspace(-2.3, 2.3, 61)
places = np.stack(np.meshgrid(side, side)).reshape(2, -1)
hidden, _ = forward(places, trained)  # (8, 61 * 61)
angle = np.linspace(0, 2 * np.pi, 200)

figure, axes = plt.subplots(2, 4, figsize=(8.4, 4.4))
for j, axis in enumerate(axes.flat):
    axis.contourf(
        side, side, hidden[j].reshape(61, 61), levels=np.linspace(-1, 1, 11), cmap="PuOr", alpha=0.8
    )
    axis.plot(clover_edge(angle) * np.cos(angle), clover_edge(angle) * np.sin(angle), "k--", lw=0.8)
    axis.set(xticks=[], yticks=[], aspect="equal")
    axis.set_title(f"unit {j + 1}, weight {trained['W2'][0, j]:+.1f}", fontsize=9)

# %% [markdown]
# *In words:* eight small maps of the plane, each cut by one straight soft border at its own place and angle, with the clover's edge
# dashed. Most borders lie along the flanks of the lobes; two units have one colour all over, their borders lie outside the picture, and
# they serve as a second bias. Above each stands the weight with which the output unit counts it.
#
# ### How many units?

# %%
print("hidden units    train   test   (three starts each)")
for n_H in (1, 2, 3, 4, 8, 32):
    scores = []
    for seed in range(3):
        start = initialise(2, n_H, 1, np.random.default_rng(seed))
        # Small steps: with large ones the cost jumps about, and where it stands at the end is luck.
        p, _, _ = train(X_train, Y_train, start, learning_rate=0.3, steps=3000)
        scores.append((accuracy(p, X_train, Y_train), accuracy(p, X_test, Y_test)))
    best = max(scores)  # the start that ended best on the training points
    print(f"{n_H:12} {best[0]:8.0%} {best[1]:6.0%}   test of all: {', '.join(f'{s[1]:.0%}' for s in scores)}")

# %% [markdown]
# One unit is one line. Three lines can fence in an area, and the score jumps. From about eight units on both scores stand
# nearly still, close to what the blurred edge allows. Starts differ: with few units one start may get stuck in a worse place
# than another.
#
# ## 7 · How not to start
#
# Logistic regression started from zero weights and was fine. Try that here.
#
# *Predict before you run:* all weights and biases zero, tanh units. Which of the four parameters change at the first step?

# %%
zeros = {name: np.zeros_like(value) for name, value in initialise(2, 4, 1, np.random.default_rng(0)).items()}
after, costs_zero, _ = train(X_train, Y_train, zeros, 0.6, 1000)
for name, value in after.items():
    print(f"{name} after 1000 steps:", "still all zero" if not value.any() else value.ravel().round(3))
print(f"cost {costs_zero[0]:.4f} -> {costs_zero[-1]:.4f}")

# %% [markdown]
# <details><summary>Why only the last bias moves</summary>
#
# $\tanh 0 = 0$, so $A^{[1]} = 0$ and $dW^{[2]} = \frac1m dZ^{[2]} A^{[1]T} = 0$. And $W^{[2]} = 0$, so $dZ^{[1]} = 0$, and with it $dW^{[1]}$ and
# $db^{[1]}$. Only $db^{[2]}$ is not zero. The bias learns how many points are in class 1, and that is all.
# </details>
#
# Zero is not the real culprit; **equality** is. Give all weights the same value that is not zero, and watch the four hidden
# units at work: their first weight, before each step.


# %%
def first_weights(parameters):
    """The weights of all hidden units for the first input. Returns (n_H,)."""
    return parameters["W1"][:, 0].copy()


equal = {name: np.full_like(value, 0.3 if name[0] == "W" else 0.0) for name, value in zeros.items()}
random = initialise(2, 4, 1, np.random.default_rng(6), scale=0.3)
equal_end, equal_costs, equal_units = train(X_train, Y_train, equal, 0.6, 1000, watch=first_weights)
random_end, random_costs, random_units = train(X_train, Y_train, random, 0.6, 1000, watch=first_weights)

print("first weight of units 1 to 4")
print("step   equal start                          random start")
for step in (0, 1, 10, 100, 999):
    starts = (" ".join(f"{weight:7.3f}" for weight in units[step]) for units in (equal_units, random_units))
    print(f"{step:4}  ", "     ".join(starts))
same = np.allclose(equal_end["W1"], equal_end["W1"][:1], atol=1e-9)
print("after 1000 steps all rows of W1 still equal:", same)

# %% tags=["figure"]
figure, axes = plt.subplots(1, 3, figsize=(9.4, 3.0), width_ratios=(1, 1, 1.05))
for axis, units, title in zip(
    axes,
    (equal_units, random_units),
    ("Equal start: four lines in one", "Random start: they part"),
    strict=False,
):
    for j, dash in enumerate(("-", "--", "-.", ":")):
        axis.plot(np.array(units)[:, j], dash, label=f"unit {j + 1}", lw=2.4 - 0.4 * j)
    axis.set(xlabel="step", ylabel="first weight", title=title)
axes[1].set_ylim(-2.4, 4.6)
axes[1].legend(loc="upper left", ncols=2)
draw_plane(axes[2], lambda x: forward(x, equal_end)[1], X_train, Y_train, "Equal start: boundary")
plt.show()

# %% [markdown]
# *In words:* on the left four curves lie exactly on top of each other over a thousand steps. In the middle, after a random start,
# they go four different ways. On the right the equal network's map: four copies of one soft line are still one soft line, no clover.

# %%
for name, end in (("equal start", equal_end), ("random start", random_end)):
    print(
        f"{name:12}  rank of W1: {np.linalg.matrix_rank(end['W1'], tol=1e-6)}   test {accuracy(end, X_test, Y_test):.0%}"
    )

# %% [markdown]
# The **rank** of a matrix counts the rows that no sum of multiples of the other rows can replace. Rank 1 says: four units, but only one
# direction. (Rank 2 is the most there can be with two inputs.)
#
# The proof is one line. If two hidden units have equal weights, they give equal answers, so they get equal $dz^{[1]}$, so equal
# gradients, so equal weights after the step. By induction: for ever. Random numbers **break the symmetry**.
# The biases may start at zero; the weights have broken the symmetry already.
#
# With sigmoid units an all-zero start does move, since $\sigma(0) = 0.5$ is not 0. Do its units part?

# %%
W1, W2, b1, b2 = np.zeros((4, 2)), np.zeros((1, 4)), np.zeros((4, 1)), np.zeros((1, 1))
for _ in range(1000):
    A1 = sigmoid(W1 @ X_train + b1)
    dZ2 = sigmoid(W2 @ A1 + b2) - Y_train
    dZ1 = (W2.T @ dZ2) * A1 * (1 - A1)
    W2, b2 = W2 - 0.6 * dZ2 @ A1.T / m, b2 - 0.6 * dZ2.mean(axis=1, keepdims=True)
    W1, b1 = W1 - 0.6 * dZ1 @ X_train.T / m, b1 - 0.6 * dZ1.mean(axis=1, keepdims=True)
print(
    "first weight of units 1 to 4:", W1[:, 0].round(3), "  rank of W1:", np.linalg.matrix_rank(W1, tol=1e-6)
)

# %% [markdown]
# They move, in step.
#
# ### How large may the random weights be?

# %%
print("scale   flat at the start   cost: first   after 200   last   test")
for scale in (0.01, 0.5, 50.0):
    start = initialise(2, 8, 1, np.random.default_rng(1), scale)
    A1, _ = forward(X_train, start)
    end, costs_scale, _ = train(X_train, Y_train, start)
    flat = (1 - A1**2 < 0.01).mean()  # share of hidden answers whose slope is below 0.01
    costs_shown = f"{costs_scale[0]:14.2f} {costs_scale[200]:11.2f} {costs_scale[-1]:6.2f}"
    print(f"{scale:5} {flat:19.0%} {costs_shown} {accuracy(end, X_test, Y_test):6.0%}")

# %% [markdown]
# *Flat* is the share of hidden answers whose slope is below 0.01. With a scale of 50 nearly all tanh units sit on their flat ends before the first step: saturated, they hardly learn. Very small weights
# work here, after a slow start. Lesson 2.3 finds the right scale for any number of layers.
#
# ## 8 · Play: bend the boundary
#
# Dotted lines show where a unit of the first hidden layer is zero. Arrow keys move a slider once it is selected.
#
# 1. Data *circle in a ring*, one hidden layer: what is the smallest number of units that parts the classes? Why not one fewer?
# 2. Choose *Linear units* and try to get a curve, with any number of units, layers and steps.
# 3. Two moons, four units: compare sigmoid, tanh and ReLU. Which boundary has corners? Which needs the most epochs?
# 4. Raise the learning rate until training breaks. What do you see first, in the cost or in the boundary?

# %%
DecisionBoundaryExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. Three: two half planes cannot enclose an area, three can (a triangle with round corners).
# 2. Impossible: section 4.
# 3. ReLU draws straight pieces with corners, since it is itself made of two straight pieces; tanh and sigmoid draw smooth curves. Sigmoid is the
#    slowest at the same rate: its slope is a quarter of tanh's at best.
# 4. The cost jumps first. With ReLU the units die soon after, and the boundary disappears or freezes.
# </details>
#
# ## 9 · Common mistakes
#
# **A tuple for `randn`.** `np.random.randn((2, 2))` circulates. That old function wants two numbers, not a tuple. The generator that this
# course uses wants a tuple, and needs no global state.

# %%
try:
    np.random.randn((2, 2))  # noqa: NPY002
except TypeError as problem:
    print("TypeError:", problem)
print("standard_normal((2, 2)) has shape", np.random.default_rng(0).standard_normal((2, 2)).shape)

# %% [markdown]
# **All weights zero.** It runs, the cost even falls a little, and nothing is learned. The symptom is a cost stuck near that of
# guessing. Here it is beside a good start:

# %%
print(f"zero start:   cost {costs_zero[-1]:.3f}, test {accuracy(after, X_test, Y_test):.0%}")
print(f"random start: cost {random_costs[-1]:.3f}, test {accuracy(random_end, X_test, Y_test):.0%}")


# %% [markdown]
# **`np.sum(dZ1) / m` for the biases.** Without `axis=1` all units' errors melt into one number. The step
# `b1 - learning_rate * db1` stretches it over all units without a word. The gradient check sees it.


# %%
def backward_melted(X, Y, A1, A2, parameters):
    gradients = backward(X, Y, A1, A2, parameters)
    dZ1 = (parameters["W2"].T @ (A2 - Y)) * (1 - A1**2)
    return {**gradients, "db1": np.full_like(parameters["b1"], np.sum(dZ1) / X.shape[1])}


check_the_equations(backward_melted, X_train[:, :30], Y_train[:, :30], parameters)


# %% [markdown]
# **`keepdims` forgotten.** `dZ1.sum(axis=1)` has shape $(n_H,)$. The next step makes a square out of the bias column.

# %%
b1 = np.zeros((4, 1))
db1 = np.ones((4, 30)).sum(axis=1) / 30  # (4,), a rank-1 array
print("b1 before", b1.shape, " after one step", (b1 - 0.1 * db1).shape)


# %% [markdown]
# **The slope taken of the wrong thing.** $1 - a^2$ is the slope of tanh written with its *answer* $a$. Put the score $z$ there, and
# the slope is wrong, even negative for $|z| > 1$.


# %%
def backward_wrong_slope(X, Y, A1, A2, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    dZ1 = (parameters["W2"].T @ (A2 - Y)) * (1 - Z1**2)  # must be A1
    m = X.shape[1]
    gradients = backward(X, Y, A1, A2, parameters)
    return {**gradients, "dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m}


check_the_equations(backward_wrong_slope, X_train[:, :30], Y_train[:, :30], parameters)

# %% [markdown]
# **"The derivative of ReLU at 0 is 1."** It does not exist; 0 and 1 are both conventions (section 3). Do not run a gradient check exactly
# at a corner: the nudges give one half there, and *both* conventions look wrong.

# %%
print("nudged in both directions at 0:", float((relu(zero + nudge) - relu(zero - nudge))[0, 0] / (2 * nudge)))

# %% [markdown]
# ## 10 · What you should remember
#
# - A hidden layer is a row of soft lines; the output unit adds them to a curve.
# - $W^{[l]}$ has one row a unit: $(n^{[l]}, n^{[l-1]})$. Columns are examples.
# - Hidden layers: ReLU by default, tanh for small smooth tasks. Output: sigmoid for yes or no, none for any number, ReLU for amounts.
# - Without a non-linear activation all layers multiply out to one.
# - $dZ^{[1]} = W^{[2]T} dZ^{[2]} * g'(Z^{[1]})$; every gradient has the shape of its parameter.
# - Equal units stay equal. Start from small random weights; biases may be zero.
# - Check gradients numerically once; trust them then.
#
# ### Ask yourself
#
# <details><summary>1. A network has 3 inputs, 5 hidden units and 2 outputs. How many parameters?</summary>
#
# $5 \cdot 3 + 5 = 20$ in the hidden layer, $2 \cdot 5 + 2 = 12$ in the output layer: 32.
# </details>
#
# <details><summary>2. You start W1 at random and W2 at zero. Does the network learn?</summary>
#
# Yes. The first step moves only $W^{[2]}$ and $b^{[2]}$, since $dZ^{[1]} = W^{[2]T}dZ^{[2]} * \dots = 0$. But the hidden units differ, so the entries of $W^{[2]}$ become
# different, and from the second step on everything moves.
# </details>
#
# <details><summary>3. All weights random, but sigmoid in hidden layers and very large weights. What happens?</summary>
#
# Saturation: almost all hidden answers are 0 or 1, their slopes almost 0, and $dW^{[1]}$ with them. The output layer learns; the hidden layer
# hardly.
# </details>
#
# <details><summary>4. Your network predicts tomorrow's temperature in degrees Celsius and has a ReLU output. What goes wrong?</summary>
#
# It can never answer below zero. For scores below zero its slope is 0 as well, so it does not even learn from frosty days.
# </details>
#
# **References.** D. Rumelhart, G. Hinton, R. Williams (1986), *Learning representations by back-propagating errors* · G. Cybenko (1989),
# *Approximation by superpositions of a sigmoidal function* · K. Hornik, M. Stinchcombe, H. White (1989), *Multilayer feedforward networks are universal
# approximators* · V. Nair, G. Hinton (2010), *Rectified linear units improve restricted Boltzmann machines* · X. Glorot, A. Bordes, Y. Bengio (2011), *Deep sparse
# rectifier neural networks* · A. Maas, A. Hannun, A. Ng (2013), *Rectifier nonlinearities improve neural network acoustic models* (leaky ReLU) · E. Alpaydin,
# C. Kaynak (1998), *Cascading classifiers* (the small digits).
#
# **Now you:** [exercises for this lesson](exercises/04_shallow_networks.ipynb).
