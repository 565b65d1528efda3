// The table of sections. Order and grouping as in the regional agreement on paper: envelope,
// organisation, responsibility, contents, operation, connection, technical security, audit, place.

#include "policy/agreement_schema.h"

namespace musubi::policy {
namespace {

using enum SectionField::Kind;
using Field = SectionField;

constexpr bool kRequired = true;
constexpr bool kWordsOnly = true;

constexpr Field kCycle[] = {{"every", kDuration, kRequired}, {"next", kDate, kRequired}};
constexpr Field kClause[] = {{"no", kText, kRequired}, {"text"}, {"hash", kHash}};
constexpr Field kChangeRule[] = {{"what", kText, kRequired}, {"who", kText, kRequired}};
constexpr Field kContact[] = {
    {"name", kText, kRequired}, {"phone"}, {"mail"}, {"address"}, {"hours"}};

constexpr Field kOperator[] = {{"id", kOid}, {"name", kText, kRequired},
                               {"kind"},     {"responsible", kText, kRequired},
                               {"deputy"},   {"contact", kMap, kRequired, false, kContact}};
constexpr Field kProcessor[] = {{"name", kText, kRequired},
                                {"service", kText, kRequired},
                                {"country", kText, kRequired},
                                {"contract"},
                                {"sub_processors", kTexts}};
constexpr Field kTextAndHash[] = {{"text", kText, kRequired}, {"hash", kHash}};

constexpr Field kEncryption[] = {{"starts", kText, kRequired}, {"ends", kText, kRequired}};
constexpr Field kDemarcation[] = {{"id", kText, kRequired},
                                  {"from", kText, kRequired},
                                  {"to", kText, kRequired},
                                  {"responsible", kText, kRequired},
                                  {"encryption", kMap, kRequired, false, kEncryption},
                                  {"availability", kText, false, kWordsOnly},
                                  {"outage", kText, kRequired},
                                  {"contact", kMap, kRequired, false, kContact}};
constexpr Field kReporting[] = {{"report_to", kTexts, kRequired},
                                {"within", kDuration, kRequired},
                                {"contents"},
                                {"authority"}};
constexpr Field kIncident[] = {{"failure", kMap, false, false, kReporting},
                               {"disaster", kMap, false, false, kReporting},
                               {"cyber_attack", kMap, false, false, kReporting}};
constexpr Field kEndOfContract[] = {
    {"export", kText, kRequired}, {"days", kNumber, kRequired}, {"deletion_proof", kText}};

constexpr Field kHold[] = {{"member", kText, kRequired}, {"reason", kText, kRequired}};
constexpr Field kDisposal[] = {{"clause", kText, kRequired},
                               {"holds", kList, false, false, kHold},
                               {"before_retention_ends", kTexts}};

constexpr Field kValueSet[] = {{"name", kText, kRequired},
                               {"version", kText, kRequired},
                               {"unknown", kText, false, kWordsOnly}};
constexpr Field kDocumentType[] = {{"code", kText, kRequired},
                                   {"kind"},
                                   {"name", kText, kRequired},
                                   {"share", kText, false, kWordsOnly},
                                   {"confidentiality", kText, false, kWordsOnly},
                                   {"formats", kTexts, false, kWordsOnly},
                                   {"retention", kDuration},  // keys erase
                                   {"release_delay", kDuration, false, kWordsOnly}};
constexpr Field kPurpose[] = {{"code", kText, kRequired},
                              {"name", kText, kRequired},
                              {"roles", kTexts},
                              {"synonyms", kTexts}};

constexpr Field kPlanned[] = {{"notice", kDuration, kRequired}, {"windows", kTexts}, {"channel"}};
constexpr Field kUnplanned[] = {{"first_notice", kDuration, kRequired},
                                {"cause_report", kDuration, kRequired}};
constexpr Field kDowntime[] = {{"planned", kMap, kRequired, false, kPlanned},
                               {"unplanned", kMap, kRequired, false, kUnplanned}};
constexpr Field kLevel[] = {{"service", kText, kRequired},
                            {"availability"},
                            {"response_time"},
                            {"recovery_point", kDuration},
                            {"recovery_time", kDuration}};
constexpr Field kServiceLevels[] = {{"levels", kList, kRequired, false, kLevel}};
constexpr Field kBackup[] = {{"generations", kNumber, kRequired},
                             {"methods", kTexts, kRequired},
                             {"places", kTexts},
                             {"isolated", kBoolean},
                             {"rehearsal", kDuration}};
constexpr Field kDuty[] = {
    {"owner", kText, kRequired}, {"procedure", kText, kRequired}, {"notice", kDuration}};
constexpr Field kList_[] = {{"tests", kTexts}, {"documents", kTexts}};
constexpr Field kOperation[] = {{"downtime", kMap, false, kWordsOnly, kDowntime},
                                {"service_levels", kMap, false, kWordsOnly, kServiceLevels},
                                {"backup", kMap, false, kWordsOnly, kBackup},
                                {"data_quality", kMap, false, kWordsOnly, kDuty},
                                {"configuration_management", kMap, false, kWordsOnly, kDuty},
                                {"onboarding", kMap, false, kWordsOnly, kList_},
                                {"offboarding", kMap, false, kWordsOnly, kList_}};

constexpr Field kComponent[] = {
    {"name", kText, kRequired}, {"actors", kTexts}, {"options", kTexts}, {"place"}};
constexpr Field kCommunity[] = {{"home_community_id", kText, kRequired},
                                {"name", kText, kRequired},
                                {"agreement_id"},
                                {"agreement_hash", kHash},
                                {"document_types", kTexts}};

constexpr Field kRisk[] = {
    {"document", kText, kRequired}, {"date", kDate, kRequired}, {"next", kDate, kRequired}};
constexpr Field kCrypto[] = {
    {"suites", kTexts}, {"key_owners", kTexts}, {"shares"}, {"rotation", kDuration}};
constexpr Field kMaintenance[] = {
    {"clause", kText, kRequired}, {"window_required", kBoolean, kRequired}, {"longest", kDuration}};
constexpr Field kTechnical[] = {{"tls_profile", kText, kRequired},
                                {"two_factor_from", kDate, false, kWordsOnly},
                                {"risk_analysis", kMap, false, kWordsOnly, kRisk},
                                {"crypto", kMap, false, kWordsOnly, kCrypto},
                                {"media", kMap, false, kWordsOnly, kDuty},
                                {"maintenance", kMap, false, false, kMaintenance},
                                {"remote_maintenance", kMap, false, kWordsOnly, kDuty},
                                {"malware", kMap, false, kWordsOnly, kDuty},
                                {"vulnerability", kMap, false, kWordsOnly, kDuty}};

constexpr Field kAuditCycle[] = {
    {"every", kDuration, kRequired}, {"next", kDate, kRequired}, {"by"}, {"scope"}};
constexpr Field kReport[] = {{"to", kText, kRequired}, {"every", kDuration}, {"contents", kTexts}};
constexpr Field kReports[] = {{"list", kList, kRequired, false, kReport}};
constexpr Field kLogs[] = {{"retention", kDuration, kRequired}, {"copies", kTexts}};
constexpr Field kAudit[] = {
    {"internal", kMap, false, false, kAuditCycle},  {"external", kMap, false, false, kAuditCycle},
    {"log_review", kMap, false, kWordsOnly, kDuty}, {"logs", kMap, false, kWordsOnly, kLogs},
    {"reports", kMap, false, kWordsOnly, kReports}, {"findings", kMap, false, kWordsOnly, kDuty}};

constexpr Field kLocation[] = {
    {"countries", kTexts, kRequired}, {"sites", kTexts}, {"stores", kTexts}};

constexpr Field kSections[] = {
    {"purpose"},
    {"revision", kMap, false, false, kCycle},
    {"laws", kTexts},
    {"clauses", kList, false, false, kClause},
    {"change_rules", kList, false, kWordsOnly, kChangeRule},
    {"operator", kMap, false, false, kOperator},
    {"processors", kList, false, kWordsOnly, kProcessor},
    {"cost_rules", kMap, false, kWordsOnly, kTextAndHash},
    {"liability", kMap, false, kWordsOnly, kTextAndHash},
    {"intellectual_property", kMap, false, kWordsOnly, kTextAndHash},
    {"demarcation", kList, false, false, kDemarcation},
    {"incident", kMap, false, kWordsOnly, kIncident},
    {"end_of_contract", kMap, false, kWordsOnly, kEndOfContract},
    {"disposal", kMap, false, false, kDisposal},
    {"value_sets", kList, false, false, kValueSet},
    {"document_types", kList, false, false, kDocumentType},
    {"purposes", kList, false, false, kPurpose},
    {"operation", kMap, false, false, kOperation},
    {"components", kList, false, false, kComponent},
    {"external_communities", kList, false, kWordsOnly, kCommunity},
    {"technical", kMap, false, false, kTechnical},
    {"audit", kMap, false, false, kAudit},
    {"location", kMap, false, false, kLocation},
};

}  // namespace

std::span<SectionField const> section_table() { return kSections; }

}  // namespace musubi::policy
