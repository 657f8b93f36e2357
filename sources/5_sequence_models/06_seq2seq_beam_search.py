# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 5.6 · Sequence to sequence and beam search
#
# *Mein Bruder wird morgen den roten Koffer verkaufen.* My brother will … what? German keeps you waiting: what he will do with the
# suitcase is its last word, and English needs it in the middle. So read to the end first, then write. In this lesson one network reads, a second
# one writes, and what passes between them is a single vector. Then comes a question that no training answers: the writer gives
# a probability to **every** English sentence. Which one do you print, and how do you find it among more sentences than you could ever look at?
#
# **After this you can**
#
# - build an encoder–decoder, train it through the bridge between its halves, and start the same decoder from a picture,
# - say what a conditional language model is, and when to sample from it and when to search it,
# - show with numbers why taking the best word each time does not give the best sentence,
# - write beam search, and explain logarithms, length normalisation and stopping in it,
# - tell from two probabilities whether a wrong answer is the model's fault or the search's,
# - compute BLEU by hand, and say what it cannot see.
#
# **Time** about two hours. **Builds on** [5.2 GRU, LSTM and friends](02_gru_lstm.ipynb) (the GRU, padding and lengths); language models and sampling
# (5.1); embeddings (5.3); 2.4 (Adam). **Next** 5.7 Attention.

# %%
import heapq
from collections import Counter
from itertools import count, pairwise
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data import load_small_digits, load_sonnets, make_paraphrased_translations
from course_utils.explorers import BeamSearchExplorer
from course_utils.explorers.word_model import TrigramModel, words_of
from course_utils.kernels.activations import relu_backward, relu_forward, tanh_backward, tanh_forward
from course_utils.kernels.dense import dense_backward, dense_forward
from course_utils.kernels.embedding import embedding_backward, embedding_forward
from course_utils.kernels.losses import softmax_cross_entropy
from course_utils.kernels.recurrent import gru_backward, gru_forward
from course_utils.language.bleu import bleu, brevity_penalty, corpus_bleu, modified_precision
from course_utils.language.decoding import beam_search, best_entries, greedy_search
from course_utils.plots import COLOURS, use_style
from course_utils.plots.encoder_decoder import draw_encoder_decoder
from course_utils.training import Adam, clip_by_norm, gradient_check

use_style()

# %% [markdown]
# ## 1 · Sentences in, sentences out
#
# The data come from a small grammar: German sentences about people and things, with English translations. All words are in lower case. As in real
# life one sentence has **several right translations**; here we even know how often each one is used.

# %%
data = make_paraphrased_translations(np.random.default_rng(0), sizes=(6000, 400, 400))
for pair in data.train[:4]:
    print(f"{pair.source}\n    {pair.target}")
print()
example = data.train[9]
print(example.source)
for english, share in example.ways:
    print(f"    {share:5.1%}  {english}")

# %% [markdown]
# The training set holds one translation a sentence, drawn by these shares. The shares themselves stay hidden from the network; we keep them to check it.
#
# *Predict before you run:* a network with one output at every input step (lesson 5.1, many-to-many) would have to write English word $t$ right after it
# has read German word $t$. Where does this fail here?

# %%
lengths = Counter((len(p.source.split()), len(p.target.split())) for p in data.train)
same = sum(n for (T_x, T_y), n in lengths.items() if T_x == T_y) / len(data.train)
print(f"German and English have the same number of words in {same:.0%} of the pairs")

waits = []
for pair in data.train:
    if pair.source.endswith("verkaufen"):
        waits.append((len(pair.source.split()), pair.target.split().index("sell") + 1))
T_x, place = np.array(waits).T
print(
    f"'verkaufen' is German word number {T_x.mean():.1f} on average,",
    f"its translation 'sell' English word number {place.mean():.1f}",
)

# %% [markdown]
# The lengths differ, and what is read last is wanted early. So reading and writing are parted.
#
# ## 2 · Encoder and decoder
#
# The **encoder** reads $x^{\langle 1\rangle}, \dots, x^{\langle T_x\rangle}$ and writes nothing. Its last state is a summary of the sentence. The **decoder**
# is a language model like that of lesson 5.1 with one change: its first state is not zero but that summary (Sutskever and others, 2014; Cho and others, 2014).
#
# $$\text{encoder:}\quad a_{enc}^{\langle t\rangle} = \mathrm{GRU}_{enc}\bigl(a_{enc}^{\langle t-1\rangle},\, E_{in}\,x^{\langle t\rangle}\bigr), \qquad a_{enc}^{\langle 0\rangle} = 0$$
#
# $$\text{decoder:}\quad a_{dec}^{\langle t\rangle} = \mathrm{GRU}_{dec}\bigl(a_{dec}^{\langle t-1\rangle},\, E_{out}\,y^{\langle t-1\rangle}\bigr), \qquad a_{dec}^{\langle 0\rangle} = a_{enc}^{\langle T_x\rangle},
# \qquad \hat y^{\langle t\rangle} = \mathrm{softmax}\bigl(W_y\,a_{dec}^{\langle t\rangle} + b_y\bigr)$$
#
# The decoder reads its own previous word. A special word, `<EOS>` (end of sentence), ends every sentence; the same word starts the decoder, in the place of
# $y^{\langle 0\rangle}$. First the words become numbers, and a batch becomes a padded table:

# %%
EOS = 0


def vocabulary(sentences):
    """All words, after the end of sentence, which has number 0; and the number of each word."""
    words = ["<EOS>", *sorted({word for sentence in sentences for word in sentence.split()})]
    return words, {word: i for i, word in enumerate(words)}


def to_ids(sentences, index):
    """Word numbers (m, T), each row ended by EOS and padded with it, and lengths (m,) that count one EOS."""
    rows = [[*(index[word] for word in sentence.split()), EOS] for sentence in sentences]
    lengths = np.array([len(row) for row in rows])
    ids = np.full((len(rows), lengths.max()), EOS)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
    return ids, lengths


german, german_index = vocabulary(pair.source for pair in data.train)
english, english_index = vocabulary(pair.target for pair in data.train)
print(len(german), "German words,", len(english), "English words, <EOS> included")
ids, lengths = to_ids([pair.target for pair in data.train[:3]], english_index)
print(ids, lengths)

# %% [markdown]
# Word numbers stand in a table `(m, T)`; the look-up of their embeddings gives `(n_e, m, T)`, the order of axes that the recurrent kernels take.


# %%
def initial_parameters(n_in, n_out, n_e, n_a, rng):
    """Random parameters. n_in, n_out : words of both vocabularies, n_e : numbers a word, n_a : units of state."""
    parameters = {
        "E_in": 0.3 * rng.standard_normal((n_e, n_in)),
        "E_out": 0.3 * rng.standard_normal((n_e, n_out)),
        "Wy": rng.standard_normal((n_out, n_a)) / np.sqrt(n_a),
        "by": np.zeros((n_out, 1)),
    }
    for side in ("encoder", "decoder"):
        for gate in "urc":
            from_state = rng.standard_normal((n_a, n_a)) / np.sqrt(n_a)
            from_word = rng.standard_normal((n_a, n_e)) / np.sqrt(n_e)
            parameters[f"{side}_W{gate}"] = np.hstack([from_state, from_word])
            parameters[f"{side}_b{gate}"] = np.zeros((n_a, 1))
        parameters[f"{side}_bu"] -= 2.0  # update gates begin nearly shut: keep what was read (lesson 5.2)
    return parameters


def cell_of(parameters, side):
    """The GRU of one side, under the names that the kernel uses."""
    return {name.split("_")[1]: value for name, value in parameters.items() if name.startswith(side)}


def encode(parameters, x, lengths):
    """Read a batch. x : (m, T_x) word numbers. Returns the last state of each sentence (n_a, m), and the caches."""
    words, look_up = embedding_forward(x, parameters["E_in"])  # (n_e, m, T_x)
    zero = np.zeros((len(parameters["encoder_bu"]), len(x)))
    a, cache = gru_forward(words, zero, cell_of(parameters, "encoder"), lengths=lengths)
    return a[:, :, -1], (look_up, cache, a.shape)  # shorter sentences carry their last state to the end


