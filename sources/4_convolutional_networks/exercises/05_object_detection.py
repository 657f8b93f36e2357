# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises 4.5 · Object detection
#
# Eight functions; the first six together turn labels into targets and a detector's tensor into an answer
# ([lesson 4.5](../05_object_detection.ipynb)). Write each answer in its cell, run it, **save**, and run the check below it. A check
# tries your function on fresh inputs and shows what was expected, what came, and what may be the cause. 10 points in all; each case of
# a check counts for itself.
#
# Only NumPy is needed. Boxes are corners $(x_1, y_1, x_2, y_2)$, $x$ to the right, $y$ **downwards**; widths are $x_2 - x_1$. The last two
# exercises are bug hunts: code as it circulates.

# %%
import numpy as np

# %% [markdown]
# ## Exercise 1 · Intersection over union
#
# Write `iou(a, b)` ([section 5 of the lesson](../05_object_detection.ipynb#cell-id=5-Intersection-over-union)).
#
# | argument | meaning |
# |---|---|
# | `a`, `b` | two boxes, four numbers each |
#
# Returns a number from 0 to 1: the area that both share, divided by the area that at least one covers. 0 where the boxes only touch, lie apart, or where
# both have no area. Example: `iou([0, 0, 4, 4], [2, 2, 6, 6])` is `4 / 28 = 0.1429`.
#
# <details><summary>Hint 1</summary>The shared part is a box too. Where does it begin, and where does it end?</details>
# <details><summary>Hint 2</summary>It begins at the larger of both left ends and ends at the smaller of both right ends. What does a negative width mean?</details>
# <details><summary>Hint 3</summary>width = max(0, min(a[2], b[2]) - max(a[0], b[0])), height likewise. The union is both areas minus the shared one; look out for a
# union of 0.</details>


# %% grade_id="iou"
def iou(a, b):
    # BEGIN SOLUTION: return shared area / covered area
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    shared = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union if union > 0 else 0.0
    # END SOLUTION


# %% check="iou.overlapping" points=1 of="iou"
title = "boxes that overlap"


def cases(rng):
    drawn = [{"a": np.array([0.0, 0, 4, 4]), "b": np.array([2.0, 2, 6, 6])}]
    for _ in range(4):
        corner, size = rng.uniform(0, 4, 2), rng.uniform(3, 6, 2)
        shift, other = rng.uniform(0.5, 2.5, 2), rng.uniform(3, 6, 2)
        a = np.concatenate([corner, corner + size])
        drawn.append({"a": a, "b": np.concatenate([corner + shift, corner + shift + other])})
    return drawn


def explain(case, expected, found):
    if np.ndim(found) != 0 or not isinstance(found, (int, float, np.number)):
        return "one number is wanted"
    a, b = case["a"], case["b"]
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    if np.isclose(found, width * height / areas):
        return "the shared part is counted twice below the line: subtract it once from the sum of both areas"
    if np.isclose(found, width * height):
        return "this is the shared area; divide it by the area that at least one box covers"
    with_one = (width + 1) * (height + 1)
    both = sum((c[2] - c[0] + 1) * (c[3] - c[1] + 1) for c in (a, b))
    if np.isclose(found, with_one / (both - with_one)):
        return "here corners are positions, not pixel numbers: the width is x2 - x1, without + 1"
    if isinstance(found, (int, float)) and found > 1:
        return "an IoU is never above 1: is the division the right way round?"
    return None


# %% check="iou.edges" points=0.5 of="iou"
title = "boxes that touch, lie apart, contain each other, or have no area"


def cases(rng):
    s = float(rng.uniform(1, 3))
    return [
        {"a": np.array([0, 0, s, s]), "b": np.array([s, 0, 2 * s, s])},  # touching at an edge
        {
            "a": np.array([0, 0, s, s]),
            "b": np.array([2 * s, 3 * s, 4 * s, 5 * s]),
        },  # apart in both directions
        {"a": np.array([0, 0, s, s]), "b": np.array([2 * s, 0, 3 * s, s])},  # apart in one direction
        {"a": np.array([s, s, s, s]), "b": np.array([s, s, s, s])},  # a point, twice
        {"a": np.array([0, 0, 4 * s, 2 * s]), "b": np.array([s, 0, 2 * s, 2 * s])},  # inside: a quarter
        {"a": np.array([0, 0, s, 2 * s]), "b": np.array([0, 0, s, 2 * s])},  # equal
    ]


def explain(case, expected, found):
    a, b = case["a"], case["b"]
    if np.ndim(found) == 0 and isinstance(found, (int, float, np.number)):
        if np.isnan(found):
            return "0 divided by 0: where both boxes have no area, the answer is 0"
        if expected == 0 and found != 0:
            if min(a[2], b[2]) < max(a[0], b[0]) and min(a[3], b[3]) < max(a[1], b[1]):
                return "two negative lengths make a positive area: a negative width or height means that nothing is shared"
            return "these boxes share no area, so the answer is 0"
    if expected == 0 and a[0] == a[2] and b[0] == b[2]:
        return "both boxes have no area: the union is 0, and the answer is 0 by definition"
    return None


