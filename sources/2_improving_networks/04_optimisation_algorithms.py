# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2.4 · Optimisation algorithms
#
# Gradient descent looks at every example, then takes one step. With eight thousand pictures that is a lot of
# looking for one step. In this lesson you take hundreds of steps in the same time, on a rough idea of the
# gradient; you learn to average such rough ideas; and from the average you build momentum, RMSprop
# and Adam, one formula at a time. Then all four run against each other, on real handwriting.
#
# **After this you can**
#
# - cut data into mini-batches, and choose their size from measurements,
# - average a series with one line and one number of memory, and repair its false start,
# - write momentum, RMSprop and Adam from their formulas, and say what each one is for,
# - lower the learning rate in time, and say when it is too early,
# - say why saddle points, and not local minima, fill a space of many dimensions.
#
# **Time** about 110 minutes. **Builds on** 1.2 (gradient descent, learning rate), 1.5 (deep networks), 2.3 (He
# initialisation). **Next** 2.5 Hyperparameter search.

# %%
import itertools
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_digits, load_temperatures
from course_utils.explorers import (
    LearningRateExplorer,
    MovingAverageExplorer,
    OptimiserRaceExplorer,
    plateau_surface,
    ravine_surface,
    saddle_surface,
)
from course_utils.explorers.learning_rate import draw_contours
from course_utils.kernels.activations import relu_backward, relu_forward
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.losses import softmax_cross_entropy
from course_utils.plots import COLOURS, use_style
from course_utils.training import SGD, Adam, Momentum, RMSprop

use_style()

# %% [markdown]
# ## 1 · A network to train, many times
#
# All runs of this lesson train one small network on handwritten digits, so that only the optimiser differs. To
# make it quick we average each picture down from 28 × 28 to 14 × 14 pixels, and subtract the mean picture (2.3).

# %%
digits = load_digits()


def as_columns(images):
    """Average 2 by 2 pixels and unroll. images : (m, 28, 28, 1). Returns (196, m)."""
    m = len(images)
    return images.reshape(m, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(m, -1).T.astype(float)


X_train, X_dev = as_columns(digits.X_train), as_columns(digits.X_dev)  # (196, m)
mean_picture = X_train.mean(axis=1, keepdims=True)  # (196, 1), of the training pictures alone
X_train, X_dev = X_train - mean_picture, X_dev - mean_picture
Y_train = np.eye(10)[digits.Y_train].T  # (10, m), one-hot
m = X_train.shape[1]
X_train.shape, Y_train.shape, X_dev.shape


# %% [markdown]
# Two hidden layers of 32 units with ReLU, and ten outputs with softmax: ten probabilities that add up to 1, one a digit, as in 2.2
# (more in 2.6). The kernels come from the course's package; the function returns the cost and its gradients, which is all that an
# optimiser ever sees.


# %%
def initialise(rng, sizes=(196, 32, 32, 10)):
    """He initialisation. Returns {"W1": (n1, n0), "b1": (n1, 1), ...}."""
    parameters = {}
    for layer in range(1, len(sizes)):
        n_prev, n = sizes[layer - 1], sizes[layer]
        parameters[f"W{layer}"] = rng.standard_normal((n, n_prev)) * np.sqrt(2 / n_prev)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters


def forward(parameters, X):
    """Scores of the ten digits. X : (196, m). Returns Z (10, m) and what going back needs."""
    Z1, dense1 = dense_forward(X, parameters["W1"], parameters["b1"])  # (32, m)
    A1, relu1 = relu_forward(Z1)
    Z2, dense2 = dense_forward(A1, parameters["W2"], parameters["b2"])  # (32, m)
    A2, relu2 = relu_forward(Z2)
    Z3, dense3 = dense_forward(A2, parameters["W3"], parameters["b3"])  # (10, m)
    return Z3, (dense1, relu1, dense2, relu2, dense3)


def cost_and_gradients(parameters, X, Y):
    """Mean cross-entropy over the examples given, and one gradient a parameter."""
    Z3, (dense1, relu1, dense2, relu2, dense3) = forward(parameters, X)
    J, dZ3 = softmax_cross_entropy(Z3, Y)
    gradients = {}
    dA2, gradients["dW3"], gradients["db3"] = dense_backward(dZ3, dense3)
    dA1, gradients["dW2"], gradients["db2"] = dense_backward(relu_backward(dA2, relu2), dense2)
    _, gradients["dW1"], gradients["db1"] = dense_backward(relu_backward(dA1, relu1), dense1)
    return float(J), gradients


def dev_error(parameters):
    """Share of the dev pictures that get the wrong digit."""
    return float((forward(parameters, X_dev)[0].argmax(axis=0) != digits.Y_dev).mean())


parameters = initialise(np.random.default_rng(1))
J, _ = cost_and_gradients(parameters, X_train, Y_train)
print(f"untrained: cost {J:.2f}, wrong on {dev_error(parameters):.0%} of the dev pictures")

# %% [markdown]
# ## 2 · Batch, mini-batch, stochastic
#
# The cost is a mean over all $m$ examples, and so is its gradient. A mean can be estimated from a few. Cut the examples
# into **mini-batches** $X^{\{1\}}, X^{\{2\}}, \dots$ and step after each:
#
# $$W := W - \alpha\, \frac{\partial J^{\{t\}}}{\partial W}, \qquad J^{\{t\}}\ \text{the cost of mini-batch}\ t\ \text{alone.}$$
#
# One pass through all examples is one **epoch**. Three names for three sizes:
#
# | examples a step | name | steps an epoch |
# |---|---|---|
# | $m$, all | batch gradient descent | 1 |
# | between | mini-batch gradient descent | $\lceil m / \text{size} \rceil$ |
# | 1 | stochastic gradient descent | $m$ |
#
# ### Shuffle, then partition
#
# Draw a random order, the **same** for $X$ and $Y$, and cut. If the size does not divide $m$, the last batch is short. First with ten
# examples, where you can see everything.


# %%
def mini_batches(X, Y, size, rng):
    """Shuffle the examples and cut them. X : (n_x, m)  Y : (n_y, m). Returns a list of (X_t, Y_t)."""
    m = X.shape[1]
    order = rng.permutation(m)
    batches = []
    for start in range(0, m, size):
        chosen = order[start : start + size]  # a slice may end beyond m: NumPy stops at the end
        batches.append((X[:, chosen], Y[:, chosen]))
    return batches


X_ten, Y_ten = np.arange(10).reshape(1, 10), 100 + np.arange(10).reshape(1, 10)
for X_t, Y_t in mini_batches(X_ten, Y_ten, 4, np.random.default_rng(0)):
    print(X_t[0], Y_t[0])

# %% [markdown]
# Each example appears once, beside its own label. The last batch has two. Draw a new order in every epoch, or the
# network meets the same neighbours every time.
#
# ### How rough is a rough gradient?
#
# *Predict before you run:* a batch is made a hundred times larger. How many times smaller is its error?

# %%
_, full = cost_and_gradients(parameters, X_train, Y_train)
flat = np.concatenate([g.ravel() for g in full.values()])  # all 7,690 numbers in one row
rng = np.random.default_rng(2)
sizes = [1, 10, 100, 1000]
errors = []
for size in sizes:
    squares = []
    for _ in range(60):
        chosen = rng.integers(0, m, size)
        _, rough = cost_and_gradients(parameters, X_train[:, chosen], Y_train[:, chosen])
        difference = np.concatenate([g.ravel() for g in rough.values()]) - flat
        squares.append(difference @ difference)
    errors.append(np.sqrt(np.mean(squares)) / np.linalg.norm(flat))
    print(f"{size:5} examples: error {errors[-1]:5.2f} times the length of the true gradient")

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# Ten times. The error of a mean falls with the **square root** of the number of examples. So four times the
# work buys half the noise, and there lies the whole case for small batches.
# </details>
#
# With one example the noise is several times as long as the gradient itself. Still such a step is right *on average*, and it is
# cheap. What does that give in training?
#
# ### The same number of epochs, four sizes


# %%
def run(optimiser, size, epochs, seed):
    """Train the network from the start of this seed. Returns all costs of mini-batches, the
    cost over all training pictures after each epoch, and the parameters."""
    rng = np.random.default_rng(seed)
    parameters = initialise(rng)
    batch_costs, epoch_costs = [], []
    for _ in range(epochs):
        for X_t, Y_t in mini_batches(X_train, Y_train, size, rng):
            J, gradients = cost_and_gradients(parameters, X_t, Y_t)
            batch_costs.append(J)
            optimiser.step(parameters, gradients)
        epoch_costs.append(cost_and_gradients(parameters, X_train, Y_train)[0])
    return batch_costs, epoch_costs, parameters


by_size = {}
print("   size   rate   steps   cost after 1, 2 epochs   dev error")
for size, rate in ((m, 0.5), (1024, 0.5), (128, 0.3), (8, 0.03), (1, 0.01)):
    by_size[size] = run(SGD(rate), size, epochs=2, seed=0)
    batch_costs, epoch_costs, trained = by_size[size]
    costs = "   ".join(f"{J:.2f}" for J in epoch_costs)
    print(f"{size:7} {rate:6} {len(batch_costs):7}     {costs:20} {dev_error(trained):9.0%}")

# %% tags=["figure"]
figure, axes = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True)
for axis, size, title in zip(
    axes, (m, 128, 1), ("batch: all 8000", "mini-batch: 128", "stochastic: 1"), strict=True
):
    batch_costs = np.array(by_size[size][0])
    shown = batch_costs if len(batch_costs) < 1000 else batch_costs[::25]
    axis.plot(np.linspace(0, 2, len(shown)), shown, "o-" if size == m else "-", lw=1, ms=4)
    axis.set(title=title, xlabel="epoch", ylim=(0, 4))
