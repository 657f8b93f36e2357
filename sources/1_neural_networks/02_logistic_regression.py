# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1.2 · Logistic regression and gradient descent
#
# A machine looks at a small grey picture and says: *this is an eight, I am 97 per cent sure.*
# Nobody told it what an eight looks like. In this lesson you build that machine from
# nothing: one weighted sum, one squashing function, one measure of error, and one rule
# that makes the error smaller. Every larger network in this course repeats these four parts.
#
# **After this you can**
#
# - turn a picture into a vector and a probability,
# - say why cross-entropy is the right error here and squared error is not,
# - find any derivative by walking a computation graph from right to left,
# - train the classifier on real handwriting, and read its weights as a picture,
# - tell from a cost curve whether the learning rate is too small, good, or too large.
#
# **Time** about 90 minutes. **Builds on** [1.1 From perceptron to neuron](01_perceptron_to_neuron.ipynb)
# (a weighted sum, a threshold); school calculus; basic Python. **Next** [1.3 Vectorization and NumPy](03_vectorization_numpy.ipynb).

# %%
import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_digits
from course_utils.explorers import LearningRateExplorer, logistic_surface
from course_utils.kernels.activations import sigmoid
from course_utils.kernels.losses import binary_cross_entropy
from course_utils.plots import COLOURS, use_style
from course_utils.plots.computation_graph import draw_computation_graph

use_style()

# %% [markdown]
# ## 1 · The question, and some notation
#
# The data are real: digits that people wrote by hand, scanned at 28 × 28 pixels (LeCun and others, 1998).
# We keep two classes that are easy to mix up, threes and eights. The question about each
# picture has two answers, so the label is one number: $y = 1$ for an eight, $y = 0$ for a three.

# %%
digits = load_digits(classes=(3, 8))
images_train, images_test = digits.X_train, digits.X_test  # (m, 28, 28, 1), values from 0 to 1
Y_train = (digits.Y_train == 8).astype(float).reshape(1, -1)  # (1, m)
Y_test = (digits.Y_test == 8).astype(float).reshape(1, -1)

print("training pictures", images_train.shape, " eights among them:", int(Y_train.sum()))
print("test pictures    ", images_test.shape, " eights among them:", int(Y_test.sum()))

# %% tags=["figure"]
figure, axes = plt.subplots(2, 8, figsize=(7, 2.2))
for row, label in enumerate((0, 1)):
    chosen = np.flatnonzero(Y_train[0] == label)[:8]
    for axis, i in zip(axes[row], chosen, strict=True):
        axis.imshow(images_train[i, :, :, 0], cmap="gray_r", vmin=0, vmax=1)
        axis.set_xticks([])
        axis.set_yticks([])
    axes[row, 0].set_ylabel(f"y = {label}")
figure.suptitle("Threes above, eights below", x=0.01, ha="left", fontsize=11)
plt.show()

# %% [markdown]
# *In words:* eight handwritten threes in the upper row, eight handwritten eights in the
# lower. Some threes nearly close their left side; some eights leave a gap there.
#
# A picture is a table of numbers. Logistic regression wants a list, so we unroll the table,
# row after row, into one **column** of $n_x = 28 \cdot 28 = 784$ numbers. First one picture.

# %%
x = images_train[0].reshape(-1, 1)  # (28, 28, 1) -> (784, 1)
x.shape

# %% [markdown]
# Then all of them: one picture a column. The course writes it so everywhere.
#
# | symbol | meaning | shape here |
# |---|---|---|
# | $m$ | number of examples | |
# | $n_x$ | numbers that describe one example | 784 |
# | $x^{(i)}, y^{(i)}$ | example $i$ and its label | $(n_x, 1)$, 0 or 1 |
# | $X = [x^{(1)}\; x^{(2)} \dots x^{(m)}]$ | all examples, side by side | $(n_x, m)$ |
# | $Y = [y^{(1)}\; y^{(2)} \dots y^{(m)}]$ | all labels, side by side | $(1, m)$ |


# %%
def as_columns(images):
    """Unroll pictures into columns. images : (m, n_H, n_W, 1). Returns (n_H * n_W, m)."""
    return images.reshape(len(images), -1).T.astype(float)


X_train, X_test = as_columns(images_train), as_columns(images_test)  # (784, m)
assert X_train.shape[1] == Y_train.shape[1]
X_train.shape, Y_train.shape

# %% [markdown]
# The `.T` matters. `images.reshape(784, -1)` has the same shape, raises no error, and mixes
# pixels of different pictures in one column. A quick look tells the two apart.

# %% tags=["figure"]
right = X_train[:, 0].reshape(28, 28)
mixed = images_train.reshape(784, -1)[:, 0].reshape(28, 28)

figure, axes = plt.subplots(1, 2, figsize=(4.6, 2.4))
for axis, picture, title in zip(axes, (right, mixed), ("reshape(m, -1).T", "reshape(784, -1)"), strict=True):
    axis.imshow(picture, cmap="gray_r")
    axis.set(title=title, xticks=[], yticks=[])

