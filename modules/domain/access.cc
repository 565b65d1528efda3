#include "domain/access.h"

#include <algorithm>

namespace musubi::domain {
namespace {

bool contains(std::vector<std::string> const& all, std::string const& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

bool within(std::vector<std::string> const& codes, Confidentiality highest) {
    // A document without any code tells nothing about itself: protected most.
    if (codes.empty()) return highest == Confidentiality::kV;
    return std::all_of(codes.begin(), codes.end(), [&](std::string const& code) {
        return confidentiality_of(code) <= highest;
    });
}

constexpr std::string_view kLetters = "ULMNRV";

enum Named : unsigned { kOwner = 1, kDepartment = 2, kCode = 4, kDocument = 8 };
unsigned named(ConsentRule const& word) {
    unsigned out = static_cast<unsigned>(word.asker) << 4U;
    if (!word.owner.empty()) out |= kOwner;
    if (!word.department.empty()) out |= kDepartment;
    if (!word.code.empty()) out |= kCode;
    if (!word.document.empty()) out |= kDocument | kOwner | kDepartment | kCode;
    return out;
}

/// Nothing said: no value. `about` chooses the words that count.
template <class About>
std::optional<bool> said(std::vector<ConsentRule> const& words, About about) {
    bool any = false;
    for (ConsentRule const& word : words) {
        if (!about(word)) continue;
        any = true;
        if (word.open) continue;
        bool const overruled =
            std::any_of(words.begin(), words.end(), [&](ConsentRule const& other) {
                return other.open && other.narrower_than(word) && about(other);
            });
        if (!overruled) return false;
    }
    if (!any) return std::nullopt;
    return true;
}

}  // namespace

Subject subject_of(Member member, std::string certificate_subject, std::string remote_address) {
    Subject subject;
    subject.role = member.default_role;
    subject.certificate_subject = std::move(certificate_subject);
    subject.remote_address = std::move(remote_address);
    if (member.emergency_account) {
        subject.user_id = member.emergency_account->person;
        subject.user_name = subject.user_id;
        subject.purpose_of_use = "BTG";  // HL7 v3 PurposeOfUse: break the glass
    }
    subject.member = std::move(member);
    return subject;
}

std::optional<MessageCharset> message_charset_of(std::string_view word) {
    using enum MessageCharset;
    constexpr std::pair<std::string_view, MessageCharset> kWords[] = {
        {"declared", kDeclared}, {"guess", kGuess}, {"utf-8", kUtf8},  {"iso-2022-jp", kIso2022Jp},
        {"latin-1", kLatin1},    {"cp932", kCp932}, {"euc-jp", kEucJp}};
    auto const* const found = std::find_if(std::begin(kWords), std::end(kWords),
                                           [&](auto const& one) { return one.first == word; });
    return found == std::end(kWords) ? std::nullopt : std::optional(found->second);
}

Confidentiality confidentiality_of(std::string_view key) {
    auto const mark = key.find("^^");
    if (mark == std::string_view::npos || key.substr(mark + 2) != kConfidentialityScheme)
        return Confidentiality::kV;
    return confidentiality_from(key.substr(0, mark)).value_or(Confidentiality::kV);
}

std::optional<Confidentiality> confidentiality_from(std::string_view letter) {
    auto const at = letter.size() == 1 ? kLetters.find(letter) : std::string_view::npos;
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<Confidentiality>(at);
}

char letter_of(Confidentiality level) { return kLetters[static_cast<std::size_t>(level)]; }

bool ScopeRule::matches(Label const& label) const {
    if (!owners.empty() && !contains(owners, label.owner)) return false;
    if (!practice_setting_codes.empty() &&
        !contains(practice_setting_codes, label.practice_setting_code))
        return false;
    bool const any_type = class_codes.empty() && type_codes.empty();
    if (!any_type && !contains(class_codes, label.class_code) &&
        !contains(type_codes, label.type_code))
        return false;
    if (highest && !within(label.confidentiality_codes, *highest)) return false;
    return confidentiality_codes.empty() ||
           std::all_of(
               label.confidentiality_codes.begin(), label.confidentiality_codes.end(),
               [&](std::string const& code) { return contains(confidentiality_codes, code); });
}

bool ConsentRule::matches(Label const& label, std::string_view unique_id) const {
    return (owner.empty() || owner == label.owner) &&
           (department.empty() || department == label.practice_setting_code) &&
           (code.empty() || code == label.class_code || code == label.type_code) &&
           (document.empty() || document == unique_id);
}

bool ConsentRule::narrower_than(ConsentRule const& other) const {
    unsigned const mine = named(*this), its = named(other);
    return (mine & its) == its && mine != its;
}

bool ConsentRules::opens(Label const& label, std::string_view unique_id) const {
    auto const about = [&](ConsentRule const& one) { return one.matches(label, unique_id); };
    if (!said(publishing, about).value_or(true)) return false;
    auto const word = said(words, about);
    if (word) return *word;
    for (ScopeRule const& model : models) {
        if (model.matches(label)) return model.effect == Effect::kPermit;
    }
    return open_unsaid;
}

bool ConsentRules::opens_person(std::string const& owner) const {
    auto const word = said(words, [&](ConsentRule const& one) {
        return one.about_persons_data() && (one.owner.empty() || one.owner == owner);
    });
    return word.value_or(open_unsaid);
}

bool ConsentRules::vetoes(Label const& label, std::string_view unique_id) const {
    return std::any_of(words.begin(), words.end(), [&](ConsentRule const& word) {
        return !word.open && word.absolute && word.matches(label, unique_id);
    });
}

bool ConsentRules::can_open() const {
    auto const opens = [](ScopeRule const& model) { return model.effect == Effect::kPermit; };
    return open_unsaid || std::any_of(models.begin(), models.end(), opens) ||
           std::any_of(words.begin(), words.end(),
                       [](ConsentRule const& word) { return word.open; });
}

bool Scope::allows(Label const& label, std::string_view unique_id) const {
    if (everything) return true;
    auto const first = std::find_if(rules.begin(), rules.end(),
                                    [&](ScopeRule const& rule) { return rule.matches(label); });
    if (first != rules.end() && first->effect != Effect::kDeny &&
        (first->effect == Effect::kPermit || consent.opens(label, unique_id)))
        return true;
    return emergency && within(label.confidentiality_codes, emergency->highest) &&
           !consent.vetoes(label, unique_id);
}

std::vector<std::string> Scope::singled_out() const {
    std::vector<std::string> out;
    if (everything) return out;
    for (auto const* words : {&consent.words, &consent.publishing}) {
        for (ConsentRule const& word : *words) {
            if (!word.document.empty() && !contains(out, word.document))
                out.push_back(word.document);
        }
    }
    return out;
}

bool IdentityScope::allows(std::string const& authority) const {
    return everything ||
           std::find(authorities.begin(), authorities.end(), authority) != authorities.end();
}

namespace {

using Criterion = DemographicsRules::Criterion;
constexpr std::pair<std::string_view, Criterion> kCriteria[] = {
    {"id", Criterion::kId},
    {"family", Criterion::kFamily},
    {"given", Criterion::kGiven},
    {"birth", Criterion::kBirth},
    {"sex", Criterion::kSex},
    {"address", Criterion::kAddress},
    {"phone", Criterion::kPhone},
    {"account", Criterion::kAccount},
    {"mothers_name", Criterion::kMothersName},
    {"partial_id", Criterion::kPartialId},
};

}  // namespace

std::optional<DemographicsRules::Criterion> criterion_of(std::string_view word) {
    for (auto const& [name, criterion] : kCriteria) {
        if (name == word) return criterion;
    }
    return std::nullopt;
}

std::string_view to_string(DemographicsRules::Criterion criterion) {
    for (auto const& [name, one] : kCriteria) {
        if (one == criterion) return name;
    }
    return "";
}

}  // namespace musubi::domain
