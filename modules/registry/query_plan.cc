#include "registry/query_plan.h"

#include "registry/query_sql.h"
#include "registry/store.h"

#include <charconv>

namespace musubi::registry {
namespace {

using domain::QueryKind;

void add_texts(pg::Params& params, std::vector<std::string> const& values) {
    if (values.empty()) {
        params.null();
    } else {
        params.text_array(std::span<std::string const>(values));
    }
}

template <class Enum>
void add_numbers(pg::Params& params, std::vector<Enum> const& values) {
    if (values.empty()) {
        params.null();
        return;
    }
    std::vector<std::int16_t> numbers;
    for (Enum const value : values) numbers.push_back(static_cast<std::int16_t>(value));
    params.int2_array(numbers);
}

void add_time(pg::Params& params, std::string const& dtm) {
    params.int8_or_null(dtm.empty() ? std::nullopt : std::optional(dtm_number(dtm)));
}
void add_range(pg::Params& params, domain::TimeRange const& range) {
    add_time(params, range.from);
    add_time(params, range.to);
}

/// Values, the group of each, and how many groups there are: a row must meet every group.
void add_groups(pg::Params& params, domain::CodeGroups const& groups) {
    std::vector<std::string> values;
    std::vector<std::int32_t> numbers;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        for (auto const& value : groups[i]) {
            values.push_back(value);
            numbers.push_back(static_cast<std::int32_t>(i));
        }
    }
    if (groups.empty()) {
        params.null().null().int4_or_null(std::nullopt);
        return;
    }
    params.text_array(std::span<std::string const>(values)).int4_array(numbers);
    params.int4(static_cast<std::int32_t>(groups.size()));
}

void add_tokens(pg::Params& params, domain::TextGroups const& groups, PlanContext const& context) {
    if (groups.empty()) {
        params.null().null().int4_or_null(std::nullopt);
        return;
    }
    std::vector<Bytes> tokens;
    std::vector<std::int32_t> numbers;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        for (auto const& id : groups[i]) {
            tokens.push_back(context.reference_token(id));
            numbers.push_back(static_cast<std::int32_t>(i));
        }
    }
    params.bytea_array(std::span<Bytes const>(tokens)).int4_array(numbers);
    params.int4(static_cast<std::int32_t>(groups.size()));
}

class Planner {
public:
    Planner(domain::StoredQuery const& query, VisibilityGroup const& group,
            PlanContext const& context)
        : q_(query), group_(group), context_(context) {}

    QueryPlan plan() {
        switch (q_.kind) {
            case QueryKind::kFindDocuments:
            case QueryKind::kFindDocumentsByReferenceId:
            case QueryKind::kFindDocumentsForMultiplePatients:
            case QueryKind::kFindDocumentsByReferenceIdForMultiplePatients: return find_documents();
            case QueryKind::kFindSubmissionSets: return find_sets();
            case QueryKind::kFindFolders:
            case QueryKind::kFindFoldersForMultiplePatients: return find_folders();
            case QueryKind::kGetAll: return get_all();
            case QueryKind::kGetDocuments: return named_documents(sql::kGetDocuments);
            case QueryKind::kGetDocumentsAndAssociations:
                return named_documents(sql::kGetDocumentsAndAssociations);
            case QueryKind::kGetSubmissionSetAndContents:
                return named_documents(sql::kGetSubmissionSetAndContents);
            case QueryKind::kGetFolderAndContents:
                return named_documents(sql::kGetFolderAndContents);
            case QueryKind::kGetRelatedDocuments: return related();
            case QueryKind::kGetFolders: return named(sql::kGetFolders);
            case QueryKind::kGetAssociations: return named(sql::kGetAssociations);
            case QueryKind::kGetSubmissionSets: return named(sql::kGetSubmissionSets);
            case QueryKind::kGetFoldersForDocument: return named(sql::kGetFoldersForDocument);
        }
        return {};
    }

private:
    void begin(sql::QueryStatements const& statements, pg::Statement const* by_author) {
        plan_.by_author = by_author != nullptr;
        plan_.statement = by_author ? by_author
                          : q_.return_type == domain::ReturnType::kLeafClass
                              ? &statements.leaf_class
                              : &statements.object_ref;
        params().text_array(std::span<std::string const>(group_.patients));
        if (group_.everything) {
            params().null();
        } else {
            params().int4_array(group_.labels);
        }
        params().text(context_.member).int8(by_author ? kAuthorCandidates : context_.limit);
        for (auto const* keys : {&group_.hidden, &group_.shown}) {
            if (keys->empty()) {
                params().null();
            } else {
                params().int8_array(*keys);
            }
        }
    }
    pg::Params& params() { return plan_.params; }

