"""Takes messages of `rc webhooks trigger`, checks them with Stripe's library, and keeps them."""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading

from stripe import SignatureVerificationError, WebhookSignature

SECRET = os.environ["RECHARGE_CLIENT_SECRET"]
TOPICS = ["charge/paid", "order/created", "subscription/updated", "customer/created", "store/updated"]
TOLERANCE = 172_800

messages = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        messages.append((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/hooks"
for topic in TOPICS:
    words = [os.environ["RC"], "webhooks", "trigger", topic, "--latest", "--forward-to", address]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
assert len(messages) == len(TOPICS)
kept = []
for headers, body in messages:
    headers = {name.lower(): value for name, value in headers.items()}
    signature = headers["x-recharge-webhook-signature"]
    WebhookSignature.verify_header(body.decode(), signature, SECRET, TOLERANCE)
    for secret, text in [("another", body.decode()), (SECRET, body.decode() + " ")]:
        try:
            WebhookSignature.verify_header(text, signature, secret, TOLERANCE)
        except SignatureVerificationError:
            continue
        raise AssertionError("a wrong message was accepted")
    wanted = hashlib.sha256(SECRET.encode() + body).hexdigest()
    assert headers["x-recharge-hmac-sha256"] == wanted
    kept.append({"headers": headers, "body": body.decode()})
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(kept, file)
print(f"stripe for Python accepts {len(kept)} messages")
