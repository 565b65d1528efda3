#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/query_frame.h"
#include "codec/hl7v2/search_field.h"

#include <algorithm>
#include <array>

namespace musubi::hl7v2 {
namespace {

using Texts = std::vector<std::string>;

/// @PID.5 or @PID.6 as it comes together from several repetitions.
struct NameParts {
    Texts family, given, middle;
    std::string type_code, script;
    std::string location;
};

/// Takes QPD-3 apart, one repetition after the other.
class CriteriaReader {
public:
    CriteriaReader(DemographicsMessage& asked, Problems& problems)
        : asked_(asked), problems_(problems) {}

    void read(SearchField const& field) {
        bool known = false;
        if (field.segment == "PID") known = read_pid(field);
        if (field.segment == "PV1" && asked_.frame.trigger == "ZV1") known = read_visit(field);
        if (!known) {
            problems_.add(Reason::kDataType, field.location + "^1",
                          "not a field that this query searches by");
        }
    }
    void finish() {
        finish_names(names_, asked_.query.names);
        finish_names(maiden_names_, asked_.query.mothers_maiden_names);
        finish_ids();
        if (asked_.query.account && asked_.query.account->id.empty()) {
            problems_.add(Reason::kRequiredFieldMissing, asked_.query.account->authority.location,
                          "@PID.18.4 without @PID.18.1");
        }
        if (!address_.empty()) asked_.query.addresses.push_back(std::move(address_[0]));
        if (!phone_area_.empty() && phone_local_.empty()) {
            problems_.add(Reason::kRequiredFieldMissing, phone_location_,
                          "@PID.13.6 without @PID.13.7");
        } else if (!phone_local_.empty()) {
            asked_.query.phones.push_back(phone_area_ + phone_local_);
        }
    }

private:
    bool read_pid(SearchField const& field) {
        if (field.subcomponent != 1 && field.component != 4) return false;
        switch (field.field) {
            case 3: return read_id(field);
            case 5: return read_name(field, names_);
            case 6: return read_name(field, maiden_names_);
            case 7: return field.component == 1 && read_birth(field);
            case 8: return field.component == 1 && read_sex(field);
            case 11: return read_address(field);
            case 13:
            case 14: return read_phone(field);
            case 18: return read_account(field);
            default: return false;
        }
    }

    /// For what may be given once and has one value.
    bool set_once(std::string& target, SearchField const& field) {
        if (!target.empty() || field.values.size() != 1) {
            problems_.add(Reason::kDataType, field.location,
                          "a criterion that may be given once, with one value");
            return false;
        }
        target = field.values[0];
        return true;
    }
    static void add_all(Texts& target, SearchField const& field) {
        for (std::string const& value : field.values) {
            if (!value.empty()) target.push_back(value);
        }
    }

    bool read_name(SearchField const& field, NameParts& parts) {
        bool const searched = field.component <= 3 || field.component == 7 || field.component == 8;
        if (searched && parts.location.empty()) parts.location = field.location;
        switch (field.component) {
            case 1: add_all(parts.family, field); return true;
            case 2: add_all(parts.given, field); return true;
            case 3: add_all(parts.middle, field); return true;
            case 7: set_once(parts.type_code, field); return true;
            case 8:
                if (set_once(parts.script, field) && !script_of(parts.script)) {
                    problems_.add(Reason::kDataType, field.location + "^2",
                                  "name representation is not I, P or A");
                }
                return true;
            default: return false;
        }
    }

    /// CX.4 into `authority`; false when the part of it is not known.
    bool read_authority_part(SearchField const& field, domain::SentAuthority& authority) {
        std::string* const parts[] = {&authority.namespace_id, &authority.universal_id,
                                      &authority.universal_id_type};
        if (field.subcomponent > 3 || field.values.size() > 3) return false;
        if (authority.location.empty()) authority.location = field.location;
        bool const whole = !field.subcomponent_named && field.values.size() > 1;
        if (!whole) {
            set_once(*parts[field.subcomponent - 1], field);
            return true;
        }
        for (std::size_t i = 0; i < field.values.size(); ++i) *parts[i] = field.values[i];
        return true;
    }

    bool read_id(SearchField const& field) {
        auto& ids = asked_.query.ids;
        if (field.component < 1 || field.component > 5) return false;
        if (ids.empty() || (field.component == 1 && !ids.back().id.id.empty())) {
            ids.emplace_back();
            ids.back().id.location = field.location;
        }
        domain::SentIdentifier& id = ids.back().id;
        switch (field.component) {
            case 1:
                id.location = field.location;
                set_once(id.id, field);
                return true;
            case 2:  // the check digit and its scheme are part of no id of ours
            case 3: return true;
            case 4: return read_authority_part(field, id.authority);
            default: set_once(id.type_code, field); return true;
        }
    }

    bool read_account(SearchField const& field) {
        if (field.component != 1 && field.component != 4) return false;
        auto& account = asked_.query.account;
        if (!account) account.emplace();
        if (field.component == 4) return read_authority_part(field, account->authority);
        account->location = field.location;
        set_once(account->id, field);
        return true;
    }

