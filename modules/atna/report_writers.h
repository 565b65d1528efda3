#pragma once
// Reports as files, in plain Japanese or English. Pure, thread-safe. All carry the same facts; the
// counts stand beside the lines, so that who doubts them can count again.

#include "atna/report_facts.h"

namespace musubi::atna {

enum class Language : std::uint8_t { kJapanese, kEnglish };

/// One file without scripts, pictures or anything fetched: headings, captions and scopes for
/// readers that speak, and a style for paper.
std::string report_html(Report const& report, Language language);
/// RFC 4180, UTF-8 with byte order mark (spreadsheets of Japanese desks need it), header line.
std::string report_csv(Report const& report, Language language);
/// One JSON object (RFC 8259); the same in every language.
std::string report_json(Report const& report);
/// For a terminal.
std::string report_table(Report const& report);

}  // namespace musubi::atna
