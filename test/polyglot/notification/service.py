"""A notification service in Python, written from GET /asyncapi.json alone.

It promises one mail for each outcome and for each mail about an account, as the TypeScript service does, but there must
be only one instance: it takes a record in state `sending` for that of an earlier process which died during the send. A
mail server that does not answer holds up all mails.
"""

import json
import os
import signal
from hmac import compare_digest
from threading import Lock

import waitress
from contract import ACCOUNT_MAIL_PATH, CALLER_HEADER, DELIVERY_PATH, STATE, is_signed, validator
from flask import Flask, abort, request
from mailing import Mail, seconds_left, send_once
from messages import about_account, about_outcome
from sidecar import call, log

APP_TOKEN = os.environ["APP_API_TOKEN"].encode()
CHECKS_CALLERS = os.environ.get("CALLER_CHECK") != "off"

app = Flask(__name__)
validate_delivery = validator("Mp3Delivery")
validate_event = validator("Mp3Event")
validate_account_mail = validator("AccountMail")
sending = Lock()  # the mail binding can send only one mail at a time
stopping = False


def deliver_mail(mail, about):
    """Send a mail once, after those before it. Return what became of it, and log that with what the mail is about."""
    with sending:
        result = "open" if stopping else send_once(mail)
    log(30 if result == "sent" else 40, result, **about)
    return result


@app.before_request
def require_sidecar():
    token = request.headers.get("dapr-api-token", "").encode()
    if request.path not in ("/healthz", "/readyz") and not compare_digest(token, APP_TOKEN):
        abort(403)


@app.post(DELIVERY_PATH)
def receive_event():
    try:
        data = validate_delivery(request.get_json(silent=True))["data"]
        if not is_signed(data["signature"], "event", "mp3", data["payload"]):
            raise ValueError("not signed by this system")
        event = validate_event(json.loads(data["payload"]))
        if seconds_left(event["expires_at"]) <= 0:
            raise ValueError("expired")
    except ValueError:
        return {"status": "DROP"}
    subject, html = about_outcome(event)
    key = STATE["mailRecord"]["key"].format_map(event)
    mail = Mail(key, event["email"], subject, html, event["expires_at"])
    result = deliver_mail(mail, {"job_id": event["job_id"], "trace_id": event["trace_id"]})
    # The sweep publishes the event of a mail again that has to wait for the next hour.
    return abort(500) if result == "open" else {"status": "SUCCESS"}


@app.post(ACCOUNT_MAIL_PATH)
def receive_account_mail():
    if CHECKS_CALLERS and not is_signed(request.headers.get(CALLER_HEADER, ""), "call", "notification"):
        abort(403)
    try:
        wanted = validate_account_mail(request.get_json(silent=True))
    except ValueError:
        abort(400)
    if seconds_left(wanted["expires_at"]) <= 0:
        return {"status": "expired"}
    subject, html = about_account(wanted)
    key = STATE["accountMailRecord"]["key"].format_map(wanted)
    mail = Mail(key, wanted["to"], subject, html, wanted["expires_at"])
    result = deliver_mail(mail, {"mail": wanted["id"], "kind": wanted["kind"]})
    if result == "limited":
        return {"status": result}, 429, {"Retry-After": "300"}
    return {"status": "sent"} if result == "sent" else abort(503)


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
