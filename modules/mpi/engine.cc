#include "mpi/engine.h"

#include "mpi/match/features.h"
#include "mpi/match/search.h"
#include "platform/base/digest.h"

namespace musubi::mpi {
namespace {

struct Prepared final : Matching::Subject {
    explicit Prepared(match::Features made) : features(std::move(made)) {}
    match::Features features;
};

match::Features const& features_in(Matching::Subject const& subject) {
    return static_cast<Prepared const&>(subject).features;  // prepare() makes all of them
}

class Engine final : public Matching {
public:
    Engine(match::Weights weights, std::int16_t version)
        : weights_(std::move(weights)), version_(version) {}

    std::unique_ptr<Subject> prepare(domain::Demographics const& person) const override {
        return std::make_unique<Prepared>(match::features_of(person));
    }
    std::vector<match::Key> blocking_keys(Subject const& subject) const override {
        return match::blocking_keys(features_in(subject), weights_);
    }
    match::Evidence compare(Subject const& a, Subject const& b) const override {
        return match::compare(features_in(a), features_in(b), weights_);
    }
    double separate_below() const override { return weights_.review; }
    std::int16_t version() const override { return version_; }
    std::vector<match::Key> search_keys(Subject const& subject) const override {
        return match::search_keys(features_in(subject));
    }
    std::vector<std::vector<match::Key>> lookups(
        domain::DemographicsQuery const& query) const override {
        return match::lookup_keys(query);
    }
    std::optional<int> fit(domain::DemographicsQuery const& query,
                           domain::Demographics const& person,
                           Subject const& subject) const override {
        return match::fit(query, person, features_in(subject));
    }

private:
    match::Weights weights_;
    std::int16_t version_;
};

}  // namespace

std::unique_ptr<Matching> make_engine(match::Weights weights, std::int16_t version) {
    return std::make_unique<Engine>(std::move(weights), version);
}

std::unique_ptr<Matching> make_engine(StoreSettings const& settings, bool insurance_is_key) {
    auto made = match::weights_from(settings.weights);
    match::Weights weights = made ? std::move(*made) : match::Weights{};
    weights.use_insurance = insurance_is_key;
    if (settings.weights.empty() && !insurance_is_key) return make_engine(std::move(weights), 1);
    std::string words = insurance_is_key ? "insurance;" : "";
    for (auto const& [name, value] : settings.weights)
        words.append(name).append("=").append(value).append(";");
    Bytes const digest = sha256(as_bytes(words));
    int const version = 2 + (digest[0] << 8 | digest[1]) % 32'000;
    return make_engine(std::move(weights), static_cast<std::int16_t>(version));
}

}  // namespace musubi::mpi