axes[0].set_ylabel("cost of the step's examples")
plt.show()

# %% [markdown]
# *In words:* on the left two points, one step an epoch, the second hardly lower. In the middle a jagged line falls fast below
# one half. On the right single examples jump between zero and four all the time (every twenty-fifth is drawn), ever more of them near zero.
#
# Two epochs are two steps for batch descent, and it has hardly begun. With 128 examples a step the same reading
# gives 126 steps. The cost of a mini-batch need not fall from step to step, even if all is well: the next
# batch is another one, perhaps harder. Judge by the trend, or by the cost over all examples.
#
# By *this* table the smallest batches look best. They have a price, and it is time.

# %% tags=["nbval-ignore-output"]
for size in (1, 8, 64, 128, 256, 1024, m):
    batches = mini_batches(X_train, Y_train, size, np.random.default_rng(0))[:400]
    started = perf_counter()
    for X_t, Y_t in batches:
        cost_and_gradients(parameters, X_t, Y_t)
    seconds = perf_counter() - started
    examples = sum(X_t.shape[1] for X_t, _ in batches)
    print(f"size {size:5}: {1e6 * seconds / examples:7.1f} microseconds an example")

# %% [markdown]
# (Times of the machine that built this page; run the cell for yours.) One example at a time loses all that matrix products
# give. Somewhere in the tens to hundreds the time an example stops falling: that is where mini-batches live.
#
# **Choosing the size.** Up to some 2000 examples take them all: a step is cheap anyway. Beyond, try 32, 64, 128, 256, 512. Powers of two are a
# custom that suits memory and some hardware; nothing breaks with 100. One batch with all its activations must fit into memory.
# And the size is a hyperparameter: a smaller batch is noisier and wants a smaller $\alpha$, as the column of rates shows.
#
# ## 3 · Averages that forget
#
# Mini-batch gradients are noisy. Noise goes away by averaging, but old gradients belong to old parameters and must be forgotten.
# There is an average that does both with one line. We look at it on weather first.
#
# $$v_0 = 0, \qquad v_t = \beta\, v_{t-1} + (1 - \beta)\, \theta_t.$$
#
# This is the **exponentially weighted average** of the series $\theta_1, \theta_2, \dots$ Take three days of 40, 49 and 45 degrees
# and $\beta = 0.9$.
#
# *Predict before you run:* find $v_1$, $v_2$ and $v_3$ by hand.


# %%
def weighted_average(series, beta):
    """v_1 .. v_T of a series, starting from v_0 = 0."""
    v, averages = 0.0, []
    for theta in series:
        v = beta * v + (1 - beta) * theta
        averages.append(v)
    return np.array(averages)


weighted_average([40, 49, 45], 0.9).round(2)

# %% [markdown]
# Put each line into the next and see what the average is made of:
#
# $$v_3 = 0.1\,\theta_3 + 0.1 \cdot 0.9\,\theta_2 + 0.1 \cdot 0.9^2\,\theta_1.$$
#
# A day that lies $k$ days back counts $(1 - \beta)\beta^k$. When is it forgotten? The weight is down to about a third of
# today's when $\beta^k \approx 1/e$.

# %%
print(f"0.9^10  = {0.9**10:.3f}")
print(f"1/e     = {np.exp(-1):.3f}")
print(f"0.98^50 = {0.98**50:.3f}")
print()
for epsilon in (0.5, 0.1, 0.02, 0.001, 0.00001):
    print(f"epsilon {epsilon:7}: (1 - epsilon)^(1/epsilon) = {(1 - epsilon) ** (1 / epsilon):.4f}")

