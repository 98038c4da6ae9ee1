"""The notification service once more, in Python, written from GET /asyncapi.json alone.

It keeps the same promise, one mail for each outcome, however often that is delivered. Left out, compared to
services/notification: replicas (the record of a send is not renewed, and one that says `sending` is taken for that of an
earlier process which died in the middle), mails that overtake one to which the mail server says nothing (all wait, up to
SILENCE_SECONDS; then nobody knows whether it was taken), and advice on what to do about a failure.
"""

import hmac
import json
import math
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from html import escape
from http.client import HTTPConnection, HTTPException
from threading import Lock
from typing import Any
from uuid import uuid4

from flask import Flask, abort, request
from waitress import serve

HOST, PORT = os.environ.get("HOST", "127.0.0.1"), int(os.environ["APP_PORT"])
SIDECAR = os.environ.get("DAPR_HOST", "127.0.0.1"), int(os.environ.get("DAPR_HTTP_PORT", "3500"))
HEADERS = {"content-type": "application/json", "dapr-api-token": os.environ.get("DAPR_API_TOKEN", "")}
APP_TOKEN = os.environ.get("APP_API_TOKEN", "")
MAIL_FROM = os.environ.get("MAIL_FROM", "mp3converter <mp3converter@localhost>")
CALL_SECONDS, SILENCE_SECONDS, TURN_SECONDS, SAVE_SECONDS, STOP_SECONDS = 10, 600, 15, 60, 15
DAY_SECONDS, MAX_SENDS = 24 * 3600, 2

SMTP = r"error from smtp binding, sending email failed: gomail: could not send email \d+: (?!\d{3}[ -]|gomail: )"
OWN_NO = "(InvalidArgument|FailedPrecondition|Unimplemented) |Unavailable desc = connection error: "
MAY_BE_TAKEN = re.compile(rf"[^:]*: ({SMTP}|rpc error: code = (?!{OWN_NO}))")
LINK = re.compile("https?://[!-~]+")
TEXT = re.compile(".*", re.DOTALL)
FIELDS = {
    "job_id": re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "trace_id": TEXT,
    "status": re.compile("done|failed"),
    "email": re.compile(r"[A-Za-z0-9_'+.-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}"),
    "filename": TEXT,
    "expires_at": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
}

Json = dict[str, Any]
app = Flask(__name__)
turn = Lock()  # the binding takes one mail at a time


def is_count(value: Any, least: int) -> bool:
    return type(value) is int and least <= value < 2**53


def read(data: Any) -> Json:
    """The event. Raises KeyError, TypeError or ValueError when it is not of its schema."""
    mp3, error = data["mp3"], data["error"]
    is_valid = (
        all(pattern.fullmatch(data[name]) for name, pattern in FIELDS.items())
        and is_count(data["run"], 1)
        and (mp3 is None or is_count(mp3["size"], 0) and LINK.fullmatch(mp3["download_url"]) is not None)
        and (mp3 is None or type(mp3["duration_seconds"]) in (int, float) and mp3["duration_seconds"] >= 0)
        and (error is None or all(isinstance(error[name], str) for name in ("code", "detail")))
    )
    if not is_valid:
        raise ValueError("not of its schema")
    return {**data, "expires": datetime.fromisoformat(data["expires_at"].replace("Z", "+00:00")).timestamp()}


def say(event: Json, message: str) -> None:
    print(json.dumps({"msg": message, "job_id": event["job_id"], "trace_id": event["trace_id"]}), flush=True)


def call(method: str, path: str, body: Any = None, seconds: float = CALL_SECONDS) -> tuple[int, str, str]:
    """Status, ETag and text of the sidecar's answer. Raises OSError or HTTPException where there is none."""
    connection = HTTPConnection(*SIDECAR, timeout=seconds)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), HEADERS)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("etag", ""), answer.read().decode()
    finally:
        connection.close()


def update(event: Json, change: Callable[[Json | None], Json | None]) -> Json | None:
    """Changes the mail record by compare-and-set; where `change` gives None it stays. Gives what is stored then."""
    key, mine = f"mail:{event['job_id']}:{event['run']}", set()
    for _ in range(10):
        status, etag, text = call("GET", f"/v1.0/state/store/{key}?consistency=strong")
        if status not in (200, 204):
            raise OSError(f"the store answered {status}")
        stored = json.loads(json.loads(text)) if text else {}
        current = stored.get("document")
        new = change(current)
        # A save of ours that was told to have failed may have arrived.
        if new is None or stored.get("revision") in mine:
            return current
        mine.add(revision := str(uuid4()))
        ttl = min(2**31 - 1, max(1, math.ceil(event["expires"] - time.time()) + DAY_SECONDS))
        item = {
            "key": key,
            "value": json.dumps({"revision": revision, "document": new}),
            "options": {"concurrency": "first-write", "consistency": "strong"},
            "metadata": {"ttlInSeconds": str(ttl)},
        }
        status, _, _ = call("POST", "/v1.0/state/store", [{**item, "etag": etag} if stored else item])
        if status < 300:
            return new
        if status != 409:
            raise OSError(f"the store answered {status}")
    raise OSError("the mail record is written by too many at once")