def explain_error(case, error):
    if error.startswith("ZeroDivisionError"):
        return "both boxes have no area, so the union is 0: the answer is 0 by definition"
    return None


# %% [markdown]
# ## Exercise 2 · Non-max suppression
#
# Write `non_max_suppression(boxes, scores, iou_threshold)`
# ([section 6](../05_object_detection.ipynb#cell-id=6-Non-max-suppression)).
#
# | argument | meaning |
# |---|---|
# | `boxes` | `(n, 4)` boxes of one class; n may be 0 |
# | `scores` | `(n,)` their scores |
# | `iou_threshold` | number from 0 to 1 |
#
# Returns the list of the row numbers that are kept, best score first. Visit the boxes from the highest score down (of equal scores the one that stands first); keep a box when its IoU with **every box kept before** is at
# **most** the threshold. So a tie with the threshold keeps it. Example: boxes `[0, 0, 2, 2]`, `[0, 0, 2, 1]`, `[5, 5, 6, 6]` with scores `[0.6, 0.9, 0.7]` and threshold 0.4 give `[1, 2]`: the IoU of the first two is 0.5.
#
# <details><summary>Hint 1</summary>Sort once, then decide for each box in turn. Which boxes can throw it out?</details>
# <details><summary>Hint 2</summary>np.argsort(-scores, kind="stable") gives the order. A box that was dropped itself has no say any more.</details>
# <details><summary>Hint 3</summary>Start with kept = []. For each i in the order, append it if all(iou(boxes[i], boxes[j]) &lt;= iou_threshold for j in kept).</details>


# %% grade_id="non_max_suppression"
def non_max_suppression(boxes, scores, iou_threshold):
    # BEGIN SOLUTION: return the list of the row numbers to keep, best score first
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if all(iou(boxes[i], boxes[j]) <= iou_threshold for j in kept):
            kept.append(int(i))
    return kept
    # END SOLUTION


# %% check="non_max_suppression.values" points=1 of="non_max_suppression,iou"
title = "which boxes are kept, and in which order"


def cases(rng):
    chain = np.array([[0.0, 0, 4, 2], [1, 0, 5, 2], [2, 0, 6, 2], [3, 0, 7, 2]])  # IoU of neighbours 0.6
    drawn = [
        {"boxes": chain, "scores": np.array([0.9, 0.8, 0.7, 0.6]) - 0.1 * rng.uniform(), "iou_threshold": 0.5}
    ]
    for n, threshold in ((5, 0.3), (9, 0.4), (12, 0.6)):
        corner, size = rng.uniform(0, 4, (n, 2)), rng.uniform(2, 4, (n, 2))
        drawn.append(
            {
                "boxes": np.concatenate([corner, corner + size], axis=1),
                "scores": rng.permutation(n) / n + 0.05,
                "iou_threshold": threshold,
            }
        )
    return drawn


def explain(case, expected, found):
    def overlap(a, b):
        width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
        shared = width * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)

    if np.ndim(found) != 1:
        return "a list of row numbers is wanted"
    found = np.asarray(found)
    boxes, scores, expected = case["boxes"], case["scores"], np.asarray(expected)
    if np.array_equal(found, expected):
        return None
    if np.array_equal(np.sort(found), np.sort(expected)):
        return "the right boxes, in another order: best score first"
    if len(found) == len(expected) and np.allclose(np.sort(found), np.sort(scores[expected])):
        return "these are the scores of the kept boxes; their row numbers are wanted"
    order = np.argsort(-scores, kind="stable")
    by_any = [
        i
        for n, i in enumerate(order)
        if all(overlap(boxes[i], boxes[j]) <= case["iou_threshold"] for j in order[:n])
    ]
    if np.array_equal(found, by_any):
        return "a box that has been dropped still drops others: compare with the kept boxes only"
    worst_first, kept = order[::-1], []
    for i in worst_first:
        if all(overlap(boxes[i], boxes[j]) <= case["iou_threshold"] for j in kept):
            kept.append(i)
    if np.array_equal(np.sort(found), np.sort(kept)):
        return "the boxes were visited from the lowest score up; begin with the highest"
    return None


# %% check="non_max_suppression.edges" points=0.5 of="non_max_suppression,iou"
title = "ties, one box, no box, and all but one dropped"


def cases(rng):
    s = float(rng.integers(2, 5))
    half = np.array([[0, 0, s, s], [0, 0, s, s / 2]])  # IoU exactly 0.5
    same = np.tile([[0.0, 0, s, s]], (4, 1))
    return [
        {"boxes": half, "scores": np.array([0.9, 0.8]), "iou_threshold": 0.5},
        {"boxes": np.zeros((0, 4)), "scores": np.zeros(0), "iou_threshold": 0.5},
        {"boxes": half[:1], "scores": np.array([0.3]), "iou_threshold": 0.5},
        {"boxes": same, "scores": np.array([0.1, 0.4, 0.9, 0.2]), "iou_threshold": 0.5},
        {"boxes": same[:3], "scores": np.full(3, 0.7), "iou_threshold": 0.9},
        {"boxes": same, "scores": np.array([0.1, 0.4, 0.9, 0.2]), "iou_threshold": 1.0},
    ]


