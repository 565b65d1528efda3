#include "domain/validate/object_checker.h"

#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::domain {
namespace {

constexpr std::size_t kMaxShown = 128;  // bytes of a peer's text in our message

std::string shown(std::string_view value) {
    std::size_t end = std::min(value.size(), kMaxShown);
    while (end < value.size() && end > 0 &&
           (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U)
        --end;
    return "'" + std::string(value.substr(0, end)) + (end < value.size() ? "...'" : "'");
}

}  // namespace

ObjectChecker::ObjectChecker(std::string_view kind, std::string_view id,
                             ValidationContext const& context, std::vector<Issue>& issues)
    : label_(std::string(kind) + " " + std::string(id.substr(0, kMaxShown))),
      kind_(kind),
      context_(context),
      issues_(issues) {}

void ObjectChecker::fail(Reason reason, std::string_view attribute, std::string_view rule) {
    issues_.push_back({Severity::kError,
                       reason,
                       label_ + ": " + std::string(attribute) + " " + std::string(rule),
                       {}});
}

void ObjectChecker::fail_value(Reason reason, std::string_view attribute, std::string_view value,
                               std::string_view rule) {
    fail(reason, attribute, shown(value) + " " + std::string(rule));
}

void ObjectChecker::require(std::string_view attribute, std::optional<std::string> const& value) {
    if (!value) fail(attribute, "is missing, it is required");
}

void ObjectChecker::forbid(std::string_view attribute, std::optional<std::string> const& value,
                           std::string_view rule) {
    if (value) fail_value(attribute, *value, rule);
}

void ObjectChecker::judge(std::string_view attribute, std::optional<std::string> const& value,
                          ValueRule rule, Leniency leniency, Show show) {
    if (!value) return;
    if (length_in_characters(*value) > kMaxSlotValue) {
        fail(attribute, "is longer than 256 characters");
        return;
    }
    if (leniency == Leniency::kLegacyTaken && lenient()) return;
    std::string_view const broken = rule(*value);
    if (broken.empty()) return;
    if (show == Show::kValue) {
        fail_value(attribute, *value, broken);
    } else {
        fail(attribute, broken);
    }
}

void ObjectChecker::judge(std::string_view attribute, std::vector<std::string> const& values,
                          ValueRule rule, Leniency leniency, Show show) {
    for (std::string const& value : values)
        judge(attribute, std::optional(value), rule, leniency, show);
}

void ObjectChecker::check_common(RegistryObject const& object) {
    if (object.id.empty()) fail("id", "is missing, it is required");
    // ITI TF-3 4.2.1.5.2: what begins like a UUID must be one; everything else is a symbol of this
    // message.
    if (object.id.starts_with("urn:uuid:") && !Uuid::parse(object.id)) {
        fail_value("entryUUID", object.id, "begins with urn:uuid: but is no UUID");
    }
    // A legacy sender's logical id is dropped: the registry gives every first version its own.
    if (object.lid && *object.lid != object.id && !lenient()) {
        fail_value("logicalID", *object.lid,
                   "must be absent or equal to the entryUUID: this is no update");
    }
    judge("homeCommunityId", object.home, rule_of_home, Leniency::kLegacyTaken);
    for (LocalizedString const& comment : object.description) {
        if (length_in_characters(comment.value) > kMaxFreeText)
            fail("comments", "is longer than 1024 characters");
    }
    check_extra_slots(object.extra_slots);
}

// ITI TF-3 4.2.3.1.6: extra metadata is named by a URN, and IHE's own names are not free to take.
void ObjectChecker::check_extra_slots(std::vector<Slot> const& slots) {
    for (Slot const& slot : slots) {
        if (to_lower_ascii(slot.name).starts_with("urn:ihe:")) {
            fail_value("slot", slot.name, "is no name that IHE defines; urn:ihe: is reserved");
        } else if (!is_urn(slot.name) && kind_ == "SubmissionSet" && !lenient()) {
            fail_value("slot", slot.name, "is neither an attribute of the SubmissionSet nor a URN");
        }
        for (std::string const& value : slot.values) {
            if (length_in_characters(value) > kMaxSlotValue) {
                fail_value("slot", slot.name, "has a value longer than 256 characters");
            }
        }
    }
}

void ObjectChecker::check_package(PackageCommon const& object, ValueRule unique_id_rule) {
    constexpr std::size_t kMaxUniqueId = 128;
    check_common(object);
    if (object.limited_metadata)
        fail("limitedMetadata", "must not be declared in this transaction");
    require("patientId", object.patient_id);
    judge("patientId", object.patient_id, rule_of_patient_id);
    require("uniqueId", object.unique_id);
    if (object.unique_id && !lenient() && length_in_characters(*object.unique_id) > kMaxUniqueId) {
        fail_value("uniqueId", *object.unique_id, "is longer than 128 characters");
    } else {
        judge("uniqueId", object.unique_id, unique_id_rule);
    }
}

// Titles can name a patient: only the rule is told.
void ObjectChecker::check_title(InternationalString const& title, std::size_t max_characters) {
    std::size_t const limit = lenient() ? kMaxFreeText : max_characters;
    for (LocalizedString const& text : title) {
        std::string const charset = to_lower_ascii(text.charset);
        if (!lenient() && !charset.empty() && charset != "utf-8" && charset != "utf8") {
            fail_value("title", text.charset, "is declared as its charset, it must be UTF-8");
        }
        std::size_t const length = length_in_characters(text.value);
        if (length > limit) {
            fail("title", "has " + std::to_string(length) + " characters, at most " +
                              std::to_string(limit) + " are allowed");
        }
    }
}

void ObjectChecker::check_codes(CodeSet set, std::vector<CodedValue> const& codes,
                                HowMany how_many) {
    std::string_view const name = to_string(set);
    if (codes.empty() && how_many != HowMany::kAny) fail(name, "is missing, it is required");
    if (codes.size() > 1 && how_many == HowMany::kExactlyOne) {
        fail(name, "was given " + std::to_string(codes.size()) + " times, exactly one is allowed");
    }
    for (CodedValue const& code : codes) {
        if (code.code.empty()) {
            fail(name, "has no code (nodeRepresentation)");
        } else if (code.scheme.empty()) {
            fail_value(name, code.code, "has no codingScheme, exactly one is required");
        } else if (length_in_characters(code.code) > kMaxSlotValue ||
                   length_in_characters(code.scheme) > kMaxSlotValue) {
            fail(name, "has a code or codingScheme longer than 256 characters");
        } else if (!lenient() && context_.affinity_domain.enforced(set) &&
                   !context_.affinity_domain.knows(set, code)) {
            fail_value(name, code.key(),
                       "is not in the code set that the affinity domain agreed on");
        }
    }
}

// ITI TF-3 4.2.3.1.4.1. An institution alone is enough: Japanese regions publish no other author.
void ObjectChecker::check_authors(std::vector<Author> const& authors) {
    for (Author const& author : authors) {
        if (author.persons.empty() && author.institutions.empty() &&
            author.telecommunications.empty()) {
            fail("author",
                 "needs at least one of authorPerson, authorInstitution, authorTelecommunication");
        }
        if (author.persons.size() > 1 && !lenient()) {
            fail("authorPerson", "has " + std::to_string(author.persons.size()) +
                                     " values, at most one is allowed");
        }
        judge("authorPerson", author.persons, rule_of_person, Leniency::kLegacyTaken,
              Show::kNothing);
        judge("authorInstitution", author.institutions, rule_of_organisation,
              Leniency::kLegacyTaken);
        judge("authorRole", author.roles, rule_of_coded_string, Leniency::kLegacyTaken);
        judge("authorSpecialty", author.specialties, rule_of_coded_string, Leniency::kLegacyTaken);
        judge("authorTelecommunication", author.telecommunications, rule_of_telecommunication,
              Leniency::kLegacyTaken, Show::kNothing);
    }
}

}  // namespace musubi::domain
