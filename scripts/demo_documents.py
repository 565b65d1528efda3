#!/usr/bin/env python3
"""demo_documents.py FOLDER: writes the documents that the demo publishes. Fictitious people, fresh ids at each run.

referral.xml      診療情報提供書 as CDA R2 with the Japanese typeId (HS007/HS008 family)
laboratory.txt    a laboratory result as text
prescription.pdf  a prescription as PDF
scan.bin          a larger document, which the node keeps as a sealed file"""
import os
import sys
import uuid

REFERRAL = """\
<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <typeId root="2.16.840.1.113883.2.2.3.2" extension="POCD_HD000040JP00"/>
  <templateId root="2.16.840.1.113883.2.2.3.6.100"/>
  <id root="2.25.{document_id}"/>
  <code code="MD0020730" codeSystem="1.2.392.200119.5.3.1" codeSystemName="JMIX" displayName="診療情報提供書"/>
  <title>診療情報提供書</title>
  <effectiveTime value="20261120"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="ja-JP"/>
  <recordTarget><patientRole>
    <id root="1.2.392.100495.20.3.51.11319876543" extension="{local_id}"/>
    <patient>
      <name use="IDE"><family>髙橋</family><given>花子</given></name>
      <name use="SYL"><family>タカハシ</family><given>ハナコ</given></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="19530429"/>
    </patient>
  </patientRole></recordTarget>
  <author><time value="20261120"/><assignedAuthor>
    <id root="1.2.392.100495.20.3.41.11319876543" extension="D0123"/>
    <assignedPerson><name><family>青葉</family><given>一郎</given></name></assignedPerson>
    <representedOrganization><name>北総合病院</name></representedOrganization>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.392.200119.6.102" extension="1319876543"/><name>北総合病院</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <component><structuredBody><component><section>
    <title>紹介目的</title>
    <text>高血圧症の継続加療をお願いいたします。葛\U000E0100飾区、𠮷野家の前の診療所へ。</text>
  </section></component></structuredBody></component>
</ClinicalDocument>
"""

LABORATORY = """\
検体検査結果  北総合病院 検査部
採取日時 2026-11-20 08:30
HbA1c    6.4 %      (4.9-6.0)  H
Cr       0.71 mg/dL (0.46-0.79)
eGFR     62.8
"""


def pdf(lines: list) -> bytes:
    """A one-page PDF with a standard Japanese font that viewers supply."""
    text = "BT /F1 14 Tf 60 760 Td 22 TL\n" + "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines) + "ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UCS2-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /DW 1000 /FontDescriptor 7 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> >>",
        "<< /Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4 /FontBBox [-92 -250 1010 922] /ItalicAngle 0"
        " /Ascent 752 /Descent -221 /CapHeight 737 /StemV 114 >>",
    ]
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets).encode("ascii")
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")


def main() -> None:
    folder, local_id = sys.argv[1], sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    document_id = uuid.uuid4().int

    def write(name: str, data: bytes) -> None:
        with open(os.path.join(folder, name), "wb") as out:
            out.write(data)

    write("referral.xml", REFERRAL.format(document_id=document_id, local_id=local_id).encode("utf-8"))
    write("referral.id", f"2.25.{document_id}".encode("ascii"))
    write("laboratory.txt", LABORATORY.encode("utf-8"))
    write("prescription.pdf", pdf(["処方箋", "髙橋 花子 様", "アムロジピン錠 5mg  1日1回 朝食後  30日分", "北総合病院 青葉 一郎"]))
    write("scan.bin", b"".join(uuid.uuid4().bytes for _ in range(40_000)))


main()