# %% [markdown]
# *In words:* the first column of the correct matrix is a readable digit; the first column of
# the wrong one is scattered dots, because its 784 numbers come from hundreds of pictures.
#
# ## 2 · From a score to a probability
#
# Give each pixel a weight. Multiply, add everything up, add one more number $b$, the **bias**:
#
# $$z = w^T x + b, \qquad w\ \text{of shape}\ (n_x, 1),\quad b\ \text{a number}.$$
#
# A pixel with a positive weight votes for *eight* when it is dark, one with a negative weight
# votes for *three*. The score $z$ can be any number, and we want a probability. The
# **sigmoid** squeezes the whole line into the space between 0 and 1:
#
# $$a = \hat y = \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \hat y\ \text{read as}\ P(y = 1 \mid x).$$
#
# *Predict before you run:* what is $\sigma(0)$? How do $\sigma(3)$ and $\sigma(-3)$ relate?


# %%
def sigmoid_by_the_formula(z):
    """The sigmoid exactly as the formula reads. z : number or array. Returns the same shape."""
    return 1 / (1 + np.exp(-z))


sigmoid_by_the_formula(np.array([-3.0, 0.0, 3.0])).round(4)

# %% tags=["figure"]
z = np.linspace(-8, 8, 400)
a = sigmoid_by_the_formula(z)

figure, axis = plt.subplots(figsize=(6, 2.8))
axis.plot(z, a, label="sigmoid")
axis.plot(z, a * (1 - a), "--", label="its slope, a(1 - a)")
axis.axhline(0.5, color=COLOURS["grey"], lw=0.8)
axis.axvline(0, color=COLOURS["grey"], lw=0.8)
axis.set(xlabel="score z", ylabel="probability a", title="Undecided at 0, sure far out, never quite 0 or 1")
axis.legend()
plt.show()

# %% [markdown]
# *In words:* an S-shaped line from 0 on the left to 1 on the right through one half at $z = 0$.
# Its slope, dashed, is a hill of height one quarter at $z = 0$ that is almost flat beyond $\pm 6$.
#
# <details><summary>Your prediction</summary>
#
# $\sigma(0) = 0.5$: no evidence, no opinion. And $\sigma(3) + \sigma(-3) = 1$: being 95 per cent
# sure of an eight is being 5 per cent sure of a three. In general $\sigma(-z) = 1 - \sigma(z)$.
# </details>
#
# The formula has a trap. For a very negative score, $e^{-z}$ is larger than any number that
# fits into 64 bits. NumPy gives infinity and a warning. Here we ask it to raise an error.

# %%
with np.errstate(over="raise"):
    try:
        sigmoid_by_the_formula(np.array([-1000.0]))
    except FloatingPointError as problem:
        print("by the formula:  ", problem)

print("course's kernel: ", sigmoid(np.array([-1000.0, 0.0, 1000.0])))

# %% [markdown]
# The kernel never takes $e$ to a large positive power: for negative $z$ it uses
# $\sigma(z) = e^{z} / (1 + e^{z})$, the same function written the other way. From here on we use it.
#
# Now the whole path for one picture, then for all. Only the shapes change.

# %%
n_x, m = X_train.shape
w, b = np.zeros((n_x, 1)), 0.0

z_one = w.T @ x + b  # (1, 784) @ (784, 1) -> (1, 1)
A_all = sigmoid(w.T @ X_train + b)  # (1, 784) @ (784, m) -> (1, m)
print("one picture:", sigmoid(z_one).shape, " all pictures:", A_all.shape, " first answers:", A_all[0, :3])

# %% [markdown]
# With all weights zero the machine says 0.5 to everything. It has no opinion yet. To give
# it one we need to say what *wrong* means.
#
# ## 3 · How wrong? Loss and cost
#
# A **loss** $\mathcal L(a, y)$ measures one answer. The **cost** $J$ is the mean loss over all
# $m$ examples; it is what we make small:
#
# $$J(w, b) = \frac1m \sum_{i=1}^m \mathcal L(a^{(i)}, y^{(i)}).$$
#
# ### Likelihood decides which loss
#
# The machine claims probability $a$ for $y = 1$, so it claims $1 - a$ for $y = 0$. Both cases in one line:
#
# $$p(y \mid x) = a^{\,y} (1 - a)^{1 - y}.$$
#
# A good machine finds what really happened likely. For independent examples the probability of all
# labels together is the **product** of these numbers. It is called the **likelihood**, and we want it large.
#
# *Predict before you run:* the untrained machine says 0.5 each time. What is the product over
# all training pictures, in a computer?

# %%
probability_of_truth = np.where(Y_train == 1, A_all, 1 - A_all)  # (1, m)
print("product:        ", np.prod(probability_of_truth))
print("sum of the logs:", np.log(probability_of_truth).sum().round(2))

