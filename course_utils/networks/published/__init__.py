"""Networks trained by others, run by our kernels alone; weights from assets/networks/."""

from course_utils.networks.published.detection import Detection, select_detections
from course_utils.networks.published.efficientnet import EfficientNetLite0, load_efficientnet_lite0
from course_utils.networks.published.face_detector import FaceDetector, load_face_detector
from course_utils.networks.published.face_embedding import FaceEmbedding, load_face_embedding
from course_utils.networks.published.style import StyleNetwork, load_style_network, style_mixture
from course_utils.networks.published.vgg import VGGFeatures, load_vgg_features
from course_utils.networks.published.voice_activity import VoiceActivity, VoiceState, load_voice_activity
from course_utils.networks.published.yolo import YOLOv3Tiny, load_yolov3_tiny

__all__ = [
    "Detection",
    "EfficientNetLite0",
    "FaceDetector",
    "FaceEmbedding",
    "StyleNetwork",
    "VGGFeatures",
    "VoiceActivity",
    "VoiceState",
    "YOLOv3Tiny",
    "load_efficientnet_lite0",
    "load_face_detector",
    "load_face_embedding",
    "load_style_network",
    "load_vgg_features",
    "load_voice_activity",
    "load_yolov3_tiny",
    "select_detections",
    "style_mixture",
]
