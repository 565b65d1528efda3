#include "codec/hl7v2/pid.h"

namespace musubi::hl7v2 {
namespace {

domain::Sent<std::string> read_time(Segment const& pid, int field, Problems& problems) {
    auto text = read_text(pid, field);
    if (!text || text->empty()) return text;
    if (text->find_first_not_of('0') == std::string::npos) return std::nullopt;
    // A month or day that nobody knows: 19600000.
    while (text->size() == 6 || text->size() == 8) {
        if (!text->ends_with("00")) break;
        text->resize(text->size() - 2);
    }
    if (!is_timestamp(*text)) {
        problems.add(Reason::kDataType,
                     "PID^" + std::to_string(pid.occurrence()) + "^" + std::to_string(field),
                     "not a date of the form YYYYMMDD");
    }
    return text;
}

domain::Sent<domain::LocalId> read_account(Segment const& pid) {
    constexpr int kAccount = 18;
    if (pid.field_presence(kAccount) == Presence::kAbsent) return std::nullopt;
    domain::LocalId account;
    account.id.id = read_id(pid, kAccount);
    account.id.authority = pid.get({kAccount, 1, 4, 2});
    account.type_code = pid.get({kAccount, 1, 5, 1});
    return account;
}

domain::Sent<std::string> read_facility(Segment const& pid, int field) {
    auto text = read_text(pid, field);
    if (text && text->empty()) return pid.get({field, 1, 2, 1});  // HD without a namespace
    return text;
}

struct TextField {
    int field;
    std::string domain::Demographics::*known;
    domain::Sent<std::string> domain::DemographicsChange::*sent;
};
using Known = domain::Demographics;
using Change = domain::DemographicsChange;
constexpr TextField kTexts[] = {
    {8, &Known::sex, &Change::sex},
    {15, &Known::language, &Change::language},
    {16, &Known::marital_status, &Change::marital_status},
    {17, &Known::religion, &Change::religion},
    {23, &Known::birth_place, &Change::birth_place},
    {24, &Known::multiple_birth, &Change::multiple_birth},
    {25, &Known::birth_order, &Change::birth_order},
    {28, &Known::nationality, &Change::nationality},
    {30, &Known::death_indicator, &Change::death_indicator},
    {31, &Known::identity_unknown, &Change::identity_unknown},
    {32, &Known::identity_reliability, &Change::identity_reliability},
};
constexpr TextField kTimes[] = {
    {7, &Known::birth_time, &Change::birth_time},
    {29, &Known::death_time, &Change::death_time},
    {33, &Known::last_update, &Change::last_update},
};

}  // namespace

domain::DemographicsChange read_demographics(Segment const& pid, Problems& problems) {
    domain::DemographicsChange change;
    change.names = read_names(pid, 5);
    change.mothers_maiden_names = read_names(pid, 6);
    change.aliases = read_names(pid, 9);
    change.addresses = read_addresses(pid, 11);
    change.home_phones = read_telecoms(pid, 13);
    change.business_phones = read_telecoms(pid, 14);
    change.account = read_account(pid);
    for (TextField const& text : kTexts) change.*text.sent = read_text(pid, text.field);
    for (TextField const& time : kTimes) change.*time.sent = read_time(pid, time.field, problems);
    change.last_update_facility = read_facility(pid, 34);
    return change;
}

domain::Sent<std::vector<domain::Insurance>> read_insurances(Message const& message) {
    domain::Sent<std::vector<domain::Insurance>> insurances;
    for (std::size_t i = 0; i < message.segment_count(); ++i) {
        Segment const in1 = message.segment(i);
        if (in1.name() != "IN1") continue;
        if (!insurances) insurances.emplace();
        domain::Insurance one;
        one.insurer = in1.get({3});
        if (one.insurer.empty()) continue;
        one.symbol = in1.get({10, 1});
        one.number = in1.get({10, 2});
        one.branch = in1.get({10, 3});
        insurances->push_back(std::move(one));
    }
    return insurances;
}

void set_demographics(Builder& pid, domain::Demographics const& person,
                      AuthorityNames const& authorities) {
    std::vector<domain::PersonName> names, aliases;
    for (domain::PersonName const& name : person.names)
        (name.type_code == "A" ? aliases : names).push_back(name);
    set_names(pid, 5, names);
    if (names.empty()) pid.set(5, " ");
    set_names(pid, 6, person.mothers_maiden_names);
    set_names(pid, 9, aliases);
    set_addresses(pid, 11, person.addresses);
    set_telecoms(pid, 13, person.home_phones);
    set_telecoms(pid, 14, person.business_phones);
    if (person.account) set_identifier(pid, 18, 1, *person.account, authorities);
    for (TextField const& text : kTexts) pid.set(text.field, person.*text.known);
    for (TextField const& time : kTimes) pid.set(time.field, person.*time.known);
    pid.set(34, person.last_update_facility);
}

}  // namespace musubi::hl7v2