def explain(case, expected, found):
    if np.ndim(found) != 1:
        return "a list of row numbers is wanted, an empty one where there is no box"
    if len(found) == len(expected):
        if len(set(case["scores"].tolist())) < len(case["scores"]):
            return "of equal scores, the box that stands first is visited first: sort with kind='stable'"
        return None
    if len(found) < len(expected) and len(case["boxes"]) > 1:
        return "the IoU is exactly the threshold here, and a tie keeps the box: drop only what is above the threshold"
    return None


def explain_error(case, error):
    if len(case["boxes"]) == 0:
        return "there is no box here at all: the answer is an empty list, and there is no first box to begin with"
    return None


# %% [markdown]
# ## Exercise 3 · From objects to the target
#
# Write `encode(boxes, classes, anchors, rows, columns, n_classes)`
# ([sections 4 and 7](../05_object_detection.ipynb#cell-id=4-A-grid-of-cells)).
#
# | argument | meaning |
# |---|---|
# | `boxes` | `(n, 4)` corners as shares of the picture; a box may reach over the border; n may be 0 |
# | `classes` | `(n,)` whole numbers from 0 |
# | `anchors` | `(k, 2)` **heights and widths** of the anchors, as shares of the picture |
# | `rows`, `columns` | of the grid; they may differ |
# | `n_classes` | number of classes |
#
# Returns the target `(rows, columns, k, 5 + n_classes)`. Go through the objects in order. An object belongs to the cell that holds its centre, and there to the anchor with the largest IoU of shapes (both moved to one centre)
# among those that are still free; if none is free, leave it out. Its entry is $[1, b_x, b_y, b_h, b_w, c_1, \dots]$ with the centre measured from the cell's upper left corner **in cells**, height and width **in cells**, and the class one-hot. All else is 0. A centre on the far
# border of the picture belongs to the last cell.
#
# Example: the box `[0.4, 0.5, 0.6, 0.9]` of class 1 of 2, one anchor, 2 rows and 4 columns: cell (1, 2), entry `[1, 0, 0.4, 0.8, 0.8, 0, 1]`.
#
# <details><summary>Hint 1</summary>Multiply all x by the number of columns and all y by the number of rows: then one unit is one cell, and the whole part of the centre is the cell.</details>
# <details><summary>Hint 2</summary>Two shapes on one centre share min(h, h_anchor) * min(w, w_anchor). Compare in shares of the picture, for that is the unit of the anchors.</details>
# <details><summary>Hint 3</summary>For each object: row = min(int(y), rows - 1) and column likewise; overlaps with all anchors; set the overlaps of taken anchors (target[row, column, :, 0] == 1) to -1; take argmax,
# and skip the object if that is -1; else write the entry.</details>


# %% grade_id="encode"
def encode(boxes, classes, anchors, rows, columns, n_classes):
    # BEGIN SOLUTION: return the target (rows, columns, k, 5 + n_classes)
    target = np.zeros((rows, columns, len(anchors), 5 + n_classes))
    for (x1, y1, x2, y2), c in zip(boxes, classes, strict=True):
        h, w = y2 - y1, x2 - x1
        x, y = (x1 + x2) / 2 * columns, (y1 + y2) / 2 * rows
        row, column = min(int(y), rows - 1), min(int(x), columns - 1)
        shared = np.minimum(anchors[:, 0], h) * np.minimum(anchors[:, 1], w)
        overlap = shared / (h * w + anchors[:, 0] * anchors[:, 1] - shared)
        overlap[target[row, column, :, 0] == 1] = -1
        k = overlap.argmax()
        if overlap[k] >= 0:
            target[row, column, k, :5] = 1, x - column, y - row, h * rows, w * columns
            target[row, column, k, 5 + c] = 1
    return target
    # END SOLUTION


# %% check="encode.cells" points=1 of="encode"
title = "cells and coordinates, one anchor"


def draw_boxes(rng, n, rows, columns):
    """Boxes (n, 4) with centres in different cells, inside the picture."""
    cells = rng.permutation(rows * columns)[:n]
    x = (cells % columns + rng.uniform(0.1, 0.9, n)) / columns
    y = (cells // columns + rng.uniform(0.1, 0.9, n)) / rows
    w, h = (
        2 * np.minimum(x, 1 - x) * rng.uniform(0.3, 1, n),
        2 * np.minimum(y, 1 - y) * rng.uniform(0.3, 1, n),
    )
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)


