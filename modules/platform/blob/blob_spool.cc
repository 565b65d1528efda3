#include "platform/blob/blob_spool.h"

#include "platform/base/digest.h"
#include "platform/blob/local_blob_store_impl.h"
#include "platform/blob/staged_content.h"

namespace musubi::blob {
namespace {

class BlobReceiver final : public ContentReceiver {
public:
    BlobReceiver(LocalBlobStore& store, SpoolLimits limits, std::string owner)
        : store_(store), limits_(limits), owner_(std::move(owner)) {}

    Status write(ByteView piece) override {
        if (failed_)
            return Error(Code::kInternal, "write to a receiver that has failed or finished");
        failed_ = true;  // until this piece is safely in
        if (piece.size() > limits_.largest - size_) {
            return Error(Code::kTooLarge,
                         "document larger than " + std::to_string(limits_.largest) + " octets");
        }
        size_ += piece.size();
        if (!staging_ && size_ <= limits_.in_memory) {
            memory_.insert(memory_.end(), piece.begin(), piece.end());
        } else {
            TRY(stage(piece));
        }
        failed_ = false;
        return {};
    }

    Result<std::shared_ptr<ReceivedContent>> finish() override {
        if (failed_)
            return Error(Code::kInternal, "finish of a receiver that has failed or finished");
        failed_ = true;
        if (!staging_) {
            return std::shared_ptr<ReceivedContent>(
                std::make_shared<MemoryContent>(std::move(memory_)));
        }
        auto file = TRY(staging_->finish(store_.impl().keys, owner_));
        return std::shared_ptr<ReceivedContent>(std::make_shared<StagedContent>(
            std::move(staging_), std::move(file), to_hex(digest_.finish()), owner_, &store_));
    }

private:
    Status stage(ByteView piece) {
        if (!staging_) {
            staging_ = TRY(StagingFile::create(store_.impl().keys, store_.impl().staging, owner_));
            digest_.update(memory_);
            TRY(staging_->write(memory_));
            Bytes().swap(memory_);
        }
        digest_.update(piece);
        return staging_->write(piece);
    }

    LocalBlobStore& store_;
    SpoolLimits const limits_;
    std::string const owner_;
    Bytes memory_;
    std::unique_ptr<StagingFile> staging_;
    Digest digest_{DigestKind::kSha1};
    std::uint64_t size_ = 0;
    bool failed_ = false;
};

}  // namespace

BlobSpool::BlobSpool(LocalBlobStore& store, SpoolLimits limits) : store_(store), limits_(limits) {}

Result<std::unique_ptr<ContentReceiver>> BlobSpool::receive(std::string const& owner) {
    return std::unique_ptr<ContentReceiver>(std::make_unique<BlobReceiver>(store_, limits_, owner));
}

}  // namespace musubi::blob