def decode(parameters, a0, y, lengths):
    """Write a batch whose words are known. a0 : (n_a, m), y : (m, T_y). Returns scores Z (n_y, m, T_y), and the caches."""
    shifted = np.hstack([np.full((len(y), 1), EOS), y[:, :-1]])  # the word before: EOS, y<1>, y<2>, ...
    words, look_up = embedding_forward(shifted, parameters["E_out"])
    a, cache = gru_forward(words, a0, cell_of(parameters, "decoder"), lengths=lengths)
    Z = np.tensordot(parameters["Wy"], a, axes=1) + parameters["by"][:, :, None]
    return Z, (look_up, cache, a)


# %% [markdown]
# In training the decoder is fed the **right** previous word even where it would have written another one. That is called *teacher forcing*: all steps
# can be computed in one call, and a mistake at word 2 does not spoil the lesson of word 3.
#
# The cost is the cross-entropy of every word, averaged over the words of the batch; padding has no label and no say. On the way back there is one thing new. The decoder's kernel
# returns `da0`, the gradient of its first state. That state **was** the encoder's last, so there the gradient crosses the bridge:


# %%
def cost_and_gradients(parameters, batch):
    """Mean cross-entropy a word, and all gradients. batch : x (m, T_x), their lengths, y (m, T_y), their lengths."""
    x, x_lengths, y, y_lengths = batch
    a0, (in_look_up, encoder_cache, encoder_shape) = encode(parameters, x, x_lengths)
    Z, (out_look_up, decoder_cache, a) = decode(parameters, a0, y, y_lengths)

    n_y, m, T_y = Z.shape
    labelled = np.arange(T_y) < y_lengths[:, None]  # (m, T_y), False in the padding
    Y = (np.arange(n_y)[:, None, None] == y) * labelled  # (n_y, m, T_y), one-hot or zero
    J, dZ = softmax_cross_entropy(Z.reshape(n_y, -1), Y.reshape(n_y, -1))
    per_word = m * T_y / labelled.sum()  # the loss divides by all places; we want the mean over real words
    J, dZ = J * per_word, dZ * per_word

    d_a = (parameters["Wy"].T @ dZ).reshape(a.shape)
    of_decoder = gru_backward(d_a, decoder_cache)
    d_encoder = np.zeros(encoder_shape)
    d_encoder[:, :, -1] = of_decoder["da0"]  # across the bridge: only the last state was handed over
    of_encoder = gru_backward(d_encoder, encoder_cache)

    gradients = {
        "dWy": dZ @ a.reshape(len(a), -1).T,
        "dby": dZ.sum(axis=1, keepdims=True),
        "dE_in": embedding_backward(of_encoder["dx"], in_look_up),
        "dE_out": embedding_backward(of_decoder["dx"], out_look_up),
    }
    for side, found in (("encoder", of_encoder), ("decoder", of_decoder)):
        gradients |= {f"d{side}_{kind}{gate}": found[f"d{kind}{gate}"] for kind in "Wb" for gate in "urc"}
    return J, gradients


def make_batch(pairs):
    """x, lengths, y, lengths of some sentence pairs."""
    return (
        *to_ids([pair.source for pair in pairs], german_index),
        *to_ids([pair.target for pair in pairs], english_index),
    )


rng = np.random.default_rng(0)
small = initial_parameters(len(german), len(english), n_e=4, n_a=5, rng=rng)
small = {
    name: rng.standard_normal(value.shape) for name, value in small.items()
}  # no gate shut, no gradient tiny
batch = make_batch(data.train[:3])
_, gradients = cost_and_gradients(small, batch)
report = gradient_check(lambda p: cost_and_gradients(p, batch)[0], small, gradients, max_entries=60, rng=rng)
print("all", len(gradients), "gradients pass the check:", report.ok)

# %% [markdown]
# Before training, a yardstick. Even a perfect translator cannot reach cost 0 here: it cannot know whether this person writes *will* or *is going to*. The truth itself has a cost, minus the
# mean logarithm of the true shares, and over many new sentences no model can stay below it. (On sentences it has seen it can, by learning them by heart.)

# %%
dev_batch = make_batch(data.dev)
floor = -sum(np.log(dict(pair.ways)[pair.target]) for pair in data.dev) / dev_batch[3].sum()
print(f"cost of the truth on the held-out sentences: {floor:.3f} a word")
print(f"cost of guessing blindly: log {len(english)} = {np.log(len(english)):.2f}")


# %%
def train(parameters, pairs, epochs, rng, learning_rate=0.01, m=32):
    """Train in place. Returns the costs of all steps, the dev cost and a copy of the parameters after each epoch."""
    optimiser, costs, dev_costs, copies = Adam(learning_rate), [], [], []
    for epoch in range(epochs):
        optimiser.learning_rate = (
            learning_rate / (1, 3, 10)[max(0, epoch - epochs + 3)]
        )  # small steps at the end
        order = rng.permutation(len(pairs))
        for start in range(0, len(pairs), m):
            batch = make_batch([pairs[i] for i in order[start : start + m]])
            J, gradients = cost_and_gradients(parameters, batch)
            optimiser.step(parameters, clip_by_norm(gradients, 1.0))
            costs.append(J)
        dev_costs.append(cost_and_gradients(parameters, dev_batch)[0])
        copies.append({name: value.copy() for name, value in parameters.items()})
    return costs, dev_costs, copies


rng = np.random.default_rng(1)
parameters = initial_parameters(len(german), len(english), n_e=32, n_a=64, rng=rng)
costs, dev_costs, copies = train(parameters, data.train, epochs=5, rng=rng)
print("parameters:", f"{sum(value.size for value in parameters.values()):,}")
print("dev cost after each epoch:", " ".join(f"{J:.2f}" for J in dev_costs), f"  the truth: {floor:.2f}")

# %% tags=["figure"]
figure, axis = plt.subplots()
steps = np.arange(len(costs))
axis.plot(steps, costs, color=COLOURS["sky"], lw=0.8, label="training batch")
axis.plot(
    (np.arange(5) + 1) * len(costs) / 5,
    dev_costs,
    "o--",
    color=COLOURS["vermillion"],
    label="held-out sentences",
)
axis.axhline(floor, color=COLOURS["black"], lw=1, ls=":", label="the truth")
axis.set(xlabel="step of training", ylabel="cost a word", ylim=(0, 2.5), title="Learning to translate")
axis.legend()
plt.show()

# %% [markdown]
# *In words:* the cost of the training batches falls from above 2 to about the dotted line of the truth; the five points of the held-out sentences follow, and the last one lies just above the line.
#
# Now let it write. The simplest way: take the most probable word, feed it back, until `<EOS>`. The course's decoding functions want the model as a function
# `step(tokens, state)`: the last words of $k$ sentences and their states in, log-probabilities $(n_y, k)$ and new states out. Ours:


# %%
def log_softmax(Z):
    """Logarithms of softmax(Z) in every column, without leaving the logarithms."""
    Z = Z - Z.max(axis=0)
    return Z - np.log(np.exp(Z).sum(axis=0))


def step_of(parameters):
    """The decoder in the form step(tokens, state) -> log-probabilities, state."""
    cell = cell_of(parameters, "decoder")

    def step(tokens, state):
        words, _ = embedding_forward(tokens[:, None], parameters["E_out"])  # (n_e, k, 1)
        a, _ = gru_forward(words, state, cell)
        state = a[:, :, 0]  # (n_a, k)
        return log_softmax(parameters["Wy"] @ state + parameters["by"]), state

    return step


def summary_of(parameters, source):
    """The encoder's last state for one sentence, (n_a, 1)."""
    return encode(parameters, *to_ids([source], german_index))[0]


def text_of(tokens):
    """The words of a list of numbers, without EOS."""
    return " ".join(english[i] for i in tokens if i != EOS)


LONGEST = 20  # words at most, EOS included
step = step_of(parameters)
for pair in data.dev[:5]:
    found = greedy_search(step, summary_of(parameters, pair.source), LONGEST, EOS)
    print(pair.source, "\n   ", text_of(found.tokens))


# %%
def right_share(parameters, pairs):
    """Share of sentences whose greedy translation is one of the right ones, word by word."""
    step = step_of(parameters)
    right = 0
    for pair in pairs:
        found = greedy_search(step, summary_of(parameters, pair.source), LONGEST, EOS)
        right += text_of(found.tokens) in dict(pair.ways)
    return right / len(pairs)


