#pragma once
// Judges the attributes of one registry object and words the findings: "DocumentEntry Document01:
// creationTime '2005x' must be ...". Internal to domain/validate. One object = one thread.

#include "domain/reason.h"
#include "domain/validate/validate.h"
#include "domain/validate/values.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::domain {

/// May the value found stand in the message? Not when it can name a person.
enum class Show : std::uint8_t { kValue, kNothing };
/// What a lenient judgement does with a broken rule.
enum class Leniency : std::uint8_t { kAlwaysError, kLegacyTaken };

class ObjectChecker {
public:
    ObjectChecker(std::string_view kind, std::string_view id, ValidationContext const& context,
                  std::vector<Issue>& issues);

    bool lenient() const { return context_.strictness == Strictness::kLenient; }
    ValidationContext const& context() const { return context_; }

    void fail(std::string_view attribute, std::string_view rule) {
        fail(Reason::kMetadata, attribute, rule);
    }
    void fail(Reason reason, std::string_view attribute, std::string_view rule);
    void fail_value(std::string_view attribute, std::string_view value, std::string_view rule) {
        fail_value(Reason::kMetadata, attribute, value, rule);
    }
    void fail_value(Reason reason, std::string_view attribute, std::string_view value,
                    std::string_view rule);

    void require(std::string_view attribute, std::optional<std::string> const& value);
    void forbid(std::string_view attribute, std::optional<std::string> const& value,
                std::string_view rule);
    void judge(std::string_view attribute, std::optional<std::string> const& value, ValueRule rule,
               Leniency leniency = Leniency::kAlwaysError, Show show = Show::kValue);
    void judge(std::string_view attribute, std::vector<std::string> const& values, ValueRule rule,
               Leniency leniency = Leniency::kAlwaysError, Show show = Show::kValue);

    /// id, home, lid, extra slots, comments: what every object has.
    void check_common(RegistryObject const& object);
    /// patientId, uniqueId, limitedMetadata.
    void check_package(PackageCommon const& object, ValueRule unique_id_rule);
    void check_title(InternationalString const& title, std::size_t max_characters);

    enum class HowMany : std::uint8_t { kExactlyOne, kOneOrMore, kAny };
    void check_codes(CodeSet set, std::vector<CodedValue> const& codes, HowMany how_many);
    void check_authors(std::vector<Author> const& authors);

private:
    void check_extra_slots(std::vector<Slot> const& slots);

    std::string label_;
    std::string_view kind_;
    ValidationContext const& context_;
    std::vector<Issue>& issues_;
};

// One object kind each.
void check_document_entry(DocumentEntry const& entry, ValidationContext const& context,
                          std::vector<Issue>& issues);
void check_submission_set(SubmissionSet const& set, ValidationContext const& context,
                          std::vector<Issue>& issues);
void check_folder(Folder const& folder, ValidationContext const& context,
                  std::vector<Issue>& issues);
/// Associations one by one, and what they must link (ITI TF-3 4.1.4, 4.2.2).
void check_associations(Submission const& submission, ValidationContext const& context,
                        std::vector<Issue>& issues);
/// What only the message as a whole can break: one submission set, distinct ids, one patient.
void check_message(Submission const& submission, ValidationContext const& context,
                   std::vector<Issue>& issues);

}  // namespace musubi::domain
