"""The Dapr sidecar beside this service."""

import json
import os
import time
from uuid import uuid4

from flask import abort
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

HEADERS = {"content-type": "application/json", "dapr-api-token": os.environ["DAPR_API_TOKEN"]}
PORT = int(os.environ.get("DAPR_HTTP_PORT", "3500"))
dapr = HTTPConnectionPool("127.0.0.1", PORT, maxsize=8, headers=HEADERS, retries=False)


def log(level, msg, **fields):
    """Write a line as the services in TypeScript do: 30 is for information, and 40 for a warning."""
    print(json.dumps({"level": level, "msg": msg, **fields}), flush=True)


def call(method, path, body=None, seconds=10):
    """Return whether the sidecar accepts a call (None without a response), the JSON of its response, and the ETag."""
    try:
        answer = dapr.request(method, f"/v1.0/{path}", body and json.dumps(body), timeout=seconds)
    except HTTPError as error:
        log(40, "no answer from the sidecar", path=path, reason=repr(error))
        return None, None, None
    if answer.status >= 400:
        log(40, "refused by the sidecar", path=path, reason=answer.status)
    return answer.status < 300, answer.data and answer.json(), answer.headers.get("etag")


def update(key, ttl, empty, change):
    """Change a document by compare-and-set, with attempts for a minute, and return the new one."""
    end = time.monotonic() + 60
    item = {"key": key, "options": {"concurrency": "first-write", "consistency": "strong"}}
    item["metadata"] = {"ttlInSeconds": str(min(max(int(ttl), 1), 2**31 - 1))}
    while time.monotonic() < end:
        ok, text, item["etag"] = call("GET", f"state/store/{key}?consistency=strong")
        if ok:
            old = json.loads(text)["document"] if text else empty
            new = change(old)
            item["value"] = json.dumps({"revision": str(uuid4()), "document": new})
            if new == old or call("POST", "state/store", [item])[0]:
                return new
        time.sleep(0.5)
    abort(503)
