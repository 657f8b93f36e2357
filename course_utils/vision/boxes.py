"""Bounding boxes: overlap, non-max suppression, anchors, and the targets of a grid detector.

A box is a row of corners `(x1, y1, x2, y2)`, x to the right, y downwards, in any unit (pixels or
shares of the picture), with x1 <= x2 and y1 <= y2. Coordinates are positions, not pixel numbers:
the width is `x2 - x1`, without a "+ 1". A box without area is legal and overlaps nothing.
"""

from __future__ import annotations

import numpy as np

ROWS_PER_BLOCK = 64  # rows of an overlap matrix computed together; 64 x 1000 floats stay in cache


def _check_boxes(name: str, boxes: np.ndarray) -> np.ndarray:
    """Boxes as floats; errors for another shape, swapped corners and values that are no numbers."""
    boxes = np.asarray(boxes)
    if boxes.size == 0 and boxes.ndim < 2:
        boxes = np.zeros((0, 4))
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"{name} has shape {boxes.shape}, needs (n, 4): one row (x1, y1, x2, y2) a box")
    if boxes.dtype.kind in "iub":
        boxes = boxes.astype(np.float64)
    if boxes.dtype.kind != "f":
        raise TypeError(f"{name} must hold numbers, got dtype {boxes.dtype}")
    if not np.isfinite(boxes).all():
        row = int(np.flatnonzero(~np.isfinite(boxes).all(axis=1))[0])
        raise ValueError(f"{name}[{row}] is {boxes[row].tolist()}, needs finite corners")
    swapped = (boxes[:, 2] < boxes[:, 0]) | (boxes[:, 3] < boxes[:, 1])
    if swapped.any():
        row = int(np.flatnonzero(swapped)[0])
        raise ValueError(f"{name}[{row}] is {boxes[row].tolist()}, needs x1 <= x2 and y1 <= y2")
    return boxes


def _check_sizes(name: str, sizes: np.ndarray) -> np.ndarray:
    sizes = np.asarray(sizes)
    if sizes.ndim != 2 or sizes.shape[1] != 2:
        raise ValueError(f"{name} has shape {sizes.shape}, needs (n, 2): one row of two sides a box")
    if sizes.dtype.kind in "iu":
        sizes = sizes.astype(np.float64)
    if sizes.dtype.kind != "f":
        raise TypeError(f"{name} must hold numbers, got dtype {sizes.dtype}")
    if not (np.isfinite(sizes).all() and (sizes > 0).all()):
        raise ValueError(f"{name} holds a side that is not a positive number")
    return sizes