# %% [markdown]
# The product is smaller than the smallest number the computer can hold, so it becomes 0: it
# **underflows**. The logarithm turns the product into a sum, keeps the order (a larger
# likelihood has a larger log), and stays in range. Flip the sign so that small is good, divide
# by $m$, and out comes the **cross-entropy**:
#
# $$\mathcal L(a, y) = -\bigl(y \log a + (1 - y) \log(1 - a)\bigr).$$
#
# If $y = 1$, only $-\log a$ is left: it is 0 at $a = 1$ and grows without end as $a$ falls to 0. If
# $y = 0$, only $-\log(1 - a)$ is left. Being sure and wrong costs the most.

# %%
for a_claimed in (0.99, 0.5, 0.01):
    cost, _ = binary_cross_entropy(np.array([[a_claimed]]), np.array([[1.0]]))
    print(f"y = 1, the machine says {a_claimed:4}:  loss {cost:.3f}")

# %% [markdown]
# ### Why not squared error?
#
# $\tfrac12 (a - y)^2$ is the first idea of everybody. Look at both losses for an example with
# $y = 1$, drawn against the score $z$: far left the machine is sure, and wrong.

# %% tags=["figure"]
z = np.linspace(-8, 8, 400)
a = sigmoid(z)
squared, cross_entropy = 0.5 * (a - 1) ** 2, -np.log(a)

figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 2.8))
left.plot(z, cross_entropy, label="cross-entropy")
left.plot(z, squared, "--", label="squared error")
left.set(xlabel="score z", ylabel="loss", title="Loss for y = 1")
left.legend()
right.plot(z, a - 1, label="cross-entropy")
right.plot(z, (a - 1) * a * (1 - a), "--", label="squared error")
right.set(xlabel="score z", ylabel="slope", title="Slope: what learning gets to feel")
right.legend()
plt.show()

# %% [markdown]
# *In words:* on the left, cross-entropy keeps rising as the score gets worse, while squared
# error levels off at one half. On the right, the slope of cross-entropy goes to $-1$ for the
# worst mistakes; the slope of squared error returns to 0 there.
#
# So squared error tells the worst mistakes: *nothing to learn here*. And there is a second problem.
# A function is **convex** when it bends upwards everywhere: then walking downhill can only
# end at the lowest point. Let us test both costs on real data. To draw them, the model must
# have one parameter, so we give it a single feature: the ink in a patch at the left, where
# eights close and threes are open.


# %%
def ink_at_the_lower_left(images):
    """Mean darkness of a patch of 4 × 4 pixels. images : (m, 28, 28, 1). Returns (m,)."""
    return images[:, 16:20, 10:14, 0].mean(axis=(1, 2)).astype(float)


feature = ink_at_the_lower_left(images_train)
feature = (feature - feature.mean()) / feature.std()  # mean 0, standard deviation 1
print("mean feature of threes:", feature[Y_train[0] == 0].mean().round(2))
print("mean feature of eights:", feature[Y_train[0] == 1].mean().round(2))

# %% tags=["figure"]
weight = np.linspace(-12, 12, 481)
A_grid = sigmoid(np.outer(weight, feature))  # (481 weights, m)
J_cross = -np.log(np.where(Y_train == 1, A_grid, sigmoid(-np.outer(weight, feature)))).mean(axis=1)
J_square = 0.5 * ((A_grid - Y_train) ** 2).mean(axis=1)

figure, axes = plt.subplots(1, 2, figsize=(7.4, 2.8))
for axis, J, title in zip(axes, (J_cross, J_square), ("cross-entropy", "squared error"), strict=True):
    bend = np.diff(J, 2)  # the sign of the second difference is the direction of the bend
    down = bend < 0
    axis.plot(weight, J)
    axis.plot(weight[1:-1][down], J[1:-1][down], "o", ms=2.5, color=COLOURS["vermillion"])
    axis.set(xlabel="weight w", ylabel="cost J", title=f"{title}: bends down on {down.mean():.0%}")

# %% [markdown]
# *In words:* the cost of cross-entropy is one bowl; no point is marked. The cost of squared
# error is a bowl only near its bottom; the orange dots mark where it bends down, on the slopes far out,
# which run flat.
#
# Where a cost bends down there can be more than one valley. Five examples are enough, if one lies
# far out on the wrong side. (No bias here, so that the cost has one axis.)

# %% tags=["figure"]
x_five = np.array([0.5, 1.0, 1.5, 2.0, 20.0])
y_five = np.array([0, 1, 1, 1, 0])
weight = np.linspace(-1, 5, 601)
scores = np.outer(weight, x_five)  # (601 weights, 5 examples)
squared = 0.5 * ((sigmoid(scores) - y_five) ** 2).mean(axis=1)
crossed = -np.log(np.where(y_five == 1, sigmoid(scores), sigmoid(-scores))).mean(axis=1)