def record(event: Json, **fields: Any) -> None:
    """Records how a send ended, however often the store must be asked: a mail that is not known to be sent is sent again."""
    end = time.monotonic() + SAVE_SECONDS
    while True:
        try:
            update(event, lambda current: {"send": "", "sends": 1, "refusals": 0, **(current or {}), **fields})
            return
        except (OSError, HTTPException):
            if time.monotonic() > end:
                raise
        time.sleep(0.5)


def send(event: Json) -> bool | None:
    """Whether the mail was taken; None when nobody knows."""
    # No line break, no character that nobody sees, no half of one.
    name = "".join(c if c.isprintable() else " " for c in event["filename"])[:100].strip() or "your video"
    title, text = "Could not be converted", escape((event["error"] or {}).get("detail", ""))
    if event["mp3"]:
        title = "Your MP3 is ready"
        text = f'<a href="{escape(event["mp3"]["download_url"])}">Download it</a> until {event["expires_at"]}'
    fields = {"emailFrom": MAIL_FROM, "emailTo": event["email"], "emailCC": "", "emailBCC": "", "priority": "3"}
    mail = {
        "operation": "create",
        "data": f"<!doctype html><h1>{title}</h1><p>{escape(name)}</p><p>{text}</p>",
        "metadata": {**fields, "subject": f"{title}: {name}"},
    }
    try:
        status, _, answer = call("POST", "/v1.0/bindings/mail", mail, SILENCE_SECONDS)
    except ConnectionRefusedError:
        return False
    except (OSError, HTTPException):
        return None
    return True if status < 300 else None if MAY_BE_TAKEN.match(json.loads(answer)["message"]) else False


def tell(event: Json) -> bool:
    """Mails the owner unless that was done already; false when the event should come again."""
    own = str(uuid4())

    def begin(seen: Json | None) -> Json | None:
        seen = seen or {"state": "open", "sends": 0, "refusals": 0}
        is_over = seen["state"] == "sent" or seen["sends"] >= MAX_SENDS
        return None if is_over else {**seen, "state": "sending", "send": own, "sends": seen["sends"] + 1}

    now = update(event, begin) or {}
    if now["state"] == "sent":
        return True
    # Two sends that may have gone out are all there may be.
    taken = send(event) if now["send"] == own else True
    if taken:
        record(event, state="sent")
    elif taken is None:
        record(event, state="open")
    else:
        record(event, state="open", sends=now["sends"] - 1, refusals=now["refusals"] + 1)
    say(event, "told" if taken else "the mail was not taken, as far as is known")
    return bool(taken)


@app.before_request
def only_sidecar() -> None:
    given = request.headers.get("dapr-api-token", "")
    is_open = not APP_TOKEN or request.path in ("/healthz", "/readyz")
    if not is_open and not hmac.compare_digest(given.encode(), APP_TOKEN.encode()):
        abort(403)


@app.get("/healthz")
def healthz() -> Any:
    return {"status": "ok"}


@app.get("/readyz")
def readyz() -> Any:
    try:
        is_ready = call("GET", "/v1.0/healthz/outbound", seconds=2)[0] < 300
    except (OSError, HTTPException):
        is_ready = False
    return {"status": "ok" if is_ready else "unavailable"}, 200 if is_ready else 503


@app.post("/events/mp3")
def deliver() -> Any:
    try:
        event = read(request.get_json(force=True, silent=True)["data"])
    except (KeyError, TypeError, ValueError):
        return {"status": "DROP"}
    if event["expires"] <= time.time():
        return {"status": "DROP"}
    if not turn.acquire(timeout=TURN_SECONDS):
        return {"status": "RETRY"}, 503
    try:
        return {"status": "SUCCESS"} if tell(event) else ({"status": "RETRY"}, 500)
    except (OSError, HTTPException) as error:
        say(event, f"not told: {error}")
        return {"status": "RETRY"}, 500
    finally:
        turn.release()


if __name__ == "__main__":
    if not APP_TOKEN and HOST not in ("127.0.0.1", "::1", "localhost"):
        sys.exit("APP_API_TOKEN is required when HOST is not a loopback address")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    serve(app, host=HOST, port=PORT, threads=8, ident=None)
    turn.acquire(timeout=STOP_SECONDS)  # the mail that is under way, and its record
