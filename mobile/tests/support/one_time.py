"""The codes of an authenticator app (RFC 6238): six digits, a new one each half minute."""

import base64
import hashlib
import hmac
import time


def code(secret, steps=0):
    """The code of this moment; with `steps` of a later half minute. The server takes each once."""
    counter = int(time.time() // 30 + steps).to_bytes(8)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"
