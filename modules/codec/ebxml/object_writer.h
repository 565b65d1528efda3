#pragma once
// Builds the text of one registry object in schema order (rim.xsd): attributes, slots, Name,
// Description, VersionInfo, classifications, external identifiers. Internal to codec/ebxml.

#include "codec/ebxml/names.h"
#include "domain/metadata.h"
#include "platform/base/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace musubi::ebxml {

enum class RenderMode { kRegistered, kSubmitted };

class ObjectWriter {
public:
    /// Begins `<rim:element id=... lid=... objectType=... status=...`; more attributes may follow
    /// until slots().
    ObjectWriter(RenderMode mode, std::string_view element, domain::RegistryObject const& object,
                 std::string_view object_type);

    void attribute(std::string_view name, std::string_view value);
    void end_attributes() { out_ += '>'; }
    void slot(std::string_view name, std::optional<std::string> const& value);
    void slot(std::string_view name, std::vector<std::string> const& values);
    void folder_time_slot(std::optional<std::string> const& submitted);
    void slots(std::vector<domain::Slot> const& slots);
    void names(domain::RegistryObject const& object);  ///< Name, Description, VersionInfo
    void codes(std::string_view scheme, std::vector<domain::CodedValue> const& codes);
    void authors(std::string_view scheme, std::vector<domain::Author> const& authors);
    void node(std::string_view node);
    void identifier(IdentifierScheme const& scheme, std::optional<std::string> const& value);
    void patient_id(IdentifierScheme const& scheme, std::optional<std::string> const& value);
    std::string finish();

private:
    void begin_classification(std::string_view which, std::string_view value,
                              std::string_view code);
    void international(std::string_view element, domain::InternationalString const& text);
    std::string next_id();
    bool registered() const { return mode_ == RenderMode::kRegistered; }

    RenderMode mode_;
    std::string element_;
    std::string id_;
    std::optional<Uuid> uuid_;
    int nested_ = 0;
    std::string out_;
};

inline constexpr char kStatusMark = '\x01';
inline constexpr char kPatientIdMark = '\x02';
inline constexpr char kLastUpdateTimeMark = '\x03';
inline constexpr char kHomeMark = '\x04';

}  // namespace musubi::ebxml
