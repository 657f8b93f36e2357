# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3.2 · Human level and diagnosis
#
# Your classifier is wrong on ten pictures in a hundred. What do you do on Monday: collect data, enlarge the network, train longer? Each costs
# weeks, and most of them will not help. A few subtractions tell which one will. In this lesson you learn which numbers to
# subtract, you plant each fault in a real network, watch the numbers point to it, and then apply the remedy and two wrong ones to see what each
# buys.
#
# **After this you can**
#
# - say what Bayes error is, and when human level may stand in for it, and whose,
# - split an error into avoidable bias, variance, data mismatch and over-fitting to the dev set,
# - name the remedies for each, with numbers that show them work, and fail where they do not belong,
# - tell a gap from chance,
# - say why progress slows near human level, and why people stop being a measure beyond it.
#
# **Time** about 90 minutes. **Builds on** 2.1 (train, dev and test; bias and variance), 3.1 (metrics). **Next** 3.3 Error analysis and
# mismatched data.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_digits
from course_utils.explorers import ErrorBudgetExplorer, ErrorBudgetState
from course_utils.kernels.activations import relu_backward, relu_forward
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.losses import softmax_cross_entropy
from course_utils.plots import COLOURS, use_style
from course_utils.training import Adam, mini_batches

use_style()

# %% [markdown]
# ## 1 · The same errors, two diagnoses
#
# A cat classifier: training error 8 per cent, dev error 10. In one application people err on 1 per cent of the pictures; in another, with
# pictures from a night camera, on 7.5.
#
# *Predict before you run:* in which of the two would you enlarge the network, and in which collect more pictures?
#
# Put the errors in a row, from the best that is possible to the data you care about, and subtract neighbours.
#
# | from | to | the gap is called |
# |---|---|---|
# | human level | training error | **avoidable bias** |
# | training error | dev error | **variance** |


# %%
def gaps(errors):
    """Differences between neighbours. errors : {"human": …, "train": …, "dev": …} in per cent, in order."""
    names, values = list(errors), list(errors.values())
    called = {
        ("human", "train"): "avoidable bias",
        ("train", "train-dev"): "variance",
        ("train", "dev"): "variance",
        ("train-dev", "dev"): "data mismatch",
        ("dev", "test"): "over-fitting to dev",
    }
    pairs = itertools.pairwise(names)
    return {
        called[pair]: float(round(b - a, 2))
        for pair, a, b in zip(pairs, values[:-1], values[1:], strict=True)
    }


def diagnose(errors):
    """Name of the largest gap."""
    found = gaps(errors)
    return max(found, key=found.get)


for human in (1, 7.5):
    errors = {"human": human, "train": 8, "dev": 10}
    print(f"human {human:3} / train 8 / dev 10: {gaps(errors)} -> {diagnose(errors)}")

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# At 1 per cent: the network fails even on pictures it was trained on, seven points of which are avoidable. Bias: a larger network, longer training.
# At 7.5 per cent: only half a point is left on the training set, and two points are lost on the way to new pictures. Variance:
# more data, regularisation. The classifier is the same. What changed is what is *possible*.
# </details>
#
# Compare with *zero* in place of human level, and both cases look like bias. So everything hangs on one number that your program
# does not print. Where does it come from?
#
# ## 2 · Bayes error: what no one can beat
#
# Some pictures are too blurred for anybody, some labels are a matter of taste. The **Bayes error** is the error of the best function there can be, from inputs to
# labels. To see one exactly, we need a world that we made ourselves. Two classes, 50 measurements each, all noisy: class $y$ has
# the mean $\pm\mu$ and every measurement has normal noise. The best rule is known, and so is its error: the tail of a normal curve beyond
# $\lVert\mu\rVert = 1.645$, which is 5 per cent.

# %%
N = 50
DIRECTION = np.full(N, 1.645 / np.sqrt(N))  # mu, of length 1.645


def make_world(m, rng):
    """m examples of our world. Returns X (N, m) and y (m,), -1 or 1."""
    y = rng.choice([-1, 1], m)
    return y * DIRECTION[:, None] + rng.standard_normal((N, m)), y


X_many, y_many = make_world(100_000, np.random.default_rng(0))
bayes = (np.sign(DIRECTION @ X_many) != y_many).mean()
print(f"the best possible rule, on 100,000 examples: {bayes:.1%} wrong")

# %% [markdown]
# Now a learner that does not know $\mu$. It takes the mean of $y x$ over its training examples as its weights, which is about the best one can do here. We
# give it ever more data, forty times each.

