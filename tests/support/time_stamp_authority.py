#!/usr/bin/env python3
"""time_stamp_authority.py FOLDER [--once REQUEST ANSWER]: a time stamping authority for tests (RFC 3161) around
`openssl ts`. Makes its authority and certificate in FOLDER when they are not there (`tsa-ca.crt` is whom to believe).
With --once it answers one request from a file into a file; else it serves HTTP on a free loopback port, which it prints."""
import argparse
import http.server
import os
import subprocess
import tempfile

CONFIG = """\
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.crt
certs = {folder}/tsa-ca.crt
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make(folder: str) -> None:
    if os.path.exists(f"{folder}/tsa.crt"):
        return
    os.makedirs(folder, exist_ok=True)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha256", "-nodes"]
    openssl("req", "-x509", *key, "-days", "30", "-keyout", f"{folder}/tsa-ca.key", "-out", f"{folder}/tsa-ca.crt",
            "-subj", "/O=Test/CN=stamp authority", "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", "-new", *key, "-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.csr", "-subj", "/O=Test/CN=tsa")
    with open(f"{folder}/tsa.ext", "w", encoding="ascii") as file:
        file.write("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
    openssl("x509", "-req", "-in", f"{folder}/tsa.csr", "-CA", f"{folder}/tsa-ca.crt", "-CAkey", f"{folder}/tsa-ca.key",
            "-CAcreateserial", "-days", "30", "-sha256", "-extfile", f"{folder}/tsa.ext", "-out", f"{folder}/tsa.crt")
    with open(f"{folder}/serial", "w", encoding="ascii") as file:
        file.write("01\n")
    with open(f"{folder}/tsa.cnf", "w", encoding="utf-8") as file:
        file.write(CONFIG.format(folder=folder))


def reply(folder: str, request: str, answer: str) -> None:
    openssl("ts", "-reply", "-config", f"{folder}/tsa.cnf", "-queryfile", request, "-out", answer)


def serve(folder: str) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802: the base class's name
            with tempfile.TemporaryDirectory() as scratch:
                with open(f"{scratch}/q", "wb") as file:
                    file.write(self.rfile.read(int(self.headers["Content-Length"])))
                reply(folder, f"{scratch}/q", f"{scratch}/a")
                with open(f"{scratch}/a", "rb") as file:
                    body = file.read()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--once", nargs=2, metavar=("REQUEST", "ANSWER"))
    options = parser.parse_args()
    folder = os.path.abspath(options.folder)
    make(folder)
    if options.once:
        reply(folder, *options.once)
    else:
        serve(folder)


main()
