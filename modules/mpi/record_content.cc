#include "mpi/records.h"

#include <memory>

namespace musubi::mpi {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMaxItems = 10'000;

class Packer {
public:
    explicit Packer(Bytes& out) : out_(out) {}
    bool number(std::size_t& value) {
        std::size_t rest = value;
        for (; rest >= 0x80; rest >>= 7) out_.push_back(static_cast<std::uint8_t>(rest | 0x80));
        out_.push_back(static_cast<std::uint8_t>(rest));
        return true;
    }
    bool text(std::string& value) {
        std::size_t size = value.size();
        number(size);
        out_.insert(out_.end(), value.begin(), value.end());
        return true;
    }

private:
    Bytes& out_;
};

class Unpacker {
public:
    explicit Unpacker(ByteView in) : in_(in) {}
    bool number(std::size_t& value) {
        value = 0;
        // A writer older than a field did not write it.
        if (in_.empty()) return true;
        for (unsigned shift = 0; shift < 35; shift += 7) {
            if (in_.empty()) return false;
            std::uint8_t const octet = in_.front();
            in_ = in_.subspan(1);
            value |= static_cast<std::size_t>(octet & 0x7F) << shift;
            if (!(octet & 0x80)) return true;
        }
        return false;
    }
    bool text(std::string& value) {
        std::size_t size = 0;
        if (!number(size) || size > in_.size()) return false;
        value = as_text(in_.first(size));
        in_ = in_.subspan(size);
        return true;
    }
    bool done() const { return in_.empty(); }

private:
    ByteView in_;
};

template <class A, class... T>
bool texts(A& archive, T&... values) {
    return (archive.text(values) && ...);
}

template <class A>
bool walk(A& archive, domain::PersonName& v) {
    std::size_t script = static_cast<std::size_t>(v.script);
    if (!texts(archive, v.family, v.given, v.middle, v.suffix, v.prefix, v.type_code) ||
        !archive.number(script) || script > static_cast<std::size_t>(domain::Script::kAlphabetic)) {
        return false;
    }
    v.script = static_cast<domain::Script>(script);
    return true;
}

template <class A>
bool walk(A& archive, domain::PostalAddress& v) {
    return texts(archive, v.street, v.other, v.city, v.state, v.postal_code, v.country, v.type_code,
                 v.whole);
}

template <class A>
bool walk(A& archive, domain::Telecom& v) {
    return texts(archive, v.number, v.use_code, v.equipment, v.email);
}

template <class A>
bool walk(A& archive, domain::Insurance& v) {
    return texts(archive, v.insurer, v.symbol, v.number, v.branch);
}

template <class A>
bool walk(A& archive, domain::LocalId& v) {
    return texts(archive, v.id.id, v.id.authority, v.type_code);
}

template <class A, class T>
bool walk(A& archive, std::vector<T>& values) {
    std::size_t size = values.size();
    if (!archive.number(size) || size > kMaxItems) return false;
    values.resize(size);
    for (T& value : values) {
        if (!walk(archive, value)) return false;
    }
    return true;
}

template <class A>
bool walk(A& archive, std::optional<domain::LocalId>& value) {
    std::size_t told = value.has_value();
    if (!archive.number(told) || told > 1) return false;
    if (!told) return true;
    if (!value) value.emplace();
    return walk(archive, *value);
}

template <class A>
bool walk(A& archive, domain::Demographics& v) {
    return walk(archive, v.names) && walk(archive, v.mothers_maiden_names) &&
           texts(archive, v.birth_time, v.sex) && walk(archive, v.addresses) &&
           walk(archive, v.home_phones) && walk(archive, v.business_phones) &&
           walk(archive, v.account) && walk(archive, v.insurances) &&
           texts(archive, v.marital_status, v.language, v.religion, v.nationality, v.birth_place,
                 v.multiple_birth, v.birth_order, v.death_time, v.death_indicator,
                 v.identity_unknown, v.identity_reliability, v.last_update, v.last_update_facility);
}

template <class A>
bool walk(A& archive, domain::VisitValue& v) {
    for (int* place : {&v.field, &v.repetition, &v.component, &v.subcomponent}) {
        std::size_t number = static_cast<std::size_t>(*place);
        if (!archive.number(number) || number > kMaxItems) return false;
        *place = static_cast<int>(number);
    }
    return archive.text(v.text);
}

}  // namespace

Bytes pack(RecordContent const& content) {
    Bytes out{kVersion};
    Packer packer(out);
    // One walk serves both directions, so it cannot take const.
    auto const copy = std::make_unique<RecordContent>(content);
    walk(packer, copy->id);
    walk(packer, copy->person);
    if (!copy->visit.empty()) walk(packer, copy->visit);
    return out;
}

Result<RecordContent> unpack(ByteView packed) {
    if (packed.empty() || packed.front() != kVersion) {
        return Error(Code::kStorageUnavailable, "a record's content has an unknown form");
    }
    Unpacker unpacker(packed.subspan(1));
    auto const content = std::make_unique<RecordContent>();
    bool good = walk(unpacker, content->id) && walk(unpacker, content->person);
    // Records without a visit end here, as they did before there were any.
    if (good && !unpacker.done())
        good = walk(unpacker, content->visit) && !content->visit.empty() && unpacker.done();
    if (!good) {
        return Error(Code::kStorageUnavailable, "a record's content is damaged");
    }
    return std::move(*content);
}

Result<domain::LocalId> unpack_id(ByteView packed) {
    domain::LocalId id;
    if (!packed.empty() && packed.front() == kVersion) {
        Unpacker unpacker(packed.subspan(1));
        if (walk(unpacker, id)) return id;
    }
    return Error(Code::kStorageUnavailable, "a record's content is damaged");
}

}  // namespace musubi::mpi