# %%
amounts = [20, 40, 80, 160, 320, 640, 1280, 2560]
train_error, new_error = [], []
for m in amounts:
    on_train, on_new = [], []
    for seed in range(40):
        X, y = make_world(m, np.random.default_rng(seed))
        w = (X * y).mean(axis=1)  # (N,)
        on_train.append((np.sign(w @ X) != y).mean())
        on_new.append((np.sign(w @ X_many[:, :20_000]) != y_many[:20_000]).mean())
    train_error.append(100 * np.mean(on_train))
    new_error.append(100 * np.mean(on_new))
    print(
        f"{m:5} examples: training error {train_error[-1]:4.1f} %, error on new examples {new_error[-1]:4.1f} %"
    )

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(7, 3))
axis.semilogx(amounts, new_error, "o-", label="new examples")
axis.semilogx(amounts, train_error, "s--", label="training examples")
axis.axhline(100 * bayes, color=COLOURS["black"], lw=1, label="Bayes error")
axis.axhline(8, color=COLOURS["green"], ls=":", label="an expert: 8 %")
axis.set(
    xlabel="training examples", ylabel="error, per cent", title="Each doubling buys less", ylim=(0, None)
)
axis.legend(ncols=2)
plt.show()

# %% [markdown]
# *In words:* the solid curve of new examples falls from about 12 per cent, crosses the dotted line of an expert at 8, and flattens out onto the black line of
# the Bayes error at 5. The dashed training curve comes from *below* and meets it there.
#
# Two things to keep. **Progress slows**: the first doublings gain points, the last ones tenths, because what is left above the Bayes error is halved each time. And
# the *training* error may well lie below the Bayes error: with few examples one can fit their noise. On new examples
# nobody gets below it, except by luck on a small test set.
#
# ## 3 · Human level as a stand-in, and which human
#
# In a real task the Bayes error is unknown. But people are good at seeing, hearing and reading. Their error cannot be below Bayes error,
# and in such tasks it is often not far above it. So **human-level error** serves as an estimate. That is one of three reasons to compare with people. The
# others: as long as people are better, they can label data for you, and they can tell you *why* they got an example right.
#
# Which human? In our world a person sees the score $\mu^T x$ a little blurred. A layperson's blur is large, an expert's is small, and
# five experts who vote are better still.

# %%
rng = np.random.default_rng(1)
score = (DIRECTION @ X_many) / np.linalg.norm(DIRECTION)  # (100000,) what could be seen


def read(blur):
    """Answers of one reader, who sees the score with normal noise of this size."""
    return np.sign(score + blur * rng.standard_normal(len(score)))


people = {
    "one layperson": read(1.0),
    "one expert": read(0.6),
    "five experts, majority": np.sign(sum(read(0.6) for _ in range(5))),
}
human_level = {name: 100 * (answers != y_many).mean() for name, answers in people.items()}
for name, error in human_level.items():
    print(f"{name:23} {error:4.1f} % wrong")
print(f"{'best possible':23} {100 * bayes:4.1f} %")

# %% [markdown]
# All of them lie above the Bayes error, so the **lowest** is the best estimate of it. That holds for any group of people: the best that anyone has shown to be
# possible is an upper bound. But "human level" has other uses too, and then another human is meant:
#
# | your goal | the human level you want |
# |---|---|
# | estimate the Bayes error, to diagnose | the best known: the team of experts |
# | show that the product is worth using | whoever does the job today, perhaps a layperson |
# | write a paper on "better than doctors" | a doctor at usual work, and say so |
#
# Does it matter for the diagnosis? A medical task: typical person 3 per cent, typical doctor 1, experienced doctor 0.7, team 0.5.

# %%
readers = {"typical person": 3.0, "typical doctor": 1.0, "experienced doctor": 0.7, "team": 0.5}
for train, dev in ((5, 6), (1, 5), (0.7, 0.8)):
    print(f"train {train} / dev {dev}")
    for name, human in readers.items():
        found = gaps({"human": human, "train": train, "dev": dev})
        print(
            f"    {name:19} bias {found['avoidable bias']:4}, variance {found['variance']:3} -> {max(found, key=found.get)}"
        )

# %% [markdown]
# Far from human level any reader gives the same answer: bias in the first case, variance in the second. Near it the choice decides: with the team,
# 0.7 against 0.8 says *bias*; with anyone else, *variance*. That is a second reason why progress slows near human level: the compass gets blunt.
#
# ### Be the human
#
# Below are twenty digits, tilted and noisy, of the kind that section 5 uses. Type what you read, in order, between the quotes.

# %%
digits = load_digits()


