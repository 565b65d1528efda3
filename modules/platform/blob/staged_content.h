#pragma once
// What the spool has received into a staging file, until the store adopts it. Internal to this
// room.

#include "platform/blob/sealed_file.h"

namespace musubi::blob {

class StagedContent final : public ReceivedContent {
public:
    StagedContent(std::unique_ptr<StagingFile> staging, std::unique_ptr<SealedFile> file,
                  std::string sha1_hex, std::string owner, void const* store)
        : staging(std::move(staging)),
          file(std::move(file)),
          sha1(std::move(sha1_hex)),
          owner(std::move(owner)),
          store(store) {}
    std::uint64_t size() const override { return file->size(); }
    Status read(ByteSink const& sink) const override { return file->read(sink); }
    std::string const& sha1_hex() const override { return sha1; }

    std::unique_ptr<StagingFile> staging;  ///< empty once adopted; the file stays readable
    std::unique_ptr<SealedFile> file;
    std::string const sha1;
    std::string const owner;
    void const* const store;  ///< whose staging folder it is
};

}  // namespace musubi::blob
