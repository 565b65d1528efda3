#include "platform/blob/segment_maker.h"

#include "platform/base/log.h"
#include "platform/vault/durable_file.h"

#include <unistd.h>

#include <cerrno>

namespace musubi::blob {
namespace {

constexpr std::size_t kPiece = 1 << 20;
/// Between two pieces, so that the disk is left to those who wait for it.
constexpr std::chrono::milliseconds kBreath{5};
/// After a failure: most likely the disk is full.
constexpr std::chrono::milliseconds kRest{5000};

}  // namespace

SegmentMaker::SegmentMaker(std::filesystem::path folder, std::uint64_t segment_bytes)
    : folder_(std::move(folder)), path_(folder_ / "next.making"), segment_bytes_(segment_bytes) {
    thread_ = std::thread([this] { run(); });
}

SegmentMaker::~SegmentMaker() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
    ::unlink(path_.c_str());
}

bool SegmentMaker::ready() const {
    std::lock_guard const lock(mutex_);
    return made_.has_value();
}

Result<std::optional<SegmentFile>> SegmentMaker::take(std::filesystem::path const& name) {
    std::lock_guard const lock(mutex_);
    if (!made_) return std::optional<SegmentFile>();
    if (::rename(path_.c_str(), name.c_str()) != 0)
        return vault::system_error("rename", path_, errno);
    made_.reset();
    changed_.notify_all();
    TRY(vault::sync_folder(folder_));
    return std::optional(TRY(SegmentFile::open(name, true)));
}

bool SegmentMaker::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

/// None: it was told to stop.
Result<std::optional<SegmentFile>> SegmentMaker::make() {
    static Bytes const zeros(kPiece, 0);
    ::unlink(path_.c_str());
    SegmentFile file = TRY(SegmentFile::create(path_));
    for (std::uint64_t at = 0; at < segment_bytes_; at += kPiece) {
        auto const length = std::min<std::uint64_t>(kPiece, segment_bytes_ - at);
        TRY(file.write(at, ByteView(zeros).first(static_cast<std::size_t>(length))));
        TRY(file.sync());
        if (!pause(kBreath)) return std::optional<SegmentFile>();
    }
    return std::optional(std::move(file));
}

void SegmentMaker::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        auto made = make();
        if (!made) {
            ::unlink(path_.c_str());  // a full disk needs the room for something better
            log_warning("segment.not_made_ahead", {{"detail", made.error().detail}});
            if (!pause(kRest)) return;
        }
        lock.lock();
        if (!made || !*made) continue;
        made_.emplace(std::move(**made));
        changed_.wait(lock, [this] { return stopping_ || !made_; });
    }
}

}  // namespace musubi::blob