def cases(rng):
    drawn = []
    for rows, columns, n, n_classes in ((2, 4, 1, 2), (3, 3, 2, 3), (4, 2, 3, 3), (5, 7, 6, 2)):
        drawn.append(
            {
                "boxes": draw_boxes(rng, n, rows, columns),
                "classes": rng.integers(0, n_classes, n),
                "anchors": rng.uniform(0.2, 0.6, (1, 2)),
                "rows": rows,
                "columns": columns,
                "n_classes": n_classes,
            }
        )
    edge = {
        "boxes": np.array([[0.8, 0.2, 1.2, 0.4], [0.5, 0.8, 0.7, 1.2]]),
        "classes": np.array([0, 1]),
    }  # centres on the far border
    drawn.append({**edge, "anchors": np.array([[0.3, 0.2]]), "rows": 4, "columns": 5, "n_classes": 2})
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        shape = np.shape(found)
        if shape == (expected.shape[1], expected.shape[0], *expected.shape[2:]):
            return "rows and columns are exchanged: the first axis is the row, which comes from y"
        return None
    found = np.asarray(found, float)
    there = expected[..., 0] == 1
    if not np.array_equal(found[..., 0] == 1, there):
        if case["boxes"].max() > 1:
            return "a centre on the far border of the picture belongs to the last row or column"
        return "an object stands in another cell: its centre decides, y gives the row and x the column"
    entry, wanted = found[there], expected[there]
    if np.allclose(entry[:, 5:], wanted[:, 5:]):
        sides = np.array([case["rows"], case["columns"]])
        if np.allclose(entry[:, 3:5], wanted[:, 3:5] / sides):
            return "height and width are shares of the picture; they are wanted in cells"
        if np.allclose(entry[:, 3:5], (wanted[:, 3:5] / sides)[:, ::-1] * sides[::-1]) or np.allclose(
            entry[:, [4, 3]], wanted[:, 3:5]
        ):
            return "height and width are exchanged: b_h comes before b_w"
        if np.allclose(entry[:, [2, 1]], wanted[:, 1:3]):
            return "b_x and b_y are exchanged"
        if not np.allclose(entry[:, 1:3], wanted[:, 1:3]):
            return "the centre is measured from the upper left corner of its cell, in cells: from 0 to 1"
    return None


# %% check="encode.anchors" points=0.5 of="encode"
title = "which anchor an object gets, and what is left out"


def cases(rng):
    anchors = np.array([[0.6, 0.2], [0.2, 0.6], [0.35, 0.35]])
    shapes = np.array(
        [[0.55, 0.25], [0.25, 0.5], [0.5, 0.2], [0.3, 0.3], [0.2, 0.4], [0.6, 0.3]]
    )  # heights, widths

    def case(chosen, k, rows=3):
        h, w = (shapes[chosen] * rng.uniform(0.95, 1.05, (len(chosen), 2))).T
        x, y = rng.uniform(0.45, 0.55, (2, len(chosen)))
        boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
        return {
            "boxes": boxes.reshape(-1, 4),
            "classes": rng.integers(0, 2, len(chosen)),
            "anchors": anchors[:k],
            "rows": rows,
            "columns": 3,
            "n_classes": 2,
        }

    return [
        case([1, 0], 2),  # each takes its own
        case([0, 2], 2),  # same shape: the second takes what is left
        case([0, 1, 3], 2),  # three objects, two anchors
        case([3, 0, 4, 5], 3),
        case([], 2),
        case([0, 2], 1, rows=1),
    ]


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    found = np.asarray(found, float)
    if found[..., 0].sum() > expected[..., 0].sum():
        return "more objects are written than fit: where no anchor is free, the object is left out"
    there = expected[..., 0] == 1
    if np.array_equal(found[..., 0] == 1, there) and not np.allclose(found[there], expected[there]):
        if len(case["boxes"]) > there.sum():
            return "a later object stands where an earlier one belongs: who comes first keeps the place"
        return "the objects stand at each other's anchors; the order of anchors is height, width, and the largest IoU decides"
    if found[..., 0].sum() < expected[..., 0].sum():
        return "an object is missing: it was overwritten or left out. If its best anchor is taken, it takes the best one that is still free"
    return "an object has the wrong anchor: the largest IoU of shapes decides, both in shares of the picture, height before width"


def explain_error(case, error):
    if len(case["boxes"]) == 0:
        return "there is no object here: the target is all zeros"
    return None


