"""JUnit XML and a plain HTML page of one run."""
import html
from xml.etree import ElementTree


def write_junit(path, results, target):
    counts = {kind: sum(r.outcome == kind for r in results) for kind in
              ("passed", "failed", "skipped")}
    suite = ElementTree.Element("testsuite", name=f"conformance {target}",
                                tests=str(len(results)), failures=str(counts["failed"]),
                                skipped=str(counts["skipped"]), errors="0",
                                time=f"{sum(r.seconds for r in results):.3f}")
    for result in results:
        group, _, name = result.case.id.rpartition("/")
        element = ElementTree.SubElement(suite, "testcase", classname=group.replace("/", "."),
                                         name=name, time=f"{result.seconds:.3f}")
        if result.outcome == "failed":
            ElementTree.SubElement(element, "failure", message=_clean(result.text.split("\n")[0])
                                   ).text = _clean(result.text)
        elif result.outcome == "skipped":
            ElementTree.SubElement(element, "skipped", message=_clean(result.text))
        ElementTree.SubElement(element, "system-out").text = _clean(
            f"{result.case.purpose} [{result.case.section}]")
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _clean(text):
    """XML 1.0 has no place for most control characters."""
    return "".join(c if c in "\t\n\r" or 0x20 <= ord(c) < 0xD800 or 0xE000 <= ord(c) < 0xFFFE
                   or ord(c) > 0xFFFF else "\ufffd" for c in text)


_PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Conformance {target}</title>
<style>body{{font:15px sans-serif;margin:2em}}table{{border-collapse:collapse;width:100%}}
td,th{{border-bottom:1px solid #ccc;padding:4px 8px;text-align:left;vertical-align:top}}
pre{{margin:0;white-space:pre-wrap}}.passed{{color:#060}}.failed{{color:#b00;font-weight:bold}}
.skipped{{color:#850}}</style><h1>Conformance of {target}</h1><p>{summary}</p>
<table><tr><th>case</th><th>purpose</th><th>section</th><th>outcome</th></tr>
{rows}</table></html>
"""


def write_html(path, results, target, summary):
    rows = []
    for result in results:
        detail = f"<pre>{html.escape(result.text)}</pre>" if result.text else ""
        rows.append(f"<tr><td>{html.escape(result.case.id)}</td>"
                    f"<td>{html.escape(result.case.purpose)}</td>"
                    f"<td>{html.escape(result.case.section)}</td>"
                    f"<td class={result.outcome}>{result.outcome}{detail}</td></tr>")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_PAGE.format(target=html.escape(target), summary=html.escape(summary),
                                rows="\n".join(rows)))