def shrink(images):
    """Average 2 by 2 pixels. images : (m, 28, 28, 1). Returns (m, 14, 14)."""
    return images.reshape(len(images), 14, 2, 14, 2).mean(axis=(2, 4)).astype(float)


def tilt(images, degrees):
    """Turn each picture about its middle. images : (m, n, n)  degrees : (m,). Returns (m, n, n)."""
    m, n, _ = images.shape
    middle = (n - 1) / 2
    rows, columns = np.mgrid[:n, :n] - middle
    angle = np.deg2rad(degrees).reshape(-1, 1, 1)
    y = np.cos(angle) * rows - np.sin(angle) * columns + middle  # (m, n, n) where each pixel comes from
    x = np.sin(angle) * rows + np.cos(angle) * columns + middle
    inside = (y >= 0) & (y <= n - 1) & (x >= 0) & (x <= n - 1)
    i = np.arange(m).reshape(-1, 1, 1)
    y_0, x_0 = (np.clip(np.floor(place), 0, n - 2).astype(int) for place in (y, x))
    f_y, f_x = y - y_0, x - x_0  # mix the four pixels around the place
    upper = (1 - f_x) * images[i, y_0, x_0] + f_x * images[i, y_0, x_0 + 1]
    lower = (1 - f_x) * images[i, y_0 + 1, x_0] + f_x * images[i, y_0 + 1, x_0 + 1]
    return np.where(inside, (1 - f_y) * upper + f_y * lower, 0)


def by_phone(images, rng):
    """What a bad camera makes of scans: tilted by up to 30 degrees, paler, noisy."""
    turned = tilt(images, rng.uniform(-30, 30, len(images)))
    return np.clip(0.7 * turned + 0.1 * rng.standard_normal(images.shape), 0, 1)


to_read = by_phone(shrink(digits.X_dev[:20]), np.random.default_rng(0))

# %% tags=["figure"]
figure, axes = plt.subplots(2, 10, figsize=(9, 2))
for axis, picture in zip(axes.ravel(), to_read, strict=True):
    axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
    axis.axis("off")
figure.suptitle("Twenty digits from a bad camera", x=0.01, ha="left", fontsize=11)
plt.show()

# %% [markdown]
# *In words:* two rows of ten coarse grey digits, each tilted to one side or the other, on a speckled ground. Most can be read at a glance; a few make one hesitate.

# %%
my_answers = ""  # type twenty digits here, then run this cell

if len(my_answers) == 20:
    wrong = int(sum(int(a) != y for a, y in zip(my_answers, digits.Y_dev[:20], strict=True)))
    print(f"you: {wrong} of 20 wrong, {wrong / 20:.0%}")
else:
    print("type twenty digits between the quotes")

# %% [markdown]
# One mistake more or less moves your human level by five points. Section 7 says how many pictures a person must read before the number means anything.
#
# ## 4 · Bias and variance, planted and cured
#
# Now a real task: digits at 14 × 14 pixels. We plant two faults, read the gaps, and try three remedies on each. Human level on scanned digits is
# usually given as about 0.2 per cent.
#
# The first 8000 pictures are for training; 2000 of these are set aside for later, so that nothing is trained on them.

# %%
pictures = np.concatenate(
    [shrink(X) for X in (digits.X_train, digits.X_dev, digits.X_test)]
)  # (10000, 14, 14)
labels = np.concatenate([digits.Y_train, digits.Y_dev, digits.Y_test])
TRAIN, TRAIN_DEV = slice(0, 6000), slice(6000, 8000)
DEV, TEST = slice(8000, 9000), slice(9000, 10_000)


