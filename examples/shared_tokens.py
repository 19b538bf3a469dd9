#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One login for programs in two languages: the tokens of native-login, used and renewed from Python.

    native-login               # C++ asks the user once
    python3 shared_tokens.py   # Python uses the tokens, and stores new ones
    native-login               # C++ goes on with those

The file has the format and the place of the Python SDK: its UserApp of the same name and client finds the tokens, too.
This program does without the SDK, to show all that there is to sharing: the lock, the document, and a replacement that
is never half written.
"""
import fcntl
import json
import os
import time
import urllib.parse
import urllib.request

client_id = os.environ["GLOBUS_NATIVE_CLIENT_ID"]
auth = os.environ.get("GLOBUS_SDK_SERVICE_URL_AUTH", "https://auth.globus.org/")
path = os.path.expanduser(f"~/.globus/app/{client_id}/globus-cpp-native-login/tokens.json")


def ask(url, form=None, token=None):
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode() if form else None)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def renew(stored):
    """A new access token in the place of the old one."""
    form = {"grant_type": "refresh_token", "refresh_token": stored["refresh_token"], "client_id": client_id}
    answer = ask(auth + "v2/oauth2/token", form)
    stored["access_token"] = answer["access_token"]
    stored["refresh_token"] = answer.get("refresh_token", stored["refresh_token"])
    stored["expires_at_seconds"] = int(time.time()) + answer["expires_in"]


with open(path + ".lock", "r+") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)  # one program at a time renews
    with open(path) as file:
        document = json.load(file)
    tokens = document["data"]["DEFAULT"]
    for one in tokens.values():
        renew(one)
    with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(document, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)

user = ask(auth + "v2/oauth2/userinfo", token=tokens["auth.globus.org"]["access_token"])
print("In Python, too, I am", user["preferred_username"])
