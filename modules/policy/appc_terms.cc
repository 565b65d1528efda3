#include "policy/appc_terms.h"

#include "platform/base/date_time.h"
#include "policy/agreement_file.h"
#include "policy/consent_form.h"
#include "policy/users.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr std::string_view kPatientId = "urn:ihe:iti:ser:2016:patient-id";
constexpr std::string_view kOrganisation = "urn:oasis:names:tc:xspa:1.0:subject:organization-id";
constexpr std::string_view kPurpose = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse";
constexpr std::string_view kAction = "urn:oasis:names:tc:xacml:1.0:action:action-id";
constexpr std::string_view kDate = "urn:oasis:names:tc:xacml:1.0:environment:current-date";
constexpr std::string_view kDateTime = "urn:oasis:names:tc:xacml:1.0:environment:current-dateTime";
constexpr std::string_view kEntry = "urn:ihe:iti:appc:2016:document-entry:";

constexpr std::string_view kEquals[] = {
    "urn:oasis:names:tc:xacml:1.0:function:string-equal",
    "urn:oasis:names:tc:xacml:1.0:function:anyURI-equal",
    "urn:hl7-org:v3:function:CV-equal",
    "urn:hl7-org:v3:function:II-equal",
};
constexpr std::string_view kFunction = "urn:oasis:names:tc:xacml:1.0:function:";

/// Transactions that a word about viewing opens, and one about publishing. A word about finding
/// alone there is none.
constexpr std::string_view kFind[] = {"urn:ihe:iti:2007:RegistryStoredQuery",
                                      "urn:ihe:iti:2007:CrossGatewayQuery"};
constexpr std::string_view kFetch[] = {"urn:ihe:iti:2007:RetrieveDocumentSet",
                                       "urn:ihe:iti:2007:CrossGatewayRetrieve"};
constexpr std::string_view kProvide[] = {"urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
                                         "urn:ihe:iti:2007:RegisterDocumentSet-b"};

template <std::size_t N>
bool among(std::string_view const (&list)[N], std::string_view one) {
    return std::find(std::begin(list), std::end(list), one) != std::end(list);
}

Error inexpressible(xacml::Match const& match, std::string_view why) {
    return form_refused("advanced consent: " + std::string(xacml::to_string(match.category)) + " " +
                        match.attribute + ": " + std::string(why));
}

std::string without_urn(std::string const& oid) {
    constexpr std::string_view kUrn = "urn:oid:";
    return oid.starts_with(kUrn) ? oid.substr(kUrn.size()) : oid;
}

/// The function gets the value first: "less than or equal" is a beginning.
Status apply_time(FormTerms& terms, xacml::Match const& match) {
    bool const day = match.attribute == kDate;
    if (!day && match.attribute != kDateTime) return inexpressible(match, "no word can name it");
    std::string const prefix = std::string(kFunction) + (day ? "date-" : "dateTime-");
    if (!match.function.starts_with(prefix)) return inexpressible(match, "unknown function");
    std::string_view const compares = std::string_view(match.function).substr(prefix.size());
    // Days and times without a zone are those of Japan, as in the agreement.
    auto const at =
        day ? japanese_day(match.value) : parse_date_time(match.value, std::chrono::hours(9));
    if (!at) return inexpressible(match, day ? "no day" : "no time");
    auto const after = *at + (day ? std::chrono::hours(24) : std::chrono::hours(0)) +
                       (day ? std::chrono::seconds(0) : std::chrono::seconds(1));
    if (compares == "less-than-or-equal") {
        narrow_from(terms, *at);
    } else if (compares == "less-than") {
        narrow_from(terms, after);
    } else if (compares == "greater-than-or-equal") {
        narrow_until(terms, after);
    } else if (compares == "greater-than") {
        narrow_until(terms, *at);
    } else if (compares == "equal" && day) {
        narrow_from(terms, *at);
        narrow_until(terms, after);
    } else {
        return inexpressible(match, "unknown function");
    }
    return {};
}

}  // namespace

void narrow(FormTerms& terms, std::string ConsentScope::*field, std::string const& value) {
    std::string& now = terms.scope.*field;
    if (!now.empty() && now != value) terms.never = true;
    now = value;
}

void narrow_from(FormTerms& terms, WallTime from) {
    if (!terms.from || *terms.from < from) terms.from = from;
    if (terms.until && *terms.until <= *terms.from) terms.never = true;
}

