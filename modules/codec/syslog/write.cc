#include "codec/syslog/syslog_message.h"

namespace musubi::syslog {
namespace {

/// PRINTUSASCII without space (RFC 5424 6): anything else becomes '_'; NIL when nothing is left.
void put_field(std::string& out, std::string_view value, std::size_t limit) {
    out += ' ';
    if (value.empty()) {
        out += '-';
        return;
    }
    for (char const c : value.substr(0, limit)) out += c > ' ' && c < '\x7F' ? c : '_';
}

}  // namespace

std::string write(Header const& header, std::string_view message, ByteOrderMark mark) {
    std::string out = "<" + std::to_string(header.priority) + ">1 " + to_rfc3339(header.time);
    put_field(out, header.host, 255);
    put_field(out, header.application, 48);
    put_field(out, header.process_id, 128);
    put_field(out, header.message_id, 32);
    out += " - ";  // no structured data
    if (mark == ByteOrderMark::kWritten) out += "\xEF\xBB\xBF";
    return out.append(message);
}

}  // namespace musubi::syslog