class Network:
    """Dense layers with ReLU and a softmax; learns with Adam.

    sizes : units of each layer, inputs first, e.g. (196, 64, 10);  weight_decay : strength of L2
    """

    def __init__(self, sizes, seed=0, weight_decay=0.0):
        self.rng, self.weight_decay = np.random.default_rng(seed), weight_decay
        self.parameters, self.layers = {}, range(1, len(sizes))
        for layer in self.layers:
            n_prev, n = sizes[layer - 1], sizes[layer]
            self.parameters[f"W{layer}"] = self.rng.standard_normal((n, n_prev)) * np.sqrt(2 / n_prev)
            self.parameters[f"b{layer}"] = np.zeros((n, 1))

    def forward(self, X):
        """Scores (10, m) of examples X (196, m), and the caches of all layers."""
        A, caches = X, []
        for layer in self.layers:
            Z, dense = dense_forward(A, self.parameters[f"W{layer}"], self.parameters[f"b{layer}"])
            A, relu = relu_forward(Z)
            caches.append((dense, relu))
        return Z, caches  # the last layer's scores go to the softmax without ReLU

    def fit(self, images, labels, steps=300):
        """Learn from images (m, 14, 14) in so many steps on mini-batches of 128."""
        self.mean = images.mean(axis=0)
        X, Y = (images - self.mean).reshape(len(images), -1), np.eye(10)[labels]  # one example a row
        optimiser, batches = Adam(0.005), mini_batches((X, Y), 128, self.rng, axis=0)
        while optimiser.steps_taken < steps:
            for X_t, Y_t in batches:
                Z, caches = self.forward(X_t.T)
                _, dA = softmax_cross_entropy(Z, Y_t.T)
                gradients = {}
                for layer in reversed(self.layers):
                    dense, relu = caches[layer - 1]
                    dZ = dA if layer == len(self.layers) else relu_backward(dA, relu)
                    dA, dW, db = dense_backward(dZ, dense)
                    dW = dW + self.weight_decay * self.parameters[f"W{layer}"]
                    gradients |= {f"dW{layer}": dW, f"db{layer}": db}
                optimiser.step(self.parameters, gradients)
        return self

    def error(self, images, labels):
        """Per cent of the images that get the wrong label."""
        Z, _ = self.forward((images - self.mean).reshape(len(images), -1).T)
        return float(100 * (Z.argmax(axis=0) != labels).mean())


WIDE, NARROW = (196, 64, 10), (196, 4, 10)


def report(network, m):
    """Training error on the first m pictures, and dev error."""
    return network.error(pictures[:m], labels[:m]), network.error(pictures[DEV], labels[DEV])


print("                                         train   dev")
for name, sizes, m in (
    ("healthy", WIDE, 6000),
    ("A: four hidden units", NARROW, 6000),
    ("B: 300 pictures", WIDE, 300),
):
    train, dev = report(Network(sizes).fit(pictures[:m], labels[:m]), m)
    errors = {"human": 0.2, "train": train, "dev": dev}
    print(f"{name:22} human 0.2   {train:13.0f} {dev:5.0f}   largest gap: {diagnose(errors)}")

# %% [markdown]
# *Predict before you run:* four remedies: a network of 128 hidden units, three times the training steps, twice the pictures, and tilted copies of
# each picture (augmentation, 2.2). Which of them helps A, which B?

# %%
patients = {"A: four hidden units": (NARROW, 3000), "B: 300 pictures": (WIDE, 300)}
outcome = {}
for name, (sizes, m) in patients.items():
    remedies = {
        "as it is": (sizes, m, 0, 300),
        "wider network": ((196, 128, 10), m, 0, 300),
        "longer training": (sizes, m, 0, 900),
        "twice the pictures": (sizes, 2 * m, 0, 300),
        "tilted copies": (sizes, m, 2, 300),
    }
    print(f"{name}, {m} pictures")
    for remedy, (new_sizes, new_m, copies, steps) in remedies.items():
        runs = []
        for seed in range(2):
            rng = np.random.default_rng(seed)
            more = [tilt(pictures[:new_m], rng.uniform(-12, 12, new_m)) for _ in range(copies)]
            network = Network(new_sizes, seed)
            network.fit(np.concatenate([pictures[:new_m], *more]), np.tile(labels[:new_m], 1 + copies), steps)
            runs.append(report(network, new_m))
        outcome[name, remedy] = np.mean(runs, axis=0)
        train, dev = outcome[name, remedy]
        print(f"    {remedy:20} train {train:3.0f}   dev {dev:3.0f}")

# %% [markdown]
# <details><summary>Your prediction</summary>
#
# A has bias. The wider network cures it; longer training takes off some. Twice the pictures and tilted copies leave it about where it was, for it cannot
# even fit what it has. B has variance. Twice the pictures take off the most; a wider network or longer training gains next to nothing, for the training error
# is zero already. Tilted copies are a candidate against variance too, and gain next to nothing here.
# </details>
#
# (Each number is a mean of two runs.) The diagnosis tells the row of the table below; which entry of the row works, only a run tells.
#
# | largest gap | what to try | why |
# |---|---|---|
# | avoidable bias | larger network; longer training, better optimiser (2.4); other architecture or hyperparameters | the model cannot express or find the function |
# | variance | more data; L2, dropout, augmentation (2.2); other architecture or hyperparameters | it learned what was special in its examples |
#
# They are the two assumptions of supervised learning, one after the other: that you can fit the training set, and that what fits there holds elsewhere. The first column of
# remedies acts on the first, the second on the second. That is orthogonalisation (3.1).
#
# ## 5 · A third gap: other data
#
# Your training digits are clean scans. Your users hold up a phone. Dev and test set must look like what users send, so they are now phone pictures.

