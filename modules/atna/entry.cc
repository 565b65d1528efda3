#include "atna/entry.h"

#include "atna/compact.h"
#include "atna/message_parts.h"
#include "atna/segment.h"
#include "codec/auditmsg/audit_message.h"
#include "domain/identifiers.h"

#include <algorithm>
#include <array>

namespace musubi::atna {
namespace {

// First octet of what is sealed; the rest is compressed: the packed columns, then the parts of the
// message.
constexpr std::uint8_t kFormat = 2;

class Packer {
public:
    void number(std::uint64_t value) {
        std::array<std::uint8_t, 8> octets;
        for (std::size_t i = 0; i < octets.size(); ++i)
            octets[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
        out_.insert(out_.end(), octets.begin(), octets.end());
    }
    void octets(ByteView value) {
        number(value.size());
        out_.insert(out_.end(), value.begin(), value.end());
    }
    void text(std::string_view value) { octets(as_bytes(value)); }
    void texts(std::vector<std::string> const& values) {
        number(values.size());
        for (auto const& value : values) text(value);
    }
    Bytes take() { return std::move(out_); }

private:
    Bytes out_;
};

/// Reads what Packer wrote; once it fails it stays failed.
class Unpacker {
public:
    explicit Unpacker(ByteView in) : in_(in) {}
    std::uint64_t number() {
        if (in_.size() < 8) return fail();
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) value = value << 8 | in_[static_cast<std::size_t>(i)];
        in_ = in_.subspan(8);
        return value;
    }
    ByteView octets() {
        auto const size = number();
        if (size > in_.size()) {
            fail();
            return {};
        }
        auto const out = in_.first(static_cast<std::size_t>(size));
        in_ = in_.subspan(static_cast<std::size_t>(size));
        return out;
    }
    std::string text() { return std::string(as_text(octets())); }
    std::vector<std::string> texts() {
        std::vector<std::string> out;
        for (auto left = number(); left > 0 && good_; --left) out.push_back(text());
        return out;
    }
    /// As texts(), without making them.
    void pass_texts() {
        for (auto left = number(); left > 0 && good_; --left) octets();
    }
    bool good_to_the_end() const { return good_ && in_.empty(); }

private:
    std::uint64_t fail() {
        good_ = false;
        in_ = {};
        return 0;
    }
    ByteView in_;
    bool good_ = true;
};

void pack_into(Packer& out, Columns const& c) {
    out.number(static_cast<std::uint64_t>(c.time.time_since_epoch().count()));
    out.text(c.transaction);
    out.text(c.event);
    out.text(c.event_type);
    out.number(static_cast<std::uint64_t>(c.outcome));
    out.text(c.organisation);
    out.octets(c.user_token);
    out.texts(c.patients);
    out.texts(c.documents);
    out.text(c.rule);
    out.text(c.trace);
}

Columns unpack_from(Unpacker& in) {
    Columns c;
    c.time = WallTime(std::chrono::microseconds(static_cast<std::int64_t>(in.number())));
    c.transaction = in.text();
    c.event = in.text();
    c.event_type = in.text();
    c.outcome = static_cast<std::int16_t>(in.number());
    c.organisation = in.text();
    auto const token = in.octets();
    c.user_token.assign(token.begin(), token.end());
    c.patients = in.texts();
    c.documents = in.texts();
    c.rule = in.text();
    c.trace = in.text();
    return c;
}

Error damaged() { return {Code::kStorageUnavailable, "audit record is damaged"}; }

std::string associated(Uuid const& id) {
    return "musubi.audit.record" + std::string(as_text(id.octets()));
}

bool is_machine(domain::AuditParticipant const& participant) {
    return std::any_of(
        participant.roles.begin(), participant.roles.end(), [](domain::AuditCode const& role) {
            return role.system == "DCM" && role.code >= "110150" && role.code <= "110155";
        });
}

void add_once(std::vector<std::string>& to, std::string value) {
    if (!value.empty() && std::find(to.begin(), to.end(), value) == to.end())
        to.push_back(std::move(value));
}

}  // namespace

Bytes pack(Columns const& columns) {
    Packer out;
    pack_into(out, columns);
    return out.take();
}

Result<Columns> unpack(ByteView packed) {
    Unpacker in(packed);
    auto columns = unpack_from(in);
    if (!in.good_to_the_end()) return Error(Code::kInvalidContent, "no columns of a record");
    return columns;
}

std::string user_of(domain::AuditEvent const& event) {
    for (auto const& one : event.participants) {
        if (!is_machine(one)) return one.user_id;
    }
    return {};
}

std::string peer_of(domain::AuditEvent const& event) {
    for (auto const& one : event.participants) {
        if (!one.network_address.empty() && one.alternative_user_id.empty())
            return one.network_address;
    }
    return {};
}

Bytes EntrySealer::user_token(std::string_view user_id) const {
    if (user_id.empty()) return {};
    auto const token = keys_.blind_token("audit-user", user_id);
    return Bytes(token.begin(), token.end());
}

std::string EntrySealer::patient_token(std::string const& cx) const {
    return "hmac:" + to_hex(keys_.blind_token("audit-patient", cx));
}

std::string EntrySealer::patient_key(std::string const& cx) const {
    auto const id = domain::PatientId::parse(cx);
    return id && regional_.contains(id->authority) ? cx : patient_token(cx);
}

std::vector<std::string> EntrySealer::patient_search_keys(std::string const& cx) const {
    return {cx, patient_token(cx)};
}

Columns EntrySealer::columns_of(domain::AuditEvent const& event) const {
    Columns c;
    c.time = event.time;
    c.transaction = event.transaction;
    c.event = event.event_id.code;
    if (!event.event_types.empty()) c.event_type = event.event_types.front().code;
    c.outcome = static_cast<std::int16_t>(event.outcome);
    c.organisation = event.organisation;
    c.user_token = user_token(user_of(event));
    for (auto const& object : event.objects) {
        if (object.type == 1 && object.role == 1) add_once(c.patients, patient_key(object.id));
        if (object.type == 2 && (object.role == 3 || object.role == 20))
            add_once(c.documents, object.id);
    }
    c.rule = event.rule;
    c.trace = event.trace;
    return c;
}

Entry EntrySealer::entry_of(domain::AuditEvent const& event, Uuid const& id) const {
    return {id, columns_of(event), auditmsg::write(event)};
}

Result<Bytes> EntrySealer::seal(Entry const& entry) const {
    return seal(entry.id, entry.columns, parts_of(entry.message));
}

Result<Bytes> EntrySealer::seal(domain::AuditEvent const& event, Uuid const& id) const {
    return seal(id, columns_of(event), auditmsg::write_parts(event));
}

Result<Bytes> EntrySealer::seal(Uuid const& id, Columns const& columns,
                                std::vector<std::string> const& parts) const {
    Packer packer;
    pack_into(packer, columns);
    packer.texts(parts);
    auto const plain = packer.take();
    if (plain.size() > kMaxRecord) return Error(Code::kTooLarge, "audit record beyond 16 MiB");
    Bytes small = {kFormat};
    TRY(compress_onto(small, plain));
    return keys_.seal(vault::Purpose::kAudit, kNodeKey, small, as_bytes(associated(id)));
}

Result<Bytes> EntrySealer::open_packed(Uuid const& id, ByteView sealed) const {
    auto const small =
        TRY(keys_.open(vault::Purpose::kAudit, kNodeKey, sealed, as_bytes(associated(id))));
    if (small.empty() || small[0] != kFormat) {
        return Error(Code::kStorageUnavailable, "audit record of an unknown format");
    }
    return decompress(ByteView(small).subspan(1), kMaxRecord);
}

Result<Entry> EntrySealer::open(Uuid const& id, ByteView sealed) const {
    auto const packed = TRY(open_packed(id, sealed));
    Unpacker in(packed);
    auto columns = unpack_from(in);
    auto const parts = in.texts();
    if (!in.good_to_the_end()) return damaged();
    return Entry{id, std::move(columns), join(parts)};
}

Result<Columns> EntrySealer::open_columns(Uuid const& id, ByteView sealed) const {
    auto const packed = TRY(open_packed(id, sealed));
    Unpacker in(packed);
    auto columns = unpack_from(in);
    in.pass_texts();
    if (!in.good_to_the_end()) return damaged();
    return columns;
}

}  // namespace musubi::atna
