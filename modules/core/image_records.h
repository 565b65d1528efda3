#pragma once
// What records of images say (security fact sheet 6.3): patient, and for each study its series,
// images, source and community. Pure; one thread.

#include "core/transaction.h"

#include <map>

namespace musubi::core {

struct RecordedImage {
    std::string study, series, instance;  ///< UIDs; series and instance may be empty
    std::string repository_unique_id;
    std::optional<std::string> home;
};

class ImageRecords {
public:
    /// Under which name the homeCommunityId stands: the profiles differ.
    static constexpr char const* kHomeInSource = "ihe:homeCommunityID";
    static constexpr char const* kHomeAtGateway = "urn:ihe:iti:xca:2010:homeCommunityId";

    explicit ImageRecords(char const* home_detail) : home_detail_(home_detail) {}

    /// `patient` empty: nobody's that is known. A record names some hundred images at most; what is
    /// beyond goes into further records of that patient.
    void add(std::string const& patient, RecordedImage const& image);
    /// All so far were not delivered.
    void fail();
    /// A draft for each patient, or several.
    void move_to(std::vector<AuditDraft>& out);

private:
    domain::AuditObject& study_of(AuditDraft& draft, RecordedImage const& image);

    char const* const home_detail_;
    std::map<std::string, std::vector<AuditDraft>> by_patient_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace musubi::core