# %%
rng = np.random.default_rng(3)
dev_phone, test_phone = by_phone(pictures[DEV], rng), by_phone(pictures[TEST], rng)
network = Network(WIDE).fit(pictures[TRAIN], labels[TRAIN])
train = network.error(pictures[TRAIN], labels[TRAIN])
dev = network.error(dev_phone, labels[DEV])
print(f"train {train:.0f} %, dev {dev:.0f} %")

# %% [markdown]
# *Variance*, says the table of section 1: get more data. Wrong, perhaps. Between these two numbers **two** things change at once: the pictures are new, *and* they are
# of another kind. Part them with one more set. The **train-dev set** is drawn like the training set, and not trained on. Those are the 2000 pictures set
# aside.
#
# | from | to | what changes | gap |
# |---|---|---|---|
# | human | train | | avoidable bias |
# | train | train-dev | new examples | variance |
# | train-dev | dev | another distribution | **data mismatch** |
# | dev | test | decisions were taken on dev | over-fitting to dev |
#
# *Predict before you run:* the network is the healthy one of section 4. Where will the gap be?


# %%
def budget(network):
    """Errors on the four sets, in per cent; human level is that of the training data, scans."""
    return {
        "human": 0.2,
        "train": network.error(pictures[TRAIN], labels[TRAIN]),
        "train-dev": network.error(pictures[TRAIN_DEV], labels[TRAIN_DEV]),
        "dev": network.error(dev_phone, labels[DEV]),
        "test": network.error(test_phone, labels[TEST]),
    }


def show(title, errors):
    """One line with rounded errors and the diagnosis."""
    print(
        f"{title:26}",
        "   ".join(f"{name} {e:3.{int(e < 1)}f}" for name, e in errors.items()),
        "->",
        diagnose(errors),
    )


scans_only = budget(network)
show("trained on scans", scans_only)

# %% [markdown]
# New scans cost a few points, new *phone pictures* cost far more. So collecting more scans would be the wrong Monday. (Is human
# level really 0.2? Put in 0 or 2: the largest gap stays the same by far.)
#
# Check that on the model, and add the right remedy: training pictures made to look like phone pictures, by tilting scans and adding noise. The dev and test sets
# stay as they are.

# %%
remedies = {
    "scans, wider network": lambda: Network((196, 128, 10)).fit(pictures[TRAIN], labels[TRAIN]),
    "scans, weight decay": lambda: Network(WIDE, weight_decay=0.005).fit(pictures[TRAIN], labels[TRAIN]),
    "scans made to tilt": lambda: Network(WIDE).fit(
        tilt(pictures[TRAIN], np.random.default_rng(4).uniform(-30, 30, 6000)), labels[TRAIN]
    ),
    "scans made to look phoned": lambda: Network(WIDE).fit(
        by_phone(pictures[TRAIN], np.random.default_rng(4)), labels[TRAIN]
    ),
}
cured = {"trained on scans": scans_only}
for name, make in remedies.items():
    cured[name] = budget(make())
for name, errors in cured.items():
    print(f"{name:26} dev {errors['dev']:3.0f}   test {errors['test']:3.0f}")

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(7.4, 2.9))
names = list(cured)[::-1]
axis.barh(names, [cured[name]["dev"] for name in names], color=COLOURS["sky"], edgecolor=COLOURS["black"])
for place, name in enumerate(names):
    axis.text(cured[name]["dev"] + 0.4, place, f"{cured[name]['dev']:.0f} %", va="center")
axis.set(xlabel="error on phone pictures (dev), per cent", title="Only data like the target close the gap")
plt.show()

# %% [markdown]
# *In words:* five bars. The four upper ones, scans as they are or only tilted, are long, the shortest of them with weight decay. The lowest, scans with
# tilt *and* noise, is about half as long as the first.
#
# Weight decay does help here, and more than one might guess: small weights pass on less of the noise. But most of the gap stays. No tweak of the network
# tells it what a tilted seven looks like.
#
# There is no systematic cure for mismatch. Look at errors by eye, find out what differs, and make or collect training data that have it. Synthetic data have a trap, one noise pattern used for all,
# which 3.3 springs on purpose.
#
# After the cure the training set consists of synthetic phone pictures, so the train-dev set must, too: a train-dev set always follows the *training* distribution.