# %% [markdown]
# ## Exercise 4 · From the tensor to boxes
#
# Write `decode(y, score_threshold)` ([section 8](../05_object_detection.ipynb#cell-id=8-From-tensor-to-boxes)).
#
# | argument | meaning |
# |---|---|
# | `y` | `(rows, columns, k, 5 + n_classes)`, entries as in exercise 3, but with probabilities for $p_c$ and the classes |
# | `score_threshold` | number from 0 to 1 |
#
# The score of an entry is $p_c$ times its largest class probability. Returns three arrays for the entries with a score of **at least** the threshold, ordered by row, column, anchor: `boxes` `(n, 4)` corners as shares of the picture, `scores` `(n,)`, and `classes` `(n,)`. n may
# be 0. Boxes may reach over the border; leave them so.
#
# Example: a grid of 2 × 4 whose only entry with $p_c > 0$ is `[1, 0, 0.4, 0.8, 0.8, 0, 1]` in cell (1, 2), threshold 0.5: the box `[0.4, 0.5, 0.6, 0.9]`, score 1, class 1.
#
# <details><summary>Hint 1</summary>First the scores of all entries, an array (rows, columns, k). np.nonzero of a comparison gives row, column and anchor of those that count, in the wanted order.</details>
# <details><summary>Hint 2</summary>Undo the encoding: add the column to b_x and divide by the number of columns; a width in cells is divided by the number of columns too.</details>
# <details><summary>Hint 3</summary>With row, column, k = np.nonzero(best >= score_threshold) and e = y[row, column, k]: x = (column + e[:, 1]) / columns, w = e[:, 4] / columns, and x1 = x - w / 2. For
# y and h take row, e[:, 2], e[:, 3] and rows.</details>


# %% grade_id="decode"
def decode(y, score_threshold):
    # BEGIN SOLUTION: return boxes, scores, classes
    rows, columns = y.shape[:2]
    best = y[..., 0] * y[..., 5:].max(axis=-1)
    row, column, k = np.nonzero(best >= score_threshold)
    e = y[row, column, k]
    x_centre, y_centre = (column + e[:, 1]) / columns, (row + e[:, 2]) / rows
    h, w = e[:, 3] / rows, e[:, 4] / columns
    boxes = np.stack([x_centre - w / 2, y_centre - h / 2, x_centre + w / 2, y_centre + h / 2], axis=1)
    return boxes, best[row, column, k], e[:, 5:].argmax(axis=1)
    # END SOLUTION


# %% check="decode.boxes" points=1 of="decode"
title = "corners, scores and classes"


def cases(rng):
    drawn = []
    for rows, columns, k, n_classes in ((2, 4, 1, 2), (3, 3, 2, 3), (4, 2, 2, 4), (3, 5, 1, 3)):
        y = rng.uniform(0, 1, (rows, columns, k, 5 + n_classes))
        y[..., 3:5] *= 2.5
        y[..., 5:] /= y[..., 5:].sum(axis=-1, keepdims=True)
        drawn.append({"y": y, "score_threshold": 0.35 if n_classes < 4 else 0.25})
    return drawn


def explain(case, expected, found):
    if not (isinstance(found, (tuple, list)) and len(found) == 3):
        return "three arrays are wanted: boxes, scores, classes"
    boxes, scores, _ = expected
    if np.shape(found[1]) != np.shape(scores):
        return "another number of entries: an entry counts when p_c times its largest class probability is at least the threshold"
    if np.shape(found[0]) == np.shape(boxes) and not np.allclose(found[0], boxes):
        got = np.asarray(found[0], float)
        wanted = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2], axis=1)
        sides = boxes[:, 2:] - boxes[:, :2]
        centre, got_sides = (got[:, :2] + got[:, 2:]) / 2, got[:, 2:] - got[:, :2]
        if np.allclose(centre, wanted) and not np.allclose(got_sides, sides):
            return "the centres are right, the sides are not: entry 3 is the height and belongs to y, entry 4 the width; both are in cells"
        if np.allclose(got, np.concatenate([wanted, sides], axis=1)) or np.allclose(
            got, np.concatenate([wanted, sides[:, ::-1]], axis=1)
        ):
            return "these are centres and sides; corners are wanted"
        if np.allclose(got_sides, sides):
            return "the sides are right, the centres are not: b_x and b_y count from the corner of their cell; x goes with the column, y with the row"
    if np.shape(found[1]) == np.shape(scores) and not np.allclose(found[1], scores):
        return "the score is p_c times the largest class probability"
    return None


# %% check="decode.edges" points=0.5 of="decode"
title = "a score exactly at the threshold, and no entry at all"


def cases(rng):
    def grid(entries, rows=3, columns=2):
        y = np.zeros((rows, columns, 1, 7))
        for (row, column), p_c, c in entries:
            y[row, column, 0] = [p_c, *rng.uniform(0.2, 0.8, 2), *rng.uniform(0.5, 2, 2), *(c, 1 - c)]
        return y

    return [
        {"y": grid([((0, 1), 0.5, 1.0), ((2, 0), 0.9, 0.0)]), "score_threshold": 0.5},
        {"y": grid([((1, 1), 1.0, 0.25), ((2, 1), 1.0, 0.5)]), "score_threshold": 0.75},
        {"y": grid([((1, 0), 0.6, 1.0)]), "score_threshold": 0.7},
        {"y": grid([((0, 0), 0.3, 1.0), ((2, 1), 0.8, 0.25), ((1, 0), 0.2, 1.0)]), "score_threshold": 0.0},
    ]


def call(f, case):
    boxes, scores, classes = f(**case)
    return np.asarray(boxes).reshape(-1, 4), scores, classes


def explain(case, expected, found):
    if not (isinstance(found, (tuple, list)) and len(found) == 3):
        return "three arrays are wanted, of length 0 where no entry counts"
    if len(np.atleast_1d(found[1])) < len(expected[1]):
        return "a score that is exactly the threshold counts: at least, not more than"
    return None


