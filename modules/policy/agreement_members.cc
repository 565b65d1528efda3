#include "policy/agreement_members.h"

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/vault/cms.h"
#include "policy/agreement_envelope.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr std::string_view kKinds[] = {"hospital",   "clinic",         "pharmacy",     "care",
                                       "laboratory", "imaging-centre", "municipality", "operator",
                                       "vendor",     "community"};

class MemberReader {
public:
    MemberReader(YamlMap const& map, std::filesystem::path const& folder, Problems& problems)
        : map_(map), folder_(folder), problems_(problems) {}

    AgreementMember read() {
        AgreementMember out;
        out.line = map_.line();
        organisation(out);
        membership(out);
        rights(out);
        out.signs_if_asked = map_.has("signing_certificates");
        certificates("certificates", &out.subjects, out.fingerprints, out.ends_of);
        if (out.signs_if_asked)
            certificates("signing_certificates", nullptr, out.signing_fingerprints, out.ends_of);
        out.must_sign = map_.boolean_or("must_sign", out.signs_if_asked);
        if (out.must_sign && !out.signs_if_asked) {
            problems_.add(map_.line("must_sign"),
                          "member: who must sign needs 'signing_certificates'");
        }
        officers(out);
        return out;
    }

private:
    void organisation(AgreementMember& out) {
        auto& m = out.member;
        m.code = map_.text("code");
        m.name = map_.text("name");
        m.institution_oid = map_.text("institution_oid");
        if (!m.institution_oid.empty() && !is_oid(m.institution_oid))
            problems_.add(map_.line("institution_oid"), "member: 'institution_oid' is no OID");
        m.assigning_authorities = map_.texts("assigning_authorities");
        for (auto const& oid : m.assigning_authorities) {
            if (!is_oid(oid)) {
                problems_.add(map_.line("assigning_authorities"),
                              "member: '" + oid + "' is no OID");
            }
        }
        for (auto const& oid : map_.texts("repository_unique_ids")) {
            if (!is_oid(oid)) {
                problems_.add(map_.line("repository_unique_ids"),
                              "member: '" + oid + "' is no OID");
            }
        }
        out.kind = map_.text_or("kind", "");
        if (map_.has("kind") &&
            std::find(std::begin(kKinds), std::end(kKinds), out.kind) == std::end(kKinds)) {
            problems_.add(map_.line("kind"),
                          "member: 'kind' is none of hospital, clinic, pharmacy, care, laboratory, "
                          "imaging-centre, municipality, operator, vendor, community");
        }
        community(out);
    }

    /// Another region, whose gateway asks for its members and is asked by ours (XCA, XCPD).
    void community(AgreementMember& out) {
        constexpr std::string_view kUrn = "urn:oid:";
        bool const is_community = out.kind == "community";
        if (is_community != map_.has("home_community_id")) {
            problems_.add(is_community ? map_.line() : map_.line("home_community_id"),
                          "member: 'home_community_id' belongs to members of kind community, and "
                          "each of them has one");
            return;
        }
        if (!is_community) return;
        out.home_community_id = map_.text("home_community_id");
        if (!out.home_community_id.starts_with(kUrn) ||
            !is_oid(std::string_view(out.home_community_id).substr(kUrn.size()))) {
            problems_.add(map_.line("home_community_id"),
                          "member: 'home_community_id' must be urn:oid:OID");
        }
    }

    void membership(AgreementMember& out) {
        static_cast<void>(map_.text_or("membership", ""));
        auto const word = map_.text_or("status", "active");
        if (word == "applied") {
            out.status = MemberStatus::kApplied;
        } else if (word == "suspended") {
            out.status = MemberStatus::kSuspended;
        } else if (word == "left") {
            out.status = MemberStatus::kLeft;
        } else if (word != "active") {
            problems_.add(map_.line("status"),
                          "member: 'status' is none of applied, active, suspended, left");
        }
        if (map_.has("from")) {
            auto const term =
                load_term(map_, "from", "to", EndOfTerm::kOptional, "member", problems_);
            out.begins = term.begins;
            out.ends = term.ends;
        } else if (map_.has("to")) {
            problems_.add(map_.line("to"), "member: 'to' needs 'from'");
        }
    }

