# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1.1 · From perceptron to neuron
#
# A neural network is made of one small part, repeated. The part adds up what it is given, each number with a
# weight of its own, and then decides. This lesson builds the part, finds its weak spot, repairs it, and puts a few
# of them together. At the end you train networks of three sizes on more and more real data, and see for
# yourself why they became so successful when they did.
#
# **After this you can**
#
# - compute what a perceptron and a sigmoid neuron answer, for one example and for many at once,
# - say why a perceptron flips, why a sigmoid neuron glides, and why learning needs the second,
# - build logic from neurons, and solve with a hidden layer what no single neuron can,
# - match a kind of data with a kind of network,
# - read a learning curve, and name the three causes of the success of deep learning with a measurement for each.
#
# **Time** about 75 minutes. **Builds on** school calculus and basic Python; nothing else. **Next** [1.2 Logistic
# regression and gradient descent](02_logistic_regression.ipynb), where the neuron learns its weights.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_limits

from course_utils.data import (
    SPEECH_RATE,
    load_clothes,
    load_digits,
    load_sentiment,
    load_spoken_words,
    load_temperatures,
)
from course_utils.explorers import NeuronExplorer
from course_utils.kernels.activations import (
    relu,
    relu_backward,
    relu_forward,
    sigmoid,
    sigmoid_backward,
    sigmoid_forward,
)
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.losses import binary_cross_entropy, softmax_cross_entropy
from course_utils.plots import COLOURS, use_style
from course_utils.training.optimisers import SGD, Adam

use_style()

# %% [markdown]
# ## 1 · A weighted sum and a threshold
#
# Here is a question with two answers. Somebody tells you how cold the night and how warm the day was in Seattle. Was
# it **summer** (June to August) or **spring** (March to May)? We have real measurements of four years. The
# answer is called the **label** $y$: 1 for summer, 0 for spring.

# %%
weather = load_temperatures()
month = weather.dates.astype("datetime64[M]").astype(int) % 12 + 1  # 1 to 12
year = weather.dates.astype("datetime64[Y]").astype(int) + 1970
spring, summer = np.isin(month, (3, 4, 5)), np.isin(month, (6, 7, 8))


def days(chosen):
    """Nights and days as columns, with labels.

    chosen : True for the days to take. Returns X (2, m), Y (1, m).
    """
    X = np.stack([weather.lowest[chosen], weather.highest[chosen]])  # (2, m)
    return X, summer[chosen].astype(float).reshape(1, -1)


X_train, Y_train = days((spring | summer) & (year < 2015))
X_test, Y_test = days((spring | summer) & (year == 2015))
print("training days (2012 to 2014):", X_train.shape, " summer days among them:", int(Y_train.sum()))
print("test days (2015):            ", X_test.shape, "  summer days among them:", int(Y_test.sum()))

# %% [markdown]
# One day is described by two numbers, the **features**: $x_1$, the lowest temperature, in the night, and $x_2$, the
# highest. The first rule that comes to mind uses one feature and a **threshold**: *summer, if the day was warmer
# than 19 degrees*.

# %%
x_2 = 22.2  # degrees Celsius, highest temperature of one day
print("answer for this day:", 1 if x_2 > 19 else 0)

right = ((X_train[1] > 19) == (Y_train[0] == 1)).mean()
print(f"right on training days: {right:.1%}")

# %% [markdown]
# Two features know more than one. But how do they decide together? Give each a **weight**, which says how much it
# counts. Add up, and compare the sum with the threshold:
#
# $$\text{answer} = \begin{cases} 1 & \text{if } w_1 x_1 + w_2 x_2 > \text{threshold}\\ 0 & \text{otherwise.}\end{cases}$$
#
# This is the **perceptron** (Rosenblatt, 1958). The weights below are picked by hand: the night counts four times as much as the
# day, because a warm night is the better sign of summer.
#
# *Predict before you run:* a night of 11.1 and a day of 22.2 degrees, weights 0.8 and 0.2, threshold 13. Which answer?

# %%
x = [11.1, 22.2]  # night, day
w = [0.8, 0.2]
threshold = 13

weighted_sum = 0.0
for w_j, x_j in zip(w, x, strict=True):
    weighted_sum += w_j * x_j
print("weighted sum:", round(weighted_sum, 2), " answer:", 1 if weighted_sum > threshold else 0)

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# $0.8 \cdot 11.1 + 0.2 \cdot 22.2 = 13.32$, just above 13: summer.
# </details>
#
# **The threshold becomes a bias.** Bring it to the left side and call $b = -\text{threshold}$ the **bias**. Then every neuron
# compares with zero, and the sum gets its usual name $z$:
#
# $$z = w_1 x_1 + w_2 x_2 + b = w^T x + b, \qquad a = \begin{cases} 1 & \text{if } z > 0\\ 0 & \text{if } z \le 0.\end{cases}$$
#
# Here $x$ and $w$ are columns of shape $(n_x, 1)$, that is $n_x$ rows and one column, with $n_x = 2$ features. $w^T$, *w transposed*, is the same numbers
# laid down as a row, shape $(1, n_x)$. A row times a column means: multiply the numbers in pairs and add up, which is the weighted sum.
# A large bias makes a neuron that says yes easily; a very negative one needs much persuasion. Exactly at zero it says 0.


# %%
def perceptron(X, w, b):
    """Answers of one perceptron. X : (n_x, m)   w : (n_x, 1)   b : number.

    Returns (1, m) of zeros and ones.
    """
    Z = w.T @ X + b  # @ is the product of matrices: (1, n_x) @ (n_x, m) -> (1, m)
    return (Z > 0).astype(float)


w, b = np.array([[0.8], [0.2]]), -13.0  # w (2, 1)
x = np.array([[11.1], [22.2]])  # (2, 1)
print("one day: ", perceptron(x, w, b))
print("all days:", perceptron(X_train, w, b).shape)

# %% [markdown]
# Nothing changed in the formula to go from one day to all 552. The days stand side by side as the **columns** of $X$, of shape
# $(n_x, m)$. The row $w^T$ meets each column in turn, so one product gives all answers. The course writes all data so, with $m$ for the number of examples.


# %%
def accuracy(answers, Y):
    """Share of right answers. answers, Y : (1, m)."""
    return float((answers == Y).mean())


print(f"right on training days: {accuracy(perceptron(X_train, w, b), Y_train):.1%}")
print(f"right on test days:     {accuracy(perceptron(X_test, w, b), Y_test):.1%}")

# %% [markdown]
# **What it looks like.** The answer changes where $w_1 x_1 + w_2 x_2 + b = 0$. That is the equation of a straight line. The
# weights are an arrow that stands at a right angle to it and points to the side of the ones; the bias shifts the line.

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(6.4, 4.2))
for label, name, marker, colour in ((0, "spring", "o", "blue"), (1, "summer", "^", "vermillion")):
    axis.plot(*X_train[:, Y_train[0] == label], marker, ms=4, alpha=0.6, color=COLOURS[colour], label=name)