for epoch, copy in enumerate(copies, start=1):
    print(
        f"after epoch {epoch}: {right_share(copy, data.dev):.0%} of 400 held-out sentences translated rightly"
    )

# %% [markdown]
# These sentences never occurred in training. Keep two of the five: the model after epoch 2, which still makes mistakes (call it **half-trained**), and the last one. Here is the last one at
# work on a held-out sentence:

# %% tags=["figure"]
pair = next(p for p in data.dev if len(p.source.split()) == 9 and "wird" in p.source)
found = greedy_search(step, summary_of(parameters, pair.source), LONGEST, EOS)
state, last, probabilities = summary_of(parameters, pair.source), EOS, []
for token in found.tokens:
    log_p, state = step(np.array([last]), state)
    probabilities.append(np.exp(log_p[token, 0]))
    last = token

figure, axis = plt.subplots(figsize=(9.6, 3.0))
read, written = [*pair.source.split(), "<EOS>"], [english[token] for token in found.tokens]
draw_encoder_decoder(read, written, axis, probabilities=probabilities, bridge="64 numbers, and nothing else")
plt.show()

# %% [markdown]
# *In words:* a row of ten boxes, one a German word and one `<EOS>`, joined from left to right: the encoder. From its last box a thick line, marked *64 numbers, and nothing else*, leads to the first box of the second row, the decoder,
# which writes an English word below each box, with the probability it gave to that word. Dotted arrows take each word to the next box as its input. Most probabilities are close to 1; a few, where several wordings are right, lie near a half.
#
# Whatever the decoder is to know of the German sentence must pass through that line: who, what, which colour, when. *Predict before you run:* what if it is half as wide? The same training with 32 units a side:


# %%
def about(share, step=5):
    """A share in per cent, rounded to steps of 5: the last digits hang on the seed."""
    return f"about {step * round(100 * share / step)}%"


rng = np.random.default_rng(1)
narrow = initial_parameters(len(german), len(english), n_e=32, n_a=32, rng=rng)
_, narrow_costs, _ = train(narrow, data.train, epochs=5, rng=rng)
for n_a, model, cost in ((64, parameters, dev_costs[-1]), (32, narrow, narrow_costs[-1])):
    print(
        f"{n_a} units: dev cost {cost:.2f} a word, {about(right_share(model, data.dev))} of 400 sentences right"
    )

# %% [markdown]
# Much is lost. (Longer training would get some of it back.) And these are short sentences; a state of fixed size that must hold a whole paragraph is the weak place of this design. Lesson 5.7 mends it.
#
# ## 3 · A conditional language model
#
# A language model gives a probability to every sentence, as a product over its words. The decoder does the same, **given** $x$:
#
# $$P(y \mid x) = \prod_{t=1}^{T_y} P\bigl(y^{\langle t\rangle} \mid x,\, y^{\langle 1\rangle}, \dots, y^{\langle t-1\rangle}\bigr),$$
#
# with `<EOS>` as the last word. Any sentence can be scored by feeding it in, as in training. Logarithms turn the product into a sum; section 6 says why we need that.


# %%
def log_probabilities(parameters, source, sentences):
    """log P(y | x) of some English sentences y for one German sentence x, (number of sentences,)."""
    y, lengths = to_ids(sentences, english_index)
    a0 = np.repeat(summary_of(parameters, source), len(y), axis=1)  # one column a sentence
    Z, _ = decode(parameters, a0, y, lengths)
    log_p = log_softmax(Z.reshape(len(Z), -1)).reshape(Z.shape)  # (n_y, m, T_y)
    m, T_y = y.shape
    of_words = log_p[y, np.arange(m)[:, None], np.arange(T_y)]  # (m, T_y): what each word got
    return np.where(np.arange(T_y) < lengths[:, None], of_words, 0).sum(axis=1)


pair = next(p for p in data.dev if "wird" in p.source.split() and len(p.ways) == 6)
print(pair.source)
scored = np.exp(log_probabilities(parameters, pair.source, [way for way, _ in pair.ways]))
print("truth  model")
for (way, share), probability in zip(pair.ways, scored, strict=True):
    print(f"{share:5.0%}  {probability:5.0%}  {way}")
wrong = ["the the the", pair.ways[0][0].replace("will", "must"), " ".join(pair.ways[0][0].split()[::-1])]
for sentence, log_p in zip(wrong, log_probabilities(parameters, pair.source, wrong), strict=True):
    print(f"about 1 in 10^{-log_p / np.log(10):.0f}: {sentence}")

# %% [markdown]
# Right translations share nearly everything, wrong ones get crumbs. The shares are not exact: this model puts *tomorrow* in front more often than it should. Over a hundred sentences:

# %%
truth, learned, mass = [], [], []
for pair in data.dev[:100]:
    log_p = log_probabilities(parameters, pair.source, [way for way, _ in pair.ways])
    truth += [share for _, share in pair.ways]
    learned += np.exp(log_p).tolist()
    mass.append(np.exp(log_p).sum())
print(f"of the model's probability {np.mean(mass):.0%} lies on right translations")
print(f"least of 100 sentences: {min(mass):.0%}")

# %% tags=["figure"]
figure, axis = plt.subplots(figsize=(5.2, 4.0))
axis.loglog(truth, learned, ".", ms=3, color=COLOURS["blue"], alpha=0.6)
axis.plot([1e-4, 1], [1e-4, 1], ":", color=COLOURS["black"], lw=1)
axis.set(xlabel="true share of a wording", ylabel="P(y | x) of the model", xlim=(1e-3, 1.1), ylim=(1e-4, 1.1))
axis.set_title("All wordings of 100 held-out sentences")
plt.show()

# %% [markdown]
# *In words:* on logarithmic axes the points, one a wording, lie along the dotted diagonal, from a share of one in a thousand up to one. Frequent wordings lie close to it; rare ones scatter more, most of them below it.
#
# The network never saw a share. It saw one translation a sentence, and cross-entropy made it learn the whole distribution.
#
# ### Sample, or take the most likely?
#
# From a language model you **sample** when you want variety: a new name, a new poem. A translation should be the best one, the same every time:
#
# $$\hat y = \arg\max_y P(y \mid x).$$


# %%
def sample(step, state, rng):
    """Draw every word by its probability. state : (n_a, 1). Returns word numbers."""
    tokens = [EOS]
    while len(tokens) == 1 or (tokens[-1] != EOS and len(tokens) <= LONGEST):
        log_p, state = step(np.array(tokens[-1:]), state)
        P = np.exp(log_p[:, 0])
        tokens.append(int(rng.choice(len(P), p=P / P.sum())))
    return tokens[1:]


half_trained = copies[1]
rng = np.random.default_rng(2)
for name, model in (("half-trained", half_trained), ("trained", parameters)):
    its_step, right = step_of(model), 0
    for pair in data.dev[:200]:
        right += text_of(sample(its_step, summary_of(model, pair.source), rng)) in dict(pair.ways)
    print(
        f"{name:12}  sampled: {about(right / 200)} right  ",
        f"most probable word each time: {about(right_share(model, data.dev[:200]))} right",
    )

# %% [markdown]
# A sample takes a wrong turn now and then, and each turn spoils a sentence. The less sure the model, the more it costs to gamble.
#
# ## 4 · Pictures in, sentences out
#
# The decoder does not ask where its first state came from. Give it the features of a **picture**, and it writes a caption (Vinyals and others, 2015; Karpathy and Fei-Fei, 2015; Mao and others, 2015). The encoder
# is then a network for pictures, usually a large convolutional one that was trained to classify, cut off before its softmax. Ours is small: two dense layers
# over two handwritten digits side by side, $8 \times 16$ pixels. The captions have a grammar of their own: *two sevens*, or *an eight and a three*, left before right.

# %%
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def caption_of(left, right):
    """What a person would write below the picture of two digits."""
    if left == right:
        return f"two {NAMES[left]}{'es' if left == 6 else 's'}"
    return " and ".join(f"{'an' if k == 8 else 'a'} {NAMES[k]}" for k in (left, right))


def draw_pictures(X, labels, m, rng):
    """m pictures (128, m), one a column, and their captions; every fourth shows the same digit twice."""
    left, right = rng.integers(len(X), size=(2, m))
    for i in range(0, m, 4):
        right[i] = rng.choice(np.flatnonzero(labels == labels[left[i]]))
    both = np.concatenate([X[left], X[right]], axis=2)  # (m, 8, 16, 1)
    captions = [caption_of(a, b) for a, b in zip(labels[left], labels[right], strict=True)]
    return both.reshape(m, -1).T.astype(np.float64), captions


