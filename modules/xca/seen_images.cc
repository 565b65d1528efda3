#include "xca/seen_images.h"

#include <algorithm>

namespace musubi::xca {
namespace {

std::string key_of(std::string const& home, std::string const& id) { return home + " " + id; }

}  // namespace

void SeenImages::note(std::string const& home, domain::ImagingManifest const& manifest,
                      SeenObject const& object) {
    Manifest fresh;
    fresh.why = {object.patient, object.label, manifest.sop_instance, manifest.patient_id};
    for (domain::StudyReference const& study : manifest.studies) {
        auto& kept = fresh.studies[study.uid];
        for (domain::SeriesReference const& series : study.series) {
            Series& into = kept[series.uid];
            into.location = series.retrieve_location;
            for (domain::ImageReference const& image : series.images)
                into.instances.push_back(image.sop_instance);
            fresh.images += series.images.size();
        }
        for (auto& [uid, series] : kept)
            std::sort(series.instances.begin(), series.instances.end());
    }
    if (fresh.images > most_) return;
    std::string const key = key_of(home, manifest.sop_instance);
    std::lock_guard const lock(mutex_);
    forget(key);
    images_ += fresh.images;
    for (auto const& [uid, series] : fresh.studies) by_study_.emplace(key_of(home, uid), key);
    manifests_.emplace(key, std::move(fresh));
    order_.push_back(key);
    while (images_ > most_) forget(std::string(order_.front()));
}

void SeenImages::forget(std::string const& key) {
    auto const at = manifests_.find(key);
    if (at == manifests_.end()) return;
    std::string const home = key.substr(0, key.find(' '));
    for (auto const& [uid, series] : at->second.studies) {
        auto [it, end] = by_study_.equal_range(key_of(home, uid));
        while (it != end) it = it->second == key ? by_study_.erase(it) : std::next(it);
    }
    images_ -= at->second.images;
    manifests_.erase(at);
    order_.erase(std::find(order_.begin(), order_.end(), key));
}

std::vector<SeenImage> SeenImages::find(std::string const& home, ImageId const& image) const {
    std::vector<SeenImage> out;
    std::lock_guard const lock(mutex_);
    auto [it, end] = by_study_.equal_range(key_of(home, image.study));
    for (; it != end; ++it) {
        Manifest const& manifest = manifests_.at(it->second);
        auto const& all = manifest.studies.at(image.study);
        auto const series = all.find(image.series);
        if (series == all.end()) continue;
        std::string const& location = series->second.location;
        if (!location.empty() && location != image.repository) continue;
        auto const& instances = series->second.instances;
        if (std::binary_search(instances.begin(), instances.end(), image.instance))
            out.push_back(manifest.why);
    }
    return out;
}

}  // namespace musubi::xca
