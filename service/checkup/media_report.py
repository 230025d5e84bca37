"""What the native media libraries can do here, as JSON: `python -m service.checkup.media_report`.

A process of its own, since `service` loads no model library, and since a library built for another processor
ends the process that loads it.
"""

import importlib
import json
from typing import Any

ENCODERS = ("libx264", "libx265", "libsvtav1", "libvpx-vp9", "aac", "libopus")


def report() -> dict[str, Any]:
    """`{"av": version, "encoders": [...], "ctranslate2": version, "cuda_devices": n}`."""
    av, ctranslate2 = importlib.import_module("av"), importlib.import_module("ctranslate2")
    return {
        "av": av.__version__,
        "encoders": [name for name in ENCODERS if name in av.codecs_available],
        "ctranslate2": ctranslate2.__version__,
        "cuda_devices": ctranslate2.get_cuda_device_count(),
    }


if __name__ == "__main__":
    print(json.dumps(report()))
