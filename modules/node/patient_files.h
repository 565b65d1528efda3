#pragma once
// Files of patients for a load: NDJSON (mpi/match/record_file.h), or HL7 v2 feeds in MLLP frames.
// Read as a stream; a record is at most 1 MiB. Used by one thread.

#include "codec/hl7v2/parse.h"
#include "core/patient_ports.h"
#include "mpi/loading.h"

#include <fstream>
#include <optional>

namespace musubi::node {

class PatientFile {
public:
    /// In whose name, and how its messages are to be read where MSH-18 does not tell.
    struct Source {
        std::string member;  ///< empty: the region's
        hl7v2::ParseOptions reading = {};
    };
    /// kNotFound: cannot be read.
    static Result<PatientFile> open(std::string const& name, Source source,
                                    core::AuthorityPort const& authorities);

    /// The next record; nothing at the end. An error concerns this record alone, unless it is
    /// kInvalidMessage: then the file cannot be read on.
    Result<std::optional<mpi::LoadItem>> next();
    std::size_t records() const { return records_; }  ///< read so far, refused ones included
    /// Messages whose character set the agreement or the octets chose, not MSH-18.
    std::size_t undeclared() const { return undeclared_; }
    std::uint64_t octets() const { return octets_; }  ///< read so far
    std::uint64_t size() const { return size_; }

private:
    PatientFile(std::ifstream stream, Source source, core::AuthorityPort const& authorities)
        : stream_(std::move(stream)), source_(std::move(source)), authorities_(&authorities) {}
    Result<std::optional<std::string>> next_text();
    Result<mpi::LoadItem> from_line(std::string text) const;
    Result<mpi::LoadItem> from_message(std::string text);
    /// Those whose authority the region knows.
    Result<std::vector<domain::LocalId>> resolve(
        std::vector<domain::SentIdentifier> const& sent) const;

    std::ifstream stream_;
    Source source_;
    core::AuthorityPort const* authorities_;
    bool hl7_ = false;
    std::size_t records_ = 0, undeclared_ = 0;
    std::uint64_t octets_ = 0, size_ = 0;
};

}  // namespace musubi::node