def explain_error(case, error):
    if case["score_threshold"] == 0.7:
        return "no entry counts here: boxes, scores and classes are arrays of length 0"
    return None


# %% [markdown]
# ## Exercise 5 · Anchors by k-means
#
# Write `anchor_kmeans(sizes, anchors, rounds)` ([section 7](../05_object_detection.ipynb#cell-id=7-Anchor-boxes)).
#
# | argument | meaning |
# |---|---|
# | `sizes` | `(n, 2)` heights and widths of boxes |
# | `anchors` | `(k, 2)` the anchors to start from |
# | `rounds` | how often to assign and average, at least 1 |
#
# In each round: assign every box to the anchor with the smallest distance $1 - \text{IoU}$ of their shapes on one centre (of equal ones the first), then move every anchor to the mean of its boxes. An anchor that no box has chosen stays where it is. Returns the anchors `(k, 2)`, in their order, without changing
# the arguments. Example: sizes `[[1, 1], [1, 3], [3, 3]]`, anchors `[[1, 2], [4, 4]]`, one round: `[[1, 2], [3, 3]]`.
#
# <details><summary>Hint 1</summary>You need the IoU of every box with every anchor, an (n, k) table. The smallest 1 - IoU is the largest IoU.</details>
# <details><summary>Hint 2</summary>np.minimum(sizes[:, None, :], anchors[None, :, :]).prod(axis=2) is the shared area of all pairs.</details>
# <details><summary>Hint 3</summary>Work on a copy of the anchors. Each round: table = shared / (areas of sizes as a column + areas of anchors - shared), nearest = table.argmax(axis=1), and for each j with any nearest == j the
# mean of these sizes over axis 0.</details>


# %% grade_id="anchor_kmeans"
def anchor_kmeans(sizes, anchors, rounds):
    # BEGIN SOLUTION: return the anchors (k, 2) after the rounds
    anchors = np.array(anchors, float)
    for _ in range(rounds):
        shared = np.minimum(sizes[:, None, :], anchors[None, :, :]).prod(axis=2)  # (n, k)
        table = shared / (sizes.prod(axis=1)[:, None] + anchors.prod(axis=1) - shared)
        nearest = table.argmax(axis=1)
        for j in range(len(anchors)):
            if (nearest == j).any():
                anchors[j] = sizes[nearest == j].mean(axis=0)
    return anchors
    # END SOLUTION


# %% check="anchor_kmeans.round" points=1 of="anchor_kmeans"
title = "one round"
inputs_unchanged = True


def cases(rng):
    drawn = [
        {"sizes": np.array([[1.0, 1], [1, 3], [3, 3]]), "anchors": np.array([[1.0, 2], [4, 4]]), "rounds": 1}
    ]
    for n, k in ((6, 2), (20, 3), (40, 4)):
        scale = np.exp(
            rng.uniform(-2, 2, (n, 1))
        )  # small and large boxes: Euclidean distance would choose otherwise
        sizes = scale * rng.uniform(0.5, 2, (n, 2))
        drawn.append(
            {
                "sizes": sizes,
                "anchors": sizes[rng.permutation(n)[:k]] * rng.uniform(0.8, 1.2, (k, 1)),
                "rounds": 1,
            }
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) != np.shape(expected):
        return None
    sizes, anchors = case["sizes"], case["anchors"]
    euclidean = np.array(anchors)
    nearest = np.linalg.norm(sizes[:, None] - anchors, axis=2).argmin(axis=1)
    for j in range(len(anchors)):
        if (nearest == j).any():
            euclidean[j] = sizes[nearest == j].mean(axis=0)
    if np.allclose(found, euclidean):
        return "this is k-means with Euclidean distance; the distance here is 1 - IoU"
    if np.allclose(found, anchors):
        return "the anchors have not moved"
    return None


# %% check="anchor_kmeans.rounds" points=0.5 of="anchor_kmeans"
title = "several rounds, and an anchor that nobody chooses"
inputs_unchanged = True


def cases(rng):
    drawn = []
    for n, k, rounds in ((15, 2, 3), (30, 3, 6), (50, 5, 20)):
        sizes = np.exp(rng.uniform(-1.5, 1.5, (n, 1))) * rng.uniform(0.4, 2.5, (n, 2))
        drawn.append({"sizes": sizes, "anchors": sizes[rng.permutation(n)[:k]].copy(), "rounds": rounds})
    sizes = rng.uniform(0.5, 2, (8, 2))
    drawn.append({"sizes": sizes, "anchors": np.array([[1.0, 1], [80, 90], [0.5, 2]]), "rounds": 4})
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        if np.isnan(np.asarray(found, float)).any():
            return "the mean of no boxes is NaN: an anchor that no box has chosen stays where it is"
        sizes, anchors = case["sizes"], case["anchors"]
        shared = np.minimum(sizes[:, None], anchors).prod(axis=2)
        nearest = (shared / (sizes.prod(axis=1)[:, None] + anchors.prod(axis=1) - shared)).argmax(axis=1)
        once = [
            sizes[nearest == j].mean(axis=0) if (nearest == j).any() else a for j, a in enumerate(anchors)
        ]
        if np.allclose(found, once):
            return "this is the result of one round: assign again after every move"
    return None