def valleys(J):
    """Positions of the points of J that are lower than both neighbours."""
    return np.flatnonzero((J[1:-1] < J[:-2]) & (J[1:-1] < J[2:])) + 1


figure, axes = plt.subplots(1, 2, figsize=(7.4, 2.6))
for axis, J, title in zip(axes, (crossed, squared), ("cross-entropy", "squared error"), strict=True):
    axis.plot(weight, J)
    axis.plot(weight[valleys(J)], J[valleys(J)], "o", color=COLOURS["vermillion"])
    axis.set(xlabel="weight w", ylabel="cost J", title=f"{title}: {len(valleys(J))} valley(s)")

# %% [markdown]
# *In words:* on the left one valley, just left of zero. On the right two: a lower one just
# left of zero and a higher one near 1.2, with a ridge between. A walk that starts at $w = 3$ ends in the higher one.
#
# ## 4 · Slopes
#
# To walk downhill we need to know which way is down. The **derivative** of $f$ at $a$ is the
# slope of its curve there. It answers one question: *if I nudge $a$ a little, how many times as
# far does $f$ move?* You can measure it: nudge, look, divide.
#
# *Predict before you run:* fill in the last column yourself, for $a = 2$.


# %%
def slope_by_nudging(f, a, nudge=0.001):
    """How far f moves for each unit that a moves, measured with a small step."""
    return (f(a + nudge) - f(a)) / nudge


functions = [("3a", lambda a: 3 * a), ("a^2", lambda a: a**2), ("a^3", lambda a: a**3), ("log a", np.log)]
print("f(a)     at a = 2   at a = 2.001   slope at 2   slope at 5")
for name, f in functions:
    print(
        f"{name:6} {f(2):10.4f} {f(2.001):14.6f} {slope_by_nudging(f, 2):12.3f} {slope_by_nudging(f, 5):12.3f}"
    )

# %% [markdown]
# The straight line $3a$ has slope 3 everywhere. The others change from place to place, and calculus
# names them: $2a$, $3a^2$ and $1/a$. So $4$, $12$ and $0.5$ at $a = 2$. The measured values are off in
# the third decimal because the nudge is small, not zero.
#
# ## 5 · A graph that computes, and its derivatives
#
# Long formulas are chains of short ones. Take
#
# $$J = 3(a + bc), \qquad\text{in steps:}\quad u = bc,\quad v = a + u,\quad J = 3v.$$
#
# Draw each step as a box, and you have a **computation graph**. Values flow from left to
# right. Derivatives flow from right to left by the **chain rule**: if nudging $u$ moves $v$, and
# moving $v$ moves $J$, then the effects multiply,
#
# $$\frac{dJ}{du} = \frac{dJ}{dv}\cdot\frac{dv}{du}.$$
#
# Here is a graph in thirty lines. Each node knows its value, its parents, and the slope
# towards each parent. In the course's code the derivative of the final output with
# respect to `a` is called `da`; here it is the node's `gradient`.


# %%
class Node:
    """One box of a computation graph: a value, and the slopes towards the boxes it came from."""

    def __init__(self, name, value, formula="", parents=(), slopes=()):
        self.name, self.value, self.formula = name, value, formula
        self.parents, self.slopes = parents, slopes
        self.gradient = None  # dJ/d(this node), known after walking back


def multiply(name, p, q):
    return Node(name, p.value * q.value, f"{p.name} × {q.name}", (p, q), (q.value, p.value))


def add(name, p, q):
    return Node(name, p.value + q.value, f"{p.name} + {q.name}", (p, q), (1, 1))


def times_three(name, p):
    return Node(name, 3 * p.value, f"3{p.name}", (p,), (3,))


def walk_back(nodes):
    """Fill in every gradient, from the last node to the first. nodes : inputs first, the end last."""
    for node in nodes:
        node.gradient = 0.0
    nodes[-1].gradient = 1.0  # nudging J moves J by exactly as much
    for node in reversed(nodes):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.gradient += node.gradient * slope  # += : a node used twice is blamed twice


# %%
a, b_, c = Node("a", 5), Node("b", 3), Node("c", 2)
u = multiply("u", b_, c)
v = add("v", a, u)
J = times_three("J", v)
graph = [a, b_, c, u, v, J]
print({node.name: node.value for node in graph})

# %% [markdown]
# *Predict before you run:* which of $a$, $b$, $c$ moves $J$ most? Find $dJ/db$ by hand first.

# %% tags=["figure"]
walk_back(graph)
figure, axis = plt.subplots(figsize=(7.6, 3.0))
draw_computation_graph(graph, axis)

# %% [markdown]
# *In words:* the inputs $a = 5$, $b = 3$, $c = 2$ stand at the left; $u = bc = 6$, $v = a + u = 11$ and
# $J = 3v = 33$ follow to the right. Below the boxes stand the derivatives: 1 at $J$, 3 at $v$, $u$
# and $a$, 6 at $b$ and 9 at $c$.
#
# Check each against a nudge. The graph needs one walk for all of them; nudging needs one run of
# the whole formula **per input**. With 784 weights that difference is why networks can be trained at all.


