"""What the mails say. Each function returns the subject and the HTML of one."""

from flask import render_template_string

MISSING_SOUND = ("truncated", "damaged")
OUTCOME = """<!doctype html><h1>{{ title }}</h1>{% for text in missing %}<p><b>{{ text }}</b></p>{% endfor %}
<p>{{ event.filename }}</p><p>
{% if event.mp3 %}<a href="{{ event.mp3.download_url }}">Download it</a> until {{ event.expires_at }}
{% else %}{{ event.error.detail }}{% endif %}</p>{% for text in notes %}<p>Note: {{ text }}</p>{% endfor %}"""
ABOUT_ACCOUNT = """<!doctype html><h1>{{ title }}</h1><p>{{ text }}</p>
{% if mail.detail %}<p><b>{{ mail.detail }}</b></p>{% endif %}
{% if mail.link %}<p><a href="{{ mail.link }}">Go on</a> until {{ mail.expires_at }}</p>{% endif %}
<p>{{ otherwise }}</p>"""

IGNORE = "If this was not you, do nothing."
ACT = "If this was not you, choose another password at once, and look at the list of your sessions."
WRITE = "If this was not you, write to the operator of this service."
TEXTS = {
    "verify_email": ("Confirm your address", "Somebody has registered with this address.", IGNORE),
    "account_exists": (
        "You have an account already",
        "Somebody has tried to register with this address. Your account is as before.",
        IGNORE,
    ),
    "reset_password": ("Choose another password", "This link is for a new password.", IGNORE),
    "password_changed": ("Your password was changed", "Your other sessions were ended.", ACT),
    "password_reset": (
        "Your password was changed",
        "All sessions and API keys were ended. Passkeys, connected services and the second factor stay.",
        ACT,
    ),
    "account_claimed": (
        "Your password was changed",
        "All sessions and all other ways to sign in were ended, because nobody had confirmed this address.",
        ACT,
    ),
    "email_change": ("Confirm your new address", "An account is to have this address from now on.", IGNORE),
    "email_changed": (
        "The address of your account was changed",
        "This is the last mail to this address.",
        WRITE,
    ),
    "account_deleted": ("Your account was deleted", "All its jobs and files were deleted, too.", WRITE),
    "new_sign_in_method": ("A new way to sign in", "It was added to your account.", ACT),
    "sign_in_method_removed": ("A way to sign in was removed", "Your account has it no more.", ACT),
    "new_api_key": ("A new API key", "Whoever has it uses your account without a password.", ACT),
    "wrong_codes": ("Wrong codes at sign-in", "Somebody who has entered them knows your password.", ACT),
}


def about_outcome(event):
    warnings = event.get("warnings", [])  # none in an event of an older release
    missing = [warning["detail"] for warning in warnings if warning["code"] in MISSING_SOUND]
    notes = [warning["detail"] for warning in warnings if warning["code"] not in MISSING_SOUND]
    done = "Your MP3 is incomplete" if missing else "Your MP3 is ready"
    title = done if event["mp3"] else "Could not be converted"
    name = "".join(c if c.isprintable() else " " for c in event["filename"][:100])
    html = render_template_string(OUTCOME, title=title, event=event, missing=missing, notes=notes)
    return f"{title}: {name}", html


def about_account(mail):
    title, text, otherwise = TEXTS[mail["kind"]]
    return title, render_template_string(ABOUT_ACCOUNT, title=title, text=text, mail=mail, otherwise=otherwise)
