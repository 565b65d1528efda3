#include "xca/discovery.h"

#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::xca {
namespace {

using Kind = DiscoveryOutcome::Kind;
using hl7v3::WantedAttribute;

constexpr std::string_view kUrn = "urn:oid:";
constexpr std::size_t kMostNames = 6;
constexpr std::size_t kLongestId = 255;

std::string bare(std::string const& home) {
    return home.starts_with(kUrn) ? home.substr(kUrn.size()) : home;
}

std::vector<domain::NameCriterion> name_criteria(std::vector<domain::PersonName> const& names) {
    std::vector<domain::NameCriterion> out;
    for (domain::PersonName const& name : names) {
        if (name.family.empty() && name.given.empty()) continue;
        if (out.size() == kMostNames) break;
        domain::NameCriterion criterion;
        criterion.family = name.family;
        criterion.given = name.given;
        criterion.script = name.script;
        out.push_back(std::move(criterion));
    }
    return out;
}

/// Hiragana as katakana, without blanks: the spelling in kana differs from one hospital to the
/// next.
std::string folded(std::string_view text) {
    std::string const nfc = to_nfc(text);
    std::string out;
    for (std::size_t i = 0; i < nfc.size(); ++i) {
        auto const octet = static_cast<unsigned char>(nfc[i]);
        if (octet == ' ') continue;
        bool const three = (octet & 0xf0U) == 0xe0U && i + 2 < nfc.size();
        if (!three) {
            out.push_back(static_cast<char>(octet));
            continue;
        }
        char32_t c = (static_cast<char32_t>(octet & 0x0fU) << 12U) |
                     (static_cast<char32_t>(nfc[i + 1] & 0x3f) << 6U) |
                     static_cast<char32_t>(nfc[i + 2] & 0x3f);
        if (c >= 0x3041 && c <= 0x3096) c += 0x60;
        if (c != 0x3000) append_utf8(out, c);
        i += 2;
    }
    return to_lower_ascii(out);
}

bool same_part(std::string const& one, std::string const& other) {
    return !one.empty() && folded(one) == folded(other);
}

/// A spelling may differ; that neither the family name nor the given one is the same does not
/// happen. Kana and ideographs cannot be compared.
bool another_name(std::vector<domain::PersonName> const& known,
                  std::vector<domain::PersonName> const& told) {
    bool comparable = false;
    for (domain::PersonName const& x : known) {
        for (domain::PersonName const& y : told) {
            if (y.family.empty() && y.given.empty()) continue;
            bool const untold =
                x.script == domain::Script::kUntold || y.script == domain::Script::kUntold;
            if (x.script != y.script && !untold) continue;
            comparable = true;
            if (same_part(x.family, y.family) || same_part(x.given, y.given)) return false;
        }
    }
    return comparable;
}

bool is_sex(std::string const& sex) { return sex == "M" || sex == "F"; }

/// Days, or as exactly as both tell.
bool same_birth(std::string const& one, std::string const& other) {
    std::size_t const digits = std::min({one.size(), other.size(), std::size_t{8}});
    return one.compare(0, digits, other, 0, digits) == 0;
}

/// Why the person of an answer is not the one who was asked for; empty: nothing speaks against it.
std::string contradiction(domain::Demographics const& known, domain::Demographics const& told) {
    if (!told.birth_time.empty() && !same_birth(known.birth_time, told.birth_time))
        return "another date of birth";
    if (is_sex(told.sex) && is_sex(known.sex) && told.sex != known.sex) return "another sex";
    bool const named = std::any_of(told.names.begin(), told.names.end(), [](auto const& name) {
        return !name.family.empty() || !name.given.empty();
    });
    if (!named && told.birth_time.empty()) return "nothing by which it could be checked";
    return another_name(known.names, told.names) ? "another name" : "";
}

DiscoveryOutcome unbelievable(std::string why) {
    return {Kind::kUnbelievable, {}, {}, std::move(why)};
}

DiscoveryOutcome judge_patients(Community const& community, domain::Demographics const& known,
                                std::vector<hl7v3::FoundPatient> const& patients) {
    std::set<std::string> ids;
    for (hl7v3::FoundPatient const& patient : patients) {
        if (!patient.custodian.empty() && !community.serves(std::string(kUrn) + patient.custodian))
            return unbelievable("the answer speaks for another community");
        if (auto why = contradiction(known, patient.person); !why.empty())
            return unbelievable("the answer names somebody else: " + why);
        for (domain::LocalId const& one : patient.ids) {
            bool const agreed = community.patient_authority.empty() ||
                                one.id.authority == community.patient_authority;
            if (agreed && is_usable(one.id)) ids.insert(one.id.to_cx());
        }
    }
    if (ids.empty()) return unbelievable("the answer names no id of the agreed authority");
    if (ids.size() == 1) return {Kind::kMatch, *ids.begin()};
    return {Kind::kAmbiguous, {}, {}, "several patients there fit"};
}

}  // namespace