# %%
phone_rng = np.random.default_rng(4)
train_phone, train_dev_phone = by_phone(pictures[TRAIN], phone_rng), by_phone(pictures[TRAIN_DEV], phone_rng)
healed = Network(WIDE).fit(train_phone, labels[TRAIN])
after = {
    "human": 2.0,
    "train": healed.error(train_phone, labels[TRAIN]),
    "train-dev": healed.error(train_dev_phone, labels[TRAIN_DEV]),
    "dev": healed.error(dev_phone, labels[DEV]),
    "test": healed.error(test_phone, labels[TEST]),
}
show("after the cure", after)

# %% [markdown]
# (Human level is now that of phone pictures; we assume 2 per cent. Yours is above.) The mismatch is nearly gone, and the largest gap is another one: variance. The diagnosis is never final; you take it again after each remedy. A negative mismatch is possible too: train on
# phone pictures, deploy on scans, and dev comes out *below* train-dev. The dev data are easier then, and the two gaps can hide each other in one number.

# %%
easier = healed.error(pictures[DEV], labels[DEV])
print(f"trained on phone pictures: train-dev {after['train-dev']:.0f} %, on scans {easier:.0f} %")

# %% [markdown]
# The stated tables from the literature come out the same way:

# %%
for train_dev in (9, 1.5):
    errors = {"human": 0, "train": 1, "train-dev": train_dev, "dev": 10}
    print(" / ".join(str(e) for e in errors.values()), gaps(errors), "->", diagnose(errors))

# %% [markdown]
# ## 6 · The last gap: a dev set that was used too often
#
# Dev and test come from one distribution. What can part them is *you*: each decision that you take because it lowers the dev error fits the dev set a little. To make it quick, we
# automate a stubborn engineer. He nudges the weights of a trained network at random, keeps the nudge whenever the dev error on **100** pictures does not rise, and tries 1000 times.


# %%
def tune_on_dev(size, tries=1000):
    """Keep random nudges that do not raise the error on the first `size` dev pictures.

    Returns that error and the error on all test pictures, before and after, in per cent.
    """
    rng = np.random.default_rng(5)
    network = Network((196, 16, 10), seed=1).fit(pictures[:500], labels[:500])
    images, truth = pictures[DEV][:size], labels[DEV][:size]
    before = network.error(images, truth), network.error(pictures[TEST], labels[TEST])
    best = before[0]
    for _ in range(tries):
        kept = {name: value.copy() for name, value in network.parameters.items()}
        for value in network.parameters.values():
            value += 0.01 * rng.standard_normal(value.shape)
        now = network.error(images, truth)
        if now <= best:
            best = now
        else:
            network.parameters = kept
    return before, (best, network.error(pictures[TEST], labels[TEST]))


tuned = {size: tune_on_dev(size) for size in (100, 1000)}
for size, ((dev_0, test_0), (dev_1, test_1)) in tuned.items():
    print(f"dev set of {size:4}: dev {dev_0:3.0f} -> {dev_1:2.0f} %, test {test_0:3.0f} -> {test_1:2.0f} %")

# %% [markdown]
# A dev error that a project can be proud of, and users who notice nothing. With the small dev set the gain is memory of those 100 pictures, and users get a *worse* network than before. With 1000 pictures
# less can be gained that way, and less harm is done. **Remedy: a larger dev set**, or a fresh one, and fewer decisions on it. And the test set is for the end: look at it every week, and it is a dev set.
#
# ## 7 · A gap, or chance?
#
# An error rate measured on $m$ examples is itself noisy. If the true rate is $p$, the measured one scatters with a standard deviation of
#
# $$\sqrt{\frac{p\,(1 - p)}{m}}.$$
#
# Test the formula: draw many dev sets from the test pictures of the healthy network, and look at how the error scatters.

# %%
healthy = Network((196, 16, 10), seed=1).fit(pictures[:500], labels[:500])
Z, _ = healthy.forward((pictures[8000:] - healthy.mean).reshape(2000, -1).T)
is_wrong = (Z.argmax(axis=0) != labels[8000:]).astype(float)
p = is_wrong.mean()
rng = np.random.default_rng(6)
print(f"error on all 2000 pictures: {p:.0%}")
for size in (20, 100, 1000):
    drawn = rng.choice(is_wrong, (4000, size)).mean(axis=1)
    print(
        f"dev sets of {size:4}: nineteen of twenty lie between {np.quantile(drawn, 0.025):3.0%} and {np.quantile(drawn, 0.975):3.0%};"
        f" formula +/- {2 * np.sqrt(p * (1 - p) / size):.1%}"
    )

