#include "codec/hl7v2/data_types.h"

#include "codec/hl7v2/problems.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

constexpr std::string_view kDelete = "\"\"";

/// `read` makes one value of one repetition; repetitions that are empty or `""` give none.
template <class T, class Read>
domain::Sent<std::vector<T>> read_list(Segment const& segment, int field, Read const& read) {
    if (segment.field_presence(field) == Presence::kAbsent) return std::nullopt;
    std::vector<T> list;
    int const count = segment.repetition_count(field);
    for (int r = 1; r <= count; ++r) {
        std::string_view const raw = segment.raw_repetition(field, r);
        if (!raw.empty() && raw != kDelete) list.push_back(read(r));
    }
    return list;
}

/// The number may stand whole in XTN.1 (old senders) or XTN.12 (Japanese ones), or in its parts.
std::string number_of(Segment const& segment, int field, int repetition) {
    auto const part = [&](int c) { return segment.get({field, repetition, c, 1}); };
    for (int const whole : {1, 12}) {
        if (std::string number = part(whole); !number.empty()) return number;
    }
    std::string number;
    for (int const c : {5, 6, 7}) {  // country, area, local number
        std::string const piece = part(c);
        if (piece.empty()) continue;
        if (!number.empty()) number += "-";
        number += piece;
    }
    return number;
}

std::string_view representation_of(domain::Script script) {
    switch (script) {
        case domain::Script::kUntold: return "";
        case domain::Script::kIdeographic: return "I";
        case domain::Script::kPhonetic: return "P";
        case domain::Script::kAlphabetic: return "A";
    }
    return "";
}

/// Empty texts are left out, so that no separator stands for nothing.
void set_part(Builder& message, At at, std::string_view text) {
    if (!text.empty()) message.set(at, text);
}

}  // namespace

domain::SentAuthority read_authority(Segment const& segment, At at, std::string location) {
    HierarchicDesignator hd = read_hd_component(segment, at);
    return {std::move(hd.namespace_id), std::move(hd.universal_id), std::move(hd.universal_id_type),
            std::move(location)};
}

std::string read_id(Segment const& segment, int field, int repetition) {
    return std::string(trim(segment.get({field, repetition, 1, 1})));
}

std::vector<domain::SentIdentifier> read_identifiers(Segment const& segment, int field) {
    std::vector<domain::SentIdentifier> identifiers;
    int const count = segment.repetition_count(field);
    for (int r = 1; r <= count; ++r) {
        domain::SentIdentifier one;
        one.id = read_id(segment, field, r);
        if (one.id.empty()) continue;
        one.location = location_of(segment, field, r);
        one.authority = read_authority(segment, {field, r, 4, 1}, one.location + "^4");
        one.type_code = segment.get({field, r, 5, 1});
        identifiers.push_back(std::move(one));
    }
    return identifiers;
}

std::vector<domain::SentAuthority> read_authorities(Segment const& segment, int field) {
    std::vector<domain::SentAuthority> list;
    int const count = segment.repetition_count(field);
    for (int r = 1; r <= count; ++r) {
        if (segment.raw_repetition(field, r).empty()) continue;
        list.push_back(read_authority(segment, {field, r, 4, 1}, location_of(segment, field, r)));
    }
    return list;
}

domain::Sent<std::string> read_text(Segment const& segment, int field) {
    switch (segment.field_presence(field)) {
        case Presence::kAbsent: return std::nullopt;
        case Presence::kDelete: return std::string();
        case Presence::kValue: break;
    }
    return segment.get({field});
}

std::optional<domain::Script> script_of(std::string_view representation) {
    if (representation == "I") return domain::Script::kIdeographic;
    if (representation == "P") return domain::Script::kPhonetic;
    if (representation == "A") return domain::Script::kAlphabetic;
    return std::nullopt;
}

domain::Sent<std::vector<domain::PersonName>> read_names(Segment const& segment, int field) {
    return read_list<domain::PersonName>(segment, field, [&](int r) {
        auto const part = [&](int c) { return segment.get({field, r, c, 1}); };
        auto const script = script_of(part(8)).value_or(domain::Script::kUntold);
        return domain::PersonName{part(1), part(2), part(3), part(4), part(5), part(7), script};
    });
}

domain::Sent<std::vector<domain::PostalAddress>> read_addresses(Segment const& segment, int field) {
    return read_list<domain::PostalAddress>(segment, field, [&](int r) {
        auto const part = [&](int c) { return segment.get({field, r, c, 1}); };
        return domain::PostalAddress{part(1), part(2), part(3), part(4),
                                     part(5), part(6), part(7), part(8)};
    });
}

