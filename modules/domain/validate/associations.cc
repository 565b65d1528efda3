// Associations and the structure they make (ITI TF-3 4.2.2, 4.1.4; ITI TF-2 3.42.4.1.3).
#include "domain/validate/object_checker.h"

#include "platform/base/ids.h"

#include <map>
#include <string>

namespace musubi::domain {
namespace {

enum class EndKind : std::uint8_t {
    kSubmissionSet,
    kEntry,
    kFolder,
    kAssociation,
    kElsewhere,
    kNowhere
};

class AssociationChecks {
public:
    AssociationChecks(Submission const& submission, ValidationContext const& context,
                      std::vector<Issue>& issues)
        : submission_(submission), context_(context), issues_(issues) {
        for (auto const& set : submission.submission_sets)
            ends_.emplace(set.id, EndKind::kSubmissionSet);
        for (auto const& entry : submission.entries) ends_.emplace(entry.id, EndKind::kEntry);
        for (auto const& folder : submission.folders) ends_.emplace(folder.id, EndKind::kFolder);
        for (auto const& association : submission.associations)
            ends_.emplace(association.id, EndKind::kAssociation);
    }

    void run() {
        for (Association const& association : submission_.associations) check(association);
        check_membership();
    }

private:
    /// A UUID that the message does not define is in the registry, or the registry will say that it
    /// is not.
    EndKind end_of(std::string const& id) const {
        auto const found = ends_.find(id);
        if (found != ends_.end()) return found->second;
        return id.starts_with("urn:uuid:") && Uuid::parse(id) ? EndKind::kElsewhere
                                                              : EndKind::kNowhere;
    }

    void check(Association const& association) {
        ObjectChecker checker("Association", association.id, context_, issues_);
        checker.check_common(association);
        checker.check_codes(CodeSet::kAssociationDocumentation, association.documentation,
                            ObjectChecker::HowMany::kAny);
        if (association.previous_version) {
            checker.fail_value("PreviousVersion", *association.previous_version,
                               "belongs to an update, this is none");
        }
        AssociationType const type = association.type();
        switch (type) {
            case AssociationType::kUnknown:
                checker.fail_value("associationType", association.type_urn, "is not known");
                return;
            case AssociationType::kUpdateAvailabilityStatus:
            case AssociationType::kSubmitAssociation:
                checker.fail_value("associationType", association.type_urn,
                                   "belongs to an update, this is none");
                return;
            case AssociationType::kHasMember:
                if (ends_are_named(association, checker)) check_has_member(association, checker);
                return;
            case AssociationType::kReplace:
            case AssociationType::kAppend:
            case AssociationType::kTransform:
            case AssociationType::kTransformReplace:
            case AssociationType::kSigns:
            case AssociationType::kIsSnapshotOf: check_relationship(association, checker); return;
        }
    }

    bool ends_are_named(Association const& association, ObjectChecker& checker) const {
        bool good = true;
        for (auto const& [name, id] : {std::pair("sourceObject", association.source),
                                       std::pair("targetObject", association.target)}) {
            if (end_of(id) != EndKind::kNowhere) continue;
            checker.fail_value(name, id, "names no object of the submission and is no UUID");
            good = false;
        }
        return good;
    }

    void check_relationship(Association const& association, ObjectChecker& checker) {
        bool const snapshot = association.type() == AssociationType::kIsSnapshotOf;
        if (end_of(association.source) != EndKind::kEntry) {
            checker.fail_value(snapshot ? Reason::kMetadata : Reason::kUnresolvedReference,
                               "sourceObject", association.source,
                               "must be a DocumentEntry of this submission");
        } else if (snapshot && !is_stable(association.source)) {
            checker.fail_value("sourceObject", association.source,
                               "must be a Stable DocumentEntry");
        }
        EndKind const target = end_of(association.target);
        bool const in_message_allowed = !is_replacement(association.type()) && !snapshot;
        if (target == EndKind::kNowhere) {
            checker.fail_value(Reason::kUnresolvedReference, "targetObject", association.target,
                               "names no object of the submission and is no UUID");
        } else if (target == EndKind::kEntry && !in_message_allowed) {
            checker.fail_value(Reason::kUnresolvedReference, "targetObject", association.target,
                               "must be a DocumentEntry that is registered already");
        } else if (target != EndKind::kEntry && target != EndKind::kElsewhere) {
            checker.fail_value("targetObject", association.target, "must be a DocumentEntry");
        } else if (association.source == association.target) {
            checker.fail_value("targetObject", association.target, "is the source itself");
        }
    }