# %% [markdown]
# ## Exercise 6 · From the tensor to the answer
#
# Write `detect(y, score_threshold, iou_threshold)`. This time there is no recipe: you have all the parts.
#
# | argument | meaning |
# |---|---|
# | `y` | as in exercise 4 |
# | `score_threshold`, `iou_threshold` | as in exercises 4 and 2 |
#
# Returns `boxes`, `scores` and `classes` of what remains after non-max suppression, **each class by itself**, with the best score first over all classes. No two scores are equal here. Example: two boxes of different classes never remove each other, however much they overlap.
#
# <details><summary>Hint 1</summary>Decode once. Then there is a group of boxes for each class that occurs.</details>
# <details><summary>Hint 2</summary>Row numbers that your function gives for a group are numbers within the group. np.flatnonzero(classes == c) tells which rows they are in the whole.</details>
# <details><summary>Hint 3</summary>Collect the whole's row numbers of all groups in one list, sort them by falling score, and index the three arrays with it. Mind the case that nothing is left: index with an array of whole numbers.</details>


# %% grade_id="detect"
def detect(y, score_threshold, iou_threshold):
    # BEGIN SOLUTION: return boxes, scores, classes, best score first
    boxes, scores, classes = decode(y, score_threshold)
    kept = []
    for c in np.unique(classes):
        members = np.flatnonzero(classes == c)
        kept += [members[i] for i in non_max_suppression(boxes[members], scores[members], iou_threshold)]
    kept = np.array(sorted(kept, key=lambda i: -scores[i]), dtype=int)
    return boxes[kept], scores[kept], classes[kept]
    # END SOLUTION


# %% check="detect.values" points=1 of="detect,decode,non_max_suppression,iou"
title = "the detector's answer"


def cases(rng):
    drawn = []
    for rows, columns, threshold, n_classes in (
        (3, 3, 0.3, 2),
        (4, 5, 0.3, 3),
        (5, 3, 0.25, 3),
        (3, 4, 0.3, 2),
    ):
        y = rng.uniform(0, 1, (rows, columns, 2, 5 + n_classes))
        y[..., 3:5] = rng.uniform(1.5, 2.5, y[..., 3:5].shape)
        y[..., 5:] = y[..., 5:] ** 3 / (y[..., 5:] ** 3).sum(axis=-1, keepdims=True)
        drawn.append({"y": y, "score_threshold": threshold, "iou_threshold": 0.3})
    drawn[-1]["score_threshold"] = 1.0  # nothing is left
    return drawn


def call(f, case):
    boxes, scores, classes = f(**case)
    return np.asarray(boxes).reshape(-1, 4), scores, classes


def explain(case, expected, found):
    if not (isinstance(found, (tuple, list)) and len(found) == 3):
        return "three arrays are wanted: boxes, scores, classes"
    n, wanted = len(np.atleast_1d(found[1])), len(expected[1])
    y = case["y"]
    decoded = int((y[..., 0] * y[..., 5:].max(axis=-1) >= case["score_threshold"]).sum())
    if n < wanted:
        return "too few are left: do boxes of different classes remove each other? Run the suppression once for each class"
    if n == decoded > wanted:
        return "nothing was suppressed"
    if n == wanted and np.allclose(np.sort(np.atleast_1d(found[1])), np.sort(expected[1])):
        return "the right boxes, in another order: the best score of all classes first"
    return None


def explain_error(case, error):
    if case["score_threshold"] == 1:
        return "nothing is left here, and an empty list becomes an array of floats: index with np.array(kept, dtype=int)"
    return None


# %% [markdown]
# ## Exercise 7 · Bug hunt: boxes that touch at an edge
#
# This table of IoU finds an overlap where boxes only touch, and it finds one where boxes lie far apart. It has **two** mistakes. Repair `iou_table(a, b)`.
#
# | argument | meaning |
# |---|---|
# | `a` | `(n, 4)` boxes with an area |
# | `b` | `(k, 4)` boxes with an area |
#
# Returns `(n, k)`, the IoU of all pairs; corners are positions, as everywhere in this notebook. Example: `[0, 0, 2, 2]` against `[2, 0, 4, 2]` and `[5, 5, 7, 7]` gives `[[0, 0]]`.
#
# <details><summary>Hint 1</summary>Try the example, then boxes that really overlap. Is the first mistake in the overlap, in the areas, or in both?</details>
# <details><summary>Hint 2</summary>What is the width of the shared part when two boxes touch? And when they lie apart to the left and above?</details>
# <details><summary>Hint 3</summary>The + 1 belongs to pixel numbers, not to positions; it stands in three lines. And nothing keeps two negative lengths from giving a positive area.</details>


