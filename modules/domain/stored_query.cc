#include "domain/stored_query.h"

#include "domain/identifiers.h"
#include "domain/reason.h"
#include "domain/stored_query_tables.h"
#include "domain/stored_query_values.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>
#include <utility>

namespace musubi::domain {
namespace {

constexpr std::size_t kMaxListValues = 1000;  // bounds the SQL that a query becomes
constexpr std::size_t kMaxQuotedValue = 100;

Issue breach(Reason reason, std::string context) {
    return {Severity::kError, reason, std::move(context), {}};
}

/// The value as it may be shown: patient ids are no names, author patterns are.
std::string shown(QueryParameter const& parameter, std::string_view value) {
    if (parameter.field == QueryField::kAuthorPerson ||
        parameter.field == QueryField::kSubmissionSetAuthor) {
        return "(a name pattern)";
    }
    if (length_in_characters(value) > kMaxQuotedValue)
        return "(a value of " + std::to_string(value.size()) + " bytes)";
    return "'" + std::string(value) + "'";
}

class QueryMaker {
public:
    explicit QueryMaker(QueryKind kind) { query_.kind = kind; }

    Result<StoredQuery> make(RawQuery const& raw) {
        query_.home = raw.home;
        read_return_type(raw.return_type);
        for (QueryParameter const& spec : parameters_of(query_.kind)) {
            auto groups = read_groups(spec, raw);
            if (too_long_) {
                return Error(Code::kTooLarge,
                             {breach(Reason::kOutOfResources,
                                     std::string(spec.name) + " has more than " +
                                         std::to_string(kMaxListValues) + " values")});
            }
            if (!groups.empty()) apply(spec, groups);
        }
        check_presence();
        if (query_.documents.kinds.empty()) query_.documents.kinds = {EntryKind::kStable};
        // A missing parameter first: it is what a caller has to mend before anything else matters.
        std::stable_partition(issues_.begin(), issues_.end(), [](Issue const& i) {
            return i.reason == Reason::kStoredQueryMissingParam;
        });
        if (!issues_.empty()) return Error(Code::kInvalidContent, std::move(issues_));
        return std::move(query_);
    }

private:
    void fail(Reason reason, std::string context) {
        issues_.push_back(breach(reason, std::move(context)));
    }

    void read_return_type(std::string_view type) {
        if (type == "ObjectRef") {
            query_.return_type = ReturnType::kObjectRef;
        } else if (type != "LeafClass") {
            fail(Reason::kGeneral, "returnType '" + std::string(type.substr(0, kMaxQuotedValue)) +
                                       "' is not offered: LeafClass or ObjectRef");
        }
    }

    // ITI TF-2 3.18.4.1.2.3.5: a slot is a group of ORed values; repeated slots are ANDed where the
    // table allows it.
    std::vector<std::vector<std::string>> read_groups(QueryParameter const& spec,
                                                      RawQuery const& raw) {
        std::vector<std::vector<std::string>> groups;
        std::size_t values = 0;
        for (RawParameter const& parameter : raw.parameters) {
            if (parameter.name != spec.name) continue;
            for (auto const& raw_values : parameter.groups) {
                std::vector<std::string> group = read_group(spec, raw_values);
                values += group.size();
                if (!group.empty()) groups.push_back(std::move(group));
            }
        }
        too_long_ = values > kMaxListValues;
        if (groups.size() > 1 && !spec.repeatable) {
            fail(Reason::kStoredQueryParamNumber, std::string(spec.name) + " was given in " +
                                                      std::to_string(groups.size()) +
                                                      " slots, only one is allowed");
            groups.resize(1);
        }
        if (groups.size() == 1 && groups[0].size() > 1 && !spec.multiple) {
            fail(Reason::kStoredQueryParamNumber, std::string(spec.name) +
                                                      " takes one value, found " +
                                                      std::to_string(groups[0].size()));
            groups[0].resize(1);
        }
        return groups;
    }

    std::vector<std::string> read_group(QueryParameter const& spec,
                                        std::vector<std::string> const& raw_values) {
        std::vector<std::string> group;
        bool const bare_allowed = spec.type == QueryType::kDate;
        for (std::string const& raw : raw_values) {
            auto const value = read_query_value(raw);
            if (!value) {
                fail(Reason::kGeneral, std::string(spec.name) + " " + shown(spec, raw) +
                                           " is not written as 'text' or ('text','text')");
                present(spec.field);
                continue;
            }
            if (value->parenthesised && !spec.multiple && value->items.size() == 1) {
                fail(Reason::kGeneral, std::string(spec.name) + " " + shown(spec, raw) +
                                           " takes one value, written without parentheses");
                present(spec.field);
                continue;
            }
            for (QueryItem const& item : value->items) {
                if (!item.quoted && !bare_allowed) {
                    fail(Reason::kGeneral, std::string(spec.name) + " " + shown(spec, item.text) +
                                               " is text and must stand in single quotes");
                    present(spec.field);
                } else {
                    group.push_back(item.text);
                }
            }
        }
        return group;
    }