digits = load_small_digits()
caption_words, caption_index = vocabulary(caption_of(a, b) for a in range(10) for b in range(10))
print(len(caption_words), "words:", " ".join(caption_words))


# %%
def look(parameters, X):
    """Features of pictures as first states. X : (128, m). Returns a0 (n_a, m), and the caches."""
    Z1, dense1 = dense_forward(X, parameters["W1"], parameters["b1"])
    A1, relu = relu_forward(Z1)
    Z2, dense2 = dense_forward(A1, parameters["W2"], parameters["b2"])
    a0, tanh = tanh_forward(Z2)
    return a0, (dense1, relu, dense2, tanh)


def caption_gradients(parameters, X, y, lengths):
    """Mean cross-entropy a word, and all gradients: the same decoder, another encoder."""
    a0, (dense1, relu, dense2, tanh) = look(parameters, X)
    Z, (look_up, cache, a) = decode(parameters, a0, y, lengths)
    n_y, m, T_y = Z.shape
    labelled = np.arange(T_y) < lengths[:, None]
    Y = (np.arange(n_y)[:, None, None] == y) * labelled
    J, dZ = softmax_cross_entropy(Z.reshape(n_y, -1), Y.reshape(n_y, -1))
    per_word = m * T_y / labelled.sum()
    J, dZ = J * per_word, dZ * per_word
    found = gru_backward((parameters["Wy"].T @ dZ).reshape(a.shape), cache)
    dA1, dW2, db2 = dense_backward(tanh_backward(found["da0"], tanh), dense2)  # across the bridge
    _, dW1, db1 = dense_backward(relu_backward(dA1, relu), dense1)
    gradients = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    gradients |= {"dWy": dZ @ a.reshape(len(a), -1).T, "dby": dZ.sum(axis=1, keepdims=True)}
    gradients |= {"dE_out": embedding_backward(found["dx"], look_up)}
    gradients |= {f"ddecoder_{kind}{gate}": found[f"d{kind}{gate}"] for kind in "Wb" for gate in "urc"}
    return J, gradients


rng = np.random.default_rng(3)
drawn = initial_parameters(1, len(caption_words), n_e=16, n_a=32, rng=rng)
captioner = {name: value for name, value in drawn.items() if not name.startswith(("encoder", "E_in"))}
captioner |= {"W1": rng.standard_normal((64, 128)) * np.sqrt(2 / 128), "b1": np.zeros((64, 1))}
captioner |= {"W2": rng.standard_normal((32, 64)) / np.sqrt(64), "b2": np.zeros((32, 1))}
optimiser = Adam(0.01)
for training_step in range(800):
    if training_step == 600:
        optimiser.learning_rate = 0.003
    X, captions = draw_pictures(digits.X_train, digits.Y_train, 64, rng)
    J, gradients = caption_gradients(captioner, X, *to_ids(captions, caption_index))
    optimiser.step(captioner, clip_by_norm(gradients, 1.0))


def write_caption(picture):
    """The caption of one picture (128, 1), by the most probable word each time."""
    found = greedy_search(step_of(captioner), look(captioner, picture)[0], 8, EOS)
    return " ".join(caption_words[i] for i in found.tokens[:-1])


X_test, captions_test = draw_pictures(digits.X_test, digits.Y_test, 400, np.random.default_rng(4))
written = [write_caption(X_test[:, [i]]) for i in range(400)]
right = np.array([w == c for w, c in zip(written, captions_test, strict=True)])
grammatical = np.mean([w in {caption_of(a, b) for a in range(10) for b in range(10)} for w in written])
print(
    f"captions of 400 pictures of digits never seen: {about(right.mean(), 2)} right,",
    f"{about(grammatical, 2)} in good English",
)

# %% tags=["figure"]
good = np.flatnonzero(right)
with_an, pairs_alike = ([i for i in good if start in written[i]][:2] for start in ("an ", "two "))
others = [i for i in good if "an " not in written[i] and "two " not in written[i]][:1]
shown = [*with_an, *pairs_alike, *others, *np.flatnonzero(~right)[:3]]
figure, axes = plt.subplots(2, 4, figsize=(8.6, 3.0))
for axis, i in zip(axes.ravel(), shown, strict=True):
    axis.imshow(X_test[:, i].reshape(8, 16), cmap="gray_r")
    axis.axis("off")
    note = "" if right[i] else f"\n(truth: {captions_test[i]})"
    axis.set_title(
        written[i] + note, fontsize=9, loc="center", color=COLOURS["black" if right[i] else "vermillion"]
    )
plt.show()

# %% [markdown]
# *In words:* eight pictures of two digits with the captions that the network wrote. Five are right: two with *an* before an eight, two with *two* and a plural, one other. The last three are wrong, in red, with the
# true caption in brackets below: digits are mistaken for others, but the English is good.
#
# The words *two*, *a* and *an* come **before** the number they depend on. The decoder has to know what it will say before it says it; it finds that in its first state. The rest of this lesson holds for captions too.
#
# ## 5 · Greedy, and why it fails
#
# Taking the most probable word each time is called **greedy search**. One would think that it ends at the most likely sentence. It need not.
#
# *Predict before you run:* *muss* is translated by *must* in 42 per cent, *has to* in 31, *has got to* in 27. Which word does greedy search choose after *my brother*?

# %%
chosen = "mein bruder muss den alten brief kaufen"
print("in the training set:", chosen in {p.source for p in data.train})
sentences = [f"my brother {modal} buy the old letter" for modal in ("must", "has to", "has got to")]
for sentence, log_p in zip(sentences, log_probabilities(parameters, chosen, sentences), strict=True):
    print(f"P = {np.exp(log_p):.2f}  {sentence}")

state = summary_of(parameters, chosen)
for words in ("<EOS>", "my", "brother", "has"):
    log_p, state = step(np.array([english.index(words)]), state)
    likely = np.argsort(-log_p[:, 0])[:2]
    print(f"after {words:8}", ",  ".join(f"{english[i]} {np.exp(log_p[i, 0]):.2f}" for i in likely))
greedy = greedy_search(step, summary_of(parameters, chosen), LONGEST, EOS)
print(f"greedy search writes:  {text_of(greedy.tokens)}  (P = {np.exp(greedy.log_probability):.2f})")

# %% [markdown]
# *has* wins the comparison after *brother*, because two wordings share it. Then they part, and each alone is less probable than *must*. Greedy search cannot go back: it compares **words** where it should
# compare **sentences**. (You may well prefer *has to*. But that is not what we asked for.)
#
# How do we know the most probable sentence of all? By **exact search**. There are about $79^{12}$ sentences of twelve words, but every further word can only lower the product. So
# always extend the most probable beginning there is. When a finished sentence comes to the top of the pile, no other can overtake it:


# %%
def most_probable(step, state, longest=LONGEST):
    """The most probable sentence of all, by best-first search.

    state : (n_a, 1).  Returns its word numbers, its log-probability, and how often a beginning was extended.
    """
    ticket = count()  # decides between equally probable beginnings
    pile = [(0.0, next(ticket), (), state)]  # minus log-probability, ticket, words, state
    extended = 0
    while pile:
        cost, _, tokens, state = heapq.heappop(pile)
        if tokens and tokens[-1] == EOS:
            return tokens, -cost, extended
        if len(tokens) == longest:
            continue
        log_p, new_state = step(np.array([tokens[-1] if tokens else EOS]), state)
        extended += 1
        for token, value in enumerate(log_p[:, 0].tolist()):
            heapq.heappush(pile, (cost - value, next(ticket), (*tokens, token), new_state))
    raise ValueError(f"no sentence of at most {longest} words ends")


tokens, log_p, extended = most_probable(step, summary_of(parameters, chosen))
print(f"{text_of(tokens)}  (P = {np.exp(log_p):.2f}), after extending {extended} beginnings")

# %%
exact = {}
for pair in data.dev[:200]:
    exact[pair.source] = most_probable(step, summary_of(parameters, pair.source))
missed, ratios = 0, []
for pair in data.dev[:200]:
    found = greedy_search(step, summary_of(parameters, pair.source), LONGEST, EOS)
    if found.tokens != exact[pair.source][0]:
        missed += 1
        ratios.append(np.exp(exact[pair.source][1] - found.log_probability))
