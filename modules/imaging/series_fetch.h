#pragma once
// Images of one series with one request to its archive (WADO-RS, DICOM PS3.18 10.4: the whole
// series), because archives deliver a series at several times the rate of its images one by one.
// Each object is looked into as fetch_image() does it; what it is, it says itself, and whatever was
// not asked for is thrown away as it comes. Thread-safe.

#include "imaging/image_fetch.h"

#include <functional>
#include <span>

namespace musubi::imaging {

/// What became of one of the jobs, by its place; called by the fetching thread.
using ImageTaker = std::function<void(std::size_t job, Result<FetchedImage> image)>;

/// `jobs`: of one source and series, each image once. Tells each image that came, and each that is
/// another patient's. What is not told by then has to be asked for one by one: the archive does not
/// have it, holds it in another transfer syntax, does not deliver series, or broke off. Memory: the
/// head of one object.
///
/// Error: kPeerUnavailable: the archive does not answer or lets nobody in, as with fetch_image(); a
/// series has its source's time for each image, and the request's for all.
Status fetch_series(FetchTools const& tools, std::span<ImageJob const* const> jobs,
                    ImageTaker const& take);

}  // namespace musubi::imaging
