#pragma once
// Which images of other communities may be asked for, and by whose leave: those that a manifest
// names which this node fetched from there. A UID alone says nothing of the patient; the manifest
// is a document of an entry that a query brought, with its codes and its patient (seen.h), and it
// alone tells which images, where they are and by which number the hospital knows the patient.
//
// Kept in memory, bounded, oldest manifest out first; holds ids and codes, no demographics.
// Thread-safe.

#include "domain/imaging.h"
#include "xca/seen.h"

#include <map>
#include <memory>
#include <vector>

namespace musubi::xca {

/// Why an image may be asked for.
struct SeenImage {
    std::string patient;     ///< our id (CX) of the patient the manifest was found for
    domain::Label label;     ///< of the manifest
    std::string manifest;    ///< its unique id
    std::string patient_id;  ///< the hospital's own, which the image must carry; may be empty
};

struct ImageId {
    std::string const& study;
    std::string const& series;
    std::string const& instance;
    std::string const& repository;  ///< as asked: must be where the manifest says, if it says
};

class SeenImages {
public:
    explicit SeenImages(std::size_t most = 300'000) : most_(most) {}

    /// Replaces what the same manifest said before. One that names more than all may is not kept.
    void note(std::string const& home, domain::ImagingManifest const& manifest,
              SeenObject const& object);
    /// One for each manifest that names it.
    std::vector<SeenImage> find(std::string const& home, ImageId const& image) const;

private:
    struct Series {
        std::string location;
        std::vector<std::string> instances;  ///< sorted
    };
    struct Manifest {
        SeenImage why;
        std::map<std::string, std::map<std::string, Series>> studies;
        std::size_t images = 0;
    };
    void forget(std::string const& key);  ///< with mutex_ held

    std::size_t const most_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Manifest> manifests_;         ///< by home and unique id
    std::unordered_multimap<std::string, std::string> by_study_;  ///< home and study -> manifest
    std::deque<std::string> order_;  ///< keys of manifests, each once, oldest first
    std::size_t images_ = 0;
};

}  // namespace musubi::xca