    void apply(QueryParameter const& spec, std::vector<std::vector<std::string>> const& groups) {
        present(spec.field);
        switch (spec.type) {
            case QueryType::kText: apply_text(spec, groups); break;
            case QueryType::kPatient: apply_patients(groups[0]); break;
            case QueryType::kCode: apply_codes(spec, groups); break;
            case QueryType::kStatus: apply_statuses(spec, groups[0]); break;
            case QueryType::kDate: apply_date(spec, groups[0][0]); break;
            case QueryType::kEntryKind: apply_kinds(spec, groups[0]); break;
            case QueryType::kUuid: apply_uuids(groups[0]); break;
            case QueryType::kAssociationType: apply_association_types(spec, groups[0]); break;
        }
    }

    void apply_text(QueryParameter const& spec, TextGroups const& groups) {
        TextGroups normal;
        for (auto const& group : groups) {
            auto& to = normal.emplace_back();
            for (std::string const& text : group) to.push_back(to_nfc(text));
        }
        auto& documents = query_.documents;
        if (spec.field == QueryField::kAuthorPerson)
            documents.author_person_patterns = std::move(normal[0]);
        else if (spec.field == QueryField::kReferenceId)
            documents.reference_ids = std::move(normal);
        else if (spec.field == QueryField::kSourceId)
            query_.source_ids = std::move(normal[0]);
        else if (spec.field == QueryField::kSubmissionSetAuthor)
            query_.submission_set_author_pattern = normal[0][0];
        else
            query_.unique_ids = std::move(normal[0]);
    }

    // As submissions are read: trailing delimiters count for nothing, what is no id matches nobody.
    void apply_patients(std::vector<std::string> const& values) {
        for (std::string const& text : values) query_.patient_ids.push_back(one_spelling(text));
    }

    void apply_codes(QueryParameter const& spec, TextGroups const& groups) {
        CodeGroups codes;
        for (auto const& group : groups) {
            auto& to = codes.emplace_back();
            for (std::string const& text : group) {
                if (auto code = read_query_code(text)) {
                    to.push_back(std::move(*code));
                } else {
                    fail(Reason::kGeneral, std::string(spec.name) + " " + shown(spec, text) +
                                               " is not code^^codingScheme");
                }
            }
        }
        if (spec.field == QueryField::kEventCode)
            query_.documents.event_codes = std::move(codes);
        else if (spec.field == QueryField::kConfidentialityCode)
            query_.documents.confidentiality_codes = std::move(codes);
        else if (spec.field == QueryField::kFolderCode)
            query_.folder_codes = std::move(codes);
        else
            code_list(spec.field) = std::move(codes[0]);
    }

    std::vector<std::string>& code_list(QueryField field) {
        auto& documents = query_.documents;
        if (field == QueryField::kClassCode) return documents.class_codes;
        if (field == QueryField::kTypeCode) return documents.type_codes;
        if (field == QueryField::kPracticeSettingCode) return documents.practice_setting_codes;
        if (field == QueryField::kFacilityTypeCode) return documents.healthcare_facility_type_codes;
        if (field == QueryField::kFormatCode) return documents.format_codes;
        return query_.content_type_codes;
    }

    // Unknown status values are dropped; a required parameter of which nothing is left counts as
    // missing.
    void apply_statuses(QueryParameter const& spec, std::vector<std::string> const& values) {
        auto& to = spec.field == QueryField::kEntryStatus           ? query_.entry_statuses
                   : spec.field == QueryField::kSubmissionSetStatus ? query_.submission_set_statuses
                                                                    : query_.folder_statuses;
        for (Availability const status : {Availability::kApproved, Availability::kDeprecated}) {
            if (std::find(values.begin(), values.end(), to_urn(status)) != values.end())
                to.push_back(status);
        }
        if (!to.empty()) return;
        fail(Reason::kStoredQueryMissingParam, std::string(spec.name) + " " +
                                                   shown(spec, values[0]) +
                                                   ": no value is a known availability status");
    }

    void apply_date(QueryParameter const& spec, std::string const& text) {
        if (!is_dtm(text)) {
            fail(Reason::kGeneral, std::string(spec.name) + " " + shown(spec, text) +
                                       " is not YYYY[MM[DD[hh[mm[ss]]]]]");
            return;
        }
        date_of(spec.field) = dtm_lower_bound(text);
    }

