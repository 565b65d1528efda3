"""The node under test, as its file in targets/ describes it."""
import json
import os
import subprocess
from urllib.parse import urlsplit

from .checks import Skipped

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Target:
    """Read-only description: addresses, certificates, identifiers, authorities.

    Paths in the file are relative to the checkout. Missing required members raise ValueError.
    """

    REQUIRED = ("name", "base_url", "mllp", "pki", "certificates", "repository_unique_id",
                "authorities")

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self._data = json.load(file)
        missing = [key for key in self.REQUIRED if key not in self._data]
        if missing:
            raise ValueError(f"{path} lacks {', '.join(missing)}")
        self.name = self._data["name"]
        url = urlsplit(self._data["base_url"])
        if url.scheme != "https" or not url.hostname:
            raise ValueError(f"{path}: base_url must be https://host:port")
        self.host, self.port = url.hostname, url.port or 443
        self.base_path = url.path.rstrip("/")
        self.mllp_host = self._data["mllp"]["host"]
        self.mllp_port = self._data["mllp"]["port"]
        self.repository = self._data["repository_unique_id"]
        self.home = self._data.get("home")
        self.authorities = self._data["authorities"]
        self.xad_pid = self._data.get("xad_pid")
        self.unknown_patient = self._data.get("unknown_patient_query", "empty")
        self.members = self._data.get("members", {})
        self.member_authorities = self._data.get("member_authorities", {})
        self.regional_id_command = self._data.get("regional_id_command")
        self.consent_command = self._data.get("consent_command")
        self.lenient_cert = self._data.get("lenient_cert")
        self.namespaces = self._data.get("namespaces", {})
        self.notify = self._data.get("notify")
        self.several_ids = self._data.get("several_ids")
        self.v2_receiver = tuple(self._data.get("v2_receiver", ("NODE", "REGION")))
        self.xua = self._data.get("xua")
        self.policy = self._data.get("policy")
        self.syslog = self._data.get("syslog")
        self.audit_command = self._data.get("audit_command")
        self.evidence = self._data.get("evidence")
        self.imaging = self._data.get("imaging")
        self.offers = set(self._data.get("offers", ()))
        self._pki = os.path.join(ROOT, self._data["pki"])

    def regional_id(self, cx):
        """The regional id behind a member's own id, from the operator's command in the target file."""
        return self._command("regional_id_command", self.regional_id_command, cx)

    def consent(self, verb, cx):
        """Records a patient's consent to everything, or takes it back: verb is grant or withdraw."""
        return self._command("consent_command", self.consent_command, cx, verb)

    def audit_search(self, **conditions):
        """Records of the trail, newest first, from the operator's command in the target file."""
        if not self.audit_command:
            raise Skipped("no-audit-repository", "the target file names no audit_command")
        words = list(self.audit_command)
        for name, value in conditions.items():
            words += ["--" + name, value]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise RuntimeError(f"audit_command: {done.stderr.strip()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def evidence_command(self, name, **values):
        """Runs `roots` (into {folder}) or `prove` ({record}) of the target file's evidence; its output."""
        if not self.evidence:
            raise Skipped("no-audit-repository", "the target file names no evidence")
        words = [word.format(**values) for word in self.evidence[name]]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise RuntimeError(f"evidence {name}: {done.stderr.strip()}")
        return done.stdout

    def evidence_certificate(self):
        return os.path.join(self._pki, self.evidence["certificate"])

    def member_code(self, role):
        """A member's code in the agreement; the files of its certificate are called like it."""
        return self._data["certificates"][role]

    @staticmethod
    def _command(name, words, cx, verb=""):
        command = [word.replace("{cx}", cx).replace("{verb}", verb) for word in words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip()}")
        return done.stdout.strip()

    def url(self, path):
        return f"https://{self.host}:{self.port}{self.base_path}{path}"

    def path(self, name):
        default = {"registry": "/xds/registry", "repository": "/xds/repository",
                   "pix": "/pix/manager", "pdq": "/pdq/supplier", "xcpd": "/xcpd/responding",
                   "xca": "/xca/responding", "xca-initiating": "/xca/initiating",
                   "xds-i": "/xds-i/source",
                   "xca-i": "/xca-i/responding", "xca-i-initiating": "/xca-i/initiating"}
        return self.base_path + self._data.get("paths", {}).get(name, default.get(name, name))

    def ca_file(self):
        return os.path.join(self._pki, self._data["certificates"]["ca"])

    def certificate(self, role):
        """(certificate, key) files of one of the roles the suites know."""
        name = self._data["certificates"].get(role)
        if name is None:
            raise KeyError(role)
        return (os.path.join(self._pki, name + ".crt"), os.path.join(self._pki, name + ".key"))

    def has_certificate(self, role):
        return role in self._data["certificates"]
