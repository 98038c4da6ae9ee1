"""Rates two decodings of a sound by ViSQOL.

The argument is a JSON file: `mode` (`audio` or `speech`), `rate` in Hz, `channels`, the paths `original`, `first` and `second` of raw
samples (32-bit floats, little-endian, interleaved), and `windows`, pairs of first and last sample, the last one excluded. Prints an array
with the scores of each channel: `whole`, and those of the `windows` in which the decodings differ. Scores are MOS-LQO of both.
"""

import json
import math
import sys

import numpy as np
from visqol.api import VisqolApi


def read(path, channels):
    return np.fromfile(path, dtype="<f4").astype(np.float64).reshape(-1, channels)


def score(api, original, decoded, rate):
    """None for silence, whose level ViSQOL cannot match."""
    if not np.any(original) or not np.any(decoded):
        return None
    mos = api.measure_from_arrays(original, decoded, rate).moslqo
    return mos if math.isfinite(mos) else None


def scores(api, sounds, rate):
    """Decodings with the same samples have the same score."""
    original, first, second = sounds
    one = score(api, original, first, rate)
    return [one, one if np.array_equal(first, second) else score(api, original, second, rate)]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    rate, channels = request["rate"], request["channels"]
    api = VisqolApi()
    # Both decodings have the length of the original, so that each patch is compared with the one at its own place, or next to it.
    # The lattice of the speech mode would need TensorFlow.
    aligned = {"disable_global_alignment": True, "disable_realignment": True, "search_window": 1}
    api.create(mode=request["mode"], use_lattice_model=False, **aligned)
    sounds = [read(request[name], channels) for name in ("original", "first", "second")]
    length = min(len(sound) for sound in sounds)
    result = []
    for channel in range(channels):
        parts = [sound[:length, channel] for sound in sounds]
        cuts = ([part[begin:end] for part in parts] for begin, end in request["windows"])
        windows = [scores(api, cut, rate) for cut in cuts if not np.array_equal(cut[1], cut[2])]
        result.append({"whole": scores(api, parts, rate), "windows": windows})
    print(json.dumps(result))


main()