print(f"greedy search misses the most probable sentence in {about(missed / 200)} of 200 held-out sentences;")
print(f"there the best sentence is {np.median(ratios):.1f} times as probable as greedy's (median)")
work = [extended for _, _, extended in exact.values()]
print(f"exact search extended about {round(np.median(work), -1):.0f} beginnings a sentence (median)")

# %% [markdown]
# Exact search is affordable here because our model is small and very sure of itself: few beginnings are ever more probable than the best sentence. With a real vocabulary and real doubt the pile grows without bound.
#
# ## 6 · Beam search
#
# Between one beginning (greedy) and all of them (exact) lies a compromise: keep the $B$ most probable beginnings. $B$ is the **beam width**. One step:
#
# 1. run the decoder for all $B$ beginnings **at once**, as $B$ columns of one batch: $B$ copies of the network that share their weights and differ in their states;
# 2. add each beginning's log-probability to its column of log-probabilities of the next word: $B \cdot n_y$ candidates;
# 3. keep the $B$ largest. They may all continue the same beginning; others die out;
# 4. **move the states along**: the kept candidates need the states of their parents;
# 5. set aside those that end with `<EOS>`. They are finished, and the beam gets narrower by as many. Stop when nothing is left, or at a greatest length.


# %%
def my_beam_search(step, state, B, longest=LONGEST, alpha=0.0, trace=None, move_states=True):
    """Beam search in the open.

    state : (n_a, 1)   trace : a list to be filled with what each step kept
    move_states : False makes a mistake, on purpose (section 10)
    Returns (score, log-probability, word numbers) of the finished sentences, best first.
    """
    beginnings, totals, last, finished = [()], np.zeros(1), np.array([EOS]), []
    for length in range(1, longest + 1):
        log_p, state = step(last, state)  # (n_y, k): one call serves all k beginnings
        sums = totals + log_p  # (n_y, k): log-probabilities of all continuations
        best = np.argsort(-sums, axis=None, kind="stable")[:B]
        words, parents = np.unravel_index(best, sums.shape)
        beginnings = [(*beginnings[p], int(w)) for w, p in zip(words, parents, strict=True)]
        totals = sums[words, parents]
        if trace is not None:
            trace.append(list(zip(beginnings, totals, strict=True)))
        ended = words == EOS
        for i in np.flatnonzero(ended):
            finished.append((totals[i] / length**alpha, totals[i], beginnings[i]))
        B -= int(ended.sum())
        if B == 0:
            break
        beginnings = [b for b, e in zip(beginnings, ended, strict=True) if not e]
        if not move_states:
            parents = np.arange(len(parents)) % state.shape[1]
        totals, last, state = totals[~ended], words[~ended], state[:, parents[~ended]]  # states move too
    return sorted(finished, reverse=True)


trace = []
answers = my_beam_search(step, summary_of(parameters, chosen), B=2, trace=trace)
for number, kept in enumerate(trace, start=1):
    print(
        f"step {number}: ",
        "   |   ".join(
            f"{' '.join(english[i] for i in tokens[-4:])} ({total:.1f})" for tokens, total in kept
        ),
    )

# %% [markdown]
# The numbers in brackets are log-probabilities of the whole beginning (of long beginnings only the last four words are shown). At the third step *my brother has* leads. *my brother must* is second, so it stays alive, and takes the lead as soon as
# *has* must divide its share. Two hypotheses were enough.
#
# Agreement with the course's `beam_search`, which does the same in a faster way, and with greedy search for $B = 1$:

# %%
agree, same_as_greedy = 0, 0
for pair in data.dev[:40]:
    state = summary_of(parameters, pair.source)
    for B in (1, 3, 5):
        mine, theirs = my_beam_search(step, state, B), beam_search(step, state, B, LONGEST, EOS, alpha=0.0)
        agree += mine[0][2] == theirs[0].tokens
    same_as_greedy += my_beam_search(step, state, 1)[0][2] == greedy_search(step, state, LONGEST, EOS).tokens
print(f"same best sentence in {agree} of 120 searches; B = 1 is greedy in {same_as_greedy} of 40")

# %% [markdown]
# ### Why logarithms: products underflow
#
# A probability is at most 1, so a product of many gets very small, and a computer's numbers end: the smallest positive float32 is about $10^{-45}$, the smallest float64 about $5 \cdot 10^{-324}$. What is smaller becomes exactly 0.
# That is **underflow**. Our toy sentences are too sure to show it. Take a real one: a language model counted from Shakespeare's sonnets, which you will meet again below, and the probability it gives to two sonnets it has not read.

# %%
sonnets = load_sonnets()
verse = TrigramModel(line for poem in sonnets.train for line in poem.splitlines())
log_p = []
for line in (sonnets.test[0] + "\n" + sonnets.test[1]).splitlines():
    words = [word for word in words_of(line) if word in verse.index]
    log_p += [verse.log_probabilities(tuple(words[:i]))[verse.index[word]] for i, word in enumerate(words)]
P = np.exp(log_p)
for dtype in (np.float32, np.float64):
    product = np.cumprod(P.astype(dtype))
    gone = int(np.argmax(product == 0)) + 1
    print(
        f"{dtype.__name__}: product of the {len(P)} words {product[-1]:.3g}",
        f"(0 from word {gone} on)",
    )
total = np.sum(log_p)
print(f"sum of the logarithms: {total:.1f}, so P is about 10 to the power of {total / np.log(10):.0f}")

# %% [markdown]
# Once two products are 0 they can no longer be compared. Their logarithms are ordinary numbers: $P_1 > P_2$ exactly when $\log P_1 > \log P_2$.
#
# ### Length normalisation
#
# Each word adds a number that is at most 0. So the sum prefers **short** sentences, whether or not they are good. The usual remedy divides by the number of words to some power:
#
# $$\text{score}(y) = \frac{1}{T_y^{\,\alpha}} \sum_{t=1}^{T_y} \log P\bigl(y^{\langle t\rangle} \mid x, y^{\langle 1\rangle}, \dots, y^{\langle t-1\rangle}\bigr)$$
#
# $\alpha = 0$ leaves the sum as it is, $\alpha = 1$ takes the mean of a word, and $\alpha = 0.7$ lies between. It is a rule of thumb: no theory gives that number (Wu and others, 2016, tune a similar formula).
# In one step of the search all candidates have one length, so normalising changes nothing there. It matters in the end, when finished sentences of different lengths are compared.
#
# *Predict before you run:* *must buy* or *has to buy*: which one wins for $\alpha = 0$? Can a larger $\alpha$ turn that round?

# %%
for sentence, log_p in zip(sentences, log_probabilities(parameters, chosen, sentences), strict=True):
    T_y = len(sentence.split()) + 1  # with <EOS>
    scores = "   ".join(f"alpha {alpha}: {log_p / T_y**alpha:.3f}" for alpha in (0.0, 0.7, 1.0))
    print(f"T_y = {T_y:2}  {scores}   {sentence}")

# %% [markdown]
# Here *must buy* wins every time: it is so much more probable that even its mean is higher. Where the difference is smaller, $\alpha$ does turn sentences round:

# %%
print("200 held-out sentences, B = 5")
for alpha in (0.0, 0.7, 1.0):
    words, log_p, most_likely = [], [], 0
    for pair in data.dev[:200]:
        best = beam_search(step, summary_of(parameters, pair.source), 5, LONGEST, EOS, alpha)[0]
        words.append(len(best.tokens))
        log_p.append(best.log_probability)
        most_likely += best.tokens == exact[pair.source][0]
    print(
        f"alpha {alpha}: mean length {np.mean(words):.1f} words, mean log-probability {np.mean(log_p):.2f},",
        f"{about(most_likely / 200)} are the most probable sentence",
    )

