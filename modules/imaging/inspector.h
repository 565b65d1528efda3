#pragma once
// RAD-68: manifests among the documents of ITI-41 (IHE RAD TF-3 4.68; the rules as the imaging fact
// sheet chapter 10 gives them). The document is read and held against its DocumentEntry; what the
// entry leaves out and the manifest knows is filled in. Thread-safe.

#include "core/document_ports.h"
#include "domain/affinity_domain.h"
#include "domain/imaging.h"
#include "platform/vault/key_ring.h"

namespace musubi::imaging {

/// What happens where manifest and entry name different documents, patients or studies.
enum class Mismatch : std::uint8_t {
    kRefused,
    kWarned,  ///< the document is kept, and opens no image: for tests with partners
};

struct InspectorSettings {
    Mismatch mismatch = Mismatch::kRefused;
    /// Of hospitals whose documents do not say: minutes east of UTC.
    int utc_offset_minutes = 540;
    std::string modality_scheme = "1.2.840.10008.2.16.4";
};

class Inspector final : public core::DocumentInspectorPort {
public:
    Inspector(domain::AffinityDomain const& affinity_domain, vault::KeyRing& keys,
              InspectorSettings settings)
        : affinity_domain_(affinity_domain), keys_(keys), settings_(std::move(settings)) {}
    /// The note is a domain::ImagingManifest.
    Result<Inspection> inspect(domain::DocumentEntry& entry, Content const& content) const override;
    Status registered(core::CallContext const& call, std::string const& unique_id,
                      std::shared_ptr<void const> const& note) override;

private:
    void fill(domain::DocumentEntry& entry, domain::ImagingManifest const& manifest) const;
    domain::AffinityDomain const& affinity_domain_;
    vault::KeyRing& keys_;
    InspectorSettings const settings_;
};

/// Whether the entry says that it describes a Key Object Selection document.
bool claims_manifest(domain::DocumentEntry const& entry);

/// Where entry and manifest contradict each other: errors about identity (document, patient,
/// study), warnings about the rest.
std::vector<Issue> compare(domain::DocumentEntry const& entry,
                           domain::ImagingManifest const& manifest);

/// A local time (DTM) of this offset in UTC, with the same precision; as it is when it tells no
/// more than a day.
std::string in_utc(std::string const& dtm, int offset_minutes);

}  // namespace musubi::imaging
