#pragma once
// A content that is nowhere whole, given in pieces of any size.

#include "platform/base/content.h"

#include <algorithm>

namespace musubi::dicomparts {

class Pieces final : public Content {
public:
    explicit Pieces(std::string octets, std::size_t step = 7)
        : octets_(std::move(octets)), step_(step) {}
    std::uint64_t size() const override { return octets_.size(); }
    Status read(ByteSink const& sink) const override {
        ++readings;
        for (std::size_t at = 0; at < octets_.size(); at += step_) {
            std::size_t const count = std::min(step_, octets_.size() - at);
            TRY(sink(as_bytes(std::string_view(octets_).substr(at, count))));
        }
        return {};
    }
    mutable int readings = 0;

private:
    std::string const octets_;
    std::size_t const step_;
};

}  // namespace musubi::dicomparts
