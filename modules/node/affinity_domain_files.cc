#include "node/affinity_domain_files.h"

#include "codec/ebxml/read.h"
#include "platform/base/text_file.h"
#include "platform/xml/parse.h"

namespace musubi::node {
namespace {

Result<std::vector<domain::AffinityDomain::CodeRow>> read_codes_file(std::string const& file) {
    auto const text = read_text_file(file, 16 * 1024 * 1024);
    if (!text) return Error(Code::kInvalidContent, text.error().detail);
    auto const document = xml::parse(as_bytes(*text));
    if (!document) return Error(Code::kInvalidContent, file + ": " + document.error().detail);
    auto rows = ebxml::read_codes_xml(*document);
    if (!rows) rows.error().detail = file + ": " + rows.error().detail;
    return rows;
}

}  // namespace

Result<domain::AffinityDomain> load_affinity_domain(std::vector<std::string> const& files) {
    std::vector<std::string> packs;
    std::vector<std::string> code_files;
    for (std::string const& file : files)
        (file.ends_with(".xml") ? code_files : packs).push_back(file);
    domain::AffinityDomain domain = TRY(domain::AffinityDomain::load(packs));
    for (std::string const& file : code_files) domain.add(TRY(read_codes_file(file)));
    return domain;
}

}  // namespace musubi::node
