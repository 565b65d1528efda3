#pragma once
// A partner's way to call each transaction that the node registers, for proofs that hold for all of
// them: well-formed, malformed, and what a success must leave in the audit trail (ITI TF-2 3.20).

#include "node/imaging/archives.h"
#include "support/node_client.h"

#include <gtest/gtest.h>

namespace musubi::test {

struct Walk {
    std::string id;
    std::string forbidden_to;  ///< a member whose entry does not list it; empty: it is the feed
    std::function<Heard(NodeClient&)> well;
    std::function<Heard(NodeClient&)> malformed;
    /// "EventID action" of each record that a success leaves, sorted; with the transaction's id.
    std::vector<std::string> records;
    std::string event;  ///< EventID of its own records
};

/// A node whose partner has published a letter for one patient, and for another one a manifest of
/// images that an archive beside it holds.
class PipelineWalks : public ::testing::Test {
protected:
    PipelineWalks();

    void start();
    /// Of every transaction; after start().
    std::vector<Walk> walks();
    /// ITI-51 about the patient.
    domain::RawQuery multi_query() const;

    TestNode node;
    SimulatedArchive archive;
    domain::ImagingManifest const images;
    NodeClient toolkit;
    std::string patient;
    Papers known;  ///< the letter

private:
    std::vector<Walk> of_feeds();
    std::vector<Walk> of_ids();
    std::vector<Walk> of_documents();
    std::vector<Walk> of_demographics();
    std::vector<Walk> of_communities();
    std::vector<Walk> of_images();
    Walk image_by_get(std::string const& id, std::string const& address);
    Walk of_trail();

    Papers registered() const;
    std::string people_query(std::string const& event) const;
    std::string link_change() const;
    Heard locate(NodeClient& client) const;
    Heard get(NodeClient& client, std::string const& target, std::string const& accept) const;
};

}  // namespace musubi::test
