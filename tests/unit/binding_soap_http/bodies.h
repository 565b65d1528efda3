#pragma once
// Request bodies as they arrive, and a spool that keeps everything in memory.

#include "core/doors.h"

#include <algorithm>
#include <cstring>

namespace musubi::test {

class TextBody final : public core::BodyStream {
public:
    explicit TextBody(std::string text, std::size_t slice = 1000)
        : text_(std::move(text)), slice_(slice) {}
    Result<std::size_t> read(std::span<std::uint8_t> into) override {
        std::size_t const size = std::min({into.size(), slice_, text_.size() - at_});
        std::memcpy(into.data(), text_.data() + at_, size);
        at_ += size;
        return size;
    }

private:
    std::string text_;
    std::size_t slice_;
    std::size_t at_ = 0;
};

class MemorySpool final : public Spool {
public:
    std::vector<std::string> owners;
    Result<std::unique_ptr<ContentReceiver>> receive(std::string const& owner) override {
        owners.push_back(owner);
        return std::unique_ptr<ContentReceiver>(std::make_unique<Receiver>());
    }

private:
    class Receiver final : public ContentReceiver {
    public:
        Status write(ByteView piece) override {
            bytes_.insert(bytes_.end(), piece.begin(), piece.end());
            return {};
        }
        Result<std::shared_ptr<ReceivedContent>> finish() override {
            return std::shared_ptr<ReceivedContent>(
                std::make_shared<MemoryContent>(std::move(bytes_)));
        }

    private:
        Bytes bytes_;
    };
};

inline core::HttpRequestHead post(std::string content_type) {
    core::HttpRequestHead head;
    head.method = "POST";
    head.path = "/toy";
    if (!content_type.empty()) head.headers.push_back({"Content-Type", std::move(content_type)});
    return head;
}

/// All segments of a reply, documents included.
inline std::string octets_of(core::HttpReply const& reply) {
    std::string out;
    for (auto const& segment : reply.segments) {
        out += segment.text;
        if (!segment.content) continue;
        static_cast<void>(segment.content->read([&](ByteView piece) -> Status {
            out.append(as_text(piece));
            return {};
        }));
    }
    return out;
}

}  // namespace musubi::test