# %%
def J_of(a, b, c):
    return 3 * (a + b * c)


values = {"a": 5.0, "b": 3.0, "c": 2.0}
for node in (a, b_, c):
    nudged = {**values, node.name: values[node.name] + 0.001}
    measured = (J_of(**nudged) - J_of(**values)) / 0.001
    print(f"dJ/d{node.name}: graph {node.gradient:g}, nudge {measured:.3f}")

# %% [markdown]
# ## 6 · The loss as a graph: one example
#
# Now the real thing. For one example with two features the loss is computed like this:
#
# $$z = w_1 x_1 + w_2 x_2 + b \;\longrightarrow\; a = \sigma(z) \;\longrightarrow\; \mathcal L = -\bigl(y\log a + (1-y)\log(1-a)\bigr).$$
#
# Walk back, one box at a time:
#
# $$\frac{d\mathcal L}{da} = -\frac{y}{a} + \frac{1-y}{1-a}, \qquad \frac{da}{dz} = a(1-a).$$
#
# The product simplifies. Multiply it out yourself before you unfold it.
#
# <details><summary>The derivation</summary>
#
# $$\frac{d\mathcal L}{dz} = \left(-\frac{y}{a} + \frac{1-y}{1-a}\right) a(1-a) = -y(1-a) + (1-y)a = a - y.$$
# </details>
#
# $$\boxed{\;dz = a - y\;} \qquad dw_1 = x_1\, dz, \quad dw_2 = x_2\, dz, \quad db = dz.$$
#
# Read it: the error itself, *what I said minus what was true*, is the derivative. This is the
# gift of pairing the sigmoid with cross-entropy. The same nodes compute it.


# %%
def squash(name, p):
    value = float(sigmoid(np.array([p.value]))[0])
    return Node(name, value, f"σ({p.name})", (p,), (value * (1 - value),))


def cross_entropy_node(name, p, y):
    value = -(y * np.log(p.value) + (1 - y) * np.log(1 - p.value))
    return Node(name, value, f"loss({p.name}, y={y})", (p,), (-y / p.value + (1 - y) / (1 - p.value),))


y = 1
w1, x1, w2, x2, bias = Node("w1", 0.8), Node("x1", 1.5), Node("w2", -1.2), Node("x2", 2.0), Node("b", 0.3)
p1, p2 = multiply("p", w1, x1), multiply("q", w2, x2)
s1 = add("s", p1, p2)
z_node = add("z", s1, bias)
a_node = squash("a", z_node)
loss = cross_entropy_node("L", a_node, y)
graph = [w1, x1, w2, x2, bias, p1, p2, s1, z_node, a_node, loss]
walk_back(graph)
print(f"a = {a_node.value:.4f}   a - y = {a_node.value - y:.4f}   dL/dz by the graph = {z_node.gradient:.4f}")
print(
    f"dw1 = {w1.gradient:.4f} = x1 (a - y)   dw2 = {w2.gradient:.4f} = x2 (a - y)   db = {bias.gradient:.4f}"
)

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(9.4, 4.6))
draw_computation_graph(graph, axis)

# %% [markdown]
# *In words:* weights and inputs at the left meet in two products, whose sum plus the bias is
# $z = -0.9$. The sigmoid makes 0.289 of it, far from the truth $y = 1$; the loss is 1.24. Going back,
# $d\mathcal L/dz = -0.711$, which is $a - y$; it is multiplied by $x_1$ and $x_2$ on the way to the weights.
# Both weights get a negative derivative: descent, which steps against it, raises them and with them $z$.
#
# ## 7 · All examples: from the loop to one product
#
# The cost is a mean of losses, and the derivative of a mean is the mean of the derivatives. As a loop
# over examples and features it reads like this:


# %%
def cost_and_gradients_loop(w, b, X, Y):
    """Cost and its gradients, one number at a time.

    w : (n_x, 1)   b : number   X : (n_x, m)   Y : (1, m)
    Returns J, dw (n_x, 1), db.
    """
    n_x, m = X.shape
    J, dw, db = 0.0, np.zeros((n_x, 1)), 0.0
    for i in range(m):
        z = b
        for j in range(n_x):
            z += w[j, 0] * X[j, i]
        a = 1 / (1 + np.exp(-z))
        J += -(Y[0, i] * np.log(a) + (1 - Y[0, i]) * np.log(1 - a))
        dz = a - Y[0, i]
        for j in range(n_x):
            dw[j, 0] += X[j, i] * dz
        db += dz
    return J / m, dw / m, db / m