# %% [markdown]
# With $\epsilon = 1 - \beta$: after $1 / (1 - \beta)$ days the weight has fallen to about $1/e = 0.368$. So
#
# $$\text{effective window} \approx \frac{1}{1 - \beta}: \qquad \beta = 0.5 \to 2, \quad 0.9 \to 10, \quad 0.98 \to 50 \text{ days.}$$
#
# It is a rule of thumb, not a wall: $0.9^{10}$ is 0.349, close to $1/e$ but not equal, and days before the window still count. How much?

# %%
for beta in (0.5, 0.9, 0.98):
    window = round(1 / (1 - beta))
    inside = 1 - beta**window  # sum of (1 - beta) beta^k for k below the window
    print(
        f"beta {beta:4}: window {window:2} days holds {inside:.0%} of the weight, older days {1 - inside:.0%}"
    )

# %% [markdown]
# Now the real thing: the highest temperature of each day in Seattle, 2012 to 2015 (NOAA).

# %% tags=["figure"]
temperatures = load_temperatures()
theta = temperatures.highest  # (1461,) degrees Celsius
year = slice(0, 366)
figure, axis = plt.subplots(figsize=(8.6, 3.2))
axis.plot(temperatures.dates[year], theta[year], ".", ms=3, color=COLOURS["grey"], label="one day")
for beta, dash in ((0.5, ":"), (0.9, "-"), (0.98, "--")):
    axis.plot(temperatures.dates[year], weighted_average(theta, beta)[year], dash, label=f"beta = {beta}")
axis.set(ylabel="highest of the day, °C", title="Three memories of one year")
axis.legend(ncols=4, loc="upper left")
axis.set_ylim(-3, 44)
plt.show()

# %% [markdown]
# *In words:* grey dots scatter by ten degrees around a summer hill. The dotted line (2 days) jumps along with them, the solid one (10
# days) runs through their middle, the dashed one (50 days) is very smooth and lags: its top comes weeks after the hottest
# days. The solid and the dashed line start at zero, far below the first dots.
#
# The lag has a size. The weights $(1-\beta)\beta^k$ have their mean at $k = \beta / (1 - \beta)$ days back: 9 days for 0.9, 49 for 0.98.
#
# Why not average the last ten days plainly? You may, and for plots it is the better known thing. But it must keep the last ten values. For a
# network with a million weights and $\beta = 0.98$ that is fifty copies of every gradient; the weighted average keeps **one**.
#
# ### The false start, and its correction
#
# The average starts from $v_0 = 0$, and no day had zero weight on it. Add up the weights of the days so far:
#
# $$(1 - \beta)(1 + \beta + \dots + \beta^{t-1}) = 1 - \beta^t.$$
#
# They do not add up to 1. Divide by what they do add up to, and you have **bias correction**:
#
# $$v_t^{\text{corrected}} = \frac{v_t}{1 - \beta^t}.$$
#
# The running value $v_t$ goes on **as it was**; only what you read off is corrected.

# %%
v = weighted_average([40, 49, 45], 0.9)
t = np.arange(1, 4)
print("raw      ", v.round(2))
print("corrected", (v / (1 - 0.9**t)).round(2))
print("plain mean of three days:", np.mean([40, 49, 45]).round(2))

# %% [markdown]
# The first corrected value is the first temperature, and after three days it is close to the mean, with a little more weight on the
# late days. As $t$ grows, $1 - \beta^t$ goes to 1 and the correction fades out.
#
# ### Play: memory and false start
#
# 1. Which $\beta$ is best for seeing the season, which for seeing a hot week?
# 2. Choose *False start*. For how many days is the dashed line more than a tenth too low? Try $\beta = 0.9$.
# 3. Set $\beta = 0.99$. What happens to the highest point of the year, and when does it come?

# %%
MovingAverageExplorer(theta, temperatures.dates).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. Around 0.95 for the season, 0.7 to 0.85 for a week. No setting is right for both: smooth and late, or prompt and rough.
# 2. $1 - \beta^t < 0.9$ holds for 113 days with $\beta = 0.98$, and for 21 days with 0.9. Switch the correction on and the line
#    starts on the first dot.
# 3. The summer is cut off, and its top comes in autumn. An average of a hundred days knows no season.
# </details>
#
# ## 4 · Momentum
#
# Now average gradients. A valley that is long and narrow shows why. Across it the slope is steep and points to and fro; along it the slope is
# gentle and always points the same way. The ravine below is $J = \tfrac12 (w_1^2 + 20\, w_2^2)$. Its walls allow rates up to
# $2/20 = 0.1$ (1.2), and at such a rate the floor is slow.

# %%
ravine = ravine_surface()


def walk(optimiser, surface, start, steps):
    """Path of an optimiser over a cost surface. Returns (steps + 1, 2)."""
    w = np.array(start, dtype=float)
    path = [w.copy()]
    for _ in range(steps):
        optimiser.step({"w": w}, {"dw": surface.gradient(w)})
        path.append(w.copy())
    return np.array(path)


start = (-2.4, 1.2)
path = walk(SGD(0.095), ravine, start, 12)
slopes = np.array([ravine.gradient(w) for w in path])
for k in range(5):
    print(f"step {k}: slope along the floor {slopes[k, 0]:6.2f}, across it {slopes[k, 1]:7.2f}")
print("mean of twelve slopes:", slopes[:12].mean(axis=0).round(2) + 0.0)

# %% [markdown]
# Across the floor the slopes change sign at each step and cancel in the mean; along the floor they add up. So step along the
# weighted average of the gradients, and not along the last one. That is **momentum**:
#
# $$v_{dW} := \beta\, v_{dW} + (1 - \beta)\, dW, \qquad W := W - \alpha\, v_{dW},$$
#
# and the same for $b$ with an average of its own. Think of a heavy ball: $dW$ pushes, $\beta$ is friction, $v$ is its speed. The usual $\beta$ is
# 0.9. The averages live in a dictionary beside the parameters.


# %%
def momentum_step(parameters, gradients, v, alpha, beta=0.9):
    """One step, in place. v : averages, the same keys and shapes as gradients, zero at the start."""
    for name in parameters:
        v["d" + name] = beta * v["d" + name] + (1 - beta) * gradients["d" + name]
        parameters[name] -= alpha * v["d" + name]


def zeros_like(gradients):
    """An average that has seen nothing yet, for each gradient."""
    return {name: np.zeros_like(np.asarray(g, dtype=float)) for name, g in gradients.items()}


w = {"w": np.array(start)}
v = {"dw": np.zeros(2)}
for k in range(3):
    momentum_step(w, {"dw": ravine.gradient(w["w"])}, v, alpha=0.22, beta=0.4)
    print(f"after step {k + 1}: w = {w['w'].round(3)}, v = {v['dw'].round(3)}")

# %% [markdown]
# Is it faster? A fair race gives each its best setting. We search for it: all rates of a grid for plain descent, all pairs of rate and
# $\beta$ for momentum, and count steps until the cost is below a millionth.