    std::string& date_of(QueryField field) {
        auto& documents = query_.documents;
        if (field == QueryField::kCreationTimeFrom) return documents.creation_time.from;
        if (field == QueryField::kCreationTimeTo) return documents.creation_time.to;
        if (field == QueryField::kServiceStartTimeFrom) return documents.service_start_time.from;
        if (field == QueryField::kServiceStartTimeTo) return documents.service_start_time.to;
        if (field == QueryField::kServiceStopTimeFrom) return documents.service_stop_time.from;
        if (field == QueryField::kServiceStopTimeTo) return documents.service_stop_time.to;
        if (field == QueryField::kSubmissionTimeFrom) return query_.submission_time.from;
        if (field == QueryField::kSubmissionTimeTo) return query_.submission_time.to;
        if (field == QueryField::kLastUpdateTimeFrom) return query_.folder_last_update_time.from;
        return query_.folder_last_update_time.to;
    }

    void apply_kinds(QueryParameter const& spec, std::vector<std::string> const& values) {
        auto& kinds = query_.documents.kinds;
        for (std::string const& text : values) {
            std::string const urn = to_lower_ascii(text);
            bool const known = urn == kStableEntryType || urn == kOnDemandEntryType;
            if (!known) {
                fail(Reason::kGeneral, std::string(spec.name) + " " + shown(spec, text) +
                                           " is no DocumentEntry type");
                continue;
            }
            EntryKind const kind =
                urn == kStableEntryType ? EntryKind::kStable : EntryKind::kOnDemand;
            if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
        }
    }

    // What is no UUID names nothing here: it stays as it is and matches no object.
    void apply_uuids(std::vector<std::string> const& values) {
        for (std::string const& text : values) {
            auto const uuid = Uuid::parse(to_lower_ascii(trim(text)));
            query_.entry_uuids.push_back(uuid ? uuid->to_urn() : text);
        }
    }

    void apply_association_types(QueryParameter const& spec,
                                 std::vector<std::string> const& values) {
        for (std::string const& text : values) {
            AssociationType const type = association_type_of(text);
            if (type == AssociationType::kUnknown) {
                fail(Reason::kGeneral,
                     std::string(spec.name) + " " + shown(spec, text) + " is no association type");
            } else {
                query_.association_types.push_back(type);
            }
        }
    }

    void present(QueryField field) { present_.push_back(field); }
    bool is_present(QueryField field) const {
        return std::find(present_.begin(), present_.end(), field) != present_.end();
    }

    void check_presence() {
        std::vector<std::string_view> alternatives, given, any_of;
        bool any_given = false;
        for (QueryParameter const& spec : parameters_of(query_.kind)) {
            bool const here = is_present(spec.field);
            if (spec.use == QueryUse::kRequired && !here) {
                fail(Reason::kStoredQueryMissingParam,
                     std::string(spec.name) + " is required by " + name());
            } else if (spec.use == QueryUse::kOneOf) {
                alternatives.push_back(spec.name);
                if (here) given.push_back(spec.name);
            } else if (spec.use == QueryUse::kAtLeastOne) {
                any_of.push_back(spec.name);
                any_given |= here;
            }
        }
        if (!alternatives.empty() && given.empty()) {
            fail(Reason::kStoredQueryMissingParam,
                 name() + " needs exactly one of " + join(alternatives));
        }
        if (given.size() > 1) {
            fail(Reason::kStoredQueryParamNumber,
                 name() + " takes exactly one of " + join(given) + ", not both");
        }
        if (!any_of.empty() && !any_given) {
            fail(Reason::kStoredQueryMissingParam,
                 name() + " needs at least one of " + join(any_of));
        }
    }

    std::string name() const { return std::string(to_string(query_.kind)); }

    static std::string join(std::vector<std::string_view> const& names) {
        std::string out;
        for (std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
        return out;
    }

    StoredQuery query_;
    std::vector<Issue> issues_;
    std::vector<QueryField> present_;
    bool too_long_ = false;
};

}  // namespace

Result<StoredQuery> make_stored_query(RawQuery const& raw, bool multi_patient_transaction) {
    auto const kind = query_kind_of(raw.id);
    if (!kind) {
        return Error(Code::kUnsupported,
                     {breach(Reason::kUnknownStoredQuery, "'" + raw.id.substr(0, kMaxQuotedValue) +
                                                              "' is no stored query known here")});
    }
    if (is_multi_patient(*kind) != multi_patient_transaction) {
        return Error(Code::kUnsupported,
                     {breach(Reason::kGeneral, std::string(to_string(*kind)) +
                                                   " is not offered by this transaction")});
    }
    return QueryMaker(*kind).make(raw);
}

}  // namespace musubi::domain
