#pragma once
// What the registry's transactions work with. Lives as long as the module; thread-safe.

#include "core/ports.h"
#include "domain/affinity_domain.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"
#include "registry/labels.h"

namespace musubi::registry {

enum class UnknownPatient : std::uint8_t { kEmptyAnswer, kError };

struct Settings {
    std::int64_t max_results = 5000;   ///< objects in one answer
    std::int64_t max_patients = 1000;  ///< that an ITI-51 query without patients may touch
    UnknownPatient unknown_patient = UnknownPatient::kEmptyAnswer;
    std::optional<std::string> home{};  ///< urn:oid:..., written on what we return
};

struct Deps {
    pg::Pool& pool;
    vault::KeyRing& keys;
    Clock const& clock;
    IdSource& ids;
    domain::AffinityDomain const& affinity_domain;
    Settings settings;
    LabelBook labels;
    core::Ports const* ports = nullptr;  ///< who is told of documents; null: nobody
};

}  // namespace musubi::registry
