# SPDX-License-Identifier: Apache-2.0
"""The sandbox in a real browser: its page, and what pages of other origins can do. Skipped (77) without Chromium.

    python3 browser.py path/to/globus-sandbox [picture.png]
"""

import base64
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request


class Browser:
    """Chromium without a window, told what to do through a pipe (the DevTools protocol)."""

    def __init__(self, program, profile):
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()

        def ends():  # it reads 3 and writes 4
            os.dup2(to_browser, 63)
            os.dup2(from_browser, 64)
            os.dup2(63, 3)
            os.dup2(64, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
             "--host-resolver-rules=MAP *.example 127.0.0.1", "--window-size=1200,1600", "--user-data-dir=" + profile,
             "about:blank"],
            preexec_fn=ends, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number = 0
        self.rest = b""

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                got = os.read(self.read, 1 << 16)
                if not got:
                    raise RuntimeError("Chromium ended")
                self.rest += got
            text, self.rest = self.rest.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == self.number:
                return answer["result"]

    def open(self, url):
        target = self.call("Target.createTarget", url=url)["targetId"]
        return Page(self, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def close(self):
        os.close(self.write)
        os.close(self.read)
        self.process.terminate()
        self.process.wait()


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session

    def value(self, script):
        """What a script gives; a promise is waited for."""
        result = self.browser.call("Runtime.evaluate", self.session, expression=script, awaitPromise=True,
                                   returnByValue=True)
        return result["result"].get("value")

    def wait(self, script):
        for _ in range(200):
            if self.value(script):
                return True
            time.sleep(0.1)
        return False

    def picture(self, file):
        picture = self.browser.call("Page.captureScreenshot", self.session, captureBeyondViewport=True)
        with open(file, "wb") as out:
            out.write(base64.b64decode(picture["data"]))


class Sandbox:
    def __init__(self, program, *options):
        self.process = subprocess.Popen([program, "--format", "json", *options], stdout=subprocess.PIPE)
        self.variables = json.load(self.process.stdout)

    def __getitem__(self, name):
        return self.variables["GLOBUS_SANDBOX_" + name]

    def call(self, path, body=None, admin=False):
        url = self["ADMIN_URL"] + "sessions/default/" if admin else self["URL"]
        secret = self["ADMIN_SECRET"] if admin else self["TRANSFER_TOKEN"]
        request = urllib.request.Request(url + path, data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Authorization": "Bearer " + secret})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A page of another origin."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, *_):
        pass


failed = 0


def check(what, good):
    global failed
    print(("ok: " if good else "FAILED: ") + what)
    failed += not good


def look_at_page(browser, sandbox, picture):
    cell = "[...document.querySelectorAll('#%s td')].some(c => c.textContent.includes(%s))"
    page = browser.open(sandbox["ADMIN_PAGE"])
    check("the page shows the users", page.wait(cell % ("users", '"sandbox@example.org"')))
    check("and the collections", page.value(cell % ("collections", json.dumps(sandbox["SOURCE_COLLECTION"]))))
    check("and no task", page.value("document.querySelectorAll('#tasks td')[0].textContent") == "none")
    sandbox.call("v0.10/transfer", {
        "DATA_TYPE": "transfer", "submission_id": "6dc0f7a1-0000-4000-8000-000000000001",
        "source_endpoint": sandbox["SOURCE_COLLECTION"], "destination_endpoint": sandbox["DESTINATION_COLLECTION"],
        "DATA": [{"DATA_TYPE": "transfer_item", "source_path": "/hello.txt", "destination_path": "/hello.txt"}]})
    check("a task appears by itself", page.wait(cell % ("tasks", '"SUCCEEDED"')))
    check("and the request in the journal", page.wait(cell % ("journal", '"transfer.submit_transfer"')))
    check("the token has an age", page.value(
        "[...document.querySelectorAll('#tokens tr')].some(r => /transfer.*sandbox@example.org\\d+ s/.test(r.textContent))"))
    check("each of its scenarios is a button", page.value("document.querySelectorAll('#scenarios button').length") > 3)
    page.value("[...document.querySelectorAll('#scenarios button')].find(b => b.textContent == 'auth_down').click()")
    check("one click makes a fault", page.wait(cell % ("faults", '"503"')))
    check("which is there", len(sandbox.call("faults", admin=True)["faults"]) == 1)
    if picture:
        page.picture(picture)
    page.value("document.getElementById('clear').click()")
    check("another click removes it", page.wait("document.querySelectorAll('#faults td')[0].textContent == 'none'"))
    page.value("document.getElementById('expire').click()")
    check("tokens expire at a click", page.wait(cell % ("tokens", '"no more"')))
    wrong = browser.open(sandbox["ADMIN_PAGE"] + "x")
    check("without the secret it shows nothing", wrong.wait("document.getElementById('status').textContent.includes('401')")
          and not wrong.value("document.querySelectorAll('td').length"))


def call_from_pages(browser, sandbox, port):
    token = sandbox.call("tokens", {"issue": {"scope": "transfer.api.globus.org"}}, admin=True)["access_token"]
    script = ("fetch(%s, {headers: {Authorization: %s}}).then(a => a.json()).then(a => a.DATA_TYPE, e => 'refused')"
              % (json.dumps(sandbox["URL"] + "v0.10/task_list"), json.dumps("Bearer " + token)))
    for host, expected in (("localhost", "task_list"), ("app.example", "task_list"), ("evil.example", "refused")):
        page = browser.open("http://%s:%d/" % (host, port))
        page.wait("document.title == 'elsewhere'")
        check("a page of %s is answered: %s" % (host, expected), page.value(script) == expected)
        admin = "fetch(%s).then(a => 'answered', e => 'refused')" % json.dumps(sandbox["ADMIN_URL"] + "sessions")
        check("and no admin call", page.value(admin) == "refused")
    # A name that an attacker lets point to this machine: the page is of the sandbox's own origin, but for its Host.
    rebound = browser.open(sandbox["URL"].replace("127.0.0.1", "evil.example") + "health")
    check("a rebound name is refused", rebound.wait("document.body && document.body.textContent.includes('BadHost')"))


def main():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("skipped: there is no Chromium")
        sys.exit(77)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    sandbox = Sandbox(sys.argv[1], "--allow-origin", "http://app.example:%d" % port)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(chromium, profile)
        try:
            look_at_page(browser, sandbox, sys.argv[2] if len(sys.argv) > 2 else None)
            call_from_pages(browser, sandbox, port)
        finally:
            browser.close()
            sandbox.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    signal.alarm(100)
    main()
