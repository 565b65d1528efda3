#include "perf/population_message.h"

#include "codec/hl7v2/write.h"

namespace musubi::population {
namespace {

using hl7v2::At;

void put_names(hl7v2::Builder& pid, int field, std::vector<domain::PersonName> const& names) {
    constexpr char const* kScripts[] = {"", "I", "P", "A"};
    for (int i = 0; i < static_cast<int>(names.size()); ++i) {
        auto const& name = names[static_cast<std::size_t>(i)];
        pid.set(At{field, i + 1, 1, 1}, name.family).set(At{field, i + 1, 2, 1}, name.given);
        pid.set(At{field, i + 1, 3, 1}, name.middle).set(At{field, i + 1, 7, 1}, name.type_code);
        pid.set(At{field, i + 1, 8, 1}, kScripts[static_cast<std::size_t>(name.script)]);
    }
}

void put_address(hl7v2::Builder& pid, domain::PostalAddress const& address) {
    pid.set(At{11, 1, 1, 1}, address.street).set(At{11, 1, 3, 1}, address.city);
    pid.set(At{11, 1, 4, 1}, address.state).set(At{11, 1, 5, 1}, address.postal_code);
    pid.set(At{11, 1, 6, 1}, address.country).set(At{11, 1, 7, 1}, address.type_code);
    pid.set(At{11, 1, 8, 1}, address.whole);
}

void put_phones(hl7v2::Builder& pid, std::vector<domain::Telecom> const& phones) {
    for (int i = 0; i < static_cast<int>(phones.size()); ++i) {
        auto const& phone = phones[static_cast<std::size_t>(i)];
        pid.set(At{13, i + 1, 2, 1}, phone.use_code).set(At{13, i + 1, 3, 1}, phone.equipment);
        pid.set(At{13, i + 1, 12, 1}, phone.number);
    }
}

}  // namespace

std::string feed_message(GeneratedRecord const& record, std::string_view event,
                         std::string_view control_id) {
    domain::Demographics const& person = record.person;
    hl7v2::Builder message;
    std::string const hospital = "HOSP" + std::to_string(record.hospital);
    message.segment("MSH").set(3, "HIS").set(4, hospital).set(5, "MUSUBI").set(6, "REGION");
    message.set(7, "20250401090000").set(At{9, 1, 1, 1}, "ADT").set(At{9, 1, 2, 1}, event);
    message.set(At{9, 1, 3, 1}, "ADT_A01").set(10, control_id);
    message.set(11, "P").set(12, "2.3.1");
    message.segment("EVN").set(2, "20250401090000");
    message.segment("PID").set(At{3, 1, 1, 1}, record.id.id).set(At{3, 1, 5, 1}, "PI");
    message.set(At{3, 1, 4, 2}, record.id.authority).set(At{3, 1, 4, 3}, "ISO");
    put_names(message, 5, person.names);
    put_names(message, 6, person.mothers_maiden_names);
    message.set(7, person.birth_time).set(8, person.sex);
    if (!person.addresses.empty()) put_address(message, person.addresses.front());
    put_phones(message, person.home_phones);
    message.set(24, person.multiple_birth).set(25, person.birth_order);
    message.set(30, person.death_indicator);
    message.segment("PV1").set(2, "O");
    for (auto const& card : person.insurances) {
        message.segment("IN1").set(3, card.insurer).set(At{10, 1, 1, 1}, card.symbol);
        message.set(At{10, 1, 2, 1}, card.number).set(At{10, 1, 3, 1}, card.branch);
    }
    return message.text();
}

}  // namespace musubi::population
