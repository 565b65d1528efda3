#include "mpi/context.h"

namespace musubi::mpi {
namespace {

Bytes aad_of(RecordKey key) {
    std::string const text = "mpi.record:" + std::to_string(key);
    return {text.begin(), text.end()};
}

}  // namespace

Result<Bytes> Context::seal(std::string const& institution, RecordKey key,
                            RecordContent const& content) const {
    return keys.seal(vault::Purpose::kMetadata, institution, pack(content), aad_of(key));
}

// Where the institution's keys were destroyed it is as if it had never told anything.
Result<RecordContent> Context::open(Record const& record) const {
    if (!record.sealed.empty()) {
        auto const plain = keys.open(vault::Purpose::kMetadata, record.institution, record.sealed,
                                     aad_of(record.key));
        if (plain) return unpack(*plain);
        if (plain.error().code != Code::kNotFound) return plain.error();
    }
    RecordContent content;
    if (record.owns_home) content.id.id = TRY(domain::PatientId::parse(record.home));
    return content;
}

Result<domain::LocalId> Context::open_id(SealedRecord const& record) const {
    auto const plain =
        keys.open(vault::Purpose::kMetadata, record.institution, record.sealed, aad_of(record.key));
    if (!plain && plain.error().code == Code::kNotFound) return domain::LocalId();
    return unpack_id(TRY(plain));
}

}  // namespace musubi::mpi
