// musubi signatures: what was found out about signatures and time stamps of documents.

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "repository/signature_store.h"

#include <charconv>
#include <cstdio>

namespace musubi::node {
namespace {

constexpr std::int64_t kMostRows = 10'000;

Result<repository::SignatureFilter> read_filter(Options const& options) {
    repository::SignatureFilter out;
    out.unique_id = options["document"];
    out.state = options["state"];
    bool known = out.state.empty();
    for (auto const state : {vault::SignatureState::kValid, vault::SignatureState::kInvalid,
                             vault::SignatureState::kUntrusted, vault::SignatureState::kCannotTell})
        known = known || out.state == to_string(state);
    if (!known)
        return Error(Code::kInvalidContent, "--state: valid, invalid, untrusted or cannot-tell");
    std::string const& limit = options["limit"];
    auto const [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), out.limit);
    if (error != std::errc() || end != limit.data() + limit.size() || out.limit < 1 ||
        out.limit > kMostRows)
        return Error(Code::kInvalidContent, "--limit: 1 to 10000");
    return out;
}

void print(char const* name, std::string const& value) {
    if (!value.empty()) std::printf("    %-10s %s\n", name, value.c_str());
}

Status show(Options const& options) {
    auto const filter = TRY(read_filter(options));
    auto tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    // Names of people who signed: on record before the first of them is shown.
    TRY(tools->record_look("signatures", ""));
    auto const found =
        TRY(repository::find_signatures(*tools->services->pool, *tools->services->keys, filter));
    for (auto const& one : found) {
        std::printf("%s  %s  %s  checked %s\n", one.unique_id.c_str(), one.form.c_str(),
                    one.state.c_str(), to_rfc3339(one.checked_at).c_str());
        if (one.destroyed) print("", "its keys were destroyed");
        print("why", one.why);
        print("signer", one.signer);
        print("role", one.roles);
        print("issuer", one.issuer);
        print("sha256", one.fingerprint);
        print("signed", one.claimed.empty() ? "" : one.claimed + " (as the signer says)");
        print("stamped", one.stamped.empty() ? "" : one.stamped + " by " + one.authority);
    }
    if (static_cast<std::int64_t>(found.size()) == filter.limit)
        std::fprintf(stderr, "musubi: there may be more (--limit)\n");
    return {};
}

}  // namespace

int run_signatures(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "signatures",
            "What was found out about signatures and time stamps that came with documents, newest "
            "first: valid, invalid, untrusted or cannot-tell, who signed and when. On record.",
            {{"config", "configuration file", "", true},
             {"document", "unique id of the document that holds the signature", ""},
             {"state", "only valid, invalid, untrusted or cannot-tell", ""},
             {"limit", "at most so many", "100"}},
            arguments, options)) {
        return *exit;
    }
    auto const done = show(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
