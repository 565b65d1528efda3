#include "platform/dicomnet/part10.h"

#include <cstdint>

namespace musubi::dicomnet {
namespace {

/// Names this program among writers of DICOM files (PS3.7 D.3.3.2).
constexpr std::string_view kImplementation = "2.25.285626540312524734086519600307513113434";
constexpr std::string_view kVersion = "MUSUBI";

void number(std::string& out, std::size_t value, int octets) {
    for (int i = 0; i < octets; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

/// Explicit little endian, short form.
void text(std::string& out, std::uint16_t element, char const* vr, std::string_view value,
          char padding) {
    number(out, 2, 2);
    number(out, element, 2);
    out += vr;
    number(out, value.size() + value.size() % 2, 2);
    out += value;
    if (value.size() % 2 != 0) out.push_back(padding);
}

}  // namespace

std::string part10_head(std::string_view sop_class, std::string_view sop_instance,
                        std::string_view transfer_syntax) {
    std::string group;
    number(group, 2, 2);
    number(group, 1, 2);
    group += "OB";
    number(group, 0, 2);
    number(group, 2, 4);
    number(group, 0x0100, 2);  // version 1: octets 00 01
    text(group, 0x0002, "UI", sop_class, '\0');
    text(group, 0x0003, "UI", sop_instance, '\0');
    text(group, 0x0010, "UI", transfer_syntax, '\0');
    text(group, 0x0012, "UI", kImplementation, '\0');
    text(group, 0x0013, "SH", kVersion, ' ');
    std::string out(128, '\0');
    out += "DICM";
    number(out, 2, 2);
    number(out, 0, 2);
    out += "UL";
    number(out, 4, 2);
    number(out, group.size(), 4);
    return out + group;
}

}  // namespace musubi::dicomnet