# %% [markdown]
# The inner loops are products of matrices in disguise. All scores at once: $Z = w^T X + b$, of shape
# $(1, m)$. All errors at once: $dZ = A - Y$. And the sum over examples of $x^{(i)} dz^{(i)}$ is
#
# $$dw = \frac1m X\, dZ^T, \qquad (n_x, m)(m, 1) \to (n_x, 1), \qquad\qquad db = \frac1m \sum_i dz^{(i)}.$$


# %%
def cost_and_gradients(w, b, X, Y):
    """The same without a loop. Shapes as above."""
    m = X.shape[1]
    A = sigmoid(w.T @ X + b)  # (1, n_x) @ (n_x, m) -> (1, m)
    J, _ = binary_cross_entropy(A, Y)
    dZ = A - Y  # (1, m)
    dw = X @ dZ.T / m  # (n_x, m) @ (m, 1) -> (n_x, 1)
    db = float(dZ.mean())
    return float(J), dw, db


# %% [markdown]
# Trust, but check. First against the loop, on a few pictures and random weights; then against
# nudges in both directions, $\frac{J(w + \varepsilon) - J(w - \varepsilon)}{2\varepsilon}$, which are far more accurate than one-sided ones.

# %%
rng = np.random.default_rng(1)
w_try, b_try = 0.1 * rng.standard_normal((n_x, 1)), 0.2
X_few, Y_few = X_train[:, :50], Y_train[:, :50]

J_slow, dw_slow, db_slow = cost_and_gradients_loop(w_try, b_try, X_few, Y_few)
J_fast, dw_fast, db_fast = cost_and_gradients(w_try, b_try, X_few, Y_few)
print("largest difference to the loop below 1e-12:", bool(np.abs(dw_fast - dw_slow).max() < 1e-12))

epsilon = 1e-5
for j in (210, 350, 406):
    step = np.zeros_like(w_try)
    step[j] = epsilon
    up, _, _ = cost_and_gradients(w_try + step, b_try, X_few, Y_few)
    down, _, _ = cost_and_gradients(w_try - step, b_try, X_few, Y_few)
    print(f"pixel {j}: gradient {dw_fast[j, 0]:+.6f}   nudged {(up - down) / (2 * epsilon):+.6f}")

# %% [markdown]
# How much faster is it? (These times are from the machine that built this page; run the cell for yours.)

# %% tags=["nbval-ignore-output"]
from time import perf_counter

started = perf_counter()
cost_and_gradients_loop(w_try, b_try, X_few, Y_few)
loop_seconds = perf_counter() - started

started = perf_counter()
for _ in range(50):
    cost_and_gradients(w_try, b_try, X_few, Y_few)
fast_seconds = (perf_counter() - started) / 50
print(
    f"loop {1000 * loop_seconds:.1f} ms, product {1000 * fast_seconds:.3f} ms: {loop_seconds / fast_seconds:.0f} times faster"
)

# %% [markdown]
# ## 8 · Walking downhill
#
# The gradient points uphill. **Gradient descent** takes a step against it, and again, and again:
#
# $$w := w - \alpha\, dw, \qquad b := b - \alpha\, db.$$
#
# The **learning rate** $\alpha$ sets the length of the step. Where the slope is negative the minus
# sign moves $w$ up, where it is positive, down: always downhill.


# %%
def train(X, Y, learning_rate, steps):
    """Gradient descent from zero weights.

    X : (n_x, m)   Y : (1, m)   learning_rate : step length   steps : how many
    Returns w (n_x, 1), b, and the cost before each step.
    """
    w, b, costs = np.zeros((X.shape[0], 1)), 0.0, []
    for _ in range(steps):
        J, dw, db = cost_and_gradients(w, b, X, Y)
        costs.append(J)
        w = w - learning_rate * dw
        b = b - learning_rate * db
    return w, b, costs


def predict(w, b, X):
    """1 where the probability is above one half, else 0. Returns (1, m)."""
    return (sigmoid(w.T @ X + b) > 0.5).astype(float)


def accuracy(w, b, X, Y):
    """Share of right answers."""
    return float((predict(w, b, X) == Y).mean())


# %% [markdown]
# *Predict before you run:* the first cost is known without running anything. Which number is it?

# %%
w, b, costs = train(X_train, Y_train, learning_rate=0.05, steps=600)
for step in (0, 1, 10, 100, 599):
    print(f"step {step:3}: cost {costs[step]:.4f}")
print(
    f"right on training pictures {accuracy(w, b, X_train, Y_train):.1%}, on test pictures {accuracy(w, b, X_test, Y_test):.1%}"
)

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# All answers are 0.5, so each loss is $-\log 0.5 = \log 2 = 0.6931$.
# </details>
#
# The test pictures took no part in training; their score is the honest one. Now look at what was
# learned. Each pixel has one weight, so the weights are a picture too.

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0), width_ratios=(1.5, 1))
left.plot(costs)
left.set(xlabel="step", ylabel="cost J", title="Fast at first, then patient")
limit = np.abs(w).max()
image = right.imshow(w.reshape(28, 28), cmap="PuOr_r", vmin=-limit, vmax=limit)
right.set(title="Weights", xticks=[], yticks=[])
figure.colorbar(image, ax=right, label="votes three (−)   votes eight (+)")
plt.show()