    void rights(AgreementMember& out) {
        auto& m = out.member;
        m.default_role = map_.text("default_role");
        for (auto& code : map_.texts("roles")) out.roles.insert(std::move(code));
        out.roles.insert(m.default_role);
        auto const strictness = map_.text_or("strictness", "strict");
        if (strictness == "lenient") {
            m.strictness = domain::Strictness::kLenient;
        } else if (strictness != "strict") {
            problems_.add(map_.line("strictness"),
                          "member: 'strictness' must be strict or lenient");
        }
        // Who is judged leniently sends from old systems: what they leave undeclared is guessed,
        // unless the agreement says otherwise.
        bool const lenient = m.strictness == domain::Strictness::kLenient;
        auto const set = domain::message_charset_of(
            map_.text_or("character_set", lenient ? "guess" : "declared"));
        if (set) {
            m.character_set = *set;
        } else {
            problems_.add(map_.line("character_set"),
                          "member: 'character_set' is none of declared, guess, utf-8, "
                          "iso-2022-jp, latin-1, cp932, euc-jp");
        }
        m.reply_addresses = map_.texts("reply_addresses");
        out.transactions_line = map_.has("transactions") ? map_.line("transactions") : 0;
        if (map_.has("transactions"))
            load_transactions(map_, "transactions", "member", problems_, out.transactions);
        for (auto& code : map_.texts("speaks_for")) out.speaks_for.insert(std::move(code));
    }

    void certificates(std::string_view key, std::set<std::string>* subjects,
                      std::set<std::string>& fingerprints,
                      std::map<std::string, WallTime>& ends_of) {
        auto const list = map_.find(key);
        if (!list.IsDefined() || !list.IsSequence() || list.size() == 0) {
            problems_.add(map_.line(key), "member: '" + std::string(key) +
                                              "' must be a list with at least one entry");
            return;
        }
        for (auto const& node : list) {
            YamlMap const one(node, "certificate", {"file", "fingerprint", "subject"}, problems_);
            bool const subject = subjects && one.has("subject");
            if (one.has("file") + one.has("fingerprint") + one.has("subject") != 1) {
                problems_.add(one.line(), "certificate: exactly one of file, fingerprint, subject");
            } else if (subject) {
                subjects->insert(one.text("subject"));
            } else if (one.has("subject")) {
                problems_.add(one.line(), "certificate: who signs is named by file or fingerprint");
            } else {
                take_fingerprint(one, fingerprints, ends_of);
            }
        }
    }

    void take_fingerprint(YamlMap const& one, std::set<std::string>& fingerprints,
                          std::map<std::string, WallTime>& ends_of) {
        if (one.has("file")) {
            // A file that cannot be read is told once, where the canonical form is made.
            auto const file = (folder_ / one.text("file")).string();
            auto fingerprint = certificate_fingerprint(file);
            if (!fingerprint) return;
            if (auto const facts = vault::read_certificate(file))
                ends_of[*fingerprint] = facts->not_after;
            fingerprints.insert(std::move(*fingerprint));
            return;
        }
        auto const bytes = from_hex(one.text("fingerprint"));
        if (!bytes || bytes->size() != 32) {
            problems_.add(one.line(),
                          "certificate: 'fingerprint' must be 64 hexadecimal digits (SHA-256)");
        } else {
            fingerprints.insert(to_hex(*bytes));
        }
    }

    void officers(AgreementMember& out) {
        auto const node = map_.find("officers");
        if (!node.IsDefined()) return;
        YamlMap const all(node, "officers", {"security", "privacy", "auditor", "patient_desk"},
                          problems_);
        for (auto const* role : {"security", "privacy", "auditor", "patient_desk"}) {
            auto const one = all.find(role);
            if (!one.IsDefined()) continue;
            YamlMap const contact(one, role, {"name", "phone", "mail", "address", "hours"},
                                  problems_);
            out.officers[role] = {contact.text("name"), contact.text_or("phone", ""),
                                  contact.text_or("mail", ""), contact.text_or("hours", "")};
            if (!contact.has("phone") && !contact.has("mail"))
                problems_.add(contact.line(), std::string(role) + ": 'phone' or 'mail' is missing");
        }
    }

    YamlMap const& map_;
    std::filesystem::path const& folder_;
    Problems& problems_;
};

}  // namespace

void load_transactions(YamlMap const& map, std::string_view key, std::string const& where,
                       Problems& problems, std::set<std::string, std::less<>>& out) {
    for (auto& word : map.required_texts(key)) {
        auto const group = transactions_of_group(word);
        if (!group.empty()) {
            out.insert(group.begin(), group.end());
        } else if (word.starts_with("ITI-") || word.starts_with("RAD-")) {
            out.insert(std::move(word));
        } else {
            problems.add(map.line(key),
                         where + ": '" + word + "' is neither a transaction nor a group of them");
        }
    }
}

void load_member(YAML::Node const& node, std::filesystem::path const& folder, Problems& problems,
                 Agreement& agreement) {
    YamlMap const map(node, "member",
                      {"code",
                       "name",
                       "kind",
                       "home_community_id",
                       "membership",
                       "status",
                       "from",
                       "to",
                       "institution_oid",
                       "certificates",
                       "signing_certificates",
                       "must_sign",
                       "speaks_for",
                       "repository_unique_ids",
                       "officers",
                       "assigning_authorities",
                       "default_role",
                       "roles",
                       "transactions",
                       "strictness",
                       "character_set",
                       "reply_addresses"},
                      problems);
    agreement.members.push_back(MemberReader(map, folder, problems).read());
}

}  // namespace musubi::policy
