#include "node/preservation/erasure.h"

#include "policy/canonical.h"
#include "policy/statement.h"

namespace musubi::node {
namespace {

using policy::say;
using policy::Tree;

constexpr char const* kBackups =
    "Backups made before hold the wrapped keys until the next backup in the same folder removes "
    "them; a restore from a folder that knows of the destruction does not bring them back. Copies "
    "kept elsewhere must be destroyed or replaced by the region.";

Tree map() {
    Tree out;
    out.kind = Tree::Kind::kMap;
    return out;
}

void say_number(Tree& tree, std::string key, std::int64_t value) {
    Tree number;
    number.kind = Tree::Kind::kNumber;
    number.number = value;
    tree.entries.push_back({std::move(key), std::move(number)});
}

Tree key_tree(vault::KeyInfo const& key) {
    Tree out = map();
    say(out, "fingerprint", key.fingerprint);
    say_number(out, "id", key.id);
    say(out, "made", key.made_at);
    say(out, "name", key.institution);
    say_number(out, "version", key.version);
    return out;
}

}  // namespace

std::string erasure_facts(Erasure const& erasure) {
    Tree out = map();
    say(out, "agreement", erasure.agreement);
    say(out, "agreement_hash", erasure.agreement_hash);
    say(out, "approval", erasure.approval.to_string());
    say(out, "backups", std::string(kBackups));
    say(out, "clause", erasure.clause);
    say(out, "decided_at", to_rfc3339(erasure.decided_at));
    say_number(out, "documents", erasure.counts.documents);
    say_number(out, "fragments", erasure.counts.fragments);
    Tree keys;
    keys.kind = Tree::Kind::kList;
    for (auto const& key : erasure.keys) keys.items.push_back(key_tree(key));
    out.entries.push_back({"keys", std::move(keys)});
    say(out, "member", erasure.member);
    say(out, "member_name", erasure.member_name);
    say(out, "node", erasure.node);
    say_number(out, "octets", erasure.counts.octets);
    say(out, "officers", std::set(erasure.officers.begin(), erasure.officers.end()));
    say(out, "operator", erasure.decided_by);
    say_number(out, "patient_records", erasure.counts.patient_records);
    say(out, "reason", erasure.reason);
    say(out, "region", erasure.region);
    return policy::canonical_json(out);
}

std::string erasure_certificate(std::string const& facts, ErasureEnd const& end) {
    Tree destroyed = map();
    say(destroyed, "at", to_rfc3339(end.at));
    say(destroyed, "audit_hash", end.audit_hash);
    say_number(destroyed, "audit_record", end.audit_record);
    say_number(destroyed, "documents", end.documents);
    say(destroyed, "objects_sha256", end.objects_sha256);
    say_number(destroyed, "root", end.root);
    // The members stand in canonical order, so that the whole is canonical too.
    return "{\"destroyed\":" + policy::canonical_json(destroyed) + ",\"erasure\":" + facts +
           ",\"format\":\"musubi-erasure-1\"}";
}

}  // namespace musubi::node
