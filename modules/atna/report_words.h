#pragma once
// The words of a report in each language. Pure, thread-safe.

#include "atna/report_writers.h"

#include <string_view>

namespace musubi::atna {

struct ReportWords {
    std::string_view language;  ///< of the HTML
    std::string_view member_title, patient_title;
    std::string_view about_member, about_patient;  ///< what is and what is not in it
    std::string_view region, for_whom, period, all_time, made_at, time_zone;
    std::string_view position, position_text, no_root;  ///< "%1" "%2" ... are filled in
    std::string_view summary, count, lines_of_itself, different_documents, different_patients;
    std::string_view seen, emergency, refused, other;
    std::string_view none;
    std::string_view time, member, user, role, purpose, patient, documents, rule, what, record;
    std::string_view kind, proof, proof_text;
};
ReportWords const& report_words(Language language);

/// "ITI-43" as people say it; the code itself where there is no word.
std::string_view transaction_words(std::string_view transaction, Language language);
/// Of HL7 v3 PurposeOfUse codes; the code itself where there is no word.
std::string_view purpose_words(std::string_view purpose, Language language);
std::string_view kind_words(AccessKind kind, Language language);

}  // namespace musubi::atna