bool is_usable(domain::PatientId const& id) {
    if (id.id.empty() || id.id.size() > kLongestId || !is_oid(id.authority)) return false;
    auto const again = domain::PatientId::parse(id.to_cx());
    return again && *again == id;
}

std::optional<domain::DemographicsQuery> discovery_criteria(
    domain::Demographics const& person, std::set<WantedAttribute> const& wanted) {
    domain::DemographicsQuery out;
    out.names = name_criteria(person.names);
    if (out.names.empty() || person.birth_time.size() < 8) return std::nullopt;
    std::string const day = person.birth_time.substr(0, 8);
    out.birth = domain::DateRange{day, day};
    if (is_sex(person.sex)) out.sex = person.sex;
    if (wanted.contains(WantedAttribute::kAddress) && !person.addresses.empty())
        out.addresses = {person.addresses.front()};
    if (wanted.contains(WantedAttribute::kTelecom)) {
        for (domain::Telecom const& phone : person.home_phones) {
            if (!phone.number.empty() && out.phones.empty()) out.phones.push_back(phone.number);
        }
    }
    if (wanted.contains(WantedAttribute::kMothersMaidenName))
        out.mothers_maiden_names = name_criteria(person.mothers_maiden_names);
    return out;
}

DiscoveryQuestion write_discovery(DiscoveryAddress const& address,
                                  domain::DemographicsQuery const& criteria) {
    std::string const own = bare(address.own_home), other = bare(address.community->homes.front());
    hl7v3::Seal seal;
    seal.message_id = address.message_id;
    seal.time = address.time;
    seal.self = {own, own};
    hl7v3::FindRequest request;
    request.receiver = {other, other};
    request.query_id = {own, address.query_id};
    request.criteria = criteria;
    DiscoveryQuestion out;
    out.query_id = request.query_id;
    out.payload = hl7v3::write_find_request(seal, request);
    constexpr std::string_view kOpen = "<queryByParameter", kClose = "</queryByParameter>";
    std::size_t const from = out.payload.find(kOpen), to = out.payload.find(kClose);
    if (from != std::string::npos && to != std::string::npos)
        out.query_text = out.payload.substr(from, to + kClose.size() - from);
    return out;
}

DiscoveryOutcome judge_discovery(DiscoveryQuestion const& question, Community const& community,
                                 domain::Demographics const& known,
                                 hl7v3::FindResponse const& response) {
    if (!response.query_id.empty() && response.query_id != question.query_id)
        return unbelievable("the answer is to another question");
    bool const refused = response.ack.outcome != hl7v3::Acknowledgement::Outcome::kAccepted ||
                         response.response_code == "AE" || response.response_code == "QE";
    if (response.cannot == hl7v3::CannotAnswer::kBusy) return {Kind::kBusy, {}, {}, "is busy"};
    if (refused) return {Kind::kCannotTell, {}, {}, "could not answer"};
    if (!response.patients.empty()) return judge_patients(community, known, response.patients);
    if (response.wanted.empty()) return {Kind::kAbsent, {}};
    return {Kind::kWants,
            {},
            {response.wanted.begin(), response.wanted.end()},
            "knows several who fit, and asks for more than may be told"};
}

}  // namespace musubi::xca
