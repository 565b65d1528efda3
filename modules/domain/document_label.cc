#include "domain/document_label.h"

#include "platform/base/text.h"

#include <algorithm>

namespace musubi::domain {
namespace {

std::string first_key(std::vector<CodedValue> const& codes) {
    return codes.empty() ? std::string() : to_nfc(codes.front().key());
}

}  // namespace

Label label_of(DocumentEntry const& entry, std::string const& owner) {
    Label label{owner,
                first_key(entry.class_codes),
                first_key(entry.type_codes),
                first_key(entry.practice_setting_codes),
                {}};
    auto& protections = label.confidentiality_codes;
    for (CodedValue const& code : entry.confidentiality_codes)
        protections.push_back(to_nfc(code.key()));
    std::sort(protections.begin(), protections.end());
    protections.erase(std::unique(protections.begin(), protections.end()), protections.end());
    return label;
}

}  // namespace musubi::domain
