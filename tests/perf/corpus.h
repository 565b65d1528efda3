#pragma once
// The benchmark's documents, computed from two numbers: patient and place in the patient's list.
// The generator writes them, the load generator asks for them, and both know every value without
// asking each other. Pure, thread-safe.

#include "domain/metadata.h"
#include "platform/base/bytes.h"
#include "platform/base/ids.h"

#include <cstdint>
#include <string>
#include <vector>

namespace musubi::perf {

inline constexpr int kDocumentsPerPatient = 20;
inline constexpr int kReplacedPerPatient = 2;  ///< the first ones: deprecated by the last ones
/// Known to the node, but without documents in the corpus: those of new submissions, so that the
/// truth about the others stays simple.
inline std::int64_t spare_patients(std::int64_t patients) { return patients / 5 + 100; }
inline constexpr std::size_t kDocumentBytes = 45'000;

inline constexpr char const* kRegionalAuthority = "2.999.1.1.1";
inline constexpr char const* kRepository = "2.999.1.1.2";
inline constexpr char const* kPublisher = "hospital-kita";
inline constexpr char const* kInstitution = "2.999.1.1.21";
inline constexpr char const* kPublisherAuthority = "1.2.392.100495.20.3.51.11319876543";

struct DocumentName {
    std::int64_t patient = 0;
    int place = 0;  ///< 0 .. kDocumentsPerPatient - 1, in the order of publishing
};

std::string regional_cx(std::int64_t patient);  ///< id^^^&oid&ISO, 9 digits
std::string hospital_id(std::int64_t patient);  ///< the id that the publisher gave
Uuid entry_uuid(DocumentName name);
std::string document_unique_id(DocumentName name);  ///< always of the same length
std::string set_unique_id(DocumentName name);
bool is_deprecated(DocumentName name);
/// Incompressible, different for each document.
Bytes document_content(DocumentName name, std::size_t size = kDocumentBytes);

/// One submission: the document, its set, and what it replaces. With `hashed` the hash is that of
/// document_content(); else one of that form, which costs nothing.
enum class Hash : std::uint8_t { kPretended, kReal };
domain::Submission submission_of(DocumentName name, Hash hash);

/// Spreads a counter over 64 bits (SplitMix64): the seed of everything random here.
std::uint64_t mixed(std::uint64_t value);

}  // namespace musubi::perf
