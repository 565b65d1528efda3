#pragma once
// The subcommands of `musubi`. Exit status: 0 done, 1 failed with a reason on standard error, 2
// wrong usage.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::node {

struct Command {
    std::string_view name;
    std::string_view summary;
    int (*run)(std::vector<std::string> const& arguments);
};

std::span<Command const> commands();

int run_serve(std::vector<std::string> const& arguments);
int run_check(std::vector<std::string> const& arguments);
int run_migrate(std::vector<std::string> const& arguments);
int run_print_config(std::vector<std::string> const& arguments);
int run_policy(std::vector<std::string> const& arguments);
int run_policy_explain(std::vector<std::string> const& arguments);   ///< of run_policy
int run_policy_controls(std::vector<std::string> const& arguments);  ///< of run_policy
int run_policy_simulate(std::vector<std::string> const& arguments);  ///< of run_policy
int run_consent(std::vector<std::string> const& arguments);
int run_emergency(std::vector<std::string> const& arguments);
int run_disaster(std::vector<std::string> const& arguments);
int run_audit(std::vector<std::string> const& arguments);
int run_backup(std::vector<std::string> const& arguments);
int run_restore(std::vector<std::string> const& arguments);
int run_scrub(std::vector<std::string> const& arguments);
int run_signatures(std::vector<std::string> const& arguments);
int run_support_bundle(std::vector<std::string> const& arguments);
int run_keys(std::vector<std::string> const& arguments);
int run_patient(std::vector<std::string> const& arguments);
int run_patient_review(std::vector<std::string> const& arguments);    ///< of run_patient
int run_patient_load(std::vector<std::string> const& arguments);      ///< of run_patient
int run_patient_map(std::vector<std::string> const& arguments);       ///< of run_patient
int run_patient_reindex(std::vector<std::string> const& arguments);   ///< of run_patient
int run_patient_explain(std::vector<std::string> const& arguments);   ///< of run_patient
int run_patient_evaluate(std::vector<std::string> const& arguments);  ///< of run_patient
int run_maintenance(std::vector<std::string> const& arguments);
int run_operator(std::vector<std::string> const& arguments);
int run_feed(std::vector<std::string> const& arguments);
int run_submit(std::vector<std::string> const& arguments);
int run_query(std::vector<std::string> const& arguments);
int run_retrieve(std::vector<std::string> const& arguments);
int run_images(std::vector<std::string> const& arguments);

}  // namespace musubi::node
