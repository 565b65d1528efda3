#include "mpi/match/record_file.h"

#include "mpi/match/json.h"

#include <array>

namespace musubi::mpi::match {
namespace {

constexpr std::size_t kLongestLine = 256 * 1024;

template <class T>
struct Member {
    std::string_view name;
    std::string T::*field;
};

using domain::Demographics;
using domain::Insurance;
using domain::PersonName;
using domain::PostalAddress;
using domain::Telecom;

constexpr auto kNameMembers =
    std::to_array<Member<PersonName>>({{"family", &PersonName::family},
                                       {"given", &PersonName::given},
                                       {"middle", &PersonName::middle},
                                       {"suffix", &PersonName::suffix},
                                       {"prefix", &PersonName::prefix},
                                       {"type_code", &PersonName::type_code}});
constexpr auto kAddressMembers =
    std::to_array<Member<PostalAddress>>({{"street", &PostalAddress::street},
                                          {"other", &PostalAddress::other},
                                          {"city", &PostalAddress::city},
                                          {"state", &PostalAddress::state},
                                          {"postal_code", &PostalAddress::postal_code},
                                          {"country", &PostalAddress::country},
                                          {"type_code", &PostalAddress::type_code},
                                          {"whole", &PostalAddress::whole}});
constexpr auto kTelecomMembers = std::to_array<Member<Telecom>>({{"number", &Telecom::number},
                                                                 {"use_code", &Telecom::use_code},
                                                                 {"equipment", &Telecom::equipment},
                                                                 {"email", &Telecom::email}});
constexpr auto kInsuranceMembers =
    std::to_array<Member<Insurance>>({{"insurer", &Insurance::insurer},
                                      {"symbol", &Insurance::symbol},
                                      {"number", &Insurance::number},
                                      {"branch", &Insurance::branch}});
constexpr auto kPersonMembers = std::to_array<Member<Demographics>>(
    {{"birth_time", &Demographics::birth_time},
     {"sex", &Demographics::sex},
     {"marital_status", &Demographics::marital_status},
     {"language", &Demographics::language},
     {"religion", &Demographics::religion},
     {"nationality", &Demographics::nationality},
     {"birth_place", &Demographics::birth_place},
     {"multiple_birth", &Demographics::multiple_birth},
     {"birth_order", &Demographics::birth_order},
     {"death_time", &Demographics::death_time},
     {"death_indicator", &Demographics::death_indicator},
     {"identity_unknown", &Demographics::identity_unknown},
     {"identity_reliability", &Demographics::identity_reliability},
     {"last_update", &Demographics::last_update},
     {"last_update_facility", &Demographics::last_update_facility}});

constexpr std::array<std::string_view, 4> kScripts = {"", "I", "P", "A"};

void put(std::string& out, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    if (out.back() != '{') out.push_back(',');
    append_json_text(out, name);
    out.push_back(':');
    append_json_text(out, text);
}

template <class T, std::size_t N>
void put_members(std::string& out, T const& value, std::array<Member<T>, N> const& members) {
    for (auto const& member : members) put(out, member.name, value.*member.field);
}

template <class T, class Put>
void put_list(std::string& out, std::string_view name, std::vector<T> const& values, Put each) {
    if (values.empty()) return;
    if (out.back() != '{') out.push_back(',');
    append_json_text(out, name);
    out += ":[";
    for (T const& value : values) {
        if (out.back() != '[') out.push_back(',');
        out.push_back('{');
        each(value);
        out.push_back('}');
    }
    out.push_back(']');
}

template <class T, std::size_t N>
T read_members(Json const& json, std::array<Member<T>, N> const& members) {
    T value;
    for (auto const& member : members) value.*member.field = json[member.name].text;
    return value;
}

template <class T, std::size_t N>
std::vector<T> read_list(Json const& json, std::array<Member<T>, N> const& members) {
    std::vector<T> values;
    for (Json const& item : json.items) values.push_back(read_members(item, members));
    return values;
}

std::vector<PersonName> read_name_list(Json const& json) {
    std::vector<PersonName> names;
    for (Json const& item : json.items) {
        names.push_back(read_members(item, kNameMembers));
        for (std::size_t i = 0; i < kScripts.size(); ++i) {
            if (item["script"].text == kScripts[i]) {
                names.back().script = static_cast<domain::Script>(i);
            }
        }
    }
    return names;
}

/// Each line that is not empty, with its number in errors.
template <class Take>
Status for_lines(std::istream& lines, Take take) {
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        if (line.empty()) continue;
        auto const where = [number](Error error) {
            error.detail = "line " + std::to_string(number) + ": " + error.detail;
            return error;
        };
        if (line.size() > kLongestLine) return where(Error(Code::kTooLarge, "too long"));
        if (Status const taken = take(line); !taken) return where(taken.error());
    }
    return {};
}

}  // namespace

std::string to_json_line(Record const& record) {
    std::string out = "{";
    put(out, "authority", record.id.authority);
    put(out, "id", record.id.id);
    out += ",\"person\":{";
    Demographics const& person = record.person;
    auto const put_name = [&out](PersonName const& name) {
        put_members(out, name, kNameMembers);
        put(out, "script", kScripts[static_cast<std::size_t>(name.script)]);
    };
    auto const put_telecom = [&out](Telecom const& t) { put_members(out, t, kTelecomMembers); };
    put_members(out, person, kPersonMembers);
    put_list(out, "names", person.names, put_name);
    put_list(out, "mothers_maiden_names", person.mothers_maiden_names, put_name);
    put_list(out, "addresses", person.addresses,
             [&out](PostalAddress const& a) { put_members(out, a, kAddressMembers); });
    put_list(out, "home_phones", person.home_phones, put_telecom);
    put_list(out, "business_phones", person.business_phones, put_telecom);
    put_list(out, "insurances", person.insurances,
             [&out](Insurance const& i) { put_members(out, i, kInsuranceMembers); });
    return out + "}}";
}

Result<Record> read_json_line(std::string_view line) {
    Json const json = TRY(parse_json(line));
    Record record;
    record.id = {json["id"].text, json["authority"].text};
    Json const& person = json["person"];
    if (record.id.id.empty() || record.id.authority.empty() || person.kind != Json::Kind::kObject) {
        return Error(Code::kInvalidMessage, "a record needs authority, id and person");
    }
    record.person = read_members(person, kPersonMembers);
    record.person.names = read_name_list(person["names"]);
    record.person.mothers_maiden_names = read_name_list(person["mothers_maiden_names"]);
    record.person.addresses = read_list(person["addresses"], kAddressMembers);
    record.person.home_phones = read_list(person["home_phones"], kTelecomMembers);
    record.person.business_phones = read_list(person["business_phones"], kTelecomMembers);
    record.person.insurances = read_list(person["insurances"], kInsuranceMembers);
    return record;
}

Result<std::vector<Record>> read_records(std::istream& lines) {
    std::vector<Record> records;
    TRY(for_lines(lines, [&records](std::string const& line) -> Status {
        records.push_back(TRY(read_json_line(line)));
        return {};
    }));
    return records;
}

Result<Truth> read_truth(std::istream& lines) {
    Truth truth;
    TRY(for_lines(lines, [&truth](std::string const& line) -> Status {
        auto const tab = line.find('\t');
        if (tab == std::string::npos || tab == 0 || tab + 1 == line.size()) {
            return Error(Code::kInvalidMessage, "authority|id, tabulator and person are missing");
        }
        truth[line.substr(0, tab)] = line.substr(tab + 1);
        return {};
    }));
    return truth;
}

}  // namespace musubi::mpi::match
