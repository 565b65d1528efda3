// musubi audit roots export | prove | check-proof

#include "atna/evidence_files.h"
#include "atna/evidence_proof.h"
#include "atna/roots_store.h"
#include "node/audit_verbs.h"
#include "platform/vault/durable_file.h"

#include <charconv>
#include <cstdio>

namespace musubi::node {
namespace {

constexpr std::size_t kMaxProof = 32U << 20;
constexpr int kPage = 1'000;

/// 0: no number of a record.
std::int64_t read_seq(std::string const& text) {
    std::int64_t out = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() ? out : 0;
}

std::string joined(std::vector<std::string> const& values) {
    std::string out;
    for (auto const& value : values) out += (out.empty() ? "" : " ") + value;
    return out;
}

void print(atna::ProvenRecord const& proven) {
    auto const& c = proven.columns;
    std::printf("record %lld is one that root %lld was signed over\n",
                static_cast<long long>(proven.seq), static_cast<long long>(proven.root.number));
    std::printf("  root         records %lld to %lld, %s, by %s, clock %s\n",
                static_cast<long long>(proven.root.first), static_cast<long long>(proven.root.last),
                to_rfc3339(proven.root.time).c_str(), proven.root.node.c_str(),
                proven.root.clock_watched ? "watched" : "not watched");
    std::printf("  signed       %s, certificate sha256 %s\n",
                to_rfc3339(proven.proof.signed_at).c_str(), proven.proof.certificate.c_str());
    if (proven.proof.stamp) {
        std::printf("  time stamp   %s by %s\n", to_rfc3339(proven.proof.stamp->time).c_str(),
                    proven.proof.stamp->authority.c_str());
    } else {
        std::printf("  time stamp   %s\n",
                    proven.proof.stamp_unchecked ? "not checked: say --tsa-authorities" : "none");
    }
    std::printf("  time         %s\n  transaction  %s\n  outcome      %d\n  organisation %s\n",
                to_rfc3339(c.time).c_str(), c.transaction.c_str(), c.outcome,
                c.organisation.c_str());
    std::printf("  patients     %s\n  documents    %s\n  rule         %s\n  trace        %s\n",
                joined(c.patients).c_str(), joined(c.documents).c_str(), c.rule.c_str(),
                c.trace.c_str());
}

}  // namespace

Status put_out(std::string const& file, std::string_view content) {
    if (!file.empty()) return vault::write_atomically(file, as_bytes(content));
    if (std::fwrite(content.data(), 1, content.size(), stdout) != content.size())
        return Error(Code::kStorageUnavailable, "cannot write");
    return {};
}

Status audit_roots_export(OperatorTools& tools, Options const& options) {
    auto const& words = options.positional();
    if (words.size() != 3 || words[1] != "export")
        return Error(Code::kInvalidContent, "say roots export FOLDER");
    TRY(tools.record_log_used("audit roots export"));
    std::int64_t after = 0, written = 0, waiting = 0;
    for (bool more = true; more;) {
        auto const page = TRY(tools.services->pool->read(
            [&](pg::ReadTx& tx) { return atna::store::roots_after(tx, after, kPage); }));
        more = page.size() == kPage;
        for (auto const& root : page) {
            if (TRY(atna::publish(words[2], root))) ++written;
            if (!root.stamp) ++waiting;
            after = root.root.number;
        }
    }
    std::printf("%lld roots, %lld of them new here, %lld without time stamp\n",
                static_cast<long long>(after), static_cast<long long>(written),
                static_cast<long long>(waiting));
    return {};
}

Status audit_prove(OperatorTools& tools, Options const& options) {
    auto const& words = options.positional();
    auto const seq = words.size() == 2 ? read_seq(words[1]) : 0;
    if (seq < 1) return Error(Code::kInvalidContent, "say prove NUMBER, a record's");
    TRY(tools.record_log_used("audit prove"));
    auto const document = TRY(atna::prove(tools.archive(), seq));
    return put_out(options["out"], document + "\n");
}

Status audit_check_proof(Options const& options) {
    auto const& words = options.positional();
    if (words.size() != 2 || !options.has("roots") || !options.has("certificate")) {
        return Error(Code::kInvalidContent,
                     "say check-proof FILE --roots FOLDER --certificate FILE");
    }
    auto const trust =
        TRY(atna::RootTrust::load({options["certificate"]}, options["tsa-authorities"]));
    auto const document = TRY(vault::read_small_file(words[1], kMaxProof));
    print(TRY(atna::check_proof(as_text(document), trust, options["roots"])));
    return {};
}

}  // namespace musubi::node