# %% [markdown]
# *In words:* the cost falls steeply for some dozens of steps and then ever more slowly. In
# the picture of the weights the left side of the two loops votes for eight: that
# is where an eight has ink and a three has none. Nobody put it there.
#
# Always look at the mistakes too. They say more than the score.

# %% tags=["figure"]
A_test = sigmoid(w.T @ X_test + b)
wrong = np.flatnonzero(predict(w, b, X_test)[0] != Y_test[0])
worst = wrong[np.argsort(-np.abs(A_test - Y_test)[0, wrong])][:6]
figure, axes = plt.subplots(1, 6, figsize=(7.2, 1.9))
for axis, i in zip(axes, worst, strict=True):
    axis.imshow(images_test[i, :, :, 0], cmap="gray_r")
    truth = "an eight" if Y_test[0, i] else "a three"
    axis.set(xticks=[], yticks=[], title=f"{truth}\nP(8) = {A_test[0, i]:.2f}")
    axis.title.set_fontsize(9)

# %% [markdown]
# *In words:* the six test pictures on which the machine was most sure and wrong, with the truth and its
# answer above each. They are slanted, thin or badly closed digits.
#
# ### Three learning rates
#
# Same data, same start, three step lengths. We use the model with one feature and a bias, because its cost
# surface can be drawn (below).

# %% tags=["figure"]
X_feature = feature.reshape(1, -1)  # (1, m)
rates = {"too small": 0.05, "good": 2.0, "too large": 60.0}
histories = {}
figure, axis = plt.subplots(figsize=(7, 3))
for (name, rate), dash in zip(rates.items(), (":", "-", "--"), strict=True):
    _, _, histories[name] = train(X_feature, Y_train, rate, steps=100)
    axis.plot(histories[name], dash, label=f"{name}: {rate}")
axis.set(xlabel="step", ylabel="cost J", yscale="log", ylim=(0.25, 8), title="One hundred steps")
axis.set_yticks([0.3, 1, 3], ["0.3", "1", "3"])
axis.minorticks_off()
axis.legend(loc="upper center", ncols=3)
plt.show()

# %%
for name, history in histories.items():
    rises = int((np.diff(history) > 0).sum())
    print(
        f"{name:9}  last cost {history[-1]:6.3f}   highest {max(history):6.3f}   steps uphill {rises:2} of 99"
    )

# %% [markdown]
# *In words:* the dotted line (too small) sinks slowly and is not at the bottom after a hundred steps; the solid
# line (good) is flat after about ten; the dashed line (too large) rises above its start and jumps up and down without
# end.
#
# A cost that **rises** under gradient descent on all examples has one usual cause: the step is too long. Why? Near
# its lowest point a cost looks like a bowl. If the bowl bends with **curvature** $\lambda$ (one unit further out, the slope is larger by $\lambda$), a step
# multiplies the distance to the bottom by $(1 - \alpha\lambda)$. Up to $\alpha = 1/\lambda$ the walk creeps
# in from one side; up to $2/\lambda$ it jumps across and still gets closer; beyond $2/\lambda$ each jump lands
# further away than the last. For the bowl $J = \tfrac12\lambda w^2$ with $\lambda = 4$ the edge is at 0.5:

# %%
for alpha in (0.05, 0.25, 0.45, 0.5, 0.55):
    w_bowl, path = 1.0, [1.0]
    for _ in range(5):
        w_bowl = w_bowl - alpha * 4 * w_bowl
        path.append(round(w_bowl, 3) + 0.0)
    print(f"alpha {alpha:4}: {path}")

# %% [markdown]
# The full model with 784 weights has a surprise. Give it the rate 5 and watch for two hundred steps.

# %%
_, _, history = train(X_train, Y_train, learning_rate=5.0, steps=200)
for step in (0, 5, 10, 20, 40, 80, 199):
    print(f"step {step:3}: cost {history[step]:8.3f}")
print(f"highest: {max(history):.0f}, after {int(np.argmax(history))} steps")

# %% [markdown]
# The cost first leaps to sixty times its start, then comes down after all. With 784 weights these two classes can be
# separated almost perfectly, so the surface gets flatter the further out one goes, and a step that was too long near
# the start becomes bearable out there. Do not count on it: the model with one feature never settled.
#
# ### Play: walk the real cost surface
#
# The surface below is the cost of the one-feature model from section 3 (ink at the lower left, one
# weight, one bias) on the real training pictures. Arrow keys move a slider once it is selected.
#
# 1. Find the largest learning rate whose cost never rises. How many steps does it need to the bottom?
# 2. Choose *Too large*. Does the cost run away to infinity, or bounce? Why can it bounce here?
# 3. Start in the far corner. Is the end point another one? What has that to do with convexity?

