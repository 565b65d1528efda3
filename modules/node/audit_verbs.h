#pragma once
// The words behind `musubi audit` that need a file of their own.

#include "atna/report_writers.h"
#include "node/operator_tools.h"
#include "node/options.h"

namespace musubi::node {

/// report --member M --period P | --patient CX: a file with its signature beside it, or a look.
Status audit_report(OperatorTools& tools, Options const& options);
/// review list | sign-off: what the rules of the log review found, and what people say to it.
Status audit_review(OperatorTools& tools, Options const& options);
/// roots export DIR: published roots for somebody who keeps them.
Status audit_roots_export(OperatorTools& tools, Options const& options);
/// reconcile FOLDER: the journal of a node that stood in (atna/reconcile.h), and what follows from
/// it for emergencies.
Status audit_reconcile(OperatorTools& tools, Options const& options);
/// prove SEQ: one record, provable without this node.
Status audit_prove(OperatorTools& tools, Options const& options);
/// check-proof FILE: what `prove` wrote, against published roots; needs no configuration.
Status audit_check_proof(Options const& options);

/// A report as a file with the evidence key's signature beside it (FILE.p7s); tells their names.
Status sign_beside(OperatorTools& tools, std::string const& file, std::string const& content);
Result<atna::Language> read_language(std::string const& word);

/// A file for `--out`; standard output when there is none.
Status put_out(std::string const& file, std::string_view content);

}  // namespace musubi::node
