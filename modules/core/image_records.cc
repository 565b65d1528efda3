#include "core/image_records.h"

namespace musubi::core {
namespace {

/// Images in one audit record.
constexpr std::size_t kMostInRecord = 200;

}  // namespace

void ImageRecords::add(std::string const& patient, RecordedImage const& image) {
    std::vector<AuditDraft>& all = by_patient_[patient];
    std::size_t& images = counts_[patient];
    if (all.empty() || images == kMostInRecord) {
        images = 0;
        all.emplace_back();
        if (!patient.empty()) all.back().objects.push_back(domain::audit_patient(patient));
    }
    ++images;
    domain::AuditObject& study = study_of(all.back(), image);
    auto const once = [&](char const* type, std::string const& value) {
        if (value.empty()) return;
        for (domain::AuditDetail const& one : study.details) {
            if (one.type == type && one.value == value) return;
        }
        study.details.push_back({type, value});
    };
    once("Repository Unique Id", image.repository_unique_id);
    if (image.home) once(home_detail_, *image.home);
    once("Series Instance Unique Id", image.series);
    if (!image.instance.empty()) study.details.push_back({"ihe:DocumentUniqueId", image.instance});
}

void ImageRecords::fail() {
    for (auto& [patient, drafts] : by_patient_) {
        for (AuditDraft& draft : drafts) {
            draft.outcome = domain::AuditOutcome::kMinorFailure;
            draft.outcome_description = "not delivered";
        }
    }
}

void ImageRecords::move_to(std::vector<AuditDraft>& out) {
    for (auto& [patient, drafts] : by_patient_) {
        for (AuditDraft& draft : drafts) out.push_back(std::move(draft));
    }
    by_patient_.clear();
    counts_.clear();
}

domain::AuditObject& ImageRecords::study_of(AuditDraft& draft, RecordedImage const& image) {
    for (domain::AuditObject& object : draft.objects) {
        if (object.type == 2 && object.id == image.study) return object;
    }
    domain::AuditObject study;
    study.id = image.study;
    study.role = 3;
    study.id_type = domain::dcm("110180", "Study Instance UID");
    draft.objects.push_back(std::move(study));
    return draft.objects.back();
}

}  // namespace musubi::core