# %%
def steps_needed(make_optimiser, goal=1e-6, most=400):
    """Steps until the ravine's cost stays below the goal; most + 1 where it never does."""
    costs = ravine.cost(walk(make_optimiser(), ravine, start, most).T)
    above = np.flatnonzero(~(costs < goal))
    return int(above[-1]) + 1


rates = np.round(np.geomspace(0.01, 1, 41), 4)
with np.errstate(over="ignore", invalid="ignore"):
    plain = min((steps_needed(lambda rate=rate: SGD(rate)), rate) for rate in rates)
    heavy = min(
        (steps_needed(lambda rate=rate, beta=beta: Momentum(rate, beta)), rate, beta)
        for rate in rates
        for beta in (0.2, 0.4, 0.6, 0.8, 0.9)
    )
print(f"plain descent: {plain[0]:3} steps at best, rate {plain[1]:.3f}")
print(f"momentum:      {heavy[0]:3} steps at best, rate {heavy[1]:.3f}, beta {heavy[2]}")

# %% tags=["figure"]
figure, axes = plt.subplots(1, 2, figsize=(9, 2.9))
walks = ((f"plain, rate {plain[1]:.3f}", SGD(plain[1])), (f"momentum, beta {heavy[2]}", Momentum(*heavy[1:])))
for axis, (title, optimiser) in zip(axes, walks, strict=True):
    draw_contours(axis, ravine)
    axis.plot(*walk(optimiser, ravine, start, 20).T, "o-", ms=3, lw=1.2, color=COLOURS["vermillion"])
    axis.set_title(f"{title}: 20 steps")
plt.show()

# %% [markdown]
# *In words:* both walks start at the upper left and zigzag between the walls. On the left the zigzag goes on for all twenty steps and has not yet
# reached the plus sign at the bottom. On the right it dies out after a few steps and the walk arrives.
#
# On a bowl the theory says how much: the steps grow with the ratio of curvatures $\kappa$ for plain descent and with $\sqrt\kappa$ for
# momentum (Polyak, 1964). Here $\kappa = 20$, and it is about two to three times. Deep networks are far worse conditioned.
#
# Two remarks. Many texts leave $(1 - \beta)$ out and write $v := \beta v + dW$. That only rescales $v$, so $\alpha$ must be
# smaller by $(1 - \beta)$:

# %%
w_with, w_without = np.array(start), np.array(start)
v_with, v_without = np.zeros(2), np.zeros(2)
for _ in range(20):
    v_with = 0.9 * v_with + 0.1 * ravine.gradient(w_with)
    w_with = w_with - 0.2 * v_with
    v_without = 0.9 * v_without + ravine.gradient(w_without)
    w_without = w_without - 0.2 * 0.1 * v_without
print("same place after 20 steps:", bool(np.allclose(w_with, w_without)))

# %% [markdown]
# And nobody corrects the bias of momentum: after ten steps or so the false start is forgotten.
#
# ## 5 · RMSprop
#
# Momentum has one rate for all directions. **RMSprop** gives each parameter its own. It averages the **squares** of the gradient, entry by
# entry, and divides by the root: root mean square.
#
# $$S_{dW} := \beta\, S_{dW} + (1 - \beta)\, dW^2, \qquad W := W - \alpha\, \frac{dW}{\sqrt{S_{dW}} + \varepsilon}.$$
#
# Where gradients are usually large, the step is divided by a large number; where small, by a small one. The tiny $\varepsilon = 10^{-8}$ keeps
# a gradient that is always zero from becoming 0/0.


# %%
def rmsprop_step(parameters, gradients, s, alpha, beta=0.9, epsilon=1e-8):
    """One step, in place. s : averages of squares, zero at the start."""
    for name in parameters:
        g = gradients["d" + name]
        s["d" + name] = beta * s["d" + name] + (1 - beta) * g**2  # entry by entry
        parameters[name] -= alpha * g / (np.sqrt(s["d" + name]) + epsilon)


for scale in (1, 1000):
    w, s = {"w": np.array(start)}, {"dw": np.zeros(2)}
    plain_w = np.array(start)
    for _ in range(30):
        rmsprop_step(w, {"dw": scale * ravine.gradient(w["w"])}, s, alpha=0.05)
        plain_w = plain_w - 0.05 * scale * ravine.gradient(plain_w)
    print(
        f"cost times {scale:4}: RMSprop at {w['w'].round(3)}, plain descent at {plain_w[0]:.2e}, {plain_w[1]:.2e}"
    )

# %% [markdown]
# *Multiply the cost by a thousand* and plain descent is thrown out of the ravine. RMSprop walks the same path: the factor stands
# above and below the fraction bar. A rate for RMSprop is a **step length**, about $\alpha$ per step and parameter, whatever the gradient.
#
# That has a price. Near the bottom the gradient shrinks, and plain descent slows down by itself. RMSprop does not.

# %%
for alpha in (0.1, 0.01):
    path = walk(RMSprop(alpha), ravine, start, 400)
    print(
        f"alpha {alpha}: cost after 400 steps {ravine.cost(path[-1]):.1e}, last step {np.abs(path[-1] - path[-2]).max():.0e}"
    )

# %% [markdown]
# It trembles around the bottom with steps of the order of $\alpha$. (With a longer memory, such as $\beta = 0.99$, large old gradients stay in $S$ and hide
# this for a while.) With RMSprop and Adam it is the learning rate that must go down (section 8).
#
# ## 6 · Adam
#
# **Adam** (adaptive moment estimation; Kingma and Ba, 2015) takes momentum for the direction and RMSprop for the length, and corrects
# the bias of both. At step $t = 1, 2, 3, \dots$
#
# $$V := \beta_1 V + (1 - \beta_1)\, dW, \qquad\qquad S := \beta_2 S + (1 - \beta_2)\, dW^2,$$
#
# $$V^{c} = \frac{V}{1 - \beta_1^t}, \qquad S^{c} = \frac{S}{1 - \beta_2^t}, \qquad W := W - \alpha\, \frac{V^{c}}{\sqrt{S^{c}} + \varepsilon}.$$
#
# Each average with its own $\beta$ and its own correction. The corrected values are **copies**; $V$ and $S$ themselves go on raw. The authors'
# defaults are $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\varepsilon = 10^{-8}$, and they are rarely touched. $\alpha$ is yours to tune.