# %% [markdown]
# Twice the formula holds nineteen of twenty sets. So with 100 dev pictures an error of 15 per cent means "8 to 22", and a gap of two points means nothing. The explorer below writes this chance
# beside each gap: for a difference of two sets the two scatters add as squares.
#
# ## 8 · Past human level
#
# In our world of section 2 the person errs on 8 per cent and the Bayes error is 5. Let people **label** the training data: 8 per cent of the labels are wrong. Can a pupil be better than its teachers?

# %%
h = 0.08
print("examples   wrong, by the truth   wrong, by another person's labels")
rng = np.random.default_rng(7)
person = np.where(rng.random(len(y_many)) < h, -y_many, y_many)  # labels that a person gives to the test set
for m in (100, 1000, 100_000):
    X, y = make_world(m, np.random.default_rng(8))
    y_labelled = np.where(np.random.default_rng(9).random(m) < h, -y, y)
    answers = np.sign((X * y_labelled).mean(axis=1) @ X_many)
    print(f"{m:8,} {(answers != y_many).mean():18.1%} {(answers != person).mean():28.1%}")
print(f"a person: {(person != y_many).mean():19.1%}")

# %% [markdown]
# It can. Mistakes at random cancel in the mean, and with enough data the pupil comes down to about 5 per cent. But look at the right column. **Measured with human labels** the pupil errs on 12 per cent, and seems to be
# worse than its teachers. Past human level people no longer provide
#
# - labels that are better than the model's answers,
# - insight into why the model was wrong,
# - a lower end for the budget: is a training error of 5 per cent with people at 8 too much, or the best possible? Here we know. Outside our world nobody does.
#
# That is the third reason why progress slows. It does go on where the truth comes from the world and not from people: did the customer click, did the parcel arrive, was the loan paid back.
#
# | where machines passed people | the truth comes from | year |
# |---|---|---|
# | which advert is clicked, which film is watched, which loan is repaid, how long a drive takes | what happened | since about 2000 |
# | faces: same person or not (one benchmark) | known identities | 2014 |
# | a thousand kinds of things on photographs (one benchmark) | several people's labels | 2015 |
# | the game of Go | who wins | 2016 |
# | transcribing telephone talk (one benchmark) | careful transcripts | 2016 |
#
# The first row is old and broad: tables with more rows than anyone can read. The others are natural perception, where people are very good, and "past people" holds for that benchmark alone.
#
# ## 9 · Play: the error budget
#
# The sliders start with the errors that we measured on the network of section 5.
#
# 1. Lower "Dev" and "Test" until mismatch is no longer the largest gap. What would you do then?
# 2. Set "Training data" to *another, no train-dev*. Which question can no longer be answered?
# 3. Choose *Too few examples*. From how many examples on does the gap count?
# 4. Choose *Past people*. What do the numbers still tell you, and what not?

# %%
measured = {name: round(error) for name, error in scans_only.items()}
ErrorBudgetExplorer(
    ErrorBudgetState(
        human=0.2,
        train=float(measured["train"]),
        train_dev=float(measured["train-dev"]),
        dev=float(measured["dev"]),
        test=float(measured["test"]),
        distribution="another; train-dev set kept",
        examples=1000,
    )
).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. When dev is no further from train-dev than train-dev is from train. Then variance comes first: more data, augmentation, regularisation.
# 2. Whether new examples or another kind of examples cost you the points. The two have different remedies.
# 3. Two points between 7 and 9 per cent: with 300 examples the chance is 3.3 points, with 1000 it is 1.8. So from 1000 on.
# 4. Variance, mismatch and over-fitting to dev are still differences of your own sets. Bias is not: its lower end is gone.
# </details>
#
# ## 10 · Common mistakes
#
# **Comparing with zero.** "8 per cent on the training set is a lot." Of what?

# %%
for low, name in ((0, "zero"), (7.5, "human level 7.5")):
    print(f"against {name:16}: {diagnose({'human': low, 'train': 8, 'dev': 10})}")

# %% [markdown]
# Against zero one enlarges the network to win what nobody can win.
#
# **Calling everything between train and dev variance.** With two distributions it is a sum.

# %%
both = scans_only["dev"] - scans_only["train"]
new_examples = scans_only["train-dev"] - scans_only["train"]
print(f"train to dev: {both:.0f} points, of which only {new_examples:.0f} are variance")

# %% [markdown]
# **A train-dev set from the wrong side.** It must follow the training data. Taken from the phone pictures it shows no mismatch at all:

# %%
wrong_side = {**scans_only, "train-dev": network.error(dev_phone[:500], labels[DEV][:500])}
wrong_side["dev"] = network.error(dev_phone[500:], labels[DEV][500:])
print("train-dev of scans: ", diagnose(scans_only))
print("train-dev of phones:", diagnose(wrong_side))

