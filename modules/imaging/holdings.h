#pragma once
// Which images the asker of one request may have: those that an approved manifest names which
// agreement and patient let the asker read, which the owner of the archive itself has published,
// and which no note of that owner withdraws. Belongs to one request.

#include "core/transaction.h"
#include "imaging/sources.h"
#include "imaging/store.h"

#include <map>
#include <optional>
#include <set>

namespace musubi::imaging {

struct ImageName {
    std::string study, series, instance;
};

/// Why an image may be delivered.
struct Grant {
    std::string patient;     ///< surviving regional id
    domain::Label label;     ///< of the manifest
    std::string manifest;    ///< its unique id
    std::string patient_id;  ///< the hospital's own, which the image must carry; may be empty
    std::string location;    ///< repositoryUniqueId that the manifest names; may be empty
    std::string series;
    std::string sop_class;
    std::size_t of_series = 0;  ///< images of the series that its owner's manifests name here
};

/// What locate() found: rows as they lie in the database.
using StudyRows = std::vector<StudyRow>;

/// The patients of all rows, each once.
std::vector<std::string> patients_of(StudyRows const& rows);

class Holdings {
public:
    /// Opens what the permit lets see. Rows whose references cannot be opened are passed over, and
    /// logged.
    Holdings(StudyRows const& rows, core::Permit const& permit, vault::KeyRing& keys);

    /// Null: there is no such image for this asker, and so there is none. `source` must be in its
    /// owner's manifest.
    Grant const* find(ImageName const& name, Source const& source) const;
    /// Every image of the study that may be had, with its grant, in the order of the manifests.
    std::vector<std::pair<ImageName, Grant const*>> all_of(std::string const& study) const;

private:
    struct Image {
        ImageName name;
        Grant grant;
    };
    void add(StudyReferences const& references, ManifestRow const& manifest);
    void count_series();

    std::vector<Image> images_;
    std::multimap<std::string, std::size_t> by_instance_;
    std::set<std::pair<std::string, std::string>> rejected_;  ///< owner, instance
};

/// Whose the study is, for records only: the asker never learns it. Empty: unknown.
std::string patient_of(StudyRows const& rows, vault::KeyRing const& keys, std::string const& study);

}  // namespace musubi::imaging