# %% [markdown]
# On our sentences $\alpha > 0$ buys longer wordings and pays with probability. There is nothing to repair: this model knows where its sentences end. Models of real text give some probability to stopping early at every
# word, and then short wins badly. The explorer has such a model.
#
# ### Stopping
#
# A hypothesis that ends with `<EOS>` must not be continued. Our search retires it and narrows the beam; it ends when all $B$ hypotheses are finished, or at a greatest length. (For $\alpha = 0$ one can stop earlier: once the best
# finished sentence is more probable than every open beginning, nothing can overtake it.)
#
# ### Play: watch the tree grow
#
# The model is the one counted from the sonnets; it continues a line of verse. Each column is a step: boxes are kept, grey words in italics were dropped, an orange frame marks a finished line, the numbers are
# log-probabilities. The table compares greedy, beam and exact search.
#
# 1. Choose *Greedy*, then *A wider beam*. At which step does the beginning of the better line stand below the first place?
# 2. Beam width 5, *Normalisation α* from 0 to 1. What happens to the length of the winning line, and why?
# 3. Choose *Wider is not better*. The widest beam finds the most probable line there is. Is it a good line?

# %%
BeamSearchExplorer(verse).show()

# %% [markdown]
# <details><summary>What there is to see</summary>
#
# 1. At the first step *ne'er* is the last of the five that are kept. A beam of 3 drops it there and ends with another line. It then moves between the first and the second place until it wins. Greedy search follows *say*, the most
#    probable word, and after eight words its line has still not ended.
# 2. With $\alpha = 0$ *shall i know* wins: two words (the end counts as one), two small losses. At 0.25 it still wins, from 0.5 on a line of seven words. Longer lines have a lower sum, but a better mean.
# 3. *Thou art*, and there it ends. No line is more probable, so the search did all it was asked to do. The fault lies with the model, or with the score.
# </details>
#
# ### From textbook loop to vectorised
#
# One step of the search looks at $B \cdot n_y$ candidates; real vocabularies have tens of thousands of words. In plain Python that is a loop over beginnings and words and a sort of everything. The
# course's `best_entries` deals all candidates out to about a thousand groups, takes the best of each group in one pass of NumPy, and so finds a bound that at least $B$ candidates reach. Only the few above the bound are sorted.


# %%
def step_by_loops(log_p, totals, B):
    """The B best continuations, one candidate at a time. log_p : (n_y, k), totals : (k,)."""
    candidates = []
    for k in range(log_p.shape[1]):
        for word in range(log_p.shape[0]):
            candidates.append((totals[k] + log_p[word, k], k, word))
    candidates.sort(key=lambda candidate: (-candidate[0], candidate[1], candidate[2]))
    return [(word, k) for _, k, word in candidates[:B]]


def step_by_sorting(log_p, totals, B):
    """The same with one sum and one sort of arrays."""
    sums = log_p + totals
    best = np.argsort(-sums, axis=None)[:B]
    words, parents = np.unravel_index(best, sums.shape)
    return list(zip(words.tolist(), parents.tolist(), strict=True))


def step_by_bound(log_p, totals, B):
    """The same with a bound before the sort, as in the course's beam_search."""
    words, parents = best_entries(log_p + totals, B)
    return list(zip(words.tolist(), parents.tolist(), strict=True))


rng = np.random.default_rng(5)
many = log_softmax(3 * rng.standard_normal((10_000, 10)))  # 10,000 words, 10 beginnings
totals = -5 * rng.random(10)
expected = step_by_loops(many, totals, 10)
for version in (step_by_sorting, step_by_bound):
    print(f"{version.__name__:16} same ten candidates as the loops: {version(many, totals, 10) == expected}")

# %% tags=["nbval-ignore-output"]
seconds = {}
for version, repeats in ((step_by_loops, 3), (step_by_sorting, 15), (step_by_bound, 15)):
    times = []
    for _ in range(repeats):
        started = perf_counter()
        version(many, totals, 10)
        times.append(perf_counter() - started)
    seconds[version.__name__] = np.median(times)
for name, value in seconds.items():
    print(
        f"{name:16} {1000 * value:8.2f} ms   {seconds['step_by_loops'] / value:6.0f} times the loops' speed"
    )

# %% [markdown]
# ## 7 · How wide?
#
# A wider beam finds more and costs more. Beam search never promises the best sentence; only exact search does. We know the exact answer for 200 held-out sentences, so we can count. The work is the number of columns that went
# through the decoder. $\alpha = 0$, because then *best* means *most probable* for everybody.


# %%
def with_counter(step):
    """The same model, and a list that collects how many columns each call had."""
    columns = []

    def counted(tokens, state):
        columns.append(len(tokens))
        return step(tokens, state)

    return counted, columns


WIDTHS = (1, 2, 3, 4, 6, 10)
found_best, mean_log_p, columns_used = [], [], []
for B in WIDTHS:
    counted, columns = with_counter(step)
    log_p, hits = [], 0
    for pair in data.dev[:200]:
        best = beam_search(counted, summary_of(parameters, pair.source), B, LONGEST, EOS, alpha=0.0)[0]
        log_p.append(best.log_probability)
        hits += best.tokens == exact[pair.source][0]
    found_best.append(hits / 200)
    mean_log_p.append(np.mean(log_p))
    columns_used.append(sum(columns) / 200)

print("   B   finds the most probable   mean log P   columns a sentence")
for B, share, log_p, work in zip(WIDTHS, found_best, mean_log_p, columns_used, strict=True):
    print(f"{B:4}   {share:12.0%} {log_p:22.2f} {work:17.0f}")
exact_log_p, exact_work = np.mean([e[1] for e in exact.values()]), np.mean([e[2] for e in exact.values()])
print(f"exact  {1:12.0%} {exact_log_p:22.2f} {exact_work:17.0f}")

# %% tags=["figure"]
figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.0))
left.plot(WIDTHS, found_best, "o-", color=COLOURS["blue"])
left.set(
    xscale="log",
    xlabel="beam width B",
    ylabel="share",
    ylim=(0, 1.05),
    title="Finds the most probable sentence",
)
right.plot(WIDTHS, columns_used, "s--", color=COLOURS["vermillion"])
right.set(xscale="log", yscale="log", xlabel="beam width B", ylabel="columns a sentence", title="Work")
for axis in (left, right):
    axis.set_xticks(WIDTHS, [str(B) for B in WIDTHS])
    axis.minorticks_off()
plt.show()

# %% [markdown]
# *In words:* two curves over the beam width, on a logarithmic axis. Left, the share of sentences for which the beam finds the most probable one: it rises steeply from $B = 1$ and flattens close to 1.
# Right, the work: it grows nearly in proportion to $B$.
#
# $B = 2$ repairs most of what greedy search misses; then every further doubling of the work repairs less. The mean log-probability hardly moves after $B = 3$: what the narrow beams miss is nearly as good. Sutskever and others (2014) saw the same on real
# sentences: a beam of 2 brought most of the gain.
#
# One row surprises: exact search needed fewer columns than a beam of 3. Our model is sure of itself, so few beginnings compete. (And its columns come one after the other, so they cannot share a batch.) How does that change with a model that is less sure?

# %%
print("beginnings extended by exact search, mean of 40 held-out sentences")
for epoch in (1, 2, 5):
    its_step = step_of(copies[epoch - 1])
    work = [most_probable(its_step, summary_of(copies[epoch - 1], pair.source))[2] for pair in data.dev[:40]]
    print(f"after epoch {epoch}: dev cost {dev_costs[epoch - 1]:.2f} a word, about {np.mean(work):.0f}")

# %% [markdown]
# The pile grows fast with the doubt. Real models have more words, longer sentences and more doubt; a beam costs the same whatever the model thinks.
#
# And is the most probable sentence what we want? On real models very wide beams make translations **worse** (Koehn and Knowles, 2017). Stahlberg and Byrne (2019) searched a translation model exactly: for more than half of the sentences the most probable
# translation of all was the empty one. That is the fault of the model, or of the score, as in the explorer.
#
# ## 8 · Wrong answer: whose fault?
#
# A translation is wrong. Should you train a better model, or search with a wider beam? Let $y^*$ be a right translation and $\hat y$ the output. Score **both** with the model:
#
# | what you find | what it means | what to work on |
# |---|---|---|
# | $P(y^* \mid x) > P(\hat y \mid x)$ | the model likes the right sentence better; the search did not find it | **the search**: wider beam |
# | $P(y^* \mid x) \le P(\hat y \mid x)$ | the model prefers the wrong sentence; no search would help | **the model**: data, size, training |
#
# Compare the number that the search maximised: with length normalisation, the normalised scores. And where several translations are right, take the one that the model likes best: if the search had found any of them we would be content.
#
# The trained model makes hardly any mistakes. Its half-trained sister makes plenty, real ones. *Predict before you run:* which of the two columns of faults shrinks when the beam gets wider?