    bool is_stable(std::string const& id) const {
        for (auto const& entry : submission_.entries) {
            if (entry.id == id) return entry.kind() == EntryKind::kStable;
        }
        return false;
    }

    void check_has_member(Association const& association, ObjectChecker& checker) {
        if (!association.documentation.empty()) {
            checker.fail("associationDocumentation", "is not allowed on HasMember");
        }
        EndKind const source = end_of(association.source);
        EndKind const target = end_of(association.target);
        if (target == EndKind::kSubmissionSet) {
            checker.fail_value("targetObject", association.target,
                               "is a SubmissionSet, which belongs to nothing");
        } else if (source == EndKind::kSubmissionSet) {
            check_member_of_set(association, target, checker);
        } else if (source == EndKind::kFolder || source == EndKind::kElsewhere) {
            if (target == EndKind::kEntry || target == EndKind::kElsewhere) {
                set_members_.try_emplace(association.id, 0);
            } else {
                checker.fail_value("targetObject", association.target,
                                   "must be a DocumentEntry: a Folder holds nothing else");
            }
        } else {
            checker.fail_value("sourceObject", association.source,
                               "must be a SubmissionSet or a Folder");
        }
    }

    // ITI TF-3 4.2.2.1.1: entries carry SubmissionSetStatus, folders and folder memberships do not
    // need one.
    void check_member_of_set(Association const& association, EndKind target,
                             ObjectChecker& checker) {
        ++set_members_[association.target];
        if (target == EndKind::kFolder) return;
        if (target == EndKind::kAssociation) {
            Association const* member = association_of(association.target);
            if (member && member->type() == AssociationType::kHasMember &&
                end_of(member->source) != EndKind::kSubmissionSet)
                return;
            checker.fail_value("targetObject", association.target,
                               "must be the membership of a DocumentEntry in a Folder");
            return;
        }
        auto const& status = association.submission_set_status;
        if (!status) {
            checker.fail("SubmissionSetStatus", "is missing, it must be Original or Reference");
        } else if (*status != "Original" && *status != "Reference") {
            checker.fail_value("SubmissionSetStatus", *status, "must be Original or Reference");
        } else if (*status == "Original" && target != EndKind::kEntry) {
            checker.fail_value("SubmissionSetStatus", *status,
                               "names a DocumentEntry that is not in this submission");
        } else if (*status == "Reference" && target == EndKind::kEntry) {
            checker.fail_value("SubmissionSetStatus", *status,
                               "names a DocumentEntry of this submission, which must be Original");
        }
    }

    Association const* association_of(std::string const& id) const {
        for (auto const& association : submission_.associations) {
            if (association.id == id) return &association;
        }
        return nullptr;
    }

    // ITI TF-3 4.1.4: the set holds each new entry, folder and folder membership exactly once.
    void check_membership() {
        if (submission_.submission_sets.size() != 1)
            return;  // said already, and every finding here would follow from it
        bool reference = false;
        for (auto const& entry : submission_.entries) require_member("DocumentEntry", entry.id);
        for (auto const& folder : submission_.folders) require_member("Folder", folder.id);
        bool folder_membership = false;
        for (auto const& association : submission_.associations) {
            if (association.type() != AssociationType::kHasMember) continue;
            if (end_of(association.source) == EndKind::kSubmissionSet) {
                reference = reference || end_of(association.target) == EndKind::kElsewhere;
            } else if (set_members_.contains(association.id)) {
                folder_membership = true;
                require_member("Association", association.id);
            }
        }
        if (submission_.entries.empty() && submission_.folders.empty() && !folder_membership &&
            !reference) {
            ObjectChecker("SubmissionSet", submission_.set().id, context_, issues_)
                .fail("content",
                      "is missing: a submission holds a DocumentEntry, a Folder or a Folder "
                      "membership");
        }
    }

    void require_member(std::string_view kind, std::string const& id) {
        auto const found = set_members_.find(id);
        int const times = found == set_members_.end() ? 0 : found->second;
        if (times == 1) return;
        ObjectChecker(kind, id, context_, issues_)
            .fail("HasMember", times == 0 ? "from the SubmissionSet is missing"
                                          : "from the SubmissionSet was given twice");
    }

    Submission const& submission_;
    ValidationContext const& context_;
    std::vector<Issue>& issues_;
    std::map<std::string, EndKind> ends_;
    std::map<std::string, int> set_members_;  // id -> HasMember from the submission set
};

}  // namespace

void check_associations(Submission const& submission, ValidationContext const& context,
                        std::vector<Issue>& issues) {
    AssociationChecks(submission, context, issues).run();
}

}  // namespace musubi::domain
