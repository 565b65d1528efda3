#pragma once
// Configuration of evidence: the key that signs roots and reports, where roots are published, who
// stamps them. Pure apart from reading certificates.

#include "atna/roots_maker.h"
#include "core/config.h"

namespace musubi::atna {

struct EvidenceSettings {
    RootSettings roots;
    StampSettings stamps;
    std::chrono::milliseconds interval{};
    std::chrono::milliseconds stamp_alarm{};
    bool enabled() const { return !roots.certificate.empty(); }
};

std::vector<core::ConfigKey> evidence_keys();
EvidenceSettings evidence_settings(core::Config const& config);
/// That the key signs, its certificate is valid now, and the other files can be read; nothing to
/// check when no evidence key is configured. kInvalidContent, kNotFound.
Status check_evidence(EvidenceSettings const& settings, WallTime now);

}  // namespace musubi::atna