# %%
def adam_step(parameters, gradients, v, s, t, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One step, in place. v, s : averages, zero at the start.  t : 1 at the first step."""
    for name in parameters:
        g = gradients["d" + name]
        v["d" + name] = beta1 * v["d" + name] + (1 - beta1) * g
        s["d" + name] = beta2 * s["d" + name] + (1 - beta2) * g**2
        v_corrected = v["d" + name] / (1 - beta1**t)
        s_corrected = s["d" + name] / (1 - beta2**t)
        parameters[name] -= alpha * v_corrected / (np.sqrt(s_corrected) + epsilon)


# %% [markdown]
# *Predict before you run:* the first gradient is 0.0003 in one direction and 5000 in the other, and $\alpha = 0.01$. How long is
# the first step in each? And without the two corrections?

# %%
g = np.array([0.0003, 5000.0])
w, v, s = {"w": np.zeros(2)}, {"dw": np.zeros(2)}, {"dw": np.zeros(2)}
adam_step(w, {"dw": g}, v, s, t=1, alpha=0.01)
print("corrected:  ", w["w"].round(5))
print("uncorrected:", (-0.01 * (0.1 * g) / (np.sqrt(0.001 * g**2) + 1e-8)).round(5))

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# At $t = 1$ the corrected averages are $g$ and $g^2$, so the step is $\alpha\, g / |g|$: exactly $\alpha$ in both. Uncorrected it is
# $0.1 / \sqrt{0.001} = 3.16$ times as long. $S$ is averaged over 1000 steps and starts far too small, hence the large first steps. The correction
# matters here, because $\beta_2$ is so close to 1.
# </details>
#
# Our three functions against the package's, on the real network with real mini-batches:

# %%
started_from = initialise(np.random.default_rng(0))
batches = mini_batches(X_train, Y_train, 128, np.random.default_rng(0))[:40]
_, gradients = cost_and_gradients(started_from, *batches[0])
for name, optimiser in (("momentum", Momentum(0.3)), ("RMSprop", RMSprop(0.003)), ("Adam", Adam(0.003))):
    ours = {key: value.copy() for key, value in started_from.items()}
    theirs = {key: value.copy() for key, value in started_from.items()}
    v, s = zeros_like(gradients), zeros_like(gradients)
    for t, (X_t, Y_t) in enumerate(batches, start=1):
        _, g = cost_and_gradients(ours, X_t, Y_t)
        if name == "momentum":
            momentum_step(ours, g, v, alpha=0.3)
        elif name == "RMSprop":
            rmsprop_step(ours, g, s, alpha=0.003)
        else:
            adam_step(ours, g, v, s, t, alpha=0.003)
        optimiser.step(theirs, cost_and_gradients(theirs, X_t, Y_t)[1])
    equal = all(np.allclose(ours[key], theirs[key]) for key in ours)
    print(f"{name:9} equal to the package's after 40 mini-batches: {equal}")

# %% [markdown]
# ## 7 · The race
#
# "Adam is faster" means nothing without a rate. Each of the four gets four rates to choose from, on its own scale and with the best one inside; mini-batches of 128, four
# epochs, and three seeds: other weights at the start, another order of pictures. We report the mean cost over all training pictures.

# %%
GRIDS = {
    "SGD": (SGD, (0.5, 1.0, 2.0, 4.0)),
    "momentum": (Momentum, (0.5, 1.0, 2.0, 4.0)),
    "RMSprop": (RMSprop, (0.002, 0.005, 0.01, 0.02)),
    "Adam": (Adam, (0.005, 0.01, 0.02, 0.04)),
}
best = {}
print("           mean cost after four epochs, rates from small to large")
for name, (make, rates) in GRIDS.items():
    means, curves = [], []
    for rate in rates:
        runs = [run(make(rate), 128, epochs=4, seed=seed) for seed in range(3)]
        means.append(np.mean([epoch_costs[-1] for _, epoch_costs, _ in runs]))
        curves.append((np.mean([c for _, c, _ in runs], axis=0), np.mean([dev_error(p) for *_, p in runs])))
    chosen = int(np.argmin(means))
    best[name] = (rates[chosen], *curves[chosen])
    print(f"{name:9}", "  ".join(f"{rate:5}: {J:4.2f}" for rate, J in zip(rates, means, strict=True)))

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(6.6, 3.1))
for (name, (rate, curve, _)), dash in zip(best.items(), ("-", "--", "-.", ":"), strict=True):
    axis.plot(np.arange(1, 5), curve, dash, marker="o", ms=4, label=f"{name}, rate {rate}")
axis.set(xlabel="epoch", ylabel="cost over all training pictures", xticks=range(1, 5), ylim=(0, None))
axis.set_title("Each at its best rate, mean of three seeds")
axis.legend()
plt.show()

# %%
for name, (rate, curve, error) in best.items():
    print(
        f"{name:9} rate {rate:5}: cost after one epoch {curve[0]:.2f}, after four {curve[-1]:.2f}, dev error {error:.0%}"
    )

# %% [markdown]
# *In words:* four falling lines with points at each epoch. After the first epoch SGD is the uppermost and Adam the lowest; after
# four they lie close together, in nearly the same order.
#
# So Adam gets off fastest, and its lead melts when the others have a good rate of their own. Read the table along its rows, too: a
# rate four or five times too small costs each of the four more than being another one of the four would. **The rate matters more than the name.** What Adam
# buys is that good rates are much the same from problem to problem, because they are step lengths. And the dev errors are alike: how fast
# a cost falls and how well a network does on new pictures are two questions (2.1).
#
# ### Play: ravine, saddle, plateau
#
# 1. *Ravine*: raise "α SGD" key by key. At which rate does SGD break? Which rate did section 4 predict?
# 2. *Rate too large*: why do RMSprop and Adam not run away?
# 3. *Noisy, no decay*, then *Noisy, with decay*: what does the decay do to the last fifty steps of SGD?
# 4. *Decay too early*: how does "too early" look in the cost curve, and how would it differ from "arrived"?

# %%
OptimiserRaceExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. Just above $0.1 = 2 / \lambda_{\max}$. Its cost then grows at each step.
# 2. Their step has a length of about α however steep the wall is. They jump about, with bounded jumps.
# 3. Without decay the cost of SGD stops falling and trembles; with it the trembling shrinks along with the rate.
# 4. Both curves run flat. Only the gradient tells them apart: it is near zero at the bottom, and it is not on the slope.
# </details>
#
# ## 8 · Lowering the learning rate
#
# With mini-batches the gradient never settles at zero: each batch has its own idea. At a constant $\alpha$ the parameters wander about the minimum in
# a cloud whose size grows with $\alpha$. Large steps early, small steps late: **learning-rate decay**. With $k$ the number of epochs done:
#
# | name | formula |
# |---|---|
# | $1/t$ | $\alpha_0 / (1 + \text{rate} \cdot k)$ |
# | exponential | $\text{base}^{k}\, \alpha_0$, base below 1, e.g. 0.95 |
# | $1/\sqrt{t}$ | $\alpha_0 / \sqrt{k + 1}$ |
# | staircase | halve every so many epochs |
# | manual | somebody watches the curve and lowers it by hand |


# %%
def inverse_time(alpha_0, k, rate=1.0):
    return alpha_0 / (1 + rate * k)


def exponential(alpha_0, k, base=0.7):
    return alpha_0 * base**k


def inverse_root(alpha_0, k):
    return alpha_0 / np.sqrt(k + 1)


def staircase(alpha_0, k, every=2):
    return alpha_0 * 0.5 ** (k // every)


def manual(alpha_0, k, changes=((3, 0.3), (5, 0.05))):
    """changes : pairs (epoch, factor); the last one whose epoch has come counts."""
    factor = 1.0
    for epoch, new_factor in changes:
        if k >= epoch:
            factor = new_factor
    return alpha_0 * factor


schedules = {
    "1/t": inverse_time,
    "exponential": exponential,
    "1/sqrt(t)": inverse_root,
    "staircase": staircase,
    "manual": manual,
}
for name, schedule in schedules.items():
    print(f"{name:12}", [round(float(schedule(0.5, k)), 3) for k in range(6)])

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(7, 2.9))
k = np.arange(6)
for (name, schedule), look in zip(schedules.items(), ("o-", "s--", "^-.", "D:", "v-"), strict=True):
    axis.plot(k, [schedule(0.5, epoch) for epoch in k], look, ms=4, lw=1.3, label=name)
axis.set(xlabel="epochs done", ylabel="learning rate", title="Five ways down from 0.5", ylim=(0, None))
axis.legend(ncols=2)
plt.show()

# %% [markdown]
# *In words:* all five lines start at 0.5. The line of 1/t falls fastest at first; the staircase halves at epochs 2
# and 4; the manual line keeps its height until epoch 3, drops, and drops again at epoch 5, below all others.
#
# Does it help? Small batches of 16 and a generous rate, six epochs, once constant and once with each schedule. An optimiser of the package takes a
# function of the number of steps as its rate.

# %%
steps_per_epoch = -(-m // 16)
print("schedule     cost after epochs 2, 4, 6     dev error")
candidates = {"constant": lambda alpha_0, k: alpha_0, **schedules}
final_cost = {}
for name, schedule in candidates.items():
    optimiser = SGD(lambda step, schedule=schedule: float(schedule(0.5, step // steps_per_epoch)))
    _, epoch_costs, trained = run(optimiser, 16, epochs=6, seed=0)
    final_cost[name] = epoch_costs[-1]
    costs = "   ".join(f"{epoch_costs[k - 1]:.2f}" for k in (2, 4, 6))
    print(f"{name:12}   {costs}   {dev_error(trained):14.0%}")

# %% [markdown]
# At the constant rate the cost stops falling while the mini-batches go on disagreeing; every decay ends well below it, on dev pictures too. The
# gain is that large because the rate was generous. With a timid rate a decay only slows down: try 0.1 instead of 0.5. Which schedule wins
# depends on the number of epochs you can afford. Decay belongs late in the search for hyperparameters: first a good $\alpha_0$, then its decay.
#
# ## 9 · Local optima, saddles, plateaus
#
# People used to fear that descent would end in a poor local minimum. In two dimensions, that picture is easy to draw. In many it is misleading,
# and we can measure it.
#
# At a **stationary point** the gradient is zero. The Hessian's eigenvalues say how the cost bends there: all positive, a minimum; all
# negative, a maximum; mixed, a **saddle**. For a minimum, *all* $n$ directions must bend upwards. So count: take
# random smooth functions of $n$ variables, find their stationary points with Newton's method, and look at the eigenvalues.


# %%
def random_waves(n, rng):
    """A random smooth function: a sum of waves. Returns frequencies (K, n), phases and heights (K,)."""
    grid = np.array(list(itertools.product((-1, 0, 1), repeat=n)))
    frequencies = grid[: len(grid) // 2]  # one of each pair f, -f; the constant is left out
    K = len(frequencies)
    return frequencies, rng.uniform(0, 2 * np.pi, K), rng.standard_normal(K) / np.sqrt(K)


def stationary_points(waves, starts, steps=60):
    """Newton's method from many starts. starts : (P, n). Returns distinct points, their Hessians and heights."""
    frequencies, phases, heights = waves
    x = starts
    for _ in range(steps):
        angle = x @ frequencies.T + phases  # (P, K)
        gradient = -(heights * np.sin(angle)) @ frequencies  # (P, n)
        H = -np.einsum("pk,ki,kj->pij", heights * np.cos(angle), frequencies, frequencies)
        move = np.linalg.solve(H + 1e-9 * np.eye(x.shape[1]), gradient[..., None])[..., 0]
        length = np.linalg.norm(move, axis=1, keepdims=True)
        x = x - move / np.maximum(1, length)  # no step longer than 1
    angle = x @ frequencies.T + phases
    found = np.abs((heights * np.sin(angle)) @ frequencies).max(axis=1) < 1e-9
    x, H = np.mod(x[found], 2 * np.pi), H[found]
    keys = np.round(np.exp(1j * x), 4)  # the same point from two starts counts once
    _, first = np.unique(keys, axis=0, return_index=True)
    return x[first], H[first], (np.cos(angle[found]) @ heights)[first]


rng = np.random.default_rng(4)
print(" n   points   minima   maxima   saddles")
share_of_saddles, points_in_six = {}, None
for n in range(1, 7):
    counts = np.zeros(3, int)
    for _ in range(12 if n < 5 else 3):
        _, H, J_at = stationary_points(random_waves(n, rng), rng.uniform(0, 2 * np.pi, (150, n)))
        downwards = (np.linalg.eigvalsh(H) < 0).sum(axis=1)
        counts += [(downwards == 0).sum(), (downwards == n).sum(), ((downwards > 0) & (downwards < n)).sum()]
        if n == 6:
            points_in_six = (downwards, J_at)
    share_of_saddles[n] = counts[2] / counts.sum()
    shares = counts / counts.sum()
    print(f"{n:2} {counts.sum():8}   {shares[0]:6.0%}   {shares[1]:6.0%}   {shares[2]:7.0%}")

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3))
left.plot(list(share_of_saddles), list(share_of_saddles.values()), "o-")
left.set(xlabel="dimension n", ylabel="share", title="Saddles among stationary points", ylim=(0, 1.05))
downwards, J_at = points_in_six
jitter = np.random.default_rng(0).uniform(-0.15, 0.15, len(downwards))
right.plot(J_at, downwards + jitter, ".", ms=4, color=COLOURS["vermillion"])
right.set(
    xlabel="cost at the point",
    ylabel="directions that bend down",
    title="Six dimensions: low points are nearly minima",
)
plt.show()