# %% grade_id="iou_table"
def iou_table(a, b):
    x1, y1 = np.maximum(a[:, None, 0], b[:, 0]), np.maximum(a[:, None, 1], b[:, 1])  # (n, k)
    x2, y2 = np.minimum(a[:, None, 2], b[:, 2]), np.minimum(a[:, None, 3], b[:, 3])
    # BEGIN SOLUTION
    shared = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
    area_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    # END SOLUTION
    # BEGIN STARTER
    # shared = (x2 - x1 + 1) * (y2 - y1 + 1)
    # area_a = (a[:, 2] - a[:, 0] + 1) * (a[:, 3] - a[:, 1] + 1)
    # area_b = (b[:, 2] - b[:, 0] + 1) * (b[:, 3] - b[:, 1] + 1)
    # END STARTER
    return shared / (area_a[:, None] + area_b - shared)


# %% check="iou_table.touching" points=0.5 of="iou_table"
title = "boxes that touch or overlap"


def cases(rng):
    drawn = []
    for n, k in ((1, 2), (2, 3), (3, 2), (4, 4)):
        s = rng.uniform(1, 2)
        a = np.array([[0, 0, s, s], [0, s, 2 * s, 2 * s], [s, 0, 3 * s, s], [0, 0, 3 * s, 3 * s]])[:n]
        b = np.array([[s, 0, 2 * s, s], [0, 0, 2 * s, 3 * s], [0, s, s, 2 * s], [s, s, 2 * s, 3 * s]])[:k]
        drawn.append({"a": a, "b": b})
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        if (np.asarray(found, float)[expected == 0] > 1e-9).any():
            return "boxes that only touch share an edge, which has no area: somewhere a width is too large"
        return "boxes that overlap come out wrong: are the areas of the boxes themselves right?"
    return None


# %% check="iou_table.apart" points=0.5 of="iou_table"
title = "boxes that lie apart"


def cases(rng):
    drawn = []
    for n, k in ((1, 2), (2, 3), (3, 3), (2, 4)):
        a_corner, b_corner = (
            rng.uniform(0, 3, (n, 2)),
            rng.uniform(7, 12, (k, 2)) * rng.choice([-1, 1], (k, 2)),
        )
        b_corner[0] = a_corner[0] + 0.3  # one pair overlaps
        a = np.concatenate([a_corner, a_corner + rng.uniform(1, 3, (n, 2))], axis=1)
        drawn.append({"a": a, "b": np.concatenate([b_corner, b_corner + rng.uniform(1, 3, (k, 2))], axis=1)})
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        apart = np.asarray(found, float)[expected == 0]
        if (np.abs(apart) > 1e-9).any():
            return "boxes that lie apart share nothing, whatever the direction: a negative width or height counts as 0"
        return "boxes that overlap come out wrong: are the areas of the boxes themselves right?"
    return None


# %% [markdown]
# ## Exercise 8 · Bug hunt: lying trousers
#
# A detector was trained and tested on squares. Now its trousers lie on their side and its sneakers stand upright. Repair `to_corners(centres)`; there is **one** mistake.
#
# | argument | meaning |
# |---|---|
# | `centres` | `(n, 4)` rows $(b_x, b_y, b_h, b_w)$ |
#
# Returns `(n, 4)` corners $(x_1, y_1, x_2, y_2)$. Example: `[[5, 5, 4, 2]]` gives `[[4, 3, 6, 7]]`.
#
# <details><summary>Hint 1</summary>Why could squares not show the mistake?</details>
# <details><summary>Hint 2</summary>Read the order of the four numbers in the table again, and compare with the line that takes them apart.</details>
# <details><summary>Hint 3</summary>In this course the height comes before the width; x needs the width, y the height.</details>


# %% grade_id="to_corners"
def to_corners(centres):
    # BEGIN SOLUTION
    x, y, h, w = centres.T
    # END SOLUTION
    # BEGIN STARTER
    # x, y, w, h = centres.T
    # END STARTER
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)


# %% check="to_corners.values" points=0.5 of="to_corners"
title = "corners of boxes that are not square"


def cases(rng):
    drawn = [{"centres": np.array([[5.0, 5, 4, 2]])}]
    for n in (2, 3, 5):
        drawn.append(
            {"centres": np.concatenate([rng.uniform(3, 6, (n, 2)), rng.uniform(0.5, 3, (n, 2))], axis=1)}
        )
    return drawn


def explain(case, expected, found):
    if np.shape(found) == np.shape(expected):
        found = np.asarray(found, float)
        sides, wanted = found[:, 2:] - found[:, :2], expected[:, 2:] - expected[:, :2]
        if np.allclose(sides, wanted[:, ::-1]):
            return "each box is as wide as it should be high: height and width have changed places"
    return None


# %% [markdown]
# Done? Take `encode`, `decode` and `detect` and put them into the training of the lesson: nothing else of the course's box functions is needed there but average precision. Go on with 4.6 Semantic segmentation.
