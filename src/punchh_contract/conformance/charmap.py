"""Which characters UTF-8 can encode, laid out for Hypothesis, which would try all of them in each run.

It keeps what it computed in a file beside the tests. A run stands in an empty folder, so that nothing of it
stays, and would spend 1.8 seconds of CPU time on it anew (measured).
"""

import gzip
import json

from hypothesis.internal.charmap import charmap_file

UTF_8 = "codec-v2-utf-8"
"""Hypothesis' name of the file. A version with another name computes, as without us."""
SURROGATES = (0xD800, 0xDFFF)
LAST = 0x10FFFF


def lay_out() -> None:
    """Write the file where Hypothesis looks for it, below the current folder.

    All but the surrogates can be encoded (RFC 3629), and each comes back as itself.
    """
    first, last = SURROGATES
    path = charmap_file(UTF_8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps([[[0, first - 1], [last + 1, LAST]], []]).encode()))