# %% [markdown]
# *In words:* on the left the share of saddles rises from 0 in one dimension over one half in two to more than nine tenths in six. On the
# right each dot is a stationary point of one function of six variables: the lower its cost, the fewer directions bend downwards.
#
# Two lessons. With each dimension it becomes less likely that *all* directions bend upwards, and a network has thousands. And the points that look like
# minima sit low: those high up nearly all have a way out. (These are random functions. That real networks behave alike was
# measured by Dauphin and others, 2014.)
#
# You have met a saddle of a real network in 1.4: **all weights zero**. Here is a 2-2-1 network with tanh, on four points whose label is the
# sign of the first input. We find its slopes and bends at zero by nudging.


# %%
def tiny_cost(p):
    """Cross-entropy of a 2-2-1 network on four points. p : (9,) all weights and biases in a row."""
    X = np.array([[-1, -1, 1, 1], [-1, 1, -1, 1]]) / 2
    Y = np.array([[0, 0, 1, 1]])
    A1 = np.tanh(p[:4].reshape(2, 2) @ X + p[4:6].reshape(2, 1))  # (2, 4)
    Z2 = p[6:8].reshape(1, 2) @ A1 + p[8]  # (1, 4)
    return float(np.mean(np.logaddexp(0, Z2) - Y * Z2))


