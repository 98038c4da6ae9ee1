"""Sends each mail once, and only so many to one address in an hour."""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from contract import STATE, UNKNOWN_OUTCOME
from sidecar import call, update

MAIL_FROM = os.environ.get("MAIL_FROM", "mp3converter <mp3converter@localhost>")
PER_HOUR = int(os.environ.get("MAX_MAILS_PER_ADDRESS_PER_HOUR") or 500)
COUNT_KEY, COUNT_TTL = STATE["mailCount"]["key"], STATE["mailCount"]["ttlInSeconds"]
NO_RECORD = {"state": "open", "send": "", "sends": 0, "refusals": 0}


@dataclass(frozen=True)
class Mail:
    """A mail of which nobody needs to know one day after it has expired. `key` is that of its record."""

    key: str
    to: str
    subject: str
    html: str
    expires_at: str


def seconds_left(expires_at):
    return datetime.fromisoformat(expires_at[:19] + "+00:00").timestamp() - time.time()


def count(key):
    """Count a mail, and return whether its address may get it."""
    found = {}

    def add(old):
        found.update(old)
        return {"mails": old["mails"] + 1} if old["mails"] < PER_HOUR else old

    return update(key, COUNT_TTL, {"mails": 0}, add) != found


def give_back(key):
    update(key, COUNT_TTL, {"mails": 0}, lambda old: {"mails": max(0, old["mails"] - 1)})


def send(mail, record):
    """Send a mail, and return the record with the result."""
    fields = {"emailFrom": MAIL_FROM, "emailTo": mail.to, "subject": mail.subject}
    fields |= {"emailCC": "", "emailBCC": "", "priority": "3"}
    body = {"operation": "create", "data": mail.html, "metadata": fields}
    ok, answer, _ = call("POST", "bindings/mail", body, seconds=600)
    if ok:
        return {**record, "state": "sent"}
    if ok is None or UNKNOWN_OUTCOME.search(answer["message"]):
        return {**record, "state": "open"}
    return {**record, "state": "open", "sends": record["sends"] - 1, "refusals": record["refusals"] + 1}


def send_once(mail):
    """Send a mail unless that has been done. Return `sent`, `limited`, or `open` when it should be asked for again."""
    own = str(uuid4())

    def change(to):
        return update(mail.key, seconds_left(mail.expires_at) + 24 * 3600, NO_RECORD, to)

    def begin(record):
        if record["send"] == own:
            return record
        return {**record, "state": "sending", "send": own, "sends": record["sends"] + 1}

    # Both sends of a mail that was sent twice may have succeeded.
    record = change(lambda old: {**old, "state": "sent"} if old["sends"] >= 2 else old)
    if record["state"] == "sent":
        return "sent"
    address = sha256(mail.to.lower().encode()).hexdigest()
    counted = COUNT_KEY.format(sha256=address, hour=int(time.time() // 3600))
    if not count(counted):
        return "limited"
    record = change(begin)
    ended = send(mail, record)
    change(lambda _: ended)
    if ended["refusals"] > record["refusals"]:
        give_back(counted)
    return ended["state"]