void narrow_until(FormTerms& terms, WallTime until) {
    if (!terms.until || until < *terms.until) terms.until = until;
    if (terms.from && *terms.until <= *terms.from) terms.never = true;
}

Status FormTarget::apply_subject(FormTerms& terms, xacml::Match const& match) const {
    if (match.attribute == kOrganisation) {
        std::string const oid = without_urn(match.system.empty() ? match.value : match.system);
        for (AgreementMember const& one : agreement_.members) {
            if (one.member.institution_oid != oid) continue;
            narrow(terms, &ConsentScope::reader, one.member.code);
            return {};
        }
        return inexpressible(match, "no institution of this region");
    }
    if (match.attribute == kPurpose) {
        auto const* const users = agreement_.users.get();
        if (users) {
            auto const known = users->purposes.find(match.value + "^^" + without_urn(match.system));
            if (known != users->purposes.end()) {
                narrow(terms, &ConsentScope::purpose, known->second);
                return {};
            }
        }
        return inexpressible(match, "a purpose that the agreement does not know");
    }
    return inexpressible(match, "no word can name it");
}

Status FormTarget::apply_resource(FormTerms& terms, xacml::Match const& match) const {
    if (match.attribute == kPatientId) {
        auto const id = domain::PatientId::parse(patient_);
        bool const same = id && id->id == match.value && id->authority == match.system;
        if (!same) return inexpressible(match, "is not the patient of the document");
        terms.patient = true;
        return {};
    }
    std::string const code = match.value + "^^" + without_urn(match.system);
    bool const coded = !match.value.empty() && !match.system.empty();
    std::string_view const attribute = match.attribute;
    bool const of_entry = attribute.starts_with(kEntry);
    std::string_view const name = of_entry ? attribute.substr(kEntry.size()) : std::string_view();
    if (name == "class-code" || name == "type-code") {
        if (!coded) return inexpressible(match, "needs code and code system");
        // A word names a class or a type, never both.
        if (!terms.scope.code.empty() && terms.scope.code != code)
            return inexpressible(match, "stands beside another class or type");
        terms.scope.code = code;
        return {};
    }
    if (name == "practice-setting-code") {
        if (!coded) return inexpressible(match, "needs code and code system");
        narrow(terms, &ConsentScope::department, code);
        return {};
    }
    return inexpressible(match, "no word can name it");
}

Status FormTarget::apply(FormTerms& terms, xacml::Match const& match) const {
    if (match.category == xacml::Category::kEnvironment) return apply_time(terms, match);
    if (!among(kEquals, match.function)) return inexpressible(match, "unknown function");
    return match.category == xacml::Category::kSubject ? apply_subject(terms, match)
                                                       : apply_resource(terms, match);
}

Result<FormTerms> FormTarget::with_actions(FormTerms terms, xacml::AnyOf const& actions) const {
    if (actions.empty()) return terms;
    bool find = false, fetch = false, provide = false;
    for (auto const& all : actions) {
        xacml::Match const& match = all.front();
        bool const known = all.size() == 1 && match.attribute == kAction &&
                           among(kEquals, match.function) && match.system.empty();
        if (known && among(kFind, match.value)) {
            find = true;
        } else if (known && among(kFetch, match.value)) {
            fetch = true;
        } else if (known && among(kProvide, match.value)) {
            provide = true;
        } else {
            return inexpressible(match, "no word can name it");
        }
    }
    if (find != fetch)
        return inexpressible(actions.front().front(),
                             "finding and retrieving documents belong together");
    terms.view = terms.view && find;
    terms.publish = terms.publish && provide;
    terms.never = terms.never || (!terms.view && !terms.publish);
    return terms;
}

Result<std::vector<FormTerms>> FormTarget::under(FormTerms const& outer,
                                                 xacml::Target const& target) const {
    std::vector<FormTerms> now{TRY(with_actions(outer, target.of(xacml::Category::kAction)))};
    for (auto const category :
         {xacml::Category::kSubject, xacml::Category::kResource, xacml::Category::kEnvironment}) {
        if (target.of(category).empty()) continue;
        std::vector<FormTerms> next;
        for (FormTerms const& each : now) {
            for (auto const& all : target.of(category)) {
                FormTerms one = each;
                for (xacml::Match const& match : all) TRY(apply(one, match));
                next.push_back(std::move(one));
                if (next.size() > kMaxWords)
                    return form_refused("advanced consent: more than 256 combinations");
            }
        }
        now = std::move(next);
    }
    std::erase_if(now, [](FormTerms const& one) { return one.never; });
    return now;
}

}  // namespace musubi::policy
