"""The face embedding: one face near itself, two faces apart; against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils import data
from course_utils.networks.published import load_face_detector, load_face_embedding
from course_utils.networks.published.face_embedding import BLOCKS, SAME_PERSON

from .conftest import largest_error


@pytest.fixture(scope="module")
def network():
    return load_face_embedding()


@pytest.fixture(scope="module")
def portraits():
    """Name -> picture and box of its one face."""
    pictures = {name: data.load_photograph(name) for name in ("astronaut", "camera")}
    return {name: (image, load_face_detector().detect(image)[0].box) for name, image in pictures.items()}


def changed(image, box, rng):
    """The same face cut a little differently, mirrored and darker."""
    n_W = image.shape[1]
    x1, y1, x2, y2 = np.array(box) + rng.uniform(-6, 6, 4)
    return (image[:, ::-1] * 0.8).astype(np.uint8), (n_W - x2, y1, n_W - x1, y2)


def test_two_crops_of_one_face_are_nearer_than_two_faces(network, portraits, print_time):
    rng = np.random.default_rng(0)
    embeddings = {}
    for name, (image, box) in portraits.items():
        embeddings[name] = [network.embed_box(image, box)]
        embeddings[name] += [network.embed_box(*changed(image, box, rng)) for _ in range(3)]
    same = [float(np.linalg.norm(group[0] - other)) for group in embeddings.values() for other in group[1:]]
    different = [float(np.linalg.norm(a - b)) for a in embeddings["astronaut"] for b in embeddings["camera"]]
    print("one face, other crops:", np.round(same, 3))
    print("two faces:", np.round(different, 3))
    assert max(same) < min(different)
    assert max(same[:3]) < SAME_PERSON < min(different)
    print_time("face embedding, one face", lambda: network.embed_box(*portraits["astronaut"]))


@pytest.mark.torch
def test_embedding_agrees_with_pytorch(network, portraits, reference):
    F, torch = reference.F, reference.torch
    X = np.concatenate([network.preprocess(portraits[name][0][60:200, 150:290]) for name in portraits])

    def conv(x, name, stride=1):
        W, b = network.filters[name]
        return reference.conv(x, W, b, stride, pad="valid" if stride == 2 else "same")

    x = F.max_pool2d(F.relu(conv(reference.pictures(X), "conv32_down", 2)), 3, 2)
    for name in BLOCKS:
        down = "down" in name
        out = conv(F.relu(conv(x, f"{name}.conv1", 2 if down else 1)), f"{name}.conv2")
        if down:
            pooled = F.avg_pool2d(x, 2)
            if pooled.shape[2:] != out.shape[2:]:
                out = F.pad(out, (0, 1, 0, 1))
            if pooled.shape[1] != out.shape[1]:
                pooled = torch.cat([pooled, torch.zeros_like(pooled)], 1)
            x = F.relu(pooled + out)
        else:
            x = F.relu(out + x)
    theirs = (x.mean((2, 3)) @ reference.tensor(network.dense.T)).numpy().T
    error = largest_error(network.forward(X), theirs)
    print(f"face embedding against PyTorch: {error:.1e}")
    assert error < 1e-4


def test_box_outside_the_picture_is_refused(network, portraits):
    image = portraits["astronaut"][0]
    with pytest.raises(ValueError, match="outside the picture of 512 by 512 pixels"):
        network.embed_box(image, (600, 10, 700, 80))
    with pytest.raises(ValueError, match="empty"):
        network.embed_box(image, (100, 10, 90, 80))
