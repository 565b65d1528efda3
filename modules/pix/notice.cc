#include "pix/notice.h"

#include <cstdint>

namespace musubi::pix {
namespace {

constexpr char const* kInstitution = "region";  // the ids of one notice are of several members
constexpr std::size_t kFieldsBefore = 3;
constexpr std::size_t kFieldsOfAnId = 3;

std::string aad_for(std::string const& consumer) {
    return std::string(kNoticeTopic) + ":" + consumer;
}

/// Length in four octets, then the text: ids may hold any character.
void put(Bytes& out, std::string_view text) {
    auto const size = static_cast<std::uint32_t>(text.size());
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(size >> shift));
    out.insert(out.end(), text.begin(), text.end());
}

std::optional<std::vector<std::string>> fields_of(ByteView plain) {
    std::vector<std::string> fields;
    while (!plain.empty()) {
        if (plain.size() < 4) return std::nullopt;
        std::uint32_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) size = (size << 8) | plain[i];
        plain = plain.subspan(4);
        if (plain.size() < size) return std::nullopt;
        fields.emplace_back(as_text(plain.first(size)));
        plain = plain.subspan(size);
    }
    return fields;
}

}  // namespace

Result<Bytes> seal_notice(vault::KeyRing& keys, std::string const& consumer, Notice const& notice) {
    Bytes plain;
    put(plain, notice.message_id);
    put(plain, notice.time);
    put(plain, notice.patient);
    for (domain::LocalId const& each : notice.ids) {
        put(plain, each.id.id);
        put(plain, each.id.authority);
        put(plain, each.type_code);
    }
    return keys.seal(vault::Purpose::kMetadata, kInstitution, plain, as_bytes(aad_for(consumer)));
}

Result<Notice> open_notice(vault::KeyRing& keys, std::string const& consumer, ByteView sealed) {
    Bytes const plain = TRY(
        keys.open(vault::Purpose::kMetadata, kInstitution, sealed, as_bytes(aad_for(consumer))));
    auto fields = fields_of(plain);
    if (!fields || fields->size() < kFieldsBefore ||
        (fields->size() - kFieldsBefore) % kFieldsOfAnId != 0)
        return Error(Code::kStorageUnavailable, "what waits in the outbox is no notification");
    auto& all = *fields;
    Notice notice{all[0], all[1], all[2], {}};
    for (std::size_t i = kFieldsBefore; i < all.size(); i += kFieldsOfAnId)
        notice.ids.push_back({{all[i], all[i + 1]}, all[i + 2]});
    return notice;
}

}  // namespace musubi::pix
