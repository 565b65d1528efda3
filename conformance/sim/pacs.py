#!/usr/bin/python3
"""A hospital's archive with DICOMweb retrieval (WADO-RS, PS3.18 10.4), which misbehaves on request. See README.md."""
import argparse
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.dont_write_bytecode = True

from lib.dicom import EXPLICIT, relabelled, top_level  # noqa: E402

STUDY, SERIES, INSTANCE, SYNTAX = 0x0020000D, 0x0020000E, 0x00080018, 0x00020010
BOUNDARY = "PacsBoundary7"


class Archive:
    """Images by their UIDs. `modes`: instance, or "" for all, -> what goes wrong. Thread-safe."""

    def __init__(self):
        self._lock, self._images = threading.Lock(), {}
        self.modes, self.asked = {}, []

    def store(self, data):
        tags = top_level(data)
        with self._lock:
            self._images[(tags[STUDY], tags[SERIES], tags[INSTANCE])] = data

    def remove(self, instance):
        with self._lock:
            self._images = {k: v for k, v in self._images.items() if k[2] != instance}

    def find(self, key):
        with self._lock:
            return self._images.get(key)

    def series(self, study, series):
        with self._lock:
            return {k[2]: v for k, v in sorted(self._images.items()) if k[:2] == (study, series)}

    def note(self, line):
        with self._lock:
            self.asked.append(line)

    def times(self, instance):
        with self._lock:
            return sum(1 for line in self.asked if instance in line.split())

    def mode(self, instance):
        return self.modes.get(instance, self.modes.get("", "good"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def archive(self):
        return self.server.archive

    def _fail(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        words = self.path.split("?")[0].strip("/").split("/")
        if len(words) == 5 and (words[1], words[3]) == ("studies", "series"):
            return self._series(words[2], words[4])
        if len(words) != 7 or (words[1], words[3], words[5]) != ("studies", "series", "instances"):
            return self._fail(404)
        key = (words[2], words[4], words[6])
        accept = self.headers.get("Accept", "")
        syntax = accept.split("transfer-syntax=")[-1].strip('" ') if "transfer-syntax=" in accept else EXPLICIT
        self.archive.note(f"{key[2]} {syntax} {self.headers.get('Authorization', '-')}")
        mode = self.archive.mode(key[2])
        if not self._lets_in() or self._ends_early(mode):
            return
        self._single(key, mode, syntax)

    def _lets_in(self):
        if not self.server.authorization or self.headers.get("Authorization") == self.server.authorization:
            return True
        self._fail(401)
        return False

    def _ends_early(self, mode):
        """What goes wrong before the answer begins."""
        if mode.startswith("http-"):
            self._fail(int(mode[5:]))
        elif mode == "close":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif mode == "hang":
            time.sleep(600)
            return False
        else:
            return False
        return True

    def _single(self, key, mode, syntax):
        data = self.archive.find(key)
        if mode.startswith("instead "):
            data = next(v for k, v in self.archive._images.items() if k[2] == mode.split()[1])
        if data is None:
            return self._fail(404)
        stored = top_level(data)[SYNTAX]
        if syntax not in ("*", stored):
            if syntax not in ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70"):
                return self._fail(406)
            data = relabelled(data, syntax)
        return self._deliver(mode, [data])

    def _series(self, study, series):
        """All of a series as it is stored. What goes wrong with one image only, goes wrong when it is asked for by itself."""
        self.archive.note(f"series {series} {self.headers.get('Authorization', '-')}")
        if not self._lets_in():
            return
        images = self.archive.series(study, series)
        modes = {self.archive.mode(instance) for instance in images}
        mode = modes.pop() if len(modes) == 1 else self.archive.mode("")
        if modes or mode.startswith("instead ") or not images:
            return self._fail(404)
        if self._ends_early(mode):
            return
        self._deliver(mode, list(images.values()))

    def _deliver(self, mode, objects):
        head = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        data = (b"\r\n" + head).join(objects)
        body = head + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        if mode == "garbage":
            body = head + b"not DICOM at all" * 100 + f"\r\n--{BOUNDARY}--\r\n".encode()
        if mode == "two":
            body = head + data + b"\r\n" + head + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        if mode == "cut-package":  # ends in order as far as HTTP can tell
            body = body[:len(head) + len(data) // 2]
        self.send_response(200)
        kind = "text/html" if mode == "html" else f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
        self.send_header("Content-Type", kind)
        if mode == "endless":
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(head + data)
            while True:
                self.wfile.write(bytes(65536))
        if mode == "cut-package":
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mode == "trickle":
            for at in range(0, len(body), 16):
                self.wfile.write(body[at:at + 16])
                self.wfile.flush()
                time.sleep(0.5)
        elif mode == "cut":  # fewer octets than promised
            self.wfile.write(body[:len(body) // 2])
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(body)


class Pacs:
    """The server, in threads of this process."""

    def __init__(self, port=0, authorization=""):
        self.archive = Archive()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.archive, self._server.authorization = self.archive, authorization
        self.port = self._server.server_address[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        self._server.serve_forever(poll_interval=0.05)

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", required=True, help="folder of Part 10 files; looked at for each request")
    parser.add_argument("--modes", required=True, help="file of lines MODE, or INSTANCE MODE")
    parser.add_argument("--log", required=True, help="one line for each request: INSTANCE SYNTAX AUTHORIZATION, or series SERIES AUTHORIZATION")
    parser.add_argument("--authorization", default="", help="what the header must be; else 401")
    options = parser.parse_args()

    class Files(Archive):
        def look(self):
            for name in os.listdir(options.images):
                with open(os.path.join(options.images, name), "rb") as file:
                    self.store(file.read())

        def find(self, key):
            self.look()
            return super().find(key)

        def series(self, study, series):
            self.look()
            return super().series(study, series)

        def mode(self, instance):
            modes = {}
            with open(options.modes, encoding="utf-8") as file:
                for line in file.read().splitlines():
                    if line[:1].isdigit():
                        modes[line.split(" ", 1)[0]] = line.split(" ", 1)[1]
                    else:
                        modes[""] = line
            return modes.get(instance, modes.get("", "good"))

        def note(self, line):
            with open(options.log, "a", encoding="utf-8") as file:
                file.write(line + "\n")

    pacs = Pacs(authorization=options.authorization)
    pacs._server.archive = Files()
    print(pacs.port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