    void add_document_criteria() {
        domain::DocumentCriteria const& d = q_.documents;
        add_numbers(params(), q_.entry_statuses);
        add_numbers(params(), d.kinds);
        for (auto const* codes : {&d.class_codes, &d.type_codes, &d.practice_setting_codes,
                                  &d.healthcare_facility_type_codes, &d.format_codes}) {
            add_texts(params(), *codes);
        }
        add_groups(params(), d.event_codes);
        add_groups(params(), d.confidentiality_codes);
        add_range(params(), d.creation_time);
        add_range(params(), d.service_start_time);
        add_range(params(), d.service_stop_time);
        add_tokens(params(), d.reference_ids, context_);
    }
    void add_named() {
        std::vector<std::int64_t> patients, keys;
        for (NamedObject const& object : group_.named) {
            patients.push_back(object.patient_key);
            keys.push_back(object.key);
        }
        params().int8_array(patients).int8_array(keys);
    }

    QueryPlan find_documents() {
        begin(sql::kFindDocuments,
              q_.documents.author_person_patterns.empty() ? nullptr : &sql::kFindDocumentsByAuthor);
        add_document_criteria();
        return std::move(plan_);
    }
    QueryPlan find_sets() {
        begin(sql::kFindSubmissionSets,
              q_.submission_set_author_pattern ? &sql::kFindSubmissionSetsByAuthor : nullptr);
        add_numbers(params(), q_.submission_set_statuses);
        add_texts(params(), q_.source_ids);
        add_texts(params(), q_.content_type_codes);
        add_range(params(), q_.submission_time);
        return std::move(plan_);
    }
    QueryPlan find_folders() {
        begin(sql::kFindFolders, nullptr);
        add_numbers(params(), q_.folder_statuses);
        add_range(params(), q_.folder_last_update_time);
        add_groups(params(), q_.folder_codes);
        return std::move(plan_);
    }
    QueryPlan get_all() {
        begin(sql::kGetAll, nullptr);
        add_document_criteria();
        add_numbers(params(), q_.submission_set_statuses);
        add_numbers(params(), q_.folder_statuses);
        return std::move(plan_);
    }
    QueryPlan named_documents(sql::QueryStatements const& statements) {
        begin(statements, nullptr);
        add_document_criteria();
        add_named();
        return std::move(plan_);
    }
    QueryPlan related() {
        begin(sql::kGetRelatedDocuments, nullptr);
        add_document_criteria();
        add_named();
        add_numbers(params(), q_.association_types);
        return std::move(plan_);
    }
    QueryPlan named(sql::QueryStatements const& statements) {
        begin(statements, nullptr);
        add_named();
        return std::move(plan_);
    }

    domain::StoredQuery const& q_;
    VisibilityGroup const& group_;
    PlanContext const& context_;
    QueryPlan plan_;
};

/// Octets of the UTF-8 character that begins `text`.
std::size_t width_of(std::string_view text) {
    auto const lead = static_cast<unsigned char>(text.front());
    std::size_t const width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return std::min(width, text.size());
}

}  // namespace

QueryPlan plan_query(domain::StoredQuery const& query, VisibilityGroup const& group,
                     PlanContext const& context) {
    return Planner(query, group, context).plan();
}

bool is_single_patient(QueryKind kind) {
    return kind == QueryKind::kGetDocuments || kind == QueryKind::kGetFolders ||
           kind == QueryKind::kGetDocumentsAndAssociations ||
           kind == QueryKind::kGetSubmissionSets ||
           kind == QueryKind::kGetSubmissionSetAndContents ||
           kind == QueryKind::kGetFolderAndContents || kind == QueryKind::kGetFoldersForDocument ||
           kind == QueryKind::kGetRelatedDocuments;
}

bool names_objects(QueryKind kind) {
    return is_single_patient(kind) || kind == QueryKind::kGetAssociations;
}

bool like(std::string_view text, std::string_view pattern) {
    std::string_view retry_text, retry_pattern;
    bool can_retry = false;
    for (;;) {
        if (!pattern.empty() && pattern.front() == '%') {
            pattern.remove_prefix(1);
            retry_text = text;
            retry_pattern = pattern;
            can_retry = true;
        } else if (!text.empty() && !pattern.empty() && pattern.front() == '_') {
            text.remove_prefix(width_of(text));
            pattern.remove_prefix(1);
        } else if (!text.empty() && !pattern.empty() && pattern.front() == text.front()) {
            text.remove_prefix(1);
            pattern.remove_prefix(1);
        } else if (text.empty() && pattern.empty()) {
            return true;
        } else if (can_retry && !retry_text.empty()) {
            retry_text.remove_prefix(width_of(retry_text));
            text = retry_text;
            pattern = retry_pattern;
        } else {
            return false;
        }
    }
}

}  // namespace musubi::registry