# %%
LearningRateExplorer(logistic_surface(feature, Y_train[0])).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. The edge is where the path begins to jump across the valley: close to $2/\lambda$ of the largest curvature
#    along the path. A little below it the walk zigzags and is slower again than at half that rate.
# 2. Far from the bottom the surface becomes a plane, and the slope is limited. So the path does not explode as it
#    does in a bowl; it leaps to and fro between two hillsides. A cost that jumps and never
#    settles is what divergence looks like here.
# 3. All starts end at the same place, if the rate is small enough: there is one valley.
# </details>
#
# ## 9 · Common mistakes
#
# Each of these is in circulation, in notes and in code. Each one runs.
#
# **A missing pair of brackets in the sigmoid.** Division binds before addition.

# %%
Z = np.array([-2.0, 0.0, 2.0])
print("1 / 1 + np.exp(-Z)   ", (1 / 1 + np.exp(-Z)).round(3))
print("1 / (1 + np.exp(-Z)) ", (1 / (1 + np.exp(-Z))).round(3))

# %% [markdown]
# Probabilities above 1, and falling where they should rise. The cheapest test: $\sigma(0)$ must be one half.
#
# **The minus sign lost in the loop.** `J += y log a + (1 - y) log(1 - a)` sums log-likelihoods. The cost
# comes out negative, and *better* models have a *larger* one.

# %%
A_now = sigmoid(w.T @ X_train + b)
log_likelihood = Y_train * np.log(A_now) + (1 - Y_train) * np.log(1 - A_now)
print("without the minus:", log_likelihood.mean().round(4), "  with it:", (-log_likelihood).mean().round(4))

# %% [markdown]
# A cross-entropy cost is never negative. If yours is, look for the sign.
#
# **`*` where a matrix product is meant.** `1/m * X * dZ.T` multiplies entry by entry. Mostly NumPy
# refuses. But with as many examples as pixels it stretches the column across the matrix and returns without a word:

# %%
X_square, Y_square = X_train[:, :784], Y_train[:, :784]
dZ_square = sigmoid(w_try.T @ X_square + b_try) - Y_square
print("X * dZ.T   ", (X_square * dZ_square.T / 784).shape, " no error, and no gradient")
print("X @ dZ.T   ", (X_square @ dZ_square.T / 784).shape)
try:
    X_few * (Y_few - 0.5).T
except ValueError as problem:
    print("50 examples:", problem)

# %% [markdown]
# Write the shape behind each line, and assert it while you are learning.
#
# ## 10 · What you should remember
#
# - Examples are columns: `X` is $(n_x, m)$, `Y` is $(1, m)$.
# - $\hat y = \sigma(w^T x + b)$ is a probability; loss is for one example, cost is the mean.
# - Cross-entropy is minus the mean log-likelihood; with the sigmoid it is convex, squared error is not.
# - Values flow left to right through the graph, derivatives right to left; effects multiply.
# - $dZ = A - Y$, $dw = \frac1m X dZ^T$, $db = \operatorname{mean}(dZ)$.
# - $w := w - \alpha\, dw$. Cost rises: $\alpha$ is too large. Cost crawls: too small.
# - Score on pictures that took no part in training.
#
# ### Ask yourself
#
# <details><summary>1. A model says 0.9 for each of ten examples; nine are eights, one is a three. What is the cost?</summary>
#
# $-(9 \log 0.9 + \log 0.1)/10 = 0.325$. The one confident mistake costs more than the nine good answers together.
# </details>
#
# <details><summary>2. You double all pixel values and keep the learning rate. What may happen?</summary>
#
# Scores double for the same weights, gradients double too, and the curvature is four times as large: the largest stable
# learning rate falls to a quarter. A rate that was good may diverge.
# </details>
#
# <details><summary>3. Why does logistic regression start well from zero weights, while a network (1.4) must not?</summary>
#
# The gradient of each weight carries its own pixel, $x_j\,dz$, so the weights part company at the first step. In a network,
# equal hidden units get equal gradients and stay equal.
# </details>
#
# <details><summary>4. In which case is dw exactly zero for one example?</summary>
#
# Pixel by pixel where $x_j = 0$; for all pixels only if $a = y$, which the sigmoid never quite reaches.
# </details>
#
# **References.** A. Cauchy (1847), *Méthode générale pour la résolution des systèmes d'équations simultanées* (gradient descent) ·
# D. R. Cox (1958), *The regression analysis of binary sequences* · D. Rumelhart, G. Hinton, R. Williams (1986), *Learning
# representations by back-propagating errors* · Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), *Gradient-based learning applied
# to document recognition* (the digits) · C. Bishop (2006), *Pattern Recognition and Machine Learning*, section 4.3.
#
# **Now you:** [exercises for this lesson](exercises/02_logistic_regression.ipynb).
