#pragma once
// What the agreement says about consent: the section `consent`. Plain values; read by
// agreement_consent.

#include "domain/access.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::policy {

enum class ConsentModel : std::uint8_t {
    kOptIn,   ///< closed until granted
    kOptOut,  ///< open until withheld
};

/// Another model for some purposes or kinds of documents.
struct ConsentException {
    std::string clause;
    ConsentModel model = ConsentModel::kOptIn;
    std::vector<std::string> purposes;                                    ///< empty: any
    std::vector<std::string> type_codes, class_codes, practice_settings;  ///< empty: any
    int line = 0;
};

/// What acknowledging one privacy policy means (BPPC, ITI TF-3 5.1): its words, each for one scope.
struct PolicyMeaning {
    struct Word {
        bool granted = true;
        bool publish = false;       ///< about publishing instead of viewing
        bool of_publisher = false;  ///< only documents of the member that sends the form
        std::string owner, reader, department, code, purpose;  ///< as in a consent
    };
    std::string oid;
    std::string clause;
    std::vector<Word> words;
    int line = 0;
};

/// Who may speak for a patient.
struct ProxyTerms {
    std::string kind;        ///< "parent", "guardian" ...
    bool needs_end = false;  ///< what this one says ends at a named day
    int line = 0;
};

struct ConsentTerms {
    ConsentModel model = ConsentModel::kOptIn;
    std::vector<ConsentException> exceptions;
    bool refuses_withheld_publishing = false;  ///< else accepted and hidden
    bool closed_after_death = false;           ///< else what was said goes on to count
    std::set<std::string> bases;               ///< codes that a consent may be based on; empty: any
    std::vector<ProxyTerms> proxies;
    // Forms as documents.
    std::vector<PolicyMeaning> policies;
    std::set<std::string> form_roles;    ///< whose forms count; empty: those of nobody
    bool refuses_foreign_forms = true;   ///< others' are refused, else kept as mere documents
    bool takes_advanced_forms = false;   ///< in a policy language (APPC) too
    std::string form_basis = "written";  ///< what a consent by form is based on

    PolicyMeaning const* policy(std::string_view oid) const {
        for (auto const& one : policies) {
            if (one.oid == oid) return &one;
        }
        return nullptr;
    }
};

}  // namespace musubi::policy