# %%
half_step = step_of(half_trained)
mistakes = []
print("half-trained model, 400 held-out sentences, alpha 0")
print("   B   wrong   search at fault   model at fault")
for B in (1, 3, 10):
    faults = Counter()
    for pair in data.dev:
        output = beam_search(half_step, summary_of(half_trained, pair.source), B, LONGEST, EOS, alpha=0.0)[0]
        written = text_of(output.tokens)
        if written in dict(pair.ways):
            continue
        log_p = log_probabilities(half_trained, pair.source, [way for way, _ in pair.ways])
        fault = "search" if log_p.max() > output.log_probability + 1e-9 else "model"
        faults[fault] += 1
        best_way = pair.ways[int(log_p.argmax())][0]
        mistakes.append((B, fault, pair.source, written, output.log_probability, best_way, log_p.max()))
    print(f"{B:4}   {sum(faults.values()):5}   {faults['search']:15}   {faults['model']:14}")

# %%
for wanted in ("search", "model", "model"):
    chosen_mistake = next(m for m in mistakes if m[0] == 1 and m[1] == wanted)
    mistakes.remove(chosen_mistake)
    _, fault, source, written, log_p_hat, best_way, log_p_star = chosen_mistake
    print(source)
    print(f"    written {log_p_hat:6.1f}  {written}\n    right   {log_p_star:6.1f}  {best_way}")
    print(f"    at fault: the {fault}")

# %% [markdown]
# The fault of the search shrinks to nothing. But the number of wrong sentences shrinks less than one might hope: some searches that now succeed find a sentence that is more probable and **still wrong**, and the fault moves to the model's column.
# From then on a wider beam is wasted; the model must learn. Its mistakes look alike: the sentence is fluent, the frame is right, and a detail, a colour or a thing, is not what was said. It did not come through the bridge.
#
# ## 9 · BLEU
#
# *Right or wrong* is a harsh mark: one wrong word in ten counts like ten. And somebody has to list all right translations. **BLEU** (bilingual evaluation understudy; Papineni and others, 2002) compares the output, called the **candidate**, with one or a few translations
# by people, the **references**, piece by piece.
#
# ### Precision, clipped
#
# First idea: which share of the candidate's words occur in a reference? A classic shows what is wrong with it.
#
# *Predict before you run:* the candidate says *the* seven times. What is its precision?

# %%
references = [text.split() for text in ("the cat is on the mat", "there is a cat on the mat")]
candidate = ["the"] * 7
plain = sum(any(word in reference for reference in references) for word in candidate)
print(f"plain precision: {plain}/{len(candidate)}")
most = [Counter(reference)["the"] for reference in references]
print(f"'the' occurs {most[0]} and {most[1]} times in the references, so it may count {max(most)} times")
clipped, total = modified_precision(candidate, references, 1)
print(f"clipped precision: {clipped}/{total}")

# %% [markdown]
# **Clipping**: a word counts at most as often as in the reference that has it most often. Repeating a safe word earns nothing.
#
# ### Runs of words
#
# Words alone ignore order. So count **n-grams** as well, runs of $n$ neighbouring words, clipped in the same way: $p_1$ for single words, $p_2$ for pairs (bigrams), and so on.

# %%
candidate = ["the", "cat", "the", "cat", "on", "the", "mat"]
pairs_of = Counter(pairwise(candidate))
print("bigram      in the candidate   allowed by the references   counted")
for bigram, times in pairs_of.items():
    allowed = max(Counter(pairwise(r))[bigram] for r in references)
    print(f"{' '.join(bigram):10}  {times:16}   {allowed:25}   {min(times, allowed):7}")
print("p_2 = {}/{}".format(*modified_precision(candidate, references, 2)))
for n in (1, 2, 3, 4):
    print(f"p_{n} = {'{}/{}'.format(*modified_precision(candidate, references, n))}", end="   ")

# %% [markdown]
# ### One number
#
# The precisions, usually $p_1$ to $p_4$, are joined by their **geometric** mean, that is, the mean of their logarithms. And since nothing yet punishes leaving out half of the sentence, a **brevity penalty** does. With $c$ words in the candidate and $r$ in the reference nearest in length:
#
# $$\mathrm{BLEU} = \mathrm{BP} \cdot \exp\Bigl(\frac{1}{N}\sum_{n=1}^{N} \log p_n\Bigr), \qquad
# \mathrm{BP} = \begin{cases} 1 & \text{if } c > r \\ \exp(1 - r/c) & \text{if } c \le r \end{cases}$$
#
# At $c = r$ both lines give 1. If one $p_n$ is 0, its logarithm is $-\infty$ and BLEU is 0.
#
# Watch the penalty work. We cut right translations short and score what is left:

# %%
print("words left   p_1    p_2    BP     BLEU")
for left_over in (8, 6, 4, 2):
    candidates, its_references = [], []
    for pair in data.dev[:200]:
        words = pair.ways[0][0].split()
        if len(words) == 8:
            candidates.append(words[:left_over])
            its_references.append([words])
    precisions = [
        sum(modified_precision(c, r, n)[0] for c, r in zip(candidates, its_references, strict=True))
        / sum(modified_precision(c, r, n)[1] for c, r in zip(candidates, its_references, strict=True))
        for n in (1, 2)
    ]
    penalty = brevity_penalty(left_over, 8)
    score = corpus_bleu(candidates, its_references, max_n=2)
    print(f"{left_over:6}     {precisions[0]:6.2f} {precisions[1]:6.2f} {penalty:6.2f} {score:7.2f}")

# %% [markdown]
# Every precision stays perfect, because whatever is there is right. Only the penalty sees what is missing. For $c = 4$ and $r = 8$ it is $\exp(1 - 2) = 0.37$.
#
# ### BLEU on our translations
#
# Counts and lengths are added up over all sentences before dividing: BLEU is a score of a **corpus**. We score with one reference (the translation one person chose) and with all right translations as references. The beam uses $\alpha = 0.7$.

# %%
sources = data.dev[:200]
one_reference = [[pair.target.split()] for pair in sources]
all_references = [[way.split() for way, _ in pair.ways] for pair in sources]
print(f"{'':27}    one reference   all references")
for name, model in (("half-trained", half_trained), ("trained", parameters)):
    rng, its_step = np.random.default_rng(6), step_of(model)
    states = [summary_of(model, pair.source) for pair in sources]
    written = {
        "sampled": [sample(its_step, state, rng) for state in states],
        "greedy": [greedy_search(its_step, state, LONGEST, EOS).tokens for state in states],
        "beam, B = 5": [beam_search(its_step, state, 5, LONGEST, EOS, 0.7)[0].tokens for state in states],
    }
    for how, answers in written.items():
        candidates = [text_of(tokens).split() for tokens in answers]
        scores = [corpus_bleu(candidates, references) for references in (one_reference, all_references)]
        print(f"{name:13} {how:13} {scores[0]:15.2f} {scores[1]:16.2f}")
frequent = [pair.ways[0][0].split() for pair in sources]  # what a perfect searcher in the truth would write
scores = [corpus_bleu(frequent, references) for references in (one_reference, all_references)]
print(f"{'most frequent right wording':27} {scores[0]:15.2f} {scores[1]:16.2f}")

# %% [markdown]
# Read the last rows first. All that greedy and beam search find in the trained model is right, and against all right translations BLEU says 1. Against **one** reference the same sentences get about two thirds, and so does the most frequent right wording
# itself: the reference said *has to*, the candidate *must*. BLEU sees words, not meaning. So a BLEU score means little alone and much in comparison: same sentences, same references, two systems. In that comparison the order is as it should
# be: trained above half-trained, searching above sampling. More references make the score fairer.
#
# ## 10 · Common mistakes
#
# **"Multiplying many small probabilities causes overflow."** This sentence circulates. Overflow is a number too **large** for its format; it becomes infinite. A product of probabilities gets too small: it **underflows** to 0, silently.

# %%
with np.errstate(over="ignore"):
    print("overflow, 1000 to the power of 20 in float32: ", np.prod(np.full(20, 1000, dtype=np.float32)))