night = np.array([-2.0, 20.0])
axis.plot(night, -(w[0, 0] * night + b) / w[1, 0], color=COLOURS["black"], label="w·x + b = 0")
axis.annotate("", (13 + 6 * w[0, 0], 13 + 6 * w[1, 0]), (13, 13), arrowprops={"arrowstyle": "->", "lw": 2})
axis.text(18, 13.2, "w")
axis.set(
    xlim=(-2, 20), ylim=(2, 38), xlabel="lowest temperature x1 (°C)", ylabel="highest temperature x2 (°C)"
)
axis.set(title="One perceptron is one straight cut", aspect="equal")
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# *In words:* two clouds of days, spring (circles) at the lower left and summer (triangles) at the upper right, which overlap.
# A steep black line cuts between them. An arrow, the weights, starts on it and points at a right angle into the summer side.
#
# ## 2 · It flips, or it glides
#
# We picked the weights by hand. A machine should find them itself: change a weight a little, see whether things get
# better, keep what helped. Does that work with a perceptron? Take one day and turn one weight slowly.
#
# *Predict before you run:* the weight of the night goes from 0.7 to 0.9 in small steps. What does the answer do for this one day?

# %%
for w_1 in (0.70, 0.74, 0.77, 0.771, 0.772, 0.80, 0.90):
    answer = perceptron(x, np.array([[w_1], [0.2]]), b)
    print(f"w_1 = {w_1:.3f}   answer {answer[0, 0]:.0f}")

# %% [markdown]
# It does nothing, then it flips, then it does nothing again. Most small changes have no effect at all. One has the largest effect
# there can be. Neither tells which way to go on.
#
# The repair is small. Keep $z$ and replace the jump by a smooth slope, the **sigmoid**:
#
# $$a = \sigma(z) = \frac{1}{1 + e^{-z}}.$$
#
# It is close to 0 for very negative $z$, close to 1 for large $z$, and exactly one half at $z = 0$. So a **sigmoid neuron** does not
# only say yes or no, it says how sure it is.


# %%
def sigmoid_neuron(X, w, b):
    """Answers of one sigmoid neuron. X : (n_x, m)   w : (n_x, 1)   b : number.

    Returns (1, m) between 0 and 1.
    """
    Z = w.T @ X + b  # (1, m)
    return sigmoid(Z)


for w_1 in (0.70, 0.74, 0.77, 0.771, 0.772, 0.80, 0.90):
    w_turned = np.array([[w_1], [0.2]])
    print(
        f"w_1 = {w_1:.3f}   perceptron {perceptron(x, w_turned, b)[0, 0]:.0f}"
        f"   sigmoid neuron {sigmoid_neuron(x, w_turned, b)[0, 0]:.4f}"
    )

# %% tags=["figure"]
w_1 = np.linspace(0.2, 1.4, 400)
z_of_x = w_1 * x[0, 0] + 0.2 * x[1, 0] + b  # z for this one day, for each weight

figure, axis = plt.subplots(figsize=(6.4, 2.8))
axis.plot(w_1, z_of_x > 0, "--", color=COLOURS["vermillion"], label="perceptron")
axis.plot(w_1, sigmoid(z_of_x), color=COLOURS["blue"], label="sigmoid neuron")
axis.set(xlabel="weight w1 of the night", ylabel="answer a", title="One day, one weight turned")
axis.legend()
plt.show()

# %% [markdown]
# *In words:* the dashed line of the perceptron lies at 0, jumps to 1 near $w_1 = 0.77$ and stays there. The solid line of the sigmoid
# neuron rises in a smooth S through the same place.
#
# A tiny nudge now has a tiny effect, and the effect has a direction. Let us measure this on the whole task. To
# judge weights over all days, a perceptron can only count its mistakes. The sigmoid neuron has a finer measure, the **cross-entropy** cost:
# it is small when the neuron was sure and right, and large when it was sure and wrong (1.2 derives it).

# %% tags=["figure"]
w_1 = np.linspace(0.6, 1.0, 1200)
Z_grid = np.outer(w_1, X_train[0]) + 0.2 * X_train[1] + b  # (1200 weights, m)
mistakes = ((Z_grid > 0) != (Y_train == 1)).sum(axis=1)
cost = [binary_cross_entropy(sigmoid(z.reshape(1, -1)), Y_train)[0] for z in Z_grid]

figure, (left, right_axis) = plt.subplots(1, 2, figsize=(7.6, 2.8))
left.plot(w_1, mistakes, color=COLOURS["vermillion"], lw=1.2)
left.set(xlabel="weight w1", ylabel="mistakes", title="Perceptron: stairs")
right_axis.plot(w_1, cost, color=COLOURS["blue"])
right_axis.set(xlabel="weight w1", ylabel="cost", title="Sigmoid neuron: a slope")
plt.show()

# %% [markdown]
# *In words:* on the left the number of mistakes goes down and up again in steps, flat between them, with small dents. On
# the right the cost of the sigmoid neuron is one smooth bowl.
#
# How often does a nudge tell anything? Try a thousand random weights and nudge each by one part in ten thousand.

# %%
rng = np.random.default_rng(1)
nudge = 1e-4
told = {"perceptron": 0, "sigmoid neuron": 0}
for _ in range(1000):
    w_random = np.array([[rng.uniform(0.6, 1.0)], [0.2]])
    w_nudged = w_random + np.array([[nudge], [0.0]])
    before, after = perceptron(X_train, w_random, b), perceptron(X_train, w_nudged, b)
    told["perceptron"] += (before != Y_train).sum() != (after != Y_train).sum()
    J_before, _ = binary_cross_entropy(sigmoid_neuron(X_train, w_random, b), Y_train)
    J_after, _ = binary_cross_entropy(sigmoid_neuron(X_train, w_nudged, b), Y_train)
    told["sigmoid neuron"] += J_before != J_after
for name, count in told.items():
    print(f"{name:15} the nudge changed the measure in {count / 10:.0f}% of the places")

# %% [markdown]
# The perceptron's stairs have slope zero almost everywhere; there is nothing to follow. The sigmoid neuron always has a slope. All of
# deep learning rests on this: **follow the slope**.
#
# ## 3 · One sigmoid neuron is logistic regression
#
# Statistics has known this neuron since the middle of the last century, under the name **logistic regression** (Cox, 1958). It looks at the
# **odds**, the chance of a yes against the chance of a no, and says: their logarithm is a weighted sum,
#
# $$\log\frac{a}{1 - a} = w^T x + b .$$
#
# Solve for $a$, and the sigmoid comes out. Check it with numbers:

