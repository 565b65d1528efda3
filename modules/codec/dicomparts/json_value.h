#pragma once
// Inside the room: the value of one element in the DICOM JSON Model (PS3.18 F.2.3 to F.2.7). Time
// is linear in the octets.

#include "codec/dicomparts/text_decoder.h"

namespace musubi::dicomparts {

/// Appends `,"Value":[...]` or `,"InlineBinary":"..."`; nothing for a value that is empty (F.2.5).
/// `vr`: any but SQ. Numbers that JSON cannot say are told as texts (DS, IS, SV, UV) or null (NaN,
/// infinite).
void put_value(std::string& out, std::string_view vr, ByteView value, TextDecoder const& decoder);

/// A decimal or integer string (PS3.5 6.2) as a JSON number; empty when it is none.
std::string json_number(std::string_view text);

}  // namespace musubi::dicomparts