print("underflow, 1/1000 to the power of 20 in float32:", np.prod(np.full(20, 0.001, dtype=np.float32)))
likely, unlikely = np.full(20, 0.002, dtype=np.float32), np.full(20, 0.001, dtype=np.float32)
print("twice as likely at every word, by products: ", bool(np.prod(likely) > np.prod(unlikely)))
print("twice as likely at every word, by logarithms:", bool(np.log(likely).sum() > np.log(unlikely).sum()))

# %% [markdown]
# An infinite score would be noticed. Zeros are not: all candidates tie, and the search picks any of them.
#
# **BLEU without the logarithm:** $\mathrm{BP} \cdot \exp\bigl(\tfrac1N \sum p_n\bigr)$. The formula is printed like that in places. Then a perfect translation scores $e$, and one without a single right word scores 1.

# %%
for name, precisions in (
    ("perfect", [1.0, 1.0, 1.0, 1.0]),
    ("good", [0.9, 0.7, 0.6, 0.5]),
    ("nothing right", [0.0, 0.0, 0.0, 0.0]),
):
    with np.errstate(divide="ignore"):
        right_bleu = np.exp(np.mean(np.log(precisions)))
    print(f"{name:14} with the logarithm {right_bleu:.3f}   without {np.exp(np.mean(precisions)):.3f}")

# %% [markdown]
# BLEU lies between 0 and 1. A score above 1 is a bug, and so is one that never falls below 1.
#
# **The brevity penalty upside down:** $\exp(1 - c/r)$ with $c$ above. Written as a fraction of lengths it is easily turned round. Then leaving words out is rewarded:

# %% tags=["figure"]
r, c = 10, np.arange(1, 15)
figure, axis = plt.subplots(figsize=(6.4, 3.0))
axis.plot(
    c,
    [brevity_penalty(int(n), r) for n in c],
    "o-",
    color=COLOURS["blue"],
    label="right: exp(1 − r/c) for c ≤ r",
)
axis.plot(
    c, np.where(c <= r, np.exp(1 - c / r), 1), "s--", color=COLOURS["vermillion"], label="wrong: exp(1 − c/r)"
)
axis.set(xlabel="words in the candidate, c (the reference has r = 10)", ylabel="factor", ylim=(0, 2.7))
axis.legend()
plt.show()

# %% [markdown]
# *In words:* the right penalty rises from 0 to 1 as the candidate gets as long as the reference, and stays at 1. The wrong one starts near 2.5 for a single word and falls to 1: a bonus for brevity.

# %%
whole, scrap = data.dev[0].ways[0][0].split(), data.dev[0].ways[0][0].split()[:2]
for name, words in (("whole sentence", whole), ("two words of it", scrap)):
    p = np.prod([np.divide(*modified_precision(words, [whole], n)) for n in (1, 2)]) ** 0.5
    wrong_penalty = np.exp(1 - len(words) / len(whole))
    print(
        f"{name:16} right {bleu(words, [whole], max_n=2):.2f}  ",
        f"with the penalty upside down {p * wrong_penalty:.2f}",
    )

# %% [markdown]
# **Hypotheses move, their states stay behind.** After a step the second hypothesis may be a child of the first. Leave the states where they were, and a sentence is continued from the memory of another one:


# %%
for name, move_states in (("states moved along", True), ("states left behind", False)):
    right = 0
    for pair in data.dev[:100]:
        answers = my_beam_search(step, summary_of(parameters, pair.source), 4, move_states=move_states)
        right += len(answers) > 0 and text_of(answers[0][2]) in dict(pair.ways)
    print(f"{name}: {about(right / 100)} of 100 sentences right")

# %% [markdown]
# With $B = 1$ nothing shows, so a test of greedy search does not find this bug.
#
# **Leaving `<EOS>` out of the score.** The end is a word like any other: $P(y \mid x)$ contains the probability of ending **here**. Without it, half a sentence is more probable than the whole, because each further word can only lower the product:

# %%
timed = "mein bruder muss am wochenende den alten brief kaufen"
halves = ["my brother must buy the old letter", "my brother must buy the old letter this weekend"]
y, lengths = to_ids(halves, english_index)
Z, _ = decode(parameters, np.repeat(summary_of(parameters, timed), 2, axis=1), y, lengths)
log_p = log_softmax(Z.reshape(len(Z), -1)).reshape(Z.shape)
print(timed)
for i, sentence in enumerate(halves):
    words = [log_p[y[i, t], i, t] for t in range(lengths[i])]
    print(f"    log P with <EOS> {sum(words):6.1f}   without {sum(words[:-1]):6.1f}   {sentence}")

# %% [markdown]
# **The mean of sentence scores in place of corpus BLEU.** A single sentence without a matching run of four words scores 0, however good it is. The mean is another number, and usually lower:

# %%
candidates = [
    text_of(greedy_search(half_step, summary_of(half_trained, p.source), LONGEST, EOS).tokens).split()
    for p in sources
]
mean_score = np.mean([bleu(c, r) for c, r in zip(candidates, one_reference, strict=True)])
zeros = np.mean([bleu(c, r) == 0 for c, r in zip(candidates, one_reference, strict=True)])
print(
    f"corpus BLEU {corpus_bleu(candidates, one_reference):.2f}  ",
    f"mean of the sentences {mean_score:.2f}, {zeros:.0%} of them 0",
)

# %% [markdown]
# ## 11 · What you should remember
#
# - An encoder reads everything into one vector; a decoder, a language model that starts from this vector, writes. The gradient crosses at `da0`. A picture's features serve as well.
# - The decoder gives $P(y \mid x)$ for every sentence. Sample for variety; search for the best.
# - Greedy search compares words, not sentences, and misses sentences that start with a less probable word.
# - Beam search keeps the $B$ best beginnings, as $B$ columns of one batch, and moves their states along. It adds logarithms, because products underflow.
# - Length normalisation divides by $T_y^\alpha$: 0 favours short, 1 is the mean of a word.
# - $P(y^*) > P(\hat y)$: the search is at fault. Otherwise the model is.
# - BLEU: clipped n-gram precisions, mean of their **logarithms**, times $\exp(1 - r/c)$ when $c \le r$.
#
# ### Ask yourself
#
# <details><summary>1. Why is the encoder's last state enough for a short sentence, and why might it not be for a paragraph?</summary>
#
# It has a fixed number of units, whatever the length. A long text needs more than they can hold. Lesson 5.7 (attention) lets the decoder look back at all states.
# </details>
#
# <details><summary>2. A beam of width 5 returns a sentence with log-probability −4.0. Greedy search finds one with −3.8. Is that possible?</summary>
#
# Yes. The greedy beginning can be crowded out of the beam at some step by five others and be lost, though it would have ended better. It is rare. Our table only says how often the best was found.
# </details>
#
# <details><summary>3. With alpha = 0.7 the search returns a wrong sentence. Its log-probability is lower than that of the right one, its normalised score is higher. Whose fault?</summary>
#
# The model's, with its score: the search maximised the normalised score and found the higher one. A wider beam would not help; another alpha might.
# </details>
#
# <details><summary>4. A candidate has 12 words, the references have 10 and 14. Which r does BLEU use, and what is BP?</summary>
#
# Both are equally near; the rule takes the shorter, $r = 10$. Then $c > r$ and BP = 1.
# </details>
#
# **References.** K. Papineni, S. Roukos, T. Ward, W.-J. Zhu (2002), *BLEU: a method for automatic evaluation of machine translation* · C.-Y. Lin, F. Och (2004), *ORANGE: a method for evaluating automatic evaluation metrics* (smoothing) · A. Graves (2012), *Sequence
# transduction with recurrent neural networks* · I. Sutskever, O. Vinyals, Q. Le (2014), *Sequence to sequence learning with neural networks* · K. Cho and others (2014), *Learning phrase representations using RNN encoder–decoder* · O. Vinyals and others (2015), *Show and tell* ·
# A. Karpathy, L. Fei-Fei (2015), *Deep visual-semantic alignments for generating image descriptions* · J. Mao and others (2015), *Deep captioning with multimodal recurrent neural networks* · Y. Wu and others (2016), *Google's neural machine translation system* (length normalisation) ·
# P. Koehn, R. Knowles (2017), *Six challenges for neural machine translation* (wide beams can hurt) · F. Stahlberg, B. Byrne (2019), *On NMT search errors and model errors: cat got your tongue?* (exact search).
#
# **Now you:** [exercises for this lesson](exercises/06_seq2seq_beam_search.ipynb).
