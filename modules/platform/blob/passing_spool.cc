#include "platform/blob/passing_spool.h"

#include "platform/blob/passing_file.h"

#include <algorithm>

namespace musubi::blob {

Result<PassingSpool::Extent> PassingSpool::extent() {
    std::lock_guard const lock(mutex_);
    std::optional<std::uint64_t> number;
    if (current_) number = current_->take_extent();
    if (!number) {
        current_ = TRY(PassingFile::create(folder_));
        number = current_->take_extent();
    }
    return Extent{current_, *number};
}

/// The object, from its first octet to its last reader.
class PassingReceiver::Stored final : public Content {
public:
    Stored(std::shared_ptr<StagingBudget> of_all, std::shared_ptr<StagingBudget> of_request)
        : share_(std::move(of_all), std::move(of_request)) {}
    ~Stored() override {
        for (PassingSpool::Extent const& one : extents_) one.file->give_back(one.number);
    }

    std::uint64_t size() const override { return size_; }
    Status read(ByteSink const& sink) const override {
        Bytes plain;
        for (std::uint64_t chunk = 0; chunk < chunks_; ++chunk) {
            plain.resize(static_cast<std::size_t>(
                std::min<std::uint64_t>(PassingFile::kChunk, size_ - chunk * PassingFile::kChunk)));
            PassingSpool::Extent const& extent = extents_[chunk / PassingFile::kChunks];
            TRY(extent.file->read(extent.number, chunk % PassingFile::kChunks, plain));
            TRY(sink(plain));
        }
        if (!rest_.empty()) TRY(sink(rest_));
        return {};
    }
    Bytes const* in_memory() const override { return chunks_ == 0 ? &rest_ : nullptr; }

    Status write(PassingSpool& spool, ByteView piece) {
        TRY(share_.take(piece.size()));
        size_ += piece.size();
        while (!piece.empty()) {
            if (rest_.empty() && piece.size() >= PassingFile::kChunk) {
                TRY(put_away(spool, piece.first(PassingFile::kChunk)));
                piece = piece.subspan(PassingFile::kChunk);
                continue;
            }
            auto const room = std::min(piece.size(), PassingFile::kChunk - rest_.size());
            rest_.insert(rest_.end(), piece.begin(),
                         piece.begin() + static_cast<std::ptrdiff_t>(room));
            piece = piece.subspan(room);
            if (rest_.size() < PassingFile::kChunk) continue;
            TRY(put_away(spool, rest_));
            rest_.clear();
        }
        return {};
    }
    Status finish(PassingSpool& spool) {
        if (chunks_ == 0 && rest_.size() <= spool.in_memory_) {
            rest_.shrink_to_fit();
            return {};
        }
        if (!rest_.empty()) TRY(put_away(spool, rest_));
        Bytes().swap(rest_);
        return {};
    }

private:
    Status put_away(PassingSpool& spool, ByteView chunk) {
        std::size_t const at = chunks_ % PassingFile::kChunks;
        if (at == 0) extents_.push_back(TRY(spool.extent()));
        TRY(extents_.back().file->write(extents_.back().number, at, chunk));
        ++chunks_;
        return {};
    }

    StagingShare share_;
    std::vector<PassingSpool::Extent> extents_;
    std::uint64_t chunks_ = 0, size_ = 0;
    Bytes rest_;  ///< what fills no chunk yet; of a small object all
};

PassingReceiver::PassingReceiver(PassingSpool& spool, std::shared_ptr<StagingBudget> of_all,
                                 std::shared_ptr<StagingBudget> of_request)
    : spool_(spool), stored_(std::make_unique<Stored>(std::move(of_all), std::move(of_request))) {}

PassingReceiver::~PassingReceiver() = default;

Status PassingReceiver::write(ByteView piece) {
    if (!stored_) return Error(Code::kInternal, "write to a receiver that failed or has finished");
    Status const done = stored_->write(spool_, piece);
    if (!done) stored_.reset();
    return done;
}

Result<std::shared_ptr<Content const>> PassingReceiver::finish() {
    if (!stored_) return Error(Code::kInternal, "finish of a receiver that failed or has finished");
    auto const stored = std::shared_ptr<Stored>(std::move(stored_));
    TRY(stored->finish(spool_));
    return std::shared_ptr<Content const>(stored);
}

}  // namespace musubi::blob
