#pragma once
// A document's octets on their way in or out, wherever they lie (memory, an encrypted staging file,
// the store).
//
// Units: octets of the decoded document. `sha1_hex` is 40 lower-case hex digits (ITI
// TF-3 4.2.3.2.10). Thread-safety: one reader at a time. Nothing here may put plain text on a disk.

#include "platform/base/bytes.h"

#include <functional>
#include <memory>
#include <string>

namespace musubi {

using ByteSink = std::function<Status(ByteView)>;

class Content {
public:
    virtual ~Content() = default;
    virtual std::uint64_t size() const = 0;
    /// Calls `sink` with consecutive pieces (64 KiB or less each) until the end; stops at the
    /// sink's first error. Damage is reported as kStorageUnavailable before a damaged piece reaches
    /// the sink.
    virtual Status read(ByteSink const& sink) const = 0;
    /// The whole content when it lies in memory already, else an empty pointer.
    virtual Bytes const* in_memory() const { return nullptr; }
};

/// Content that has just been received and was counted and hashed on the way.
class ReceivedContent : public Content {
public:
    virtual std::string const& sha1_hex() const = 0;
};

class MemoryContent final : public ReceivedContent {
public:
    explicit MemoryContent(Bytes bytes);
    std::uint64_t size() const override { return bytes_.size(); }
    Status read(ByteSink const& sink) const override;
    Bytes const* in_memory() const override { return &bytes_; }
    std::string const& sha1_hex() const override { return sha1_hex_; }

private:
    Bytes bytes_;
    std::string sha1_hex_;
};

/// Takes the pieces of one arriving part. Destroyed without finish(): what was staged is removed.
class ContentReceiver {
public:
    virtual ~ContentReceiver() = default;
    virtual Status write(ByteView piece) = 0;
    virtual Result<std::shared_ptr<ReceivedContent>> finish() = 0;
};

/// Makes receivers; the store behind it decides what stays in memory and what is staged, encrypted,
/// on disk.
class Spool {
public:
    virtual ~Spool() = default;
    /// `owner` names the institution whose data key protects what has to be staged.
    virtual Result<std::unique_ptr<ContentReceiver>> receive(std::string const& owner) = 0;
};

}  // namespace musubi
