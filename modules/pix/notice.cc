#include "pix/notice.h"

#include "core/outbox_fields.h"

namespace musubi::pix {
namespace {

constexpr char const* kInstitution = "region";  // the ids of one notice are of several members
constexpr std::size_t kFieldsBefore = 3;
constexpr std::size_t kFieldsOfAnId = 3;

std::string aad_for(std::string const& consumer) {
    return std::string(kNoticeTopic) + ":" + consumer;
}

}  // namespace

Result<Bytes> seal_notice(vault::KeyRing& keys, std::string const& consumer, Notice const& notice) {
    Bytes plain;
    core::put_field(plain, notice.message_id);
    core::put_field(plain, notice.time);
    core::put_field(plain, notice.patient);
    for (domain::LocalId const& each : notice.ids) {
        core::put_field(plain, each.id.id);
        core::put_field(plain, each.id.authority);
        core::put_field(plain, each.type_code);
    }
    return keys.seal(vault::Purpose::kMetadata, kInstitution, plain, as_bytes(aad_for(consumer)));
}

Result<Notice> open_notice(vault::KeyRing& keys, std::string const& consumer, ByteView sealed) {
    Bytes const plain = TRY(
        keys.open(vault::Purpose::kMetadata, kInstitution, sealed, as_bytes(aad_for(consumer))));
    auto fields = core::fields_of(plain);
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
