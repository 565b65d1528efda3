// How a policy set is told in words of the patient: its rules in order, what never counts under
// its combining algorithm left out, and the rest only where words combine to the same.

#include "policy/appc.h"
#include "policy/appc_terms.h"
#include "policy/consent_form.h"

#include <algorithm>

namespace musubi::policy {
namespace {

using xacml::Combining;
using xacml::Node;

/// One rule with all that stands around it, about one thing.
struct Saying {
    ConsentScope scope;
    std::optional<WallTime> from, until;
    ConsentAbout about = ConsentAbout::kView;
    bool granted = false;
};

bool period_covers(Saying const& wide, Saying const& one) {
    bool const begins = !wide.from || (one.from && *wide.from <= *one.from);
    return begins && (!wide.until || (one.until && *one.until <= *wide.until));
}

/// Whenever `one` speaks, `wide` does too.
bool covers(Saying const& wide, Saying const& one) {
    return wide.about == one.about && one.scope.within(wide.scope) && period_covers(wide, one);
}

bool never_meet(Saying const& a, Saying const& b) {
    if (a.about != b.about) return true;
    if (a.until && b.from && *a.until <= *b.from) return true;
    if (b.until && a.from && *b.until <= *a.from) return true;
    // Not the code: one may be a class and the other a type of it.
    for (auto const field : {&ConsentScope::owner, &ConsentScope::reader, &ConsentScope::purpose,
                             &ConsentScope::department, &ConsentScope::document}) {
        if (!(a.scope.*field).empty() && !(b.scope.*field).empty() &&
            a.scope.*field != b.scope.*field)
            return true;
    }
    return false;
}

/// Who wins where both speak, among words: the more exact one; else who withholds.
bool first_wins_in_words(Saying const& first, Saying const& second) {
    bool const first_in = first.scope.within(second.scope);
    bool const second_in = second.scope.within(first.scope);
    if (first_in != second_in) return first_in;
    // The same scope: what is granted is entered behind what is withheld, and the newest counts.
    if (first_in) return first.granted;
    return !first.granted;
}

bool first_wins(Combining combining, Saying const& first) {
    switch (combining) {
        case Combining::kDenyOverrides: return !first.granted;
        case Combining::kPermitOverrides: return first.granted;
        case Combining::kFirstApplicable: return true;
        case Combining::kOther: break;
    }
    return true;
}

/// The document from the outside in, in its order.
class Walk {
public:
    Walk(Agreement const& agreement, domain::Subject const& subject,
         core::RegisteredDocument const& form)
        : terms_(agreement.consent),
          member_(subject.member.code),
          target_(agreement, form.patient) {}

    Status node(Node const& node, std::vector<FormTerms> const& outer) {
        if (node.kind == Node::Kind::kReference) return reference(node, outer);
        TRY(combine(node));
        std::vector<FormTerms> inner;
        for (FormTerms const& each : outer) {
            for (FormTerms& one : TRY(target_.under(each, node.target)))
                inner.push_back(std::move(one));
        }
        for (Node const& child : node.children) TRY(this->node(child, inner));
        for (xacml::Rule const& rule : node.rules) {
            for (FormTerms const& each : inner) {
                for (FormTerms const& one : TRY(target_.under(each, rule.target)))
                    TRY(say(one, rule.permits));
            }
        }
        return {};
    }

    /// Without what never counts.
    Result<std::vector<Saying>> sayings() const {
        bool const mixed = of_references_.size() == 2;
        if (mixed && (references_ > 1 || own_ > 0))
            return form_refused(
                "advanced consent: a policy of the region that grants and withholds stands beside "
                "others");
        // What a policy of the region means is told in words already.
        if (mixed) return all_;
        std::vector<Saying> out;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (!overruled(i)) out.push_back(all_[i]);
        }
        for (std::size_t i = 0; i < out.size(); ++i) {
            for (std::size_t j = i + 1; j < out.size(); ++j) TRY(agree(out[i], out[j]));
        }
        return out;
    }

private:
    Status combine(Node const& node) {
        if (node.children.size() + node.rules.size() < 2) return {};
        if (node.combining == Combining::kOther || (combining_ && *combining_ != node.combining))
            return form_refused("advanced consent: " + node.id.substr(0, 64) +
                                ": combining algorithms other than one of deny-overrides, "
                                "permit-overrides and first-applicable for all");
        combining_ = node.combining;
        return {};
    }

