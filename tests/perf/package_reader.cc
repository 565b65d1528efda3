#include "perf/package_reader.h"

#include "codec/mtom/content_type.h"
#include "codec/mtom/part_reader.h"
#include "platform/base/text.h"

namespace musubi::perf {
namespace {

class Collector final : public mtom::PartHandler {
public:
    Collector(std::string start, WholePackage& into) : start_(std::move(start)), into_(into) {}
    Status part_begin(mtom::PartHeaders const& headers) override {
        bool const is_root = !root_seen_ && (start_.empty() || headers.content_id == start_);
        root_seen_ = root_seen_ || is_root;
        current_ = is_root ? &into_.root : &into_.parts[headers.content_id];
        return {};
    }
    Status part_data(ByteView piece) override {
        current_->insert(current_->end(), piece.begin(), piece.end());
        return {};
    }
    Status part_end() override { return {}; }
    Status done() override { return {}; }

private:
    std::string const start_;
    WholePackage& into_;
    bool root_seen_ = false;
    Bytes* current_ = nullptr;
};

std::string_view content_type_of(std::string_view head) {
    for (std::string_view line : split(head, '\n')) {
        std::size_t const colon = line.find(':');
        if (colon != std::string_view::npos &&
            equals_ignore_case(line.substr(0, colon), "Content-Type")) {
            return trim(line.substr(colon + 1));
        }
    }
    return {};
}

}  // namespace

Result<WholePackage> read_whole_package(Answer const& answer) {
    auto const type = TRY(mtom::ContentType::parse(content_type_of(answer.head)));
    WholePackage whole;
    if (!type.is_multipart()) {
        ByteView const body = as_bytes(answer.body);
        whole.root.assign(body.begin(), body.end());
        return whole;
    }
    auto const package = TRY(mtom::package_type(type));
    Collector collector(package.start, whole);
    mtom::PartReader reader(package.boundary, {}, collector);
    TRY(reader.feed(as_bytes(answer.body)));
    TRY(reader.finish());
    return whole;
}

}  // namespace musubi::perf