def box_areas(boxes: np.ndarray) -> np.ndarray:
    """Areas of boxes.

    boxes : (n, 4) corners
    Returns (n,).
    """
    boxes = _check_boxes("boxes", boxes)
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def iou_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of every box of one set with every box of another.

    a : (n, 4) corners,  b : (k, 4) corners
    Returns (n, k), every entry in [0, 1]; 0 where the union has no area.
    Raises ValueError for other shapes and for boxes whose corners are swapped.

    The overlap of two boxes is `min of the right ends - max of the left ends` wide, or 0 when that
    is negative, and as high by the same rule. The matrix is filled a block of rows at a time, so
    that the handful of passes over a block find it in the processor's cache. Two details of NumPy
    count here: its minimum and maximum are twice as fast with a row as with a single number to
    compare with (hence `zeros`), and a third faster with the row as the first argument.
    """
    a, b = _check_boxes("a", a), _check_boxes("b", b)
    dtype = np.result_type(a, b)
    area_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    b_x1, b_y1, b_x2, b_y2 = np.ascontiguousarray(b.T)
    iou = np.empty((len(a), len(b)), dtype=dtype)
    height = np.empty((min(ROWS_PER_BLOCK, len(a)), len(b)), dtype=dtype)
    left = np.empty_like(height)
    # A union of 0 divides an overlap of 0; any positive number in its place gives the 0 we want.
    least = np.full(len(b), np.finfo(dtype).tiny, dtype=dtype)
    zeros = np.zeros(len(b), dtype=dtype)
    for start in range(0, len(a), ROWS_PER_BLOCK):
        rows = a[start : start + ROWS_PER_BLOCK]
        width, high, low = iou[start : start + ROWS_PER_BLOCK], height[: len(rows)], left[: len(rows)]
        np.minimum(b_x2, rows[:, 2:3], out=width)
        np.maximum(b_x1, rows[:, 0:1], out=low)
        width -= low
        np.maximum(width, zeros, out=width)
        np.minimum(b_y2, rows[:, 3:4], out=high)
        np.maximum(b_y1, rows[:, 1:2], out=low)
        high -= low
        np.maximum(high, zeros, out=high)
        overlap = np.multiply(width, high, out=width)
        union = np.add(area_a[start : start + ROWS_PER_BLOCK, None], area_b, out=high)
        union -= overlap
        np.maximum(union, least, out=union)
        overlap /= union
    return iou


def non_max_suppression(
    boxes: np.ndarray, scores: np.ndarray, iou_threshold: float = 0.5, classes: np.ndarray | None = None
) -> np.ndarray:
    """Keep the best of boxes that overlap: non-max suppression.

    Boxes are visited from the highest score down. A box is kept when its IoU with every box kept
    before is at most the threshold (a tie with the threshold keeps it), and dropped otherwise.

    boxes         : (n, 4) corners
    scores        : (n,) any numbers; of equal scores the box that stands first is visited first
    iou_threshold : 0 to 1
    classes       : (n,) labels; boxes of different classes then never suppress each other
    Returns the indices of the kept boxes, best first, (n_kept,).

    Boxes are taken a block at a time. Inside a block they are visited one by one; what the block
    keeps then strikes out later boxes in one comparison, instead of one NumPy call a box.
    """
    boxes = _check_boxes("boxes", boxes)
    scores = np.asarray(scores)
    if scores.shape != (len(boxes),):
        raise ValueError(f"scores has shape {scores.shape}, needs ({len(boxes)},), one score a box")
    if scores.dtype.kind not in "fiub":
        raise TypeError(f"scores must hold numbers, got dtype {scores.dtype}")
    scores = scores.astype(np.float64)
    if np.isnan(scores).any():
        raise ValueError(f"scores[{int(np.flatnonzero(np.isnan(scores))[0])}] is NaN, needs a number")
    if not 0 <= iou_threshold <= 1:
        raise ValueError(f"iou_threshold is {iou_threshold!r}, needs a number from 0 to 1")
    if classes is not None:
        classes = np.asarray(classes)
        if classes.shape != (len(boxes),):
            raise ValueError(f"classes has shape {classes.shape}, needs ({len(boxes)},), one label a box")
        kept = []
        for label in np.unique(classes):
            members = np.flatnonzero(classes == label)
            kept.append(members[_suppress(boxes[members], scores[members], iou_threshold)])
        kept = np.sort(np.concatenate(kept)) if kept else np.zeros(0, dtype=np.intp)
        return kept[np.argsort(-scores[kept], kind="stable")]
    return _suppress(boxes, scores, iou_threshold)


def _suppress(boxes: np.ndarray, scores: np.ndarray, iou_threshold: float) -> np.ndarray:
    """Non-max suppression of one class; arguments are checked."""
    waiting = np.argsort(-scores, kind="stable")  # best first
    kept: list[np.ndarray] = []
    block = 4 * ROWS_PER_BLOCK
    while len(waiting):
        now, waiting = waiting[:block], waiting[block:]
        overlaps = iou_matrix(boxes[now], boxes[now]) > iou_threshold
        alive = np.ones(len(now), dtype=bool)
        for i in range(len(now)):
            if alive[i]:
                alive[i + 1 :] &= ~overlaps[i, i + 1 :]
        now = now[alive]
        kept.append(now)
        if len(waiting):
            struck = (iou_matrix(boxes[now], boxes[waiting]) > iou_threshold).any(axis=0)
            waiting = waiting[~struck]
    return np.concatenate(kept) if kept else np.zeros(0, dtype=np.intp)


# ---- other ways to write a box ---------------------------------------------------------------


def corners_to_centres(boxes: np.ndarray) -> np.ndarray:
    """Corners `(x1, y1, x2, y2)` to centres `(b_x, b_y, b_h, b_w)`, height before width.

    boxes : (n, 4) corners
    Returns (n, 4).
    """
    boxes = _check_boxes("boxes", boxes)
    x1, y1, x2, y2 = boxes.T
    return np.stack([(x1 + x2) / 2, (y1 + y2) / 2, y2 - y1, x2 - x1], axis=1)


def centres_to_corners(centres: np.ndarray) -> np.ndarray:
    """Centres `(b_x, b_y, b_h, b_w)`, height before width, to corners `(x1, y1, x2, y2)`.

    centres : (n, 4), heights and widths at least 0
    Returns (n, 4).
    """
    centres = np.asarray(centres)
    if centres.ndim != 2 or centres.shape[1] != 4:
        raise ValueError(f"centres has shape {centres.shape}, needs (n, 4): rows (b_x, b_y, b_h, b_w)")
    if centres.dtype.kind != "f":
        centres = centres.astype(np.float64)
    if (centres[:, 2:] < 0).any():
        row = int(np.flatnonzero((centres[:, 2:] < 0).any(axis=1))[0])
        raise ValueError(f"centres[{row}] is {centres[row].tolist()}, needs a height and width of at least 0")
    b_x, b_y, b_h, b_w = centres.T
    return np.stack([b_x - b_w / 2, b_y - b_h / 2, b_x + b_w / 2, b_y + b_h / 2], axis=1)


def clip_boxes(boxes: np.ndarray, width: float, height: float) -> np.ndarray:
    """Cut boxes at the borders of the picture.

    boxes         : (n, 4) corners
    width, height : of the picture, in the boxes' unit, at least 0
    Returns (n, 4); a box outside the picture becomes one without area on its border.
    """
    boxes = _check_boxes("boxes", boxes)
    if not (width >= 0 and height >= 0):
        raise ValueError(f"width and height are {width!r} and {height!r}, need numbers of at least 0")
    limit = np.array([width, height, width, height], dtype=boxes.dtype)
    return np.clip(boxes, 0, limit)


# ---- anchors ---------------------------------------------------------------------------------


def size_iou(sizes: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """IoU of boxes and anchors that share a centre, so that only their sides count.

    sizes : (n, 2),  anchors : (k, 2), two sides each, both in the same order (either one)
    Returns (n, k).
    """
    sizes, anchors = _check_sizes("sizes", sizes), _check_sizes("anchors", anchors)
    overlap = np.minimum(sizes[:, None, :], anchors[None, :, :]).prod(axis=2)
    return overlap / (sizes.prod(axis=1)[:, None] + anchors.prod(axis=1) - overlap)


def mean_best_iou(sizes: np.ndarray, anchors: np.ndarray) -> float:
    """How well anchors fit: the mean over the boxes of the IoU with their best anchor.

    sizes : (n, 2), n at least 1;  anchors : (k, 2)
    """
    return float(size_iou(sizes, anchors).max(axis=1).mean())


def anchor_kmeans(
    sizes: np.ndarray, k: int, rng: np.random.Generator, max_iterations: int = 100
) -> np.ndarray:
    """Choose k anchor shapes for a set of boxes by k-means with the distance `1 - IoU`.

    With Euclidean distance large boxes would make larger errors than small ones and pull the
    anchors; IoU does not depend on the scale (Redmon and Farhadi, YOLO9000, 2017).

    sizes          : (n, 2) sides of the boxes, in any order you keep
    k              : number of anchors, at most the number of different sizes
    rng            : draws the first anchors: each is a box, drawn in proportion to its squared
                     distance from the anchors before it (Arthur and Vassilvitskii, k-means++, 2007)
    max_iterations : limit of the rounds of assigning and averaging
    Returns anchors (k, 2), smallest area first. The mean of a cluster does not minimise
    `1 - IoU` exactly, so a round can make things worse; the best round seen is returned.
    """
    sizes = _check_sizes("sizes", sizes)
    different = len(np.unique(sizes, axis=0))
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= different:
        raise ValueError(
            f"k is {k!r}, needs a whole number from 1 to {different}, the number of different sizes"
        )
    anchors = sizes[rng.integers(len(sizes))][None]
    while len(anchors) < k:
        distance = (1 - size_iou(sizes, anchors).max(axis=1)).clip(0) ** 2
        # A size that is an anchor already has a distance of rounding size at most: never draw it.
        distance[(sizes[:, None] == anchors[None]).all(axis=2).any(axis=1)] = 0
        drawn = rng.choice(len(sizes), p=distance / distance.sum())
        anchors = np.concatenate([anchors, sizes[drawn][None]])
    best, best_fit = anchors, mean_best_iou(sizes, anchors)
    nearest = None
    for _ in range(max_iterations):
        overlap = size_iou(sizes, anchors)
        assigned = overlap.argmax(axis=1)
        if nearest is not None and (assigned == nearest).all():
            break
        nearest = assigned
        anchors = anchors.copy()
        fit = overlap.max(axis=1)
        for j in range(k):
            members = sizes[assigned == j]
            if len(members):
                anchors[j] = members.mean(axis=0)
            else:  # an anchor nobody chose moves to the box that is served worst
                worst = int(fit.argmin())
                anchors[j], fit[worst] = sizes[worst], 1
        if (quality := mean_best_iou(sizes, anchors)) > best_fit:
            best, best_fit = anchors, quality
    return best[np.argsort(best.prod(axis=1), kind="stable")]


# ---- targets of a grid detector --------------------------------------------------------------


def encode_grid_targets(
    boxes: np.ndarray,
    classes: np.ndarray,
    anchors: np.ndarray,
    grid_shape: tuple[int, int],
    n_classes: int,
) -> tuple[np.ndarray, list[int]]:
    """Objects of one picture as the target tensor of a YOLO-style detector.

    An object belongs to the cell that holds its centre and, there, to the anchor whose shape
    overlaps its own best (of those still free). Its entry is `[p_c, b_x, b_y, b_h, b_w, c_1, ...]`:
    p_c = 1, the centre as share of the cell (0 to 1, from the cell's upper left corner), height
    and width in cells (they may exceed 1), and the class one-hot. All other entries are 0.

    boxes      : (n, 4) corners as shares of the picture, 0 to 1
    classes    : (n,) class numbers, 0 to n_classes - 1
    anchors    : (k, 2) heights and widths, as shares of the picture
    grid_shape : rows and columns of the grid
    n_classes  : number of classes
    Returns the targets (rows, columns, k, 5 + n_classes) and the indices of the objects that found
    no free anchor in their cell: such a tensor cannot hold them.
    """
    boxes, anchors = _check_boxes("boxes", boxes), _check_sizes("anchors", anchors)
    classes = np.asarray(classes)
    if classes.shape != (len(boxes),):
        raise ValueError(f"classes has shape {classes.shape}, needs ({len(boxes)},), one label a box")
    if len(classes) and (classes.dtype.kind not in "iu" or classes.min() < 0 or classes.max() >= n_classes):
        raise ValueError(f"classes holds {classes.tolist()}, needs whole numbers from 0 to {n_classes - 1}")
    if len(boxes) and (boxes.min() < 0 or boxes.max() > 1):
        raise ValueError("boxes holds corners outside [0, 1], needs shares of the picture")
    rows, columns = grid_shape
    dtype = boxes.dtype
    targets = np.zeros((rows, columns, len(anchors), 5 + n_classes), dtype=dtype)
    dropped: list[int] = []
    for i, (b_x, b_y, b_h, b_w) in enumerate(corners_to_centres(boxes)):
        if not (b_h > 0 and b_w > 0):
            raise ValueError(f"boxes[{i}] has no area, needs a height and width above 0")
        column, row = min(int(b_x * columns), columns - 1), min(int(b_y * rows), rows - 1)
        overlap = size_iou(np.array([[b_h, b_w]]), anchors)[0]
        overlap[targets[row, column, :, 0] == 1] = -1  # taken
        anchor = int(overlap.argmax())
        if overlap[anchor] < 0:
            dropped.append(i)
            continue
        entry = targets[row, column, anchor]
        entry[:5] = 1, b_x * columns - column, b_y * rows - row, b_h * rows, b_w * columns
        entry[5 + classes[i]] = 1
    return targets, dropped


def decode_grid(y: np.ndarray, score_threshold: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A detector's tensor back to boxes, the reverse of `encode_grid_targets`.

    y               : (rows, columns, k, 5 + n_classes) with `[p_c, b_x, b_y, b_h, b_w, c_1, ...]` in the
                      units of the targets
    score_threshold : keep entries whose score, p_c times the largest class probability, is at
                      least this
    Returns boxes (n, 4) corners as shares of the picture, scores (n,), classes (n,), in the order of
    the cells; overlapping ones are still to be suppressed.
    """
    y = np.asarray(y)
    if y.ndim != 4 or y.shape[3] < 6:
        raise ValueError(f"y has shape {y.shape}, needs (rows, columns, k, 5 + n_classes)")
    rows, columns = y.shape[:2]
    scores = y[..., 0] * y[..., 5:].max(axis=-1)  # (rows, columns, k)
    row, column, anchor = np.nonzero(scores >= score_threshold)
    entries = y[row, column, anchor]  # (n, 5 + n_classes)
    centres = np.stack(
        [
            (entries[:, 1] + column) / columns,
            (entries[:, 2] + row) / rows,
            entries[:, 3] / rows,
            entries[:, 4] / columns,
        ],
        axis=1,
    ).astype(y.dtype)
    return centres_to_corners(centres), scores[row, column, anchor], entries[:, 5:].argmax(axis=1)