def hessian_by_nudging(f, n, step=1e-3):
    """Second derivatives of f at zero. Returns (n, n)."""
    e = step * np.eye(n)
    H = [
        [
            (f(e[i] + e[j]) - f(e[i] - e[j]) - f(e[j] - e[i]) + f(-e[i] - e[j])) / (4 * step**2)
            for j in range(n)
        ]
        for i in range(n)
    ]
    return np.array(H)


slopes = [(tiny_cost(nudge) - tiny_cost(-nudge)) / 2e-5 for nudge in 1e-5 * np.eye(9)]
print("all slopes below 1e-9:", bool(np.abs(slopes).max() < 1e-9))
print("bends:", np.linalg.eigvalsh(hessian_by_nudging(tiny_cost, 9)).round(2) + 0.0)

# %% [markdown]
# No slope, three directions up, two down, four flat: a saddle. That is one more way to say why weights must not start at zero.
#
# ### How long does a saddle or a plateau hold you?
#
# A saddle is left in the end, but near it the slope is almost nothing. A **plateau** is worse: a wide flat region. We count the steps until each
# optimiser is off the ridge of the saddle ($w_2 > 0.5$), starting a thousandth beside it, and until it is in the plateau's hole.

# %%
saddle, plateau = saddle_surface(), plateau_surface()
print("            steps off the saddle   into the plateau's hole")
for name, make in (("SGD", SGD), ("momentum", Momentum), ("RMSprop", RMSprop), ("Adam", Adam)):
    off = walk(make(0.1), saddle, saddle.start, 1000)[:, 1] > 0.5
    into = plateau.cost(walk(make(0.1), plateau, plateau.start, 1000).T) < 0.5
    words = [str(int(np.argmax(reached))) if reached.any() else "more than 1000" for reached in (off, into)]
    print(f"{name:9} {words[0]:>16} {words[1]:>24}")

# %% [markdown]
# Dividing by the size of the gradient is what helps: a tiny slope still gives a step of length $\alpha$. Momentum alone averages tiny slopes, and their
# average is tiny. Here, where the slope slowly grows, it is even later than plain descent.
#
# ### Play: a ridge and a plain
#
# 1. On the saddle set "Start, second" to exactly 0. Where does descent stop? Is it a minimum?
# 2. Now 0.01. What has changed, and what would noise in the gradient do for you?
# 3. On the plateau, rate 0.1 and 200 steps: from how far away does descent still arrive?

# %%
LearningRateExplorer(saddle, plateau).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. In the middle, on the ridge, where the slope is zero: a minimum along $w_1$, a maximum along $w_2$.
# 2. The walk lingers, then falls off to one side. Mini-batch noise pushes you off a ridge for free.
# 3. From a little more than two. The slope falls off like $r\, e^{-r^2 / 0.72}$, so each tenth further out costs many steps.
# </details>
#
# ## 10 · Common mistakes
#
# **The average that forgets to remember.** Notes write $v_2 = \beta v_0 + \dots$, $v_3 = \beta v_0 + \dots$ It must be $v_{t-1}$ each time.

# %%
series = [40, 49, 45]
print("beta * v_0 every time:", np.array([0.9 * 0 + 0.1 * theta_t for theta_t in series]).round(2))
print("beta * v_(t-1):       ", weighted_average(series, 0.9).round(2))

# %% [markdown]
# With $v_0$ it is a tenth of each day and averages nothing.
#
# **"0.9^10 is 1/e, about 0.35."** $1/e$ is 0.368. And $0.9^{10} = 0.349$ is near it. The limit is $1/e$; at $\epsilon = 0.1$ you are five per cent off.

# %%
print(f"0.9^10 / (1/e) = {0.9**10 * np.e:.3f}")

# %% [markdown]
# **Feeding the corrected value back.** $v_t = (\beta v_{t-1} + (1 - \beta)\theta_t)/(1 - \beta^t)$ as the running value corrects what is corrected already.

# %%
constant = np.full(30, 20.0)  # thirty days of 20 degrees: every average must say 20
v_fed_back = 0.0
fed_back = []
for t, theta_t in enumerate(constant, start=1):
    v_fed_back = (0.9 * v_fed_back + 0.1 * theta_t) / (1 - 0.9**t)
    fed_back.append(v_fed_back)
kept_raw = weighted_average(constant, 0.9) / (1 - 0.9 ** np.arange(1, 31))
for day in (1, 2, 5, 10, 30):
    print(f"day {day:2}: fed back {fed_back[day - 1]:8.0f}   kept raw {kept_raw[day - 1]:.0f}")

# %% [markdown]
# Thirty days of 20 degrees, and an "average" of tens of thousands. The same mistake in Adam overwrites $V$ and $S$ with their corrected values, and there it hides, because
# the blow-up stands above *and* below the fraction bar. Look at the first steps and at training:


# %%
def broken_adam_step(parameters, gradients, v, s, t, alpha, mistake, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Adam with one of the mistakes that circulate."""
    for name in parameters:
        key, g = "d" + name, gradients["d" + name]
        v[key] = beta1 * v[key] + (1 - beta1) * g
        s[key] = beta2 * (v[key] if mistake == "V in the recursion of S" else s[key]) + (1 - beta2) * g**2
        v_corrected = v[key] / (1 - beta1**t)
        s_corrected = s[key] / (1 - (beta1 if mistake == "S corrected with beta1" else beta2) ** t)
        if mistake == "V and S overwritten":
            v[key], s[key] = v_corrected, s_corrected
        with np.errstate(invalid="ignore"):
            parameters[name] -= alpha * v_corrected / (np.sqrt(s_corrected) + epsilon)


mistakes = ("none", "V and S overwritten", "S corrected with beta1", "V in the recursion of S")
print("a constant gradient of 2: length of steps 1, 2, 5, 20, with alpha = 0.01")
for mistake in mistakes:
    w, v, s, lengths = {"w": np.zeros(1)}, {"dw": np.zeros(1)}, {"dw": np.zeros(1)}, []
    for t in range(1, 21):
        before = w["w"].copy()
        broken_adam_step(w, {"dw": np.array([2.0])}, v, s, t, 0.01, mistake)
        lengths.append(float(np.abs(w["w"] - before)[0]))
    print(f"{mistake:24}", np.array(lengths)[[0, 1, 4, 19]].round(4))


# %%
def one_epoch(mistake, alpha):
    """Train with a broken Adam. Returns the cost over all training pictures, or in which step NaN came."""
    rng = np.random.default_rng(0)
    parameters = initialise(rng)
    v, s = zeros_like(gradients), zeros_like(gradients)
    for t, (X_t, Y_t) in enumerate(mini_batches(X_train, Y_train, 128, rng), start=1):
        _, g = cost_and_gradients(parameters, X_t, Y_t)
        broken_adam_step(parameters, g, v, s, t, alpha, mistake)
        if not all(np.isfinite(value).all() for value in parameters.values()):
            return f"NaN in step {t}"
    return f"{cost_and_gradients(parameters, X_train, Y_train)[0]:.1f}"


print("cost after one epoch on the digits     alpha = 0.002   alpha = 0.01   alpha = 0.03")
for mistake in mistakes:
    outcomes = [one_epoch(mistake, alpha) for alpha in (0.002, 0.01, 0.03)]
    print(f"{mistake:36}" + "".join(f"{outcome:>16}" for outcome in outcomes))

# %% [markdown]
# - **Overwritten**: a constant gradient must give steps of length $\alpha$. These shrink to nothing within five steps, and training stands still. A
#   larger $\alpha$ does not save it.
# - **S corrected with beta1**: the first step divides $0.001\, g^2$ by $0.1$ where it must divide by $0.001$. So it is ten times too long, and
#   the excess lasts for hundreds of steps. At a timid rate that even looks like progress; at a good rate it is too much.
# - **$\beta_2 V$ in the recursion of $S$**: $V$ has a sign, $S$ must not. Where $V < 0$ the root is NaN, and the network with it.
#
# **RMSprop with the recursion dropped, or with `dW` in the step of `b`.** $S = (1 - \beta)\, dW^2$ remembers nothing: every step has the same length,
# $\alpha / \sqrt{1 - \beta}$, whatever the gradient.

# %%
for g in (0.001, 0.1, 10.0):
    print(f"gradient {g:6}: step / alpha without recursion {g / np.sqrt((1 - 0.9) * g**2):.3f}")
print()
W, b, dW, db = np.zeros((3, 2)), np.zeros((3, 1)), np.ones((3, 2)), np.full((3, 1), 5.0)
print("b - alpha * dW has shape", (b - 0.1 * dW).shape, ": b was", b.shape, "and NumPy did not complain")

# %% [markdown]
# Only the sign of the gradient is left of it; and a bias that became a matrix, because broadcasting stretched it. Assert the shape after each update while
# you are learning.
#
# **Mini-batches whose ranges do not fit.** `0…1000`, `1001…2000`, … as slices:

# %%
examples = np.arange(5000)
wrong = [examples[0:1000]] + [examples[k * 1000 + 1 : (k + 1) * 1000] for k in range(1, 5)]
right = [examples[k * 1000 : (k + 1) * 1000] for k in range(5)]
for name, batches in (("wrong", wrong), ("right", right)):
    used = np.concatenate(batches)
    missing = np.setdiff1d(examples, used)
    print(f"{name}: sizes {[len(batch) for batch in batches]}, never seen: {missing.tolist()}")

# %% [markdown]
# A slice ends *before* its second number. So the next one starts **at** it. The same care for the last, short batch: the ranges must cover
# $0, \dots, m - 1$, each example once.
#
# ## 11 · What you should remember
#
# - Mini-batches: shuffle $X$ and $Y$ alike, cut, step after each; noise falls with the root of the size.
# - $v_t = \beta v_{t-1} + (1 - \beta)\theta_t$ averages about $1/(1 - \beta)$ values; read off $v_t / (1 - \beta^t)$, keep $v_t$ raw.
# - Momentum averages gradients: pushes to and fro cancel, steady pushes add up.
# - RMSprop divides by the root of the average square: each parameter gets a step of about $\alpha$.
# - Adam is both, with both corrections; 0.9, 0.999, $10^{-8}$, and a rate that you tune.
# - Lower the rate late, not early; first find a good $\alpha_0$.
# - In many dimensions, saddles and plateaus slow you down; poor local minima are rare.
#
# ### Ask yourself
#
# <details><summary>1. The cost of successive mini-batches goes 0.41, 0.38, 0.44, 0.36. Is the learning rate too large?</summary>
#
# Nothing says so. Other batch, other cost. Watch an average, or the cost over all examples; if *that* rises, lower the rate.
# </details>
#
# <details><summary>2. You double the mini-batch. How much less noise, and how many steps an epoch?</summary>
#
# Noise falls by $\sqrt 2$, to 71 per cent. The steps halve. Unless you also raise $\alpha$, an epoch now gets you less far.
# </details>
#
# <details><summary>3. A colleague multiplies the loss by 100 "to help the optimiser". What happens to SGD, and what to Adam?</summary>
#
# SGD takes steps a hundred times as long and likely diverges. Adam takes the same steps as before: numerator and root scale alike.
# </details>
#
# <details><summary>4. Why does Adam need bias correction more than momentum does?</summary>
#
# $\beta_2 = 0.999$ averages over 1000 steps, so $S$ is far too small for hundreds of steps, and it stands *below* the bar: too small an $S$ means too
# long a step.
# </details>
#
# <details><summary>5. A point has zero gradient and eigenvalues 3, 0.2 and −0.01. Minimum?</summary>
#
# A saddle, and a slow one: only one direction leads down, and it bends very little.
# </details>
#
# **References.** H. Robbins, S. Monro (1951), *A stochastic approximation method* · B. Polyak (1964), *Some methods of speeding up the convergence of
# iteration methods* · G. Hinton (2012), *Neural networks for machine learning*, lecture 6e (RMSprop) · Y. Dauphin and others (2014), *Identifying and attacking
# the saddle point problem in high-dimensional non-convex optimization* · D. Kingma, J. Ba (2015), *Adam: a method for stochastic optimization* · L. Bottou,
# F. Curtis, J. Nocedal (2018), *Optimization methods for large-scale machine learning*.
#
# **Now you:** [exercises for this lesson](exercises/04_optimisation_algorithms.ipynb).