# %%
a = sigmoid_neuron(X_train, w, b)  # (1, m)
log_odds = np.log(a / (1 - a))
print(
    "largest difference between log-odds and w·x + b, below 1e-9:",
    np.abs(log_odds - (w.T @ X_train + b)).max() < 1e-9,
)

# %% [markdown]
# If the two are the same model, they must find the same weights. Let us see. The neuron learns by small steps
# down the slope of the cost; how is the subject of 1.2, here you only watch. Statisticians use Newton's method, which fits a
# parabola to the cost and jumps to its lowest point. Both get the same data. We subtract each feature's mean and divide by its standard deviation first,
# so that the steps suit both weights. (`axis=1, keepdims=True` takes the mean along each row and keeps it as a column; 1.3 explains.)

# %%
mean, deviation = X_train.mean(axis=1, keepdims=True), X_train.std(axis=1, keepdims=True)  # (2, 1)
X_scaled, X_test_scaled = (X_train - mean) / deviation, (X_test - mean) / deviation
m = X_train.shape[1]

w_neuron, b_neuron = np.zeros((2, 1)), 0.0
for _ in range(2000):  # small steps down the slope
    error = sigmoid_neuron(X_scaled, w_neuron, b_neuron) - Y_train  # (1, m)
    w_neuron = w_neuron - 1.0 * X_scaled @ error.T / m
    b_neuron = b_neuron - 1.0 * error.mean()

# the bias is the weight of a feature that is always 1
design = np.vstack([X_scaled, np.ones((1, m))])  # (3, m)
theta = np.zeros((3, 1))
for _ in range(8):  # Newton's method
    A = sigmoid(theta.T @ design)  # (1, m)
    slope = design @ (A - Y_train).T / m  # (3, 1)
    curvature = (design * (A * (1 - A))) @ design.T / m  # (3, 3)
    theta = theta - np.linalg.solve(curvature, slope)

print("neuron, 2000 small steps: ", np.append(w_neuron, b_neuron).round(3))
print("logistic regression, 8 jumps:", theta.ravel().round(3))

# %%
for part, X_part, X_part_scaled, Y_part in (
    ("training", X_train, X_scaled, Y_train),
    ("test", X_test, X_test_scaled, Y_test),
):
    learned = sigmoid_neuron(X_part_scaled, w_neuron, b_neuron) > 0.5  # sure by more than half: summer
    by_hand = perceptron(X_part, w, b)
    print(
        f"{part:8} days: by hand {accuracy(by_hand, Y_part):.1%} right, learned {accuracy(learned, Y_part):.1%}"
    )

# %% [markdown]
# The same three weights. *One sigmoid neuron = logistic regression* is no figure of speech. What is new in a neural network is not the
# neuron. It is that there are many.
#
# And the careful hand did about as well as the machine: on 184 test days the two scores differ by five days, which is luck as much as skill. Two weights can be picked by hand. The
# large network of section 7 has a quarter of a million.
#
# ## 4 · What one neuron cannot do
#
# Let the features be yes or no, 1 or 0. Then a neuron is a piece of logic (McCulloch and Pitts, 1943). **AND** answers 1 if both inputs are 1; **OR** if at least one is.

# %%
corners = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype=float)  # (2, 4): the four possible inputs
w_and, b_and = np.array([[1.0], [1.0]]), -1.5
w_or, b_or = np.array([[1.0], [1.0]]), -0.5
print("x1 ", corners[0])
print("x2 ", corners[1])
print("AND", perceptron(corners, w_and, b_and)[0])
print("OR ", perceptron(corners, w_or, b_or)[0])

# %% [markdown]
# Same weights, another bias: the bias alone decides how many yes-votes are needed.
#
# Now **XOR**, *either, but not both*. Try weights for a minute before you read on. Then let the machine try: a hundred thousand random
# neurons for each of the three.

# %%
targets = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
w_many = rng.uniform(-3, 3, (100_000, 2))  # one neuron a row
b_many = rng.uniform(-3, 3, (100_000, 1))
answers = w_many @ corners + b_many > 0  # (100000, 4)
for name, target in targets.items():
    hits = (answers == np.array(target)).sum(axis=1)  # right corners of each neuron
    print(
        f"{name:3}: best neuron {hits.max()} of 4 corners right; neurons with all four: {(hits == 4).sum() > 0}"
    )

# %% [markdown]
# Random trials prove nothing, but they raise a suspicion. The exercises have the proof, in four lines. It was published by Minsky and Papert (1969),
# and many lost interest in neurons then.
#
# ### Play: nudge a perceptron beside a sigmoid neuron
#
# Both neurons have the same weights and see the same input. The coloured squares show what they answer to every input, and the four corners are those of
# the truth table. Click a slider and use the arrow keys.
#
# 1. Press *At the threshold*, then nudge $w_1$ by arrow keys. What do the two neurons do?
# 2. Press *Saturated* and nudge again. How much does the sigmoid neuron move now? Why?
# 3. Set the input $x_1$ to 0 and turn $w_1$. What moves?
# 4. Choose the truth table XOR. How many corners can you get right?

# %%
NeuronExplorer().show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. A press or two flips the perceptron from 0 to 1, because $z$ passes 0. The sigmoid neuron is at about one half there and moves by a hundredth or two.
# 2. With large weights the S is as steep as a jump and flat everywhere else, so almost nothing moves. A flat sigmoid is called **saturated**; section 7 measures
#    what that does to deep networks.
# 3. At this input nothing moves, in either neuron: $w_1 \cdot 0 = 0$. A weight counts only as much as its input.
# 4. Three, never four.
# </details>
#
# ## 5 · Layers and hidden units
#
# XOR is *OR, but not AND*. So build it in two steps. First two neurons look at the inputs: one computes OR, one computes NOT-AND. Then a third neuron
# takes **their** answers as its inputs, and computes AND of the two.
#
# Neurons side by side are a **layer**. Put their weights as rows into one matrix $W$ of shape (neurons, inputs), and their biases into a column $b$. One
# product gives the sums of all neurons for all examples:
#
# $$Z^{[1]} = W^{[1]} X + b^{[1]}, \quad A^{[1]} = g(Z^{[1]}), \qquad Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}, \quad A^{[2]} = g(Z^{[2]}).$$
#
# The number in square brackets counts layers; $g$ is the **activation function**, here the threshold. Layer 1 is called **hidden**, because the
# data say what goes in and what should come out, but not what happens there.
#
# | symbol | meaning | shape here |
# |---|---|---|
# | $W^{[1]}, b^{[1]}$ | two hidden neurons, two inputs each | (2, 2), (2, 1) |
# | $A^{[1]}$ | what the hidden neurons say about $m$ examples | (2, m) |
# | $W^{[2]}, b^{[2]}$ | one output neuron with two inputs | (1, 2), (1, 1) |
# | $A^{[2]} = \hat y$ | the answers | (1, m) |


