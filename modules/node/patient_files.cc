#include "node/patient_files.h"

#include "codec/hl7v2/patient_feed.h"
#include "mpi/match/record_file.h"

#include <filesystem>

namespace musubi::node {
namespace {

constexpr std::size_t kLongest = 1024 * 1024;
constexpr char kFrameStart = '\x0B', kFrameEnd = '\x1C';

template <class T>
void set_unless_empty(domain::Sent<T>& to, T value) {
    if (!value.empty()) to = std::move(value);
}

/// What a record file tells; what it leaves out is not told.
domain::DemographicsChange told(domain::Demographics from) {
    domain::DemographicsChange out;
    std::vector<domain::PersonName> names, aliases;
    for (domain::PersonName& name : from.names)
        (name.type_code == "A" ? aliases : names).push_back(std::move(name));
    set_unless_empty(out.names, std::move(names));
    set_unless_empty(out.aliases, std::move(aliases));
    set_unless_empty(out.mothers_maiden_names, std::move(from.mothers_maiden_names));
    set_unless_empty(out.birth_time, std::move(from.birth_time));
    set_unless_empty(out.sex, std::move(from.sex));
    set_unless_empty(out.addresses, std::move(from.addresses));
    set_unless_empty(out.home_phones, std::move(from.home_phones));
    set_unless_empty(out.business_phones, std::move(from.business_phones));
    if (from.account) out.account = std::move(*from.account);
    set_unless_empty(out.insurances, std::move(from.insurances));
    set_unless_empty(out.marital_status, std::move(from.marital_status));
    set_unless_empty(out.language, std::move(from.language));
    set_unless_empty(out.religion, std::move(from.religion));
    set_unless_empty(out.nationality, std::move(from.nationality));
    set_unless_empty(out.birth_place, std::move(from.birth_place));
    set_unless_empty(out.multiple_birth, std::move(from.multiple_birth));
    set_unless_empty(out.birth_order, std::move(from.birth_order));
    set_unless_empty(out.death_time, std::move(from.death_time));
    set_unless_empty(out.death_indicator, std::move(from.death_indicator));
    set_unless_empty(out.identity_unknown, std::move(from.identity_unknown));
    set_unless_empty(out.identity_reliability, std::move(from.identity_reliability));
    set_unless_empty(out.last_update, std::move(from.last_update));
    set_unless_empty(out.last_update_facility, std::move(from.last_update_facility));
    return out;
}

}  // namespace

Result<PatientFile> PatientFile::open(std::string const& name, Source source,
                                      core::AuthorityPort const& authorities) {
    std::error_code failed;
    auto const size = std::filesystem::file_size(name, failed);
    std::ifstream stream(name, std::ios::binary);
    if (!stream || failed) return Error(Code::kNotFound, "cannot read '" + name + "'");
    PatientFile file(std::move(stream), std::move(source), authorities);
    file.size_ = size;
    file.hl7_ = file.stream_.peek() == kFrameStart;
    return file;
}

Result<std::optional<std::string>> PatientFile::next_text() {
    std::string text;
    char const end = hl7_ ? kFrameEnd : '\n';
    for (int c = stream_.get(); c != std::ifstream::traits_type::eof(); c = stream_.get()) {
        ++octets_;
        bool const line_end = c == '\r' || c == '\n';
        if (text.empty() && (line_end || (hl7_ && c == kFrameStart))) continue;
        if (c == end) return std::optional(std::move(text));
        text.push_back(static_cast<char>(c));
        if (text.size() > kLongest) return Error(Code::kInvalidMessage, "a record beyond 1 MiB");
    }
    if (stream_.bad()) return Error(Code::kInvalidMessage, "the file cannot be read on");
    if (text.empty()) return std::optional<std::string>();
    if (hl7_) return Error(Code::kInvalidMessage, "the file ends within a frame");
    return std::optional(std::move(text));
}

Result<std::optional<mpi::LoadItem>> PatientFile::next() {
    auto text = TRY(next_text());
    if (!text) return std::optional<mpi::LoadItem>();
    ++records_;
    auto item = hl7_ ? from_message(std::move(*text)) : from_line(std::move(*text));
    if (!item) {
        Error error = std::move(item).error();
        // One bad record says nothing about the next.
        if (error.code == Code::kInvalidMessage) error.code = Code::kInvalidContent;
        return error;
    }
    return std::optional(std::move(*item));
}

Result<mpi::LoadItem> PatientFile::from_line(std::string text) const {
    if (text.ends_with('\r')) text.pop_back();  // the line's end is not part of the record
    auto record = TRY(mpi::match::read_json_line(text));
    domain::SentIdentifier sent;
    sent.id = record.id.id;
    sent.authority.universal_id = record.id.authority;
    mpi::LoadItem item;
    item.change.ids = TRY(resolve({sent}));
    item.change.demographics = told(std::move(record.person));
    item.change.member = source_.member;
    item.original = std::move(text);
    return item;
}

Result<mpi::LoadItem> PatientFile::from_message(std::string text) {
    auto const message = TRY(hl7v2::parse(as_bytes(text), source_.reading));
    auto feed = TRY(hl7v2::read_patient_feed(message));
    if (message.charset().guessed || message.charset().assumed) ++undeclared_;
    mpi::LoadItem item;
    item.change.event = feed.event;
    item.change.ids = TRY(resolve(feed.identifiers));
    if (!feed.prior_identifiers.empty())
        item.change.prior_ids = TRY(resolve(feed.prior_identifiers));
    if (!feed.other_identifiers.empty())
        item.change.other_ids = TRY(resolve(feed.other_identifiers));
    item.change.demographics = std::move(feed.demographics);
    item.change.visit = std::move(feed.visit);
    item.change.member = source_.member;
    item.change.message_key =
        "load|" + feed.application + "|" + feed.facility + "|" + feed.control_id;
    item.original = std::move(text);
    return item;
}

Result<std::vector<domain::LocalId>> PatientFile::resolve(
    std::vector<domain::SentIdentifier> const& sent) const {
    std::vector<domain::LocalId> out;
    for (domain::SentIdentifier const& id : sent) {
        auto const* authority = TRY(authorities_->resolve(id.authority));
        if (std::string flaw = domain::flaw_of_patient_id(id.id); !flaw.empty())
            return Error(Code::kInvalidContent, std::move(flaw));
        if (authority && !id.id.empty()) out.push_back({{id.id, authority->oid}, id.type_code});
    }
    if (out.empty())
        return Error(Code::kInvalidContent, "no id of an authority that this region knows");
    return out;
}

}  // namespace musubi::node
