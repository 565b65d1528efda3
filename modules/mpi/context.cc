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

Result<RecordContent> Context::open(Record const& record) const {
    if (!record.sealed.empty()) {
        Bytes const plain = TRY(keys.open(vault::Purpose::kMetadata, record.institution,
                                          record.sealed, aad_of(record.key)));
        return unpack(plain);
    }
    RecordContent content;
    if (record.owns_home) content.id.id = TRY(domain::PatientId::parse(record.home));
    return content;
}

Result<domain::LocalId> Context::open_id(SealedRecord const& record) const {
    Bytes const plain = TRY(keys.open(vault::Purpose::kMetadata, record.institution, record.sealed,
                                      aad_of(record.key)));
    return unpack_id(plain);
}

}  // namespace musubi::mpi