# %% [markdown]
# **Measuring training error on a network in its training state.** With dropout on (2.2) the training error is that of a crippled network. A network that drops half of its hidden units at random:

# %%
dropped = Network(WIDE).fit(pictures[TRAIN], labels[TRAIN])
X = (pictures[TRAIN] - dropped.mean).reshape(6000, -1).T
A1 = np.maximum(0, dropped.parameters["W1"] @ X + dropped.parameters["b1"])  # (64, 6000)
A1 = A1 * (np.random.default_rng(10).random(A1.shape) < 0.5) / 0.5
Z = dropped.parameters["W2"] @ A1 + dropped.parameters["b2"]
with_dropout = 100 * (Z.argmax(axis=0) != labels[TRAIN]).mean()
print(
    f"dropout on: train {with_dropout:.0f} %   off: train {dropped.error(pictures[TRAIN], labels[TRAIN]):.0f} %"
)

# %% [markdown]
# With it on, a healthy network looks like one with bias, and the dev error lies *below* the training error.
#
# **Mistaking luck for progress.** Two networks that differ only in their seed, judged on 100 pictures:

# %%
seeds = [Network((196, 16, 10), seed=s).fit(pictures[:500], labels[:500], steps=300) for s in range(6)]
on_few = [n.error(pictures[DEV][:100], labels[DEV][:100]) for n in seeds]
on_many = [n.error(pictures[8000:], labels[8000:]) for n in seeds]
print(f"100 pictures:  from {min(on_few):.0f} to {max(on_few):.0f} %")
print(f"2000 pictures: from {min(on_many):.0f} to {max(on_many):.0f} %")

# %% [markdown]
# Whoever picks the best of the six on the small set celebrates chance.
#
# ## 11 · What you should remember
#
# - Bayes error: the best possible. Human level estimates it from above; for a diagnosis take the best humans.
# - human → train: avoidable bias. train → train-dev: variance. train-dev → dev: mismatch. dev → test: over-fitting to dev.
# - Treat the largest gap that is larger than chance, then measure again.
# - Bias: larger model, longer training. Variance: more data, regularise. Mismatch: data like the target. Dev: a larger dev set.
# - A train-dev set follows the training distribution; dev and test follow the users.
# - $2\sqrt{p(1-p)/m}$ is chance.
# - Past human level the compass is gone: no better labels, no insight, no lower end.
#
# ### Ask yourself
#
# <details><summary>1. Human 4, train 5, train-dev 5.2, dev 5.5, test 9. What happened, and what now?</summary>
#
# 3.5 points between dev and test: the dev set has been used too often or is too small. Get a larger dev set and go back to decisions that it supports.
# </details>
#
# <details><summary>2. A training error of 3 per cent, human level 5. Is the model better than people?</summary>
#
# Not shown. The training error may lie below even the Bayes error, as section 2 measured. Compare errors on new examples.
# </details>
#
# <details><summary>3. Speech from studios for training, from cars in use. Human level in cars is 4 per cent, in studios 1. Which one starts the row human → train?</summary>
#
# The one for the data whose error follows: 1 for the training data. And 4 beside the dev error says how much of the mismatch is simply harder listening.
# </details>
#
# <details><summary>4. Dev error 10 per cent on 200 examples; a change brings it to 9. Keep it?</summary>
#
# Two standard errors are about 4 points. The number says nothing; keep it for other reasons or measure on more examples.
# </details>
#
# <details><summary>5. Why does even endless data of the training kind not cure mismatch?</summary>
#
# It brings train-dev down to the training error. Mismatch begins after train-dev: it lies in what all training examples share. No scan is tilted.
# </details>
#
# **References.** Y. LeCun and others (1995), *Comparison of learning algorithms for handwritten digit recognition* · C. Lu, X. Tang (2015), *Surpassing human-level face verification performance on LFW* ·
# O. Russakovsky and others (2015), *ImageNet large scale visual recognition challenge* (people on a thousand classes) · K. He and others (2015), *Delving deep into rectifiers* (past them) · D. Silver
# and others (2016), *Mastering the game of Go with deep neural networks and tree search* · W. Xiong and others (2016), *Achieving human parity in conversational
# speech recognition* · C. Dwork and others (2015), *The reusable holdout* · L. Wasserman (2004), *All of Statistics*, section 6.3 · A. Ng (2018), *Machine Learning Yearning*.
#
# **Now you:** [exercises for this lesson](exercises/02_human_level_and_diagnosis.ipynb).