# %%
def threshold_activation(Z):
    """1 where Z is above zero, else 0."""
    return (Z > 0).astype(float)


W1, b1 = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([[-0.5], [1.5]])  # row 1: OR, row 2: NOT-AND
W2, b2 = np.array([[1.0, 1.0]]), np.array([[-1.5]])  # AND of the two

A1 = threshold_activation(W1 @ corners + b1)  # (2, 2) @ (2, 4) -> (2, 4)
A2 = threshold_activation(W2 @ A1 + b2)  # (1, 2) @ (2, 4) -> (1, 4)
print("OR     ", A1[0])
print("NOT-AND", A1[1])
print("XOR    ", A2[0])

# %% [markdown]
# Three neurons do what a hundred thousand single ones could not. Why? Look at the four corners **as the output neuron sees them**: not $x_1$ and $x_2$, but the two
# hidden answers.

# %% tags=["figure"]
xor = np.array(targets["XOR"])
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.2))
for axis, points, names, title in (
    (axes[0], corners, ("x1", "x2"), "What comes in: no straight cut"),
    (axes[1], A1, ("hidden unit 1 (OR)", "hidden unit 2 (NOT-AND)"), "What the output neuron sees"),
):
    for label, marker, colour in ((0, "o", "blue"), (1, "^", "vermillion")):
        axis.plot(*points[:, xor == label], marker, ms=13, color=COLOURS[colour], label=f"XOR = {label}")
    axis.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xlabel=names[0], ylabel=names[1], title=title)
    axis.set(xticks=[0, 1], yticks=[0, 1], aspect="equal")
axes[1].plot([0.1, 1.4], [1.4, 0.1], color=COLOURS["black"])
axes[1].annotate("two corners\nmeet here", (1, 1), (0.1, 0.35), arrowprops={"arrowstyle": "->"})
axes[0].legend(loc="center")
plt.show()

# %% [markdown]
# *In words:* on the left the two ones (triangles) and the two zeros (circles) sit on crossed diagonals of a square; no straight line parts
# them. On the right the two triangles have moved to the same place, the upper right corner, and a line cuts it off from the two circles.
#
# The hidden layer **moved the examples** so that one straight cut is enough. That is what hidden layers are for: they find a better
# description of the data, and in a trained network nobody tells them which.
#
# With smooth neurons it works the same way. Multiply all weights and biases by a factor: the larger it is, the more sigmoid neurons behave like
# perceptrons. With small factors the answers are soft; every one of them can glide.

# %%
print("inputs          (0,0) (0,1) (1,0) (1,1)")
for factor in (1, 4, 16):
    A1 = sigmoid(factor * (W1 @ corners + b1))
    A2 = sigmoid(factor * (W2 @ A1 + b2))
    print(f"weights times {factor:2} ", "  ".join(f"{a:.2f}" for a in A2[0]))

# %% [markdown]
# Now a network can have any number of units in any number of layers. Each unit takes **all** units of the layer before as its inputs. Drawing it shows how fast the
# connections multiply; each line is one weight.


# %% tags=["figure"]
def draw_network(axis, n_units):
    """Draw units as circles and weights as lines. n_units : units of each layer, inputs first."""
    heights = [np.linspace(n / 2, -n / 2, n + 2)[1:-1] for n in n_units]
    for layer, (below, above) in enumerate(pairwise(heights)):
        for y_from in below:
            for y_to in above:
                axis.plot([layer, layer + 1], [y_from, y_to], color=COLOURS["grey"], lw=0.6, zorder=1)
    for layer, ys in enumerate(heights):
        colour = COLOURS["blue"] if layer == 0 else COLOURS["orange"]
        axis.scatter([layer] * len(ys), ys, s=110, color=colour, edgecolor="black", zorder=2)
    axis.axis("off")


