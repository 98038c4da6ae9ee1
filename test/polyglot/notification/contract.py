"""What GET /asyncapi.json says of schemas, paths, keys and signatures. ASYNCAPI is the path of a copy of it."""

import hmac
import json
import os
import re
from base64 import urlsafe_b64encode
from pathlib import Path

import fastjsonschema

CONTRACT = json.loads(Path(os.environ["ASYNCAPI"]).read_text())
OPERATIONS = CONTRACT["operations"]
STATE = CONTRACT["x-state"]
DELIVERY_PATH = OPERATIONS["receiveMp3"]["x-delivery-path"]
ACCOUNT_MAIL_PATH = OPERATIONS["receiveAccountMail"]["x-delivery-path"]
UNKNOWN_OUTCOME = re.compile(OPERATIONS["sendMail"]["x-unknown-outcome"])
CALLER_HEADER = CONTRACT["x-signature"]["callerToken"]["header"]
SECRETS = [secret.encode() for secret in os.environ["EVENT_SECRET"].split(",")]


def validator(name):
    """Return a function that returns what matches a schema of the contract, and raises a ValueError for anything else."""
    return fastjsonschema.compile(
        {"$ref": f"#/components/schemas/{name}", "components": CONTRACT["components"]}
    )


def is_signed(signature, *lines):
    """Return whether the system has signed the lines, by the rules of `x-signature`."""
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    digests = [hmac.digest(secret, text, "sha256") for secret in SECRETS]
    valid = [urlsafe_b64encode(digest).rstrip(b"=") for digest in digests]
    given = signature.encode("utf-8", "surrogatepass")
    return any([hmac.compare_digest(given, one) for one in valid])
