#include "imaging/holdings.h"

#include "platform/base/log.h"

#include <tuple>

namespace musubi::imaging {

std::vector<std::string> patients_of(StudyRows const& rows) {
    std::set<std::string> patients;
    for (StudyRow const& row : rows) patients.insert(row.manifest.patient);
    return {patients.begin(), patients.end()};
}

Holdings::Holdings(StudyRows const& rows, core::Permit const& permit, vault::KeyRing& keys) {
    for (StudyRow const& row : rows) {
        ManifestRow const& manifest = row.manifest;
        bool const visible =
            permit.scope_for(manifest.patient).allows(manifest.label, manifest.unique_id);
        // What withdraws images counts for everybody.
        if (!visible && !manifest.rejects) continue;
        auto const references = open_references(keys, manifest.owner_oid, manifest.key, row.sealed);
        if (!references) {
            if (!keys.is_erased(manifest.owner_oid))
                log_error("imaging.unreadable", {{"manifest_key", std::to_string(manifest.key)},
                                                 {"detail", references.error().detail}});
            continue;
        }
        add(*references, manifest);
    }
    count_series();
}

void Holdings::count_series() {
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>,
             std::set<std::string_view>>
        series;
    auto const name_of = [](Image const& image) {
        return std::tuple<std::string_view, std::string_view, std::string_view>(
            image.grant.label.owner, image.name.study, image.name.series);
    };
    for (Image const& image : images_) series[name_of(image)].insert(image.name.instance);
    for (Image& image : images_) image.grant.of_series = series[name_of(image)].size();
}

void Holdings::add(StudyReferences const& references, ManifestRow const& manifest) {
    for (domain::SeriesReference const& series : references.study.series) {
        for (domain::ImageReference const& image : series.images) {
            if (manifest.rejects) {
                rejected_.emplace(manifest.label.owner, image.sop_instance);
                continue;
            }
            by_instance_.emplace(image.sop_instance, images_.size());
            images_.push_back(
                {{references.study.uid, series.uid, image.sop_instance},
                 {manifest.patient, manifest.label, manifest.unique_id, references.patient_id,
                  series.retrieve_location, series.uid, image.sop_class, 0}});
        }
    }
}

Grant const* Holdings::find(ImageName const& name, Source const& source) const {
    auto const [first, last] = by_instance_.equal_range(name.instance);
    for (auto one = first; one != last; ++one) {
        Image const& image = images_[one->second];
        if (image.name.study != name.study || image.name.series != name.series) continue;
        // Anybody may write anybody's identifiers into a manifest: it opens only the archive of
        // the member who published it.
        if (image.grant.label.owner != source.member) continue;
        if (!image.grant.location.empty() && image.grant.location != source.id) continue;
        if (rejected_.contains({image.grant.label.owner, name.instance})) continue;
        return &image.grant;
    }
    return nullptr;
}

std::vector<std::pair<ImageName, Grant const*>> Holdings::all_of(std::string const& study) const {
    std::vector<std::pair<ImageName, Grant const*>> out;
    for (Image const& image : images_) {
        if (image.name.study != study) continue;
        if (rejected_.contains({image.grant.label.owner, image.name.instance})) continue;
        out.emplace_back(image.name, &image.grant);
    }
    return out;
}

std::string patient_of(StudyRows const& rows, vault::KeyRing const& keys,
                       std::string const& study) {
    Bytes const token = study_token(keys, study);
    for (StudyRow const& row : rows) {
        if (row.study_token == token) return row.manifest.patient;
    }
    return {};
}

}  // namespace musubi::imaging