def count_parameters(n_units):
    """Weights and biases: each unit has a weight for each input, and a bias."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(n_units))


figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.6))
for axis, n_units in zip(axes, ([2, 1], [2, 2, 1], [4, 6, 5, 3]), strict=True):
    draw_network(axis, n_units)
    axis.set_title(f"{' → '.join(map(str, n_units))}\n{count_parameters(n_units)} parameters")
plt.show()

# %% [markdown]
# *In words:* three networks, inputs in blue at the left, neurons in orange. One neuron with two inputs has 3 parameters; the XOR network has 9; a
# network with four inputs, hidden layers of 6 and 5 units and 3 outputs has 83.
#
# ## 6 · A map: which network for which data
#
# All of this is **supervised learning**: examples $x$ come with their labels $y$, and we look for a function from $x$ to $y$. The function has a form that
# suits the data. Load one set of each kind and look at the shape of its examples.

# %%
clothes = load_clothes()
sentences = load_sentiment()
spoken = load_spoken_words()
lengths = [len(sentence.split()) for sentence in sentences.X_train]
takes = [take for word in spoken for take in spoken[word]]


def spectrogram(sound, window=400, hop=160):
    """How loud each pitch is, in each hundredth of a second.

    sound : (T,). Returns (window // 2 + 1, T_x): one row a pitch, one column a hundredth of a second.
    """
    starts = range(0, len(sound) - window + 1, hop)
    frames = np.stack([sound[s : s + window] * np.hanning(window) for s in starts], axis=1)  # (window, T_x)
    return np.log10(np.abs(np.fft.rfft(frames, axis=0)) + 1e-4)


pictures_of_sound = [spectrogram(take) for take in takes]
print("table     ", X_train[:, 0].shape, "two temperatures; the same for every day")
print("image     ", clothes.X_train[0].shape, "a grid of pixels")
print(
    "sentence  ",
    f"({min(lengths)},) to ({max(lengths)},) words; sound ({min(map(len, takes))},) to ({max(map(len, takes))},) samples",
)
widths = [S.shape[1] for S in pictures_of_sound]
print(
    "both      ",
    f"({pictures_of_sound[0].shape[0]}, {min(widths)}) to ({pictures_of_sound[0].shape[0]}, {max(widths)}): pitches, and time",
)

# %% tags=["figure"]
figure, axes = plt.subplots(1, 4, figsize=(9.2, 2.7))
axes[0].imshow(X_train[:, :6].T, cmap="cividis", aspect="auto")
for (row, column), value in np.ndenumerate(X_train[:, :6].T):
    axes[0].text(column, row, f"{value:.1f}", ha="center", va="center", color="white", fontsize=8,
                 bbox={"facecolor": "black", "alpha": 0.5, "lw": 0, "pad": 1})  # fmt: skip
axes[0].set(title="table: six days", xticks=[0, 1], xticklabels=["night", "day"], yticks=[])
axes[1].imshow(clothes.X_train[0, :, :, 0], cmap="gray_r")
axes[1].set(title="image", xticks=[], yticks=[])
sound = spoken["seven"][0]
axes[2].plot(np.arange(len(sound)) / SPEECH_RATE, sound, lw=0.5)
axes[2].set(title="sequence: a spoken word", xlabel="seconds", yticks=[])
axes[3].imshow(spectrogram(sound), origin="lower", aspect="auto", cmap="cividis")
axes[3].set(title="both: its spectrogram", xlabel="hundredths of a second", ylabel="pitch", yticks=[])
plt.show()

# %% [markdown]
# *In words:* a table of six rows with two temperatures each; a piece of clothing in grey pixels; the wavy line of a spoken word over half a second;
# and the same word as a picture, time to the right and pitch upwards, with bright bands where a pitch is loud.
#
# What makes these kinds different can be measured.
#
# **Structured data: a table.** The order of the columns means nothing. Swap the features together with their weights, and a neuron does not notice.

# %%
swapped = perceptron(X_train[::-1], w[::-1], b)
print("same answers with day and night swapped:", np.array_equal(swapped, perceptron(X_train, w, b)))

# %% [markdown]
# **Images.** Neighbouring pixels are alike, distant ones are not. That is knowledge a network should use: look at small patches first. Correlation measures
# likeness: 1 is always alike, 0 is unrelated.

# %%
images = clothes.X_train[:, :, :, 0]  # (m, 28, 28)
contrast = images - images.mean(axis=0)  # what differs from the mean picture


def likeness(distance):
    """Correlation of pixels that lie `distance` columns apart, over all pictures."""
    return np.corrcoef(contrast[:, :, :-distance].ravel(), contrast[:, :, distance:].ravel())[0, 1]


print(
    "pixels 1 apart:",
    likeness(1).round(2),
    "  5 apart:",
    likeness(5).round(2),
    "  15 apart:",
    likeness(15).round(2),
)

# %% [markdown]
# **Sequences.** Length differs from example to example, and order carries the meaning. A table cannot hold either. These two sentences have the same words:

# %%
all_sentences = np.concatenate([sentences.X_train, sentences.X_dev, sentences.X_test])
all_labels = np.concatenate([sentences.Y_train, sentences.Y_dev, sentences.Y_test])
seen = {}
for sentence, label in zip(all_sentences, all_labels, strict=True):
    other = seen.setdefault(tuple(sorted(sentence.split())), (sentence, label))
    if other[1] != label:
        print(
            f"{sentences.class_names[label]:8}: {sentence}\n{sentences.class_names[other[1]]:8}: {other[0]}\n"
        )

# %% [markdown]
# **Both.** A spectrogram is alike in its neighbourhood like an image, and has a length like a sequence. It wants both ideas in one network.
#
# | data | examples in this course | network | why it suits | where |
# |---|---|---|---|---|
# | structured (tables) | temperatures, house prices, clicks | **standard** network, all units connected | no order among the features | tracks 1 and 2 |
# | images | digits, clothes, photographs | **convolutional** network (CNN) | small patches, the same everywhere | track 4 |
# | sequences | text, sound, time series | **recurrent** network (RNN) | any length, order matters | track 5 |
# | several kinds | speech as pictures over time, photo with caption | **hybrid**: parts joined | each part does what it is good at | 5.7, 5.8 |
#
# Images, sound and text are called **unstructured** data: no number in them has a meaning of its own. There, networks made the largest difference.
#
# ## 7 · Why now?
#
# The neuron is from 1958, the layers are from the 1980s. Deep learning took off after 2010. Three things had changed: **data**, **computation**, **algorithms**. Each claim gets
# a measurement. We need a network that learns; the next cell holds one. You will build every line of it yourself in 1.2 to 1.5 and 2.4, so do not
# study it now. To use it, know this: `n_units` lists the units of each layer, and training repeats *answer, measure the error, step down the slope* on
# batches of 64 pictures. The label of a picture is a column of ten numbers, a 1 in the row of its class and 0 elsewhere; that is called **one-hot**.

# %%
ACTIVATIONS = {"sigmoid": (sigmoid_forward, sigmoid_backward), "relu": (relu_forward, relu_backward)}


def start_weights(n_units, rng, activation):
    """Random first weights. n_units : units of each layer, inputs first. Returns W1, b1, W2, b2, ..."""
    gain = 2 if activation == "relu" else 1
    parameters = {}
    for l, (n_in, n_out) in enumerate(pairwise(n_units), start=1):
        W = rng.standard_normal((n_out, n_in)) * np.sqrt(gain / n_in)
        parameters[f"W{l}"] = W.astype(np.float32)  # (n_out, n_in)
        parameters[f"b{l}"] = np.zeros((n_out, 1), np.float32)
    return parameters


def forward(X, parameters, activation):
    """Scores of every class. X : (n_x, m). Returns Z (n_y, m) and what the way back needs."""
    L, caches = len(parameters) // 2, []
    A = X
    for l in range(1, L + 1):
        Z, dense_cache = dense_forward(A, parameters[f"W{l}"], parameters[f"b{l}"])
        A, activation_cache = ACTIVATIONS[activation][0](Z) if l < L else (Z, None)
        caches.append((dense_cache, activation_cache))
    return A, caches


def gradients(dZ, caches, activation):
    """Slope of the cost for every weight and bias. dZ : (n_y, m)."""
    found, dA = {}, None
    for l in range(len(caches), 0, -1):
        dense_cache, activation_cache = caches[l - 1]
        if activation_cache is not None:
            dZ = ACTIVATIONS[activation][1](dA, activation_cache)
        dA, dW, db = dense_backward(dZ, dense_cache, need_dA_prev=l > 1)
        found[f"dW{l}"], found[f"db{l}"] = dW, db
    return found


def train_network(X, Y, n_units, rng, steps, optimiser, activation="relu", batch=64, watch=None):
    """Train from random weights. X : (n_x, m)   Y : (n_y, m), one-hot. Returns the parameters."""
    parameters = start_weights(n_units, rng, activation)
    m = X.shape[1]
    for step in range(steps):
        chosen = rng.choice(m, min(batch, m), replace=False)
        Z, caches = forward(X[:, chosen], parameters, activation)
        _, dZ = softmax_cross_entropy(Z, Y[:, chosen])
        optimiser.step(parameters, gradients(dZ, caches, activation))
        if watch is not None:
            watch(step, parameters)
    return parameters


def share_right(X, labels, parameters, activation="relu"):
    """Share of pictures whose class gets the highest score. labels : (m,)."""
    Z, _ = forward(X, parameters, activation)
    return float((Z.argmax(axis=0) == labels).mean())


# %% [markdown]
# ### Data
#
# The task: which of ten digits did somebody write? Up to 8000 handwritten digits are for training, and 2000 others measure. We give the learners
# 50 pictures, then 100, and so on; up to 1600 twice, with other pictures and other first weights, so that you can see what is luck. Five learners compete:
#
# - a **small**, a **medium** and a **large** network,
# - **softmax regression**, which is logistic regression for ten classes: one layer, no hidden units. It stands for the classical linear models;
# - the **nearest neighbour** (Cover and Hart, 1967): answer with the label of the most similar training picture. It learns nothing, it only remembers.
#
# *Predict before you run:* who wins with 50 pictures? Who with 8000? Which curves flatten?

# %%
digits = load_digits()
X_digits = digits.X_train.reshape(8000, -1).T.copy()  # (784, 8000) float32
Y_digits = np.eye(10, dtype=np.float32)[digits.Y_train].T.copy()  # (10, 8000), one-hot
X_measure = np.concatenate([digits.X_dev, digits.X_test]).reshape(2000, -1).T.copy()  # (784, 2000)
labels_measure = np.concatenate([digits.Y_dev, digits.Y_test])  # (2000,)

learners = {
    "softmax regression": [784, 10],
    "small network": [784, 16, 10],
    "medium network": [784, 64, 10],
    "large network": [784, 256, 128, 10],
}
for name, n_units in learners.items():
    print(f"{name:19} {' → '.join(map(str, n_units)):22} {count_parameters(n_units):7,} parameters")


# %%
def nearest_neighbour(X, labels, X_new):
    """Label of the most similar column of X for each column of X_new. Returns (m_new,)."""
    # (m_new, m), without |x_new|^2, which is equal along each row
    squared_distance = (X * X).sum(axis=0) - 2 * X_new.T @ X
    return labels[squared_distance.argmin(axis=1)]


def falling_rate(steps):
    """A learning rate that goes down to zero in a straight line."""
    return lambda step: 0.003 * (1 - step / steps)


amounts = (50, 100, 200, 400, 800, 1600, 3200, 8000)
scores = {name: [] for name in [*learners, "nearest neighbour"]}  # (amount, share right)
trained, seconds = {}, {}

# %% tags=["nbval-ignore-output"]
from time import perf_counter

# matrices this small are multiplied sooner by one core than by two that wait for each other
threadpool_limits(1)
for m in amounts:
    for draw in range(2 if m < 3000 else 1):
        chosen = np.random.default_rng(draw).permutation(8000)[:m]
        X, Y, labels = X_digits[:, chosen], Y_digits[:, chosen], digits.Y_train[chosen]
        steps = int(np.clip(m // 6, 150, 1200))
        for name, n_units in learners.items():
            started = perf_counter()
            trained[name, m] = train_network(
                X, Y, n_units, np.random.default_rng(10 + draw), steps, Adam(falling_rate(steps))
            )
            seconds[name] = perf_counter() - started
            scores[name].append((m, share_right(X_measure, labels_measure, trained[name, m])))
        guess = nearest_neighbour(X, labels, X_measure)
        scores["nearest neighbour"].append((m, float((guess == labels_measure).mean())))


def mean_score(name, m):
    """Mean share of right answers of one learner after m training pictures."""
    return np.mean([score for amount, score in scores[name] if amount == m])


print(f"{'pictures':19}" + "".join(f"{m:7}" for m in amounts))
for name in scores:
    print(f"{name:19}" + "".join(f"{mean_score(name, m):7.1%}" for m in amounts))

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(7.6, 4.0))
looks = [
    ("grey", ":", "s"),
    ("sky", "-.", "v"),
    ("green", "--", "D"),
    ("blue", "-", "o"),
    ("orange", ":", "x"),
]
for name, (colour, dash, marker) in zip(scores, looks, strict=True):
    axis.plot(*zip(*scores[name], strict=True), marker, ms=4, color=COLOURS[colour], alpha=0.6)
    curve = [mean_score(name, m) for m in amounts]
    axis.plot(amounts, curve, dash, color=COLOURS[colour], marker=marker, ms=5, label=name)
axis.set(
    xscale="log",
    xlabel="training pictures",
    ylabel="right on new pictures",
    title="More data, larger network",
)
axis.set_xticks(amounts, [str(m) for m in amounts])
axis.minorticks_off()
axis.legend()
plt.show()

# %% [markdown]
# *In words:* five curves rise from about 60 per cent at 50 pictures. On the left they lie close together, and the two runs of one learner differ
# as much as the learners do. To the right they spread like a fan: softmax regression and the small network flatten first, then the medium network; the large
# network lies highest and is still rising at 8000. The nearest neighbour starts low and ends beside the medium network.
#
# Which of this is solid, and which is noise? State the claims so that the computer can check them.

# %%
at_end = {name: mean_score(name, 8000) for name in scores}
gap = {m: mean_score("large network", m) - mean_score("small network", m) for m in amounts}
gain = {name: at_end[name] - mean_score(name, 1600) for name in scores}
print(
    "8000 pictures: large > medium > small:",
    at_end["large network"] > at_end["medium network"] > at_end["small network"],
)
print("8000 pictures: the large network beats both classical models:",
      at_end["large network"] > max(at_end["softmax regression"], at_end["nearest neighbour"]))  # fmt: skip
print(
    "50 pictures: all within ten points of each other:",
    np.ptp([mean_score(name, 50) for name in scores]) < 0.1,
)
print("the large network still gains two points or more from 1600 to 8000:", gain["large network"] > 0.02)
print("mistakes of the small network, per mistake of the large one, at 8000: more than 1.5:",
      (1 - at_end["small network"]) / (1 - at_end["large network"]) > 1.5)  # fmt: skip

# %% [markdown]
# With little data there is no reason to prefer a network: who wins depends on details. With much data the size decides. A large network can
# use what a small one has no room for. Note also what the curves do **not** show. The nearest neighbour stays a strong rival here; but it must
# keep all pictures, and compare with each of them for every answer. And nothing rises for ever: 100 per cent is the end.
#
# What did the hidden units find? A unit of the first hidden layer has a weight for each pixel, so its weights are a picture.

# %% tags=["figure"]
W1 = trained["small network", 8000]["W1"]  # (16, 784)
figure, axes = plt.subplots(2, 8, figsize=(7.6, 2.3))
for axis, unit in zip(axes.flat, W1, strict=True):
    limit = np.abs(unit).max()
    axis.imshow(unit.reshape(28, 28), cmap="PuOr_r", vmin=-limit, vmax=limit)
    axis.set(xticks=[], yticks=[])
figure.suptitle("Sixteen hidden units of the small network", x=0.01, ha="left", fontsize=11)
plt.show()

# %% [markdown]
# *In words:* sixteen small pictures of weights, orange for *ink here speaks for me*, purple for *against*. Most show patches of both colours in the middle, where
# people write; the rim is random grain left over from the start. Two are grain all over.

# %% tags=["nbval-ignore-output"]
Z1 = W1 @ X_digits + trained["small network", 8000]["b1"]  # (16, 8000)
active = (Z1 > 0).mean(axis=1)  # share of training pictures for which each unit is active
print("share of pictures that make each unit active (z above 0):")
print(*[f"{share:.0%}" for share in active])

# %% [markdown]
# Nobody told the units where to look. And nobody saw to it that all of them took part: a unit that is grain all over is active for no picture. Such a unit is
# called **dead**; the network does its work with the others.
#
# ### Computation
#
# A network is many multiplications. Count them for the training run of the large network above (the way back costs twice the way forward), and measure how
# long one takes: in a Python loop, and in NumPy. (Times are from the machine that built this page; run the cell for yours.)

# %% tags=["nbval-ignore-output"]
weights = sum(n_in * n_out for n_in, n_out in pairwise(learners["large network"]))
multiplications = 3 * weights * 64 * 1200

p, q = [0.5] * 200_000, [0.25] * 200_000
started = perf_counter()
total = 0.0
for p_j, q_j in zip(p, q, strict=True):
    total += p_j * q_j
loop_rate = 200_000 / (perf_counter() - started)
numpy_rate = multiplications / seconds["large network"]

print(f"multiplications in one training run: {multiplications:.1e}")
print(
    f"Python loop:        {loop_rate:.1e} a second, so this run would take {multiplications / loop_rate / 3600:.1f} hours (estimated)"
)
print(
    f"NumPy, all of it:   {numpy_rate:.1e} a second, this run took {seconds['large network']:.1f} seconds (measured)"
)

# %% [markdown]
# Same machine, same sums. Lesson 1.3 shows where the factor comes from. Graphics processors go further in the same direction. An experiment of hours becomes one of seconds, and who
# can try more ideas a day finds better ones: *idea → code → experiment → idea*.
#
# ### Algorithms
#
# The most useful new idea was also the simplest: another activation function for hidden units, the **rectified linear unit**
# $\text{ReLU}(z) = \max(0, z)$ (Nair and Hinton, 2010).
#
# Why? Learning follows slopes, and on its way from the output to the first layer the slope is multiplied by the slope of each activation function it
# passes (1.2 and 1.5 show how). The sigmoid's slope is **at most one quarter**. ReLU's is 1 wherever the unit is active.

# %% tags=["figure"]
z = np.linspace(-6, 6, 401)
figure, (left, right_axis) = plt.subplots(1, 2, figsize=(7.4, 2.6))
left.plot(z, sigmoid(z), label="sigmoid")
left.plot(z, relu(z), "--", label="ReLU")
left.set(xlabel="z", ylabel="a", ylim=(-0.2, 3), title="Activation")
left.legend()
right_axis.plot(z, sigmoid(z) * (1 - sigmoid(z)), label="sigmoid")
right_axis.plot(z, z > 0, "--", label="ReLU")
right_axis.set(xlabel="z", ylabel="slope", title="Slope")
plt.show()

# %% [markdown]
# *In words:* on the left the sigmoid bends from 0 to 1, and the dashed ReLU is 0 up to $z = 0$ and then a straight line. On the right the sigmoid's
# slope is a low hill of height one quarter that vanishes beyond $\pm 6$; the slope of ReLU is 0, then 1.
#
# Measure what arrives. A network with four hidden layers of 64 units sees its first 64 pictures. How large is the slope of the cost with respect to a typical weight of each layer?

# %%
deep = [784, 64, 64, 64, 64, 10]
arriving = {}
for activation in ("sigmoid", "relu"):
    parameters = start_weights(deep, np.random.default_rng(3), activation)
    Z, caches = forward(X_digits[:, :64], parameters, activation)
    _, dZ = softmax_cross_entropy(Z, Y_digits[:, :64])
    found = gradients(dZ, caches, activation)
    arriving[activation] = [np.sqrt((found[f"dW{l}"] ** 2).mean()) for l in range(1, 6)]
    print(
        f"{activation:8}",
        "  ".join(f"layer {l}: {size:.0e}" for l, size in enumerate(arriving[activation], start=1)),
    )

# %% [markdown]
# With the sigmoid the first layer feels a slope hundreds of times smaller than the last one. It hardly learns: the slope has **vanished**. With ReLU all
# layers feel about the same. Does it matter? Train both with plain steps down the slope, 300 of them, and give each its best learning rate out of three.

# %%
rates = {"sigmoid": (0.3, 1.0, 3.0), "relu": (0.03, 0.1, 0.3)}
curves = {}  # (hidden layers, activation, rate) -> share right after each 15 steps
for hidden_layers in (1, 4):
    for activation in rates:
        for rate in rates[activation]:
            curve = []

            def watch(step, parameters, curve=curve, activation=activation):
                if step % 15 == 14:
                    curve.append(
                        share_right(X_measure[:, :500], labels_measure[:500], parameters, activation)
                    )

            n_units = [784] + [64] * hidden_layers + [10]
            train_network(
                X_digits, Y_digits, n_units, np.random.default_rng(4), 300, SGD(rate), activation, watch=watch
            )
            curves[hidden_layers, activation, rate] = curve


def best_rate(hidden_layers, activation):
    """The rate with the best mean over the curve."""
    return max(rates[activation], key=lambda rate: np.mean(curves[hidden_layers, activation, rate]))


# %% tags=["figure"]
figure, axes = plt.subplots(1, 2, figsize=(7.6, 2.9), sharey=True)
for axis, hidden_layers in zip(axes, (1, 4), strict=True):
    for activation, dash, colour in (("sigmoid", "--", "vermillion"), ("relu", "-", "blue")):
        for rate in rates[activation]:
            best = rate == best_rate(hidden_layers, activation)
            axis.plot(
                np.arange(15, 301, 15), curves[hidden_layers, activation, rate], dash, color=COLOURS[colour],
                alpha=1 if best else 0.3, label=f"{activation}, rate {rate}" if best else None,
            )  # fmt: skip
    axis.set(
        xlabel="step", title=f"{hidden_layers} hidden layer{'s' if hidden_layers > 1 else ''}", ylim=(0, 1)
    )
    axis.legend(loc="lower right" if hidden_layers == 1 else "center right")
axes[0].set_ylabel("right on new pictures")
plt.show()

# %% [markdown]
# *In words:* with one hidden layer, on the left, both climb above 80 per cent, about equally fast. With four hidden layers, on the right, the network with ReLU
# climbs as before; the one with sigmoids stays near 10 per cent, which is guessing; only its largest rate begins to stir, at the very end. The best rate is drawn strong, the others pale.

# %%
for hidden_layers in (1, 4):
    last = {name: np.mean(curves[hidden_layers, name, best_rate(hidden_layers, name)][-4:]) for name in rates}
    print(
        f"{hidden_layers} hidden layer(s), 300 steps: sigmoid above 80%: {last['sigmoid'] > 0.8}, ReLU above 80%: {last['relu'] > 0.8}"
    )

# %% [markdown]
# So the sigmoid is no bad function. It is a bad function **to stack**. (Track 2 shows further remedies: better first weights, normalisation.) It stays the right one at the output when the answer is
# a probability. As a small extra, ReLU is also quicker to compute: a comparison instead of an exponential.

# %% tags=["nbval-ignore-output"]
Z = np.random.default_rng(5).standard_normal((1000, 1000)).astype(np.float32)
times = {"sigmoid": [], "relu": []}
for _ in range(15):  # in turns, so that a busy machine slows both
    for name, function in (("sigmoid", sigmoid), ("relu", relu)):
        started = perf_counter()
        function(Z)
        times[name].append(perf_counter() - started)
for name in times:
    print(f"{name:8} {1000 * min(times[name]):6.2f} ms for a million numbers, the fastest of 15")

# %% [markdown]
# ## 8 · Common mistakes
#
# Each of these is in circulation, in notes and in code. Each one runs.
#
# **The threshold taken as the bias.** The bias is **minus** the threshold. With the wrong sign the neuron fires at everything, and no error is raised.

# %%
print(f"b = -13: {accuracy(perceptron(X_train, w, -13.0), Y_train):.1%} right")
wrong = perceptron(X_train, w, 13.0)
print(f"b = +13: {accuracy(wrong, Y_train):.1%} right; share of days called summer: {wrong.mean():.0%}")

# %% [markdown]
# **No bias at all.** Then the cut must pass through the origin. AND becomes impossible: with $w_1 \le 0$ and $w_2 \le 0$, as the two single yes-votes demand, the sum
# cannot be above zero for both.

# %%
hits = ((w_many @ corners > 0) == np.array(targets["AND"])).sum(axis=1)
print("best of a hundred thousand neurons without bias, for AND:", hits.max(), "of 4")

# %% [markdown]
# **"A neuron without its activation is a perceptron."** Without activation it is *linear regression*: it gives $z$ itself. A perceptron has an activation, the threshold. Read as a
# probability, the fitted straight line goes wrong:

# %%
line = np.linalg.solve(design @ design.T, design @ Y_train.T)  # least squares, (3, 1)
print("answers of the line:   from", (line.T @ design).min().round(2), "to", (line.T @ design).max().round(2))
A = sigmoid(theta.T @ design)
print("answers of the neuron: between 0 and 1:", bool(((A > 0) & (A < 1)).all()))

# %% [markdown]
# **"More layers of straight cuts give a curved cut."** Only with an activation between them. Two layers of sums without activation are one sum:

# %%
V1, V2 = rng.standard_normal((5, 2)), rng.standard_normal((1, 5))
two_layers = V2 @ (V1 @ corners)
one_layer = (V2 @ V1) @ corners  # one row of two weights
print("two linear layers equal one:", np.allclose(two_layers, one_layer))

# %% [markdown]
# **Judging a learner by the pictures it learned from.** Remembering is no achievement.

# %%
chosen = np.random.default_rng(0).permutation(8000)[:50]
guess_old = nearest_neighbour(X_digits[:, chosen], digits.Y_train[chosen], X_digits[:, chosen])
guess_new = nearest_neighbour(X_digits[:, chosen], digits.Y_train[chosen], X_measure)
print(
    f"nearest neighbour with 50 pictures: {(guess_old == digits.Y_train[chosen]).mean():.0%} right on these 50, {(guess_new == labels_measure).mean():.0%} on new ones"
)

# %% [markdown]
# ## 9 · What you should remember
#
# - A neuron computes $z = w^T x + b$, then $a = g(z)$. The bias is minus the threshold.
# - A perceptron cuts with one straight line and flips; its slope is zero almost everywhere, so it cannot learn by small steps.
# - A sigmoid neuron glides; one sigmoid neuron is logistic regression.
# - One neuron cannot do XOR. A hidden layer can, because it describes the examples anew.
# - Tables: standard network. Images: convolutional. Sequences: recurrent. Several kinds: hybrid.
# - With little data the size of a network hardly matters; with much data large ones win.
# - Data, computation, algorithms. ReLU keeps slopes alive where a stack of sigmoids kills them.
#
# ### Ask yourself
#
# <details><summary>1. A perceptron has w = (2, -1) and b = 0. You double w and b. What changes? And for a sigmoid neuron?</summary>
#
# Nothing for the perceptron: $2z > 0$ exactly where $z > 0$. The sigmoid neuron keeps its line of one half but is surer on both sides: the S gets steeper.
# </details>
#
# <details><summary>2. How many parameters has a layer of 16 units on pictures of 28 × 28 pixels?</summary>
#
# $(784 + 1) \cdot 16 = 12560$: a weight for each pixel and a bias, for each unit.
# </details>
#
# <details><summary>3. Your training set has 60 examples. A colleague wants a network with a million parameters. What do you say?</summary>
#
# With so little data the size hardly matters, and a classical model may do as well. Measure both on examples that took no part in training, more than once.
# </details>
#
# <details><summary>4. Six layers of sigmoids: how small can the slope get on its way through the activations alone?</summary>
#
# Each passes at most one quarter: at most $0.25^6 \approx 0.00024$. That is the best case, with all $z = 0$.
# </details>
#
# <details><summary>5. Why is it not enough to look at accuracy while training a neuron?</summary>
#
# Accuracy counts mistakes: it goes in stairs, and a small change of a weight mostly changes nothing. A smooth cost has a slope at every place.
# </details>
#
# **References.** W. McCulloch, W. Pitts (1943), *A logical calculus of the ideas immanent in nervous activity* · F. Rosenblatt (1958), *The perceptron: a
# probabilistic model for information storage and organization in the brain* · D. R. Cox (1958), *The regression analysis of binary sequences* · T. Cover, P. Hart (1967), *Nearest
# neighbor pattern classification* · M. Minsky, S. Papert (1969), *Perceptrons* · Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), *Gradient-based learning applied
# to document recognition* (the digits) · V. Nair, G. Hinton (2010), *Rectified linear units improve restricted Boltzmann machines* · X. Glorot, A. Bordes, Y. Bengio
# (2011), *Deep sparse rectifier neural networks* · H. Xiao, K. Rasul, R. Vollgraf (2017), *Fashion-MNIST* (the clothes).
#
# **Now you:** [exercises for this lesson](exercises/01_perceptron_to_neuron.ipynb).
