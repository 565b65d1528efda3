#!/usr/bin/env python3
"""conformance_target.py --pki FOLDER --port-base N: the target file of a test node (ports N, N+1, N+2), from demo-a.json."""
import argparse
import json
import os

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--pki", required=True)
parser.add_argument("--musubi", required=True, help="the program, for the look-up of regional ids")
parser.add_argument("--config", required=True, help="the test node's configuration")
parser.add_argument("--port-base", type=int, required=True)
parser.add_argument("--namespace", action="append", default=[], metavar="OID=NAME", help="as configured at the node")
parser.add_argument("--several-ids", metavar="OID", help="a domain in which one person may hold several ids")
parser.add_argument("--notify", nargs=2, metavar="OID", help="domains of which the node tells port N+3 (ITI-10)")
parser.add_argument("--offer", action="append", help="what the node offers beyond demo-a.json's list (replaces it)")
parser.add_argument("--imaging", nargs=2, metavar="OID", help="imaging sources of toolkit and hospital-kita, whose "
                    "archive is port N+8")
options = parser.parse_args()
top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(top, "conformance/targets/demo-a.json"), encoding="utf-8") as source:
    target = json.load(source)
target["name"] = "test-node"
target["base_url"] = f"https://localhost:{options.port_base}"
target["mllp"]["port"] = options.port_base + 1
target["pki"] = os.path.abspath(options.pki)
target["regional_id_command"] = [options.musubi, "patient", "show", "--config", options.config, "--patient", "{cx}"]
target["consent_command"] = [options.musubi, "consent", "{verb}", "--config", options.config, "--patient", "{cx}"]
target["audit_command"] = [options.musubi, "audit", "search", "--config", options.config, "--format", "json"]
audit = [options.musubi, "audit"]
target["evidence"] = {"roots": [*audit, "roots", "export", "{folder}", "--config", options.config],
                      "prove": [*audit, "prove", "{record}", "--config", options.config],
                      "certificate": "node-a-evidence.crt"}
target["syslog"] = {"host": "localhost", "port": options.port_base + 6, "udp_port": options.port_base + 7}
target["offers"] = options.offer or target["offers"]
if options.namespace:
    target["namespaces"] = dict(entry.split("=", 1) for entry in options.namespace)
if options.notify:
    target["notify"] = {"port": options.port_base + 3, "domains": options.notify}
if options.imaging:
    target["imaging"] = {"port": options.port_base + 8,
                         "sources": dict(zip(("toolkit", "hospital"), options.imaging, strict=True))}
if options.several_ids:
    target["several_ids"] = options.several_ids
print(json.dumps(target, indent=2))
