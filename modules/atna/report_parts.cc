#include "atna/report_parts.h"

namespace musubi::atna {
namespace {

constexpr std::string_view kStyle =
    "body{font-family:sans-serif;line-height:1.6;color:#111;background:#fff;margin:2rem auto;"
    "max-width:70rem;padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;"
    "font-weight:bold;padding:.3rem 0}th,td{border:1px solid #555;padding:.3rem .5rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#eee}"
    "td.number{text-align:right}@media print{body{margin:0;max-width:none;font-size:9pt}"
    "thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}"
    "@page{size:A4 landscape;margin:12mm}";

/// RFC 4180; a leading = + - @ would be run as a formula by spreadsheets.
std::string csv_field(std::string_view value) {
    std::string out = "\"";
    if (!value.empty() && std::string_view("=+-@\t\r").find(value[0]) != std::string_view::npos)
        out += '\'';
    for (char const c : value) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

std::string html_head(std::string_view language, std::string_view title) {
    auto const text = html_escaped(title);
    return "<!DOCTYPE html>\n<html lang=\"" + html_escaped(language) +
           "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
           "content=\"width=device-width, initial-scale=1\">\n<title>" +
           text + "</title>\n<style>" + std::string(kStyle) +
           "</style>\n</head>\n<body>\n<main>\n<h1>" + text + "</h1>\n";
}

std::string joined(std::vector<std::string> const& values) {
    std::string out;
    for (auto const& value : values) out += (out.empty() ? "" : " ") + value;
    return out;
}

std::string csv_line(std::vector<std::string> const& fields) {
    std::string out;
    for (auto const& field : fields) out += (out.empty() ? "" : ",") + csv_field(field);
    return out + "\r\n";
}

}  // namespace musubi::atna