domain::Sent<std::vector<domain::Telecom>> read_telecoms(Segment const& segment, int field) {
    return read_list<domain::Telecom>(segment, field, [&](int r) {
        auto const part = [&](int c) { return segment.get({field, r, c, 1}); };
        return domain::Telecom{number_of(segment, field, r), part(2), part(3), part(4)};
    });
}

bool is_timestamp(std::string_view text) {
    if (std::size_t const zone = text.find_first_of("+-"); zone != std::string_view::npos) {
        std::string_view const offset = text.substr(zone + 1);
        bool const digits =
            std::all_of(offset.begin(), offset.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (offset.size() != 4 || !digits) return false;
        text = text.substr(0, zone);
    }
    if (std::size_t const dot = text.find('.'); dot != std::string_view::npos) {
        std::string_view const fraction = text.substr(dot + 1);
        bool const digits = std::all_of(fraction.begin(), fraction.end(),
                                        [](char c) { return c >= '0' && c <= '9'; });
        if (dot != 14 || fraction.empty() || !digits) return false;
        text = text.substr(0, dot);
    }
    return domain::is_dtm(text);
}

std::string name_of(HierarchicDesignator const& hd) {
    return hd.namespace_id.empty() ? hd.universal_id : hd.namespace_id;
}

void set_hd(Builder& message, int field, HierarchicDesignator const& hd) {
    set_part(message, {field, 1, 1, 1}, hd.namespace_id);
    if (hd.universal_id.empty()) return;
    message.set({field, 1, 2, 1}, hd.universal_id);
    message.set({field, 1, 3, 1}, hd.universal_id_type);
}

void set_identifier(Builder& message, int field, int repetition, domain::LocalId const& id,
                    AuthorityNames const& authorities) {
    message.set({field, repetition, 1, 1}, id.id.id);
    if (!id.id.authority.empty()) {
        auto const name = authorities.find(id.id.authority);
        if (name != authorities.end()) set_part(message, {field, repetition, 4, 1}, name->second);
        message.set({field, repetition, 4, 2}, id.id.authority);
        message.set({field, repetition, 4, 3}, "ISO");
    }
    set_part(message, {field, repetition, 5, 1}, id.type_code);
}

void set_identifiers(Builder& message, int field, std::vector<domain::LocalId> const& ids,
                     AuthorityNames const& authorities) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<domain::LocalId const*>> by_authority;
    for (domain::LocalId const& id : ids) {
        auto& group = by_authority[id.id.authority];
        if (group.empty()) order.push_back(id.id.authority);
        group.push_back(&id);
    }
    int repetition = 0;
    for (std::string const& authority : order) {
        for (domain::LocalId const* id : by_authority[authority])
            set_identifier(message, field, ++repetition, *id, authorities);
    }
}

void set_names(Builder& message, int field, std::vector<domain::PersonName> const& names) {
    int r = 0;
    for (domain::PersonName const& name : names) {
        ++r;
        set_part(message, {field, r, 1, 1}, name.family);
        set_part(message, {field, r, 2, 1}, name.given);
        set_part(message, {field, r, 3, 1}, name.middle);
        set_part(message, {field, r, 4, 1}, name.suffix);
        set_part(message, {field, r, 5, 1}, name.prefix);
        set_part(message, {field, r, 7, 1}, name.type_code);
        set_part(message, {field, r, 8, 1}, representation_of(name.script));
    }
}

void set_addresses(Builder& message, int field, std::vector<domain::PostalAddress> const& list) {
    int r = 0;
    for (domain::PostalAddress const& a : list) {
        ++r;
        int component = 0;
        for (std::string const* part : {&a.street, &a.other, &a.city, &a.state, &a.postal_code,
                                        &a.country, &a.type_code, &a.whole}) {
            set_part(message, {field, r, ++component, 1}, *part);
        }
    }
}

void set_telecoms(Builder& message, int field, std::vector<domain::Telecom> const& list) {
    int r = 0;
    for (domain::Telecom const& t : list) {
        ++r;
        set_part(message, {field, r, 1, 1}, t.number);
        set_part(message, {field, r, 2, 1}, t.use_code);
        set_part(message, {field, r, 3, 1}, t.equipment);
        set_part(message, {field, r, 4, 1}, t.email);
        set_part(message, {field, r, 12, 1}, t.number);
    }
}

}  // namespace musubi::hl7v2
