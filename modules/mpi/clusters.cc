#include "mpi/clusters.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace musubi::mpi {
namespace {

class Clustering {
public:
    Clustering(std::vector<Record> const& records, std::vector<Edge> const& edges,
               ClusterRules const& rules)
        : records_(records), rules_(rules), group_(records.size()), members_(records.size()) {
        std::iota(group_.begin(), group_.end(), std::size_t{0});
        for (std::size_t i = 0; i < records.size(); ++i) {
            at_[records[i].key] = i;
            members_[i] = {i};
        }
        for (Edge const& edge : edges) {
            if (edge.state == EdgeState::kRejected && has(edge.a) && has(edge.b))
                rejected_.insert({edge.a, edge.b});
        }
    }

    bool has(RecordKey key) const { return at_.contains(key); }

    void join_merged() {
        for (Record const& record : records_) {
            if (record.survivor && has(record.survivor))
                unite(at_.at(record.key), at_.at(record.survivor));
        }
    }

    /// False: it would join a rejected pair.
    bool join_confirmed(Edge const& edge) {
        std::size_t const a = group_[at_.at(edge.a)], b = group_[at_.at(edge.b)];
        if (a == b) return true;
        if (joins_rejected(a, b)) return false;
        unite(a, b);
        return true;
    }

    /// Empty: joined; else the rule that forbids it.
    std::string join_linked(Edge const& edge) {
        std::size_t const a = group_[at_.at(edge.a)], b = group_[at_.at(edge.b)];
        if (a == b) return "";
        if (joins_rejected(a, b)) return "rejected";
        if (is_temporary(edge.a) || is_temporary(edge.b)) return "temporary";
        if (shares_single_id_domain(a, b)) return "domain";
        if (active(a).size() + active(b).size() > rules_.max_records) return "size";
        for (std::size_t const one : active(a)) {
            for (std::size_t const other : active(b)) {
                if (rules_.far_apart(records_[one].key, records_[other].key)) return "chain";
            }
        }
        unite(a, b);
        return "";
    }

    std::vector<std::vector<RecordKey>> groups() const {
        std::vector<std::vector<RecordKey>> out;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (group_[i] != i) continue;
            std::vector<RecordKey> keys;
            for (std::size_t const member : members_[i]) keys.push_back(records_[member].key);
            std::sort(keys.begin(), keys.end());
            out.push_back(std::move(keys));
        }
        std::sort(out.begin(), out.end());
        return out;
    }

private:
    void unite(std::size_t one, std::size_t other) {
        std::size_t const a = group_[one], b = group_[other];
        if (a == b) return;
        for (std::size_t const member : members_[b]) group_[member] = a;
        members_[a].insert(members_[a].end(), members_[b].begin(), members_[b].end());
        members_[b].clear();
    }
    std::vector<std::size_t> active(std::size_t group) const {
        std::vector<std::size_t> out;
        std::copy_if(members_[group].begin(), members_[group].end(), std::back_inserter(out),
                     [&](std::size_t i) { return records_[i].active(); });
        return out;
    }
    bool joins_rejected(std::size_t a, std::size_t b) const {
        return std::any_of(rejected_.begin(), rejected_.end(), [&](auto const& pair) {
            std::size_t const one = group_[at_.at(pair.first)];
            std::size_t const other = group_[at_.at(pair.second)];
            return (one == a && other == b) || (one == b && other == a);
        });
    }
    bool is_temporary(RecordKey key) const {
        return rules_.temporary && rules_.temporary(records_[at_.at(key)].authority);
    }
    bool shares_single_id_domain(std::size_t a, std::size_t b) const {
        std::set<std::string> domains;
        for (std::size_t const i : active(a)) domains.insert(records_[i].authority);
        for (std::size_t const i : active(b)) {
            std::string const& authority = records_[i].authority;
            if (domains.contains(authority) && !rules_.several_ids(authority)) return true;
        }
        return false;
    }

    std::vector<Record> const& records_;
    ClusterRules const& rules_;
    std::map<RecordKey, std::size_t> at_;
    std::vector<std::size_t> group_;                 // record -> first record of its group
    std::vector<std::vector<std::size_t>> members_;  // of the groups that exist
    std::set<std::pair<RecordKey, RecordKey>> rejected_;
};

}  // namespace

std::vector<std::vector<RecordKey>> cluster(std::vector<Record> const& records,
                                            std::vector<Edge>& edges, ClusterRules const& rules) {
    Clustering clustering(records, edges, rules);
    clustering.join_merged();
    std::vector<Edge*> confirmed, linked;
    for (Edge& edge : edges) {
        if (!clustering.has(edge.a) || !clustering.has(edge.b)) continue;
        if (edge.state == EdgeState::kConfirmed) {
            confirmed.push_back(&edge);
        } else if (edge.state != EdgeState::kRejected) {
            edge.held.clear();
            if (edge.verdict == EdgeVerdict::kLink) linked.push_back(&edge);
            edge.state =
                edge.verdict == EdgeVerdict::kReview ? EdgeState::kReview : EdgeState::kNone;
        }
    }
    auto const by_age = [](Edge const* x, Edge const* y) {
        // Zero is now: the newest.
        auto const age = [](Edge const* e) { return e->decided_at ? e->decided_at : INT64_MAX; };
        return std::tuple(-age(x), x->a, x->b) < std::tuple(-age(y), y->a, y->b);
    };
    auto const by_score = [](Edge const* x, Edge const* y) {
        return std::tuple(-x->score, x->a, x->b) < std::tuple(-y->score, y->a, y->b);
    };
    std::sort(confirmed.begin(), confirmed.end(), by_age);
    std::sort(linked.begin(), linked.end(), by_score);
    for (Edge* edge : confirmed) {
        if (clustering.join_confirmed(*edge)) continue;
        edge->state = EdgeState::kReview;
        edge->held = "rejected";
    }
    for (Edge* edge : linked) {
        edge->held = clustering.join_linked(*edge);
        edge->state = edge->held.empty() ? EdgeState::kAuto : EdgeState::kReview;
    }
    return clustering.groups();
}

}  // namespace musubi::mpi