    Status reference(Node const& node, std::vector<FormTerms> const& outer) {
        constexpr std::string_view kUrn = "urn:oid:";
        std::string const oid = node.id.starts_with(kUrn) ? node.id.substr(kUrn.size()) : node.id;
        PolicyMeaning const* const policy = terms_.policy(oid);
        if (!policy)
            return form_refused("advanced consent: " + node.id.substr(0, 64) +
                                " is no privacy policy of this region");
        ++references_;
        for (FormTerms const& each : outer) {
            for (PolicyMeaning::Word const& word : policy->words) {
                FormTerms one = each;
                one.view = one.view && !word.publish;
                one.publish = one.publish && word.publish;
                for (auto const& [field, value] :
                     {std::pair{&ConsentScope::owner, word.of_publisher ? member_ : word.owner},
                      std::pair{&ConsentScope::reader, word.reader},
                      std::pair{&ConsentScope::department, word.department},
                      std::pair{&ConsentScope::purpose, word.purpose}}) {
                    if (!value.empty()) narrow(one, field, value);
                }
                if (!word.code.empty() && !one.scope.code.empty() && one.scope.code != word.code)
                    return form_refused("advanced consent: " + node.id.substr(0, 64) +
                                        " under a target that names a class or type");
                if (!word.code.empty()) one.scope.code = word.code;
                if (one.never) continue;
                of_references_.insert(word.granted);
                TRY(say(one, word.granted));
                --own_;
            }
        }
        return {};
    }

    Status say(FormTerms const& terms, bool granted) {
        ++own_;
        if (!terms.patient)
            return form_refused(
                "advanced consent: no target names the patient "
                "(urn:ihe:iti:ser:2016:patient-id)");
        for (auto const& [said, about] : {std::pair{terms.view, ConsentAbout::kView},
                                          std::pair{terms.publish, ConsentAbout::kPublish}}) {
            if (said) all_.push_back({terms.scope, terms.from, terms.until, about, granted});
        }
        return all_.size() <= FormTarget::kMaxWords
                   ? Status()
                   : form_refused("advanced consent: more than 256 words");
    }

    bool overruled(std::size_t at) const {
        if (!combining_) return false;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (i == at || !covers(all_[i], all_[at])) continue;
            bool const earlier = i < at;
            if (all_[i].granted == all_[at].granted) {
                if (earlier) return true;  // said before
                continue;
            }
            Saying const& first = earlier ? all_[i] : all_[at];
            if (first_wins(*combining_, first) == earlier) return true;
        }
        return false;
    }

    /// Words must come to what the algorithm comes to.
    Status agree(Saying const& first, Saying const& second) const {
        if (first.granted == second.granted || !combining_ || never_meet(first, second)) return {};
        if (first_wins(*combining_, first) == first_wins_in_words(first, second)) return {};
        return form_refused(
            "advanced consent: two rules overlap, and words of the patient would come to another "
            "end than its combining algorithm");
    }

    ConsentTerms const& terms_;
    std::string const member_;
    FormTarget const target_;
    std::optional<Combining> combining_;
    std::vector<Saying> all_;
    std::set<bool> of_references_;  ///< what they do: grant, withhold
    int references_ = 0, own_ = 0;
};

}  // namespace

Result<std::vector<std::pair<ConsentChange, bool>>> words_of(xacml::Node const& policies,
                                                             Agreement const& agreement,
                                                             domain::Subject const& subject,
                                                             core::RegisteredDocument const& form) {
    if (form.entry.unique_id.value_or("") != policies.id)
        return form_refused("advanced consent: uniqueId must be the PolicySetId of its root");
    ConsentChange const base = TRY(change_by_form(agreement.consent, subject, form));
    FormTerms outer;
    outer.from = base.from;
    outer.until = base.until;
    Walk walk(agreement, subject, form);
    TRY(walk.node(policies, {outer}));
    std::vector<std::pair<ConsentChange, bool>> out;
    for (Saying const& one : TRY(walk.sayings())) {
        ConsentChange change = base;
        change.about = one.about;
        change.scope = one.scope;
        change.from = one.from;
        change.until = one.until;
        out.emplace_back(std::move(change), one.granted);
    }
    if (out.empty()) return form_refused("advanced consent: it says nothing");
    // What is withheld ends earlier grants within it, so it comes first.
    std::stable_partition(out.begin(), out.end(), [](auto const& word) { return !word.second; });
    return out;
}

}  // namespace musubi::policy
