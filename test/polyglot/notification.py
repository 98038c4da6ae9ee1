"""A notification service in Python, written from GET /asyncapi.json alone. ASYNCAPI is the path of a copy of it.

It promises one mail for each outcome, as the TypeScript service does, but there must be only one instance: it takes
a record in state `sending` for that of an earlier process which died during the send. A mail server that does not
answer holds up all mails.
"""

import hmac
import json
import os
import re
import signal
import time
from base64 import urlsafe_b64encode
from datetime import datetime
from hmac import compare_digest
from pathlib import Path
from threading import Lock
from uuid import uuid4

import fastjsonschema
import waitress
from flask import Flask, abort, render_template_string, request
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

CONTRACT = json.loads(Path(os.environ["ASYNCAPI"]).read_text())
COMPONENTS = CONTRACT["components"]
DELIVERY = {"$ref": "#/components/schemas/Mp3Delivery", "components": COMPONENTS}
EVENT = {"$ref": "#/components/schemas/Mp3Event", "components": COMPONENTS}
DELIVERY_PATH = CONTRACT["operations"]["receiveMp3"]["x-delivery-path"]
UNKNOWN_OUTCOME = re.compile(CONTRACT["operations"]["sendMail"]["x-unknown-outcome"])
RECORD_KEY = CONTRACT["x-state"]["mailRecord"]["key"]
DAPR_PORT = int(os.environ.get("DAPR_HTTP_PORT", "3500"))
HEADERS = {"content-type": "application/json", "dapr-api-token": os.environ["DAPR_API_TOKEN"]}
APP_TOKEN = os.environ["APP_API_TOKEN"].encode()
SECRETS = [secret.encode() for secret in os.environ["EVENT_SECRET"].split(",")]
MAIL_FROM = os.environ.get("MAIL_FROM", "mp3converter <mp3converter@localhost>")
NO_RECORD = {"state": "open", "send": "", "sends": 0, "refusals": 0}
MISSING_SOUND = ("truncated", "damaged")
MAIL = """<!doctype html><h1>{{ title }}</h1>{% for text in missing %}<p><b>{{ text }}</b></p>{% endfor %}
<p>{{ event.filename }}</p><p>
{% if event.mp3 %}<a href="{{ event.mp3.download_url }}">Download it</a> until {{ event.expires_at }}
{% else %}{{ event.error.detail }}{% endif %}</p>{% for text in notes %}<p>Note: {{ text }}</p>{% endfor %}"""

app = Flask(__name__)
validate_delivery = fastjsonschema.compile(DELIVERY)
validate_event = fastjsonschema.compile(EVENT)
dapr = HTTPConnectionPool("127.0.0.1", DAPR_PORT, maxsize=8, headers=HEADERS, retries=False)
sending = Lock()  # the mail binding can send only one mail at a time
stopping = False


def call(method, path, body=None, seconds=10):
    """Return whether the sidecar accepts a call (None without a response), the JSON of its response, and the ETag."""
    try:
        answer = dapr.request(method, f"/v1.0/{path}", body and json.dumps(body), timeout=seconds)
    except HTTPError:
        return None, None, None
    return answer.status < 300, answer.data and answer.json(), answer.headers.get("etag")


def is_signed(payload, signature):
    """Return whether the system has signed the event, by the rules of `x-signature`."""
    text = f"event\nmp3\n{payload}".encode("utf-8", "surrogatepass")
    digests = [hmac.digest(secret, text, "sha256") for secret in SECRETS]
    valid = [urlsafe_b64encode(digest).rstrip(b"=") for digest in digests]
    return any([compare_digest(signature.encode("utf-8", "surrogatepass"), one) for one in valid])


def seconds_left(event):
    return datetime.fromisoformat(event["expires_at"][:19] + "+00:00").timestamp() - time.time()


def update(event, change):
    """Change the mail record by compare-and-set, with attempts for a minute, and return the new record."""
    key, end = RECORD_KEY.format_map(event), time.monotonic() + 60
    item = {"key": key, "options": {"concurrency": "first-write", "consistency": "strong"}}
    item["metadata"] = {"ttlInSeconds": str(min(int(seconds_left(event)) + 24 * 3600, 2**31 - 1))}
    while time.monotonic() < end:
        ok, text, item["etag"] = call("GET", f"state/store/{key}?consistency=strong")
        if ok:
            old = json.loads(text)["document"] if text else NO_RECORD
            new = change(old)
            item["value"] = json.dumps({"revision": str(uuid4()), "document": new})
            if new == old or call("POST", "state/store", [item])[0]:
                return new
        time.sleep(0.5)
    abort(503)


def send(event, record):
    """Mail the owner, and return the record with the result."""
    warnings = event.get("warnings", [])  # none in an event of an older release
    missing = [warning["detail"] for warning in warnings if warning["code"] in MISSING_SOUND]
    notes = [warning["detail"] for warning in warnings if warning["code"] not in MISSING_SOUND]
    done = "Your MP3 is incomplete" if missing else "Your MP3 is ready"
    title = done if event["mp3"] else "Could not be converted"
    name = "".join(c if c.isprintable() else " " for c in event["filename"][:100])
    html = render_template_string(MAIL, title=title, event=event, missing=missing, notes=notes)
    fields = {"emailFrom": MAIL_FROM, "emailTo": event["email"], "subject": f"{title}: {name}"}
    fields |= {"emailCC": "", "emailBCC": "", "priority": "3"}
    mail = {"operation": "create", "data": html, "metadata": fields}
    ok, answer, _ = call("POST", "bindings/mail", mail, seconds=600)
    if ok:
        return {**record, "state": "sent"}
    if ok is None or UNKNOWN_OUTCOME.search(answer["message"]):
        return {**record, "state": "open"}
    return {**record, "state": "open", "sends": record["sends"] - 1, "refusals": record["refusals"] + 1}


def notify(event):
    """Mail the owner unless that has been done, and return whether it is done."""
    own = str(uuid4())

    def begin(record):
        if record["state"] == "sent" or record["send"] == own:
            return record
        if record["sends"] >= 2:  # both sends may have succeeded
            return {**record, "state": "sent"}
        return {**record, "state": "sending", "send": own, "sends": record["sends"] + 1}

    record = update(event, begin)
    if record["state"] == "sending":
        ended = send(event, record)
        record = update(event, lambda _: ended)
    line = {"msg": record["state"], "job_id": event["job_id"], "trace_id": event["trace_id"]}
    print(json.dumps(line), flush=True)
    return record["state"] == "sent"


@app.post(DELIVERY_PATH)
def deliver():
    if not compare_digest(request.headers.get("dapr-api-token", "").encode(), APP_TOKEN):
        abort(403)
    try:
        data = validate_delivery(request.get_json(silent=True))["data"]
        if not is_signed(data["payload"], data["signature"]):
            raise ValueError("not signed by this system")
        event = validate_event(json.loads(data["payload"]))
        if seconds_left(event) <= 0:
            raise ValueError("expired")
    except ValueError:
        return {"status": "DROP"}
    with sending:
        return {"status": "SUCCESS"} if not stopping and notify(event) else abort(500)


@app.get("/healthz")
def healthz():
    return "ok"


@app.get("/readyz")
def readyz():
    return "ok" if call("GET", "healthz/outbound", seconds=2)[0] else abort(503)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ["APP_PORT"]
    waitress.serve(app, host=host, port=port, threads=32, ident=None)
    stopping = True
    sending.acquire(timeout=14)  # wait for the mail in progress and its record; waitress has already waited for 5 s
