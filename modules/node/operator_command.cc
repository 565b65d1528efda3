// musubi operator: who may use operators' commands, and logging in and out.

#include "node/command.h"
#include "node/ocsp_settings.h"
#include "node/operator_register.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "platform/net/ocsp_file.h"
#include "platform/vault/cms.h"
#include "platform/vault/revocation_list.h"
#include "platform/vault/totp.h"

#include <cstdio>
#include <iostream>

namespace musubi::node {
namespace {

/// DCM 110114: a login or logout of an operator, right or wrong (ITI TF-2 3.20.4.1.1.1).
domain::AuditEvent login_event(OperatorTools const& tools, std::string const& name, bool login,
                               Status const& outcome) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110114", "User Authentication");
    event.event_types = {login ? domain::dcm("110122", "Login") : domain::dcm("110123", "Logout")};
    event.time = system_clock().now();
    event.source_id = tools.config().text("node.audit_source_id");
    event.enterprise_site_id = tools.config().text("node.region");
    event.transaction = "operator";
    event.organisation = tools.config().text("node.region");
    if (!outcome) {
        event.outcome = domain::AuditOutcome::kSeriousFailure;
        event.outcome_description = to_string(outcome.error().code);
    }
    domain::AuditParticipant person;
    person.user_id = name;
    person.alternative_user_id = system_account();
    person.is_requestor = true;
    person.roles = {{"operator", "Musubi agreement role", "operator"}};
    domain::AuditParticipant node;
    node.user_id = event.source_id;
    event.participants = {std::move(person), std::move(node)};
    return event;
}

/// DCM 110137: somebody's rights to use the commands were changed.
Status record_change(OperatorTools const& tools, std::string const& what, Operator const& one) {
    auto event = tools.patient_event(what, "");
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110137", "User Security Attributes Changed")};
    event.action = 'E';
    domain::AuditObject object;
    object.id = one.name;
    object.role = 11;  // security user entity
    object.id_type = {"11", "RFC-3881", "User Identifier"};
    object.details = {{"certificate", one.fingerprint}};
    event.objects = {std::move(object)};
    return tools.audit->record({std::move(event)});
}

/// Never an argument: those can be read by every account of the machine.
std::string read_code() {
    std::fputs("code of your authenticator: ", stderr);
    std::string line;
    std::getline(std::cin, line);
    return line.substr(0, 16);
}

/// Lists name what was withdrawn, and a responder is asked, as for nodes (tls.crl, tls.ocsp).
Status check_not_withdrawn(OperatorTools const& tools, std::string const& certificate) {
    std::string const& lists = tools.config().text("tls.crl");
    if (!lists.empty() && TRY(vault::is_withdrawn(certificate, lists)))
        return Error(Code::kUnauthenticated, "this certificate was withdrawn");
    return net::ask_about_file(TRY(ocsp_of(tools.config())), certificate,
                               tools.config().text("tls.ca"));
}

Status add(OperatorTools& tools, OperatorRegister& operators, Options const& options) {
    auto const facts = TRY(vault::read_certificate(options["cert"]));
    Operator one;
    one.name = options["as"];
    one.fingerprint = facts.fingerprint_sha256;
    one.subject = facts.subject;
    one.not_after = facts.not_after;
    one.added_by = account();
    one.added_at = system_clock().now();
    if (one.not_after <= one.added_at)
        return Error(Code::kInvalidContent, "the certificate has ended");
    TRY(check_not_withdrawn(tools, options["cert"]));
    one.secret = TRY(vault::totp_secret());
    TRY(operators.add(one));
    if (auto recorded = record_change(tools, "operator-add", one); !recorded) {
        static_cast<void>(operators.remove(one.name));
        return recorded;
    }
    std::printf(
        "%s may log in with the key of %s and the codes of this secret, which is shown\n"
        "once and kept sealed. Enter it into the authenticator now:\n\n  %s\n  %s\n",
        one.name.c_str(), one.subject.c_str(), vault::to_base32(one.secret).c_str(),
        vault::totp_uri("Musubi " + tools.config().text("node.region"), one.name, one.secret)
            .c_str());
    return {};
}

Status list(OperatorRegister const& operators) {
    auto const now = system_clock().now();
    for (auto const& one : TRY(operators.all())) {
        std::printf("%-20s %s  until %s%s  added %s by %s\n", one.name.c_str(), one.subject.c_str(),
                    to_rfc3339(one.not_after).substr(0, 10).c_str(),
                    one.not_after <= now ? " (ended)" : "",
                    to_rfc3339(one.added_at).substr(0, 10).c_str(), one.added_by.c_str());
    }
    return {};
}

Status remove(OperatorTools& tools, OperatorRegister& operators, Options const& options) {
    auto const one = TRY(operators.find(options["as"]));
    TRY(record_change(tools, "operator-remove", one));
    TRY(operators.remove(one.name));
    std::printf("%s is no operator any more\n", one.name.c_str());
    return {};
}

Status login(OperatorTools& tools, OperatorRegister& operators, Options const& options) {
    auto const now = system_clock().now();
    auto done = check_not_withdrawn(tools, options["cert"]);
    if (done)
        done = operators.authenticate(options["as"], {options["cert"], options["key"], read_code()},
                                      now);
    // An unknown name is somebody's text: it is not repeated.
    bool const known = operators.find(options["as"]).ok();
    TRY(tools.audit->record(
        {login_event(tools, known ? options["as"] : "unknown operator", true, done)}));
    TRY(done);
    auto const until = now + std::chrono::milliseconds(tools.config().integer("operators.session"));
    TRY(operators.begin_session(options["as"], until));
    std::printf("%s is logged in until %s\n", options["as"].c_str(), to_rfc3339(until).c_str());
    return {};
}

Status logout(OperatorTools& tools, OperatorRegister& operators) {
    auto const name = TRY(operators.session(system_clock().now()));
    TRY(operators.end_session());
    return tools.audit->record({login_event(tools, name, false, {})});
}

Status run(Options const& options) {
    std::string const& verb = options.positional().front();
    for (char const* need : {"as", "cert", "key"}) {
        bool const wanted = verb == "login" || (verb == "add" && std::string(need) != "key") ||
                            (verb == "remove" && std::string(need) == "as");
        if (wanted && !options.has(need))
            return Error(Code::kInvalidContent, std::string("--") + need + " is missing");
    }
    bool const unattended = verb == "login" || verb == "logout";
    auto tools = TRY(OperatorTools::open(
        options["config"],
        unattended ? OperatorTools::Who::kAnybody : OperatorTools::Who::kFirstOrOperator,
        OperatorTools::Touches::kNobody));
    OperatorRegister operators(tools->config().text("operators.folder"), *tools->services->keys);
    if (verb == "add") return add(*tools, operators, options);
    if (verb == "remove") return remove(*tools, operators, options);
    if (verb == "login") return login(*tools, operators, options);
    if (verb == "logout") return logout(*tools, operators);
    return list(operators);
}

}  // namespace

int run_operator(std::vector<std::string> const& arguments) {
    Options options;
    constexpr char const* kVerbs = "add|list|remove|login|logout";
    if (auto exit = Options::parse(
            "operator",
            "Who may use operators' commands where operators.required is set. login proves two "
            "things: the private key of the operator's certificate, and a code by time, asked for "
            "on standard input. The session is for this terminal (or the name in the environment, "
            "MUSUBI_OPERATOR_SESSION) and for operators.session. The first operator is added by "
            "whoever runs the node.",
            {{"config", "configuration file", "", true},
             {"as", "name of the operator", ""},
             {"cert", "add, login: his certificate, PEM", ""},
             {"key", "login: its private key, PEM", ""}},
            arguments, options, kVerbs)) {
        return *exit;
    }
    auto const& verbs = options.positional();
    std::string const known = std::string("|") + kVerbs + "|";
    if (verbs.size() != 1 || known.find("|" + verbs[0] + "|") == std::string::npos) {
        std::fprintf(stderr, "musubi operator: say one of %s\n", kVerbs);
        return 2;
    }
    auto const done = run(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