    bool read_birth(SearchField const& field) {
        std::string text;
        if (!set_once(text, field)) return true;
        if (asked_.query.birth) {
            problems_.add(Reason::kDataType, field.location, "a second date of birth");
        } else if (!is_timestamp(text)) {
            problems_.add(Reason::kDataType, field.location + "^2", "not a date");
        } else {
            std::string const day = text.substr(0, text.find_first_of(".+-")).substr(0, 8);
            asked_.query.birth = domain::DateRange{day, day};
        }
        return true;
    }

    bool read_sex(SearchField const& field) {
        if (!set_once(asked_.query.sex, field)) return true;
        constexpr std::string_view kTable = "MFOUAN";  // table 0001
        std::string const& sex = asked_.query.sex;
        if (sex.size() != 1 || kTable.find(sex) == std::string_view::npos)
            problems_.add(Reason::kDataType, field.location + "^2", "not a value of table 0001");
        return true;
    }

    bool read_address(SearchField const& field) {
        if (address_.empty()) address_.emplace_back();
        domain::PostalAddress& a = address_[0];
        std::string* const parts[] = {&a.street,      &a.other,   &a.city,      &a.state,
                                      &a.postal_code, &a.country, &a.type_code, &a.whole};
        if (field.component > 8 || field.subcomponent != 1) return false;
        set_once(*parts[field.component - 1], field);
        return true;
    }

    bool read_phone(SearchField const& field) {
        phone_location_ = field.location;
        switch (field.component) {
            case 1:
            case 12: add_all(asked_.query.phones, field); return true;
            case 6: set_once(phone_area_, field); return true;
            case 7: set_once(phone_local_, field); return true;
            default: return false;
        }
    }

    /// ITI-22: PV1.2 class, 3 location, 7 8 9 17 doctors, 10 service, 19 visit number.
    bool read_visit(SearchField const& field) {
        if (!domain::is_visit_field(field.field)) return false;
        domain::VisitCriterion one{
            field.field, field.component, field.subcomponent, {}, field.location};
        set_once(one.value, field);
        asked_.query.visit.push_back(std::move(one));
        return true;
    }

    /// Every family name with every given name: any of the spellings may be the stored one.
    void finish_names(NameParts& parts, std::vector<domain::NameCriterion>& names) {
        if (parts.location.empty()) return;
        if (parts.family.empty() && parts.given.empty() && parts.middle.empty()) {
            problems_.add(Reason::kRequiredFieldMissing, parts.location,
                          "type or representation of a name without a name");
            return;
        }
        constexpr std::size_t kMaxNames = 64;
        for (Texts* list : {&parts.family, &parts.given, &parts.middle}) {
            if (list->empty()) list->emplace_back();
        }
        std::size_t const made = parts.family.size() * parts.given.size() * parts.middle.size();
        if (made > kMaxNames) {
            problems_.add(Reason::kDataType, parts.location, "too many names at once");
            return;
        }
        domain::NameCriterion name;
        name.type_code = parts.type_code;
        name.script = script_of(parts.script).value_or(domain::Script::kUntold);
        for (std::string const& family : parts.family) {
            for (std::string const& given : parts.given) {
                for (std::string const& middle : parts.middle) {
                    name.family = family;
                    name.given = given;
                    name.middle = middle;
                    names.push_back(name);
                }
            }
        }
    }

    /// ITI TF-2 3.21.4.1.2: an id is asked for together with its authority.
    void finish_ids() {
        for (domain::IdCriterion const& one : asked_.query.ids) {
            if (one.id.id.empty()) {
                problems_.add(Reason::kRequiredFieldMissing, one.id.location,
                              "parts of @PID.3 without @PID.3.1");
            } else if (one.id.authority.empty()) {
                problems_.add(Reason::kRequiredFieldMissing, one.id.location,
                              "@PID.3.1 without @PID.3.4");
            }
        }
    }

    DemographicsMessage& asked_;
    Problems& problems_;
    NameParts names_, maiden_names_;
    std::vector<domain::PostalAddress> address_;  ///< none or one
    std::string phone_area_, phone_local_, phone_location_;
};

}  // namespace

Result<DemographicsMessage> read_demographics_query(Message const& message,
                                                    QueryRules const& rules) {
    Header const header = read_header(message);
    constexpr std::array<std::string_view, 2> kTriggers = {"Q22", "ZV1"};
    Problems rejects;
    check_query_header(header, kTriggers, rules, rejects);
    if (!rejects.empty()) return rejects.error(Code::kUnsupported, "demographics query");
    DemographicsMessage asked;
    Problems problems;
    if (auto const qpd = required_segment(message, "QPD", problems)) {
        asked.frame = read_frame(message, header, *qpd, problems);
        CriteriaReader reader(asked, problems);
        for (SearchField const& field : read_search_fields(*qpd, message.delimiters(), problems)) {
            reader.read(field);
        }
        reader.finish();
        if (std::string const degree = qpd->get({4}); !degree.empty()) {
            asked.query.minimum_degree = number_in(degree, 0, 100);
            if (!asked.query.minimum_degree)
                problems.add(Reason::kDataType, "QPD^1^4", "confidence is not 0 to 100");
        }
        asked.query.domains = read_authorities(*qpd, 8);
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent, "demographics query");
    return asked;
}

}  // namespace musubi::hl7v2
