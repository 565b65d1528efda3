"""Character sets of Japanese HL7 v2 messages (HL7 v2.5 2.15.9.18; JIS X 0202; japan 12.1).

MSH-18 names: "" is ASCII, "~ISO IR87" ISO-2022-JP, "~ISO IR87~ISO IR159" the same with JIS X 0212,
"UNICODE UTF-8". "CP932" and "EUC-JP" are never declared. Japanese senders also write the characters
of row 13 (①, ㈱) and of rows 89 to 92 (髙, 﨑), which only CP932 has.
"""
ESC_ASCII, ESC_ROMAN, ESC_KANA = b"\x1b(B", b"\x1b(J", b"\x1b(I"
ESC_0208, ESC_0208_OLD, ESC_0212 = b"\x1b$B", b"\x1b$@", b"\x1b$(D"
_STATES = (ESC_ASCII, ESC_ROMAN, ESC_KANA, ESC_0208, ESC_0208_OLD, ESC_0212)


def _to_jis(lead, trail):
    """Shift_JIS octets to row and cell octets of ISO-2022-JP."""
    row = (lead - (0x70 if lead < 0xA0 else 0xB0)) * 2
    if trail < 0x9F:
        return bytes((row - 1, trail - (0x20 if trail > 0x7F else 0x1F)))
    return bytes((row, trail - 0x7E))


def _to_sjis(row, cell):
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    if row % 2:
        return bytes((lead, cell + (0x20 if cell > 0x5F else 0x1F)))
    return bytes((lead, cell + 0x7E))


def _nec_rows():
    """Characters of rows 89 to 92: encoders prefer another place for them, which JIS lacks."""
    found = {}
    for row in range(0x79, 0x7D):
        for cell in range(0x21, 0x7F):
            try:
                found[_to_sjis(row, cell).decode("cp932")] = bytes((row, cell))
            except UnicodeDecodeError:
                pass
    return found


_NEC = _nec_rows()


def _one(character, with_0212):
    """(escape, octets) of one character; UnicodeEncodeError when no allowed set has it."""
    if character < "\x80":
        return ESC_ASCII, character.encode("ascii")
    if "｡" <= character <= "ﾟ":
        return ESC_KANA, bytes((ord(character) - 0xFF61 + 0x21,))
    try:
        octets = character.encode("euc_jp")
    except UnicodeEncodeError:
        octets = b""
    if len(octets) == 2:
        return ESC_0208, bytes(o & 0x7F for o in octets)
    if len(octets) == 3 and with_0212:
        return ESC_0212, bytes(o & 0x7F for o in octets[1:])
    if character in _NEC:
        return ESC_0208, _NEC[character]
    octets = character.encode("cp932")
    if len(octets) != 2 or octets[0] >= 0xF0:
        raise UnicodeEncodeError("iso2022_jp", character, 0, 1, "not in JIS X 0208 nor row 13")
    return ESC_0208, _to_jis(*octets)


def encode_jis(text, with_0212=False):
    """ISO-2022-JP that is in ASCII at each delimiter and each end of a segment."""
    out, state = b"", ESC_ASCII
    for character in text:
        wanted, octets = _one(character, with_0212)
        if wanted != state:
            out, state = out + wanted, wanted
        out += octets
    return out + (ESC_ASCII if state != ESC_ASCII else b"")


def decode_jis(octets):
    """Text of ISO-2022-JP octets; ValueError on anything else, also on a set open at a segment end."""
    out, state, at = "", ESC_ASCII, 0
    while at < len(octets):
        if octets[at] == 0x1B:
            state = next((s for s in _STATES if octets.startswith(s, at)), None)
            if state is None:
                raise ValueError(f"unknown escape sequence at {at}")
            at += len(state)
            continue
        if octets[at] > 0x7F:
            raise ValueError(f"an octet beyond 7 bits at {at}")
        if octets[at] < 0x20:
            if state not in (ESC_ASCII, ESC_ROMAN):
                raise ValueError(f"a control character inside a Japanese set at {at}")
            out, at = out + chr(octets[at]), at + 1
        elif state in (ESC_ASCII, ESC_ROMAN):
            out, at = out + chr(octets[at]), at + 1
        elif state == ESC_KANA:
            out, at = out + chr(octets[at] - 0x21 + 0xFF61), at + 1
        else:
            pair = octets[at:at + 2]
            out, at = out + _two(pair, state == ESC_0212), at + 2
    if state not in (ESC_ASCII, ESC_ROMAN):
        raise ValueError("the text ends inside a Japanese set")
    return out


def _two(pair, is_0212):
    high = bytes(o | 0x80 for o in pair)
    if is_0212:
        return (b"\x8f" + high).decode("euc_jp")
    try:
        return high.decode("euc_jp")
    except UnicodeDecodeError:
        return _to_sjis(*pair).decode("cp932")


def encode(text, charset):
    if charset == "":
        return text.encode("ascii")
    if charset == "UNICODE UTF-8":
        return text.encode("utf-8")
    if charset in ("CP932", "EUC-JP"):
        return text.encode(charset.lower().replace("-", "_"))
    if "IR87" in charset:
        return encode_jis(text, "IR159" in charset)
    raise ValueError(f"no encoder for MSH-18 {charset!r}")


def declared(octets):
    """MSH-18 and MSH-20 of a message, read as ASCII."""
    header = octets.split(b"\r", 1)[0].split(b"|")
    field = [f.decode("ascii", "replace") for f in header] + [""] * 20
    return field[17], field[19]


def decode(octets):
    """Text of a message by its own MSH-18; ValueError when the octets are not in that set."""
    charset, _ = declared(octets)
    if "UTF-8" in charset:
        return octets.decode("utf-8")
    if "IR87" in charset or "IR159" in charset:
        return decode_jis(octets)
    if charset in ("", "ASCII", "~"):
        return octets.decode("ascii")
    raise ValueError(f"an answer in {charset!r}, which nobody asked for")
