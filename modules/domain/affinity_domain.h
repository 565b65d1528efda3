#pragma once
// What an affinity domain agreed on: code sets, MIME types, patient-id authorities, switches. Data,
// not code: loaded from profiles/. Immutable after loading, shared between threads.

#include "domain/identifiers.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::domain {

enum class CodeSet : std::uint8_t {
    kClassCode,
    kTypeCode,
    kFormatCode,
    kConfidentialityCode,
    kHealthcareFacilityTypeCode,
    kPracticeSettingCode,
    kEventCode,
    kContentTypeCode,
    kFolderCode,
    kAssociationDocumentation,
};
inline constexpr int kCodeSetCount = 10;
std::string_view to_string(CodeSet set);  ///< "classCode", "folderCodeList", ... as in codes.xml

/// How strictly a partner's metadata is judged. Strict is the default; lenient is for legacy
/// senders named in the agreement: formats of the older framework are taken, structure, references
/// and identity are not relaxed.
enum class Strictness : std::uint8_t { kStrict, kLenient };

class AffinityDomain {
public:
    /// Adds the contents of one pack (YAML form of profiles/, see profiles/README.md). Errors name
    /// file and line.
    static Result<AffinityDomain> load(std::vector<std::string> const& pack_files);
    /// Reads the de-facto `codes.xml` form given as (set name, code, scheme, display) rows by
    /// codec/ebxml.
    struct CodeRow {
        std::string set;
        CodedValue value;
    };
    void add(std::vector<CodeRow> const& rows);

    bool knows(CodeSet set, CodedValue const& value) const;
    bool enforced(CodeSet set) const { return enforced_.contains(set); }
    bool knows_mime_type(
        std::string_view type) const;  ///< parameters may be added to a listed type
    bool mime_types_enforced() const { return mime_types_enforced_; }
    std::string display_of(CodeSet set, std::string_view code, std::string_view scheme) const;

private:
    std::map<CodeSet, std::map<std::string, std::string, std::less<>>>
        codes_;  // key "code^^scheme" -> display
    std::set<CodeSet> enforced_;
    std::set<std::string, std::less<>> mime_types_;
    bool mime_types_enforced_ = false;
    friend class AffinityDomainLoader;
};

}  // namespace musubi::domain
